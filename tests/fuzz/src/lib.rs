//! What must hold for every answer of a provider, every webhook and every order request, however broken it is.
//!
//! Each target reads its case from bytes, so that a fuzzer can make cases up: `targets/` has the programs that libFuzzer
//! drives (`make fuzz`), `tests/corpus.rs` replays the kept cases in every run of the tests, and `tests/garbage.rs` makes
//! some up by itself. Every target goes through [`skinbus_providers::registry`], so a new provider is covered as soon as
//! [`accounts`] has credentials for it.
//!
//! A case is text: one line of words that says what the body is an answer to, then the body. See [`case`].
#![expect(clippy::panic, clippy::missing_panics_doc, reason = "a target says by a panic what it has found")]

pub mod accounts;
pub mod case;
mod commanded;
mod facts;
mod looked_up;
mod money;
mod order_request;
pub mod orders;
mod placed;
mod properties;
mod queried;
mod webhook;

pub use accounts::ALL as ACCOUNTS;

/// A target: its name, which is that of its corpus, and what it does with a case.
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Runs one case; it panics where something does not hold.
    pub run: fn(&[u8]),
    /// The words that the first line's second word may be; none where there is no such line.
    pub steps: fn() -> Vec<&'static str>,
}

/// Every target.
pub const TARGETS: [Target; 7] = [
    Target { name: "placed", run: placed::run, steps: placed::steps },
    Target { name: "looked_up", run: looked_up::run, steps: looked_up::steps },
    Target { name: "queried", run: queried::run, steps: queried::steps },
    Target { name: "commanded", run: commanded::run, steps: commanded::steps },
    Target { name: "webhook", run: webhook::run, steps: webhook::steps },
    Target { name: "order_request", run: order_request::run, steps: Vec::new },
    Target { name: "money", run: money::run, steps: Vec::new },
];

/// Runs one case of the target with this name.
pub fn run(target: &str, case: &[u8]) {
    match TARGETS.iter().find(|known| known.name == target) {
        Some(known) => (known.run)(case),
        None => panic!("no target {target}"),
    }
}
