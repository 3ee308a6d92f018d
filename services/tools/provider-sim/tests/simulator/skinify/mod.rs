//! Drives the simulated Skinify by real HTTP.

mod buying;
mod by_themselves;
mod controls;
mod deposits;
mod faults;
mod from_inventory;
mod lives;
mod lookups;
mod quota;
mod support;
