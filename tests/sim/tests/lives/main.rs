//! Every provider's lives, one file for each provider, on virtual time: what happens there, and what a merchant sees of it.
//! Each line of a story is a day, a status and the credits; see `skinbus_sim::lives`.
#![cfg(test)]

mod shadowpay;
mod skinify;
mod skinout;
mod skinsback;
mod skinslink;
mod told;
