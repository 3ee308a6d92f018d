//! Kills services at every step of the protocol and at random, and checks what is left.
//!
//! A message that a killed process had in hand comes again after its ack wait of 30 s; the end of every experiment waits
//! for that, and nothing here shortens it.
#![cfg(test)]

mod at_deposits;
mod at_dispatch;
mod at_ingress;
mod at_intake;
mod at_tracker;
mod at_webhooks;
mod checks;
mod credits;
mod drain;
mod expected;
mod load;
mod points;
mod random;
mod random_deposits;
mod replicas;
mod restored;
mod rolling;
mod stage;
mod users;
mod watch;
