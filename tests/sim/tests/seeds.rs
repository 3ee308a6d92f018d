//! Random seeds. `make test` runs some hundred, `make test-sim` ten thousand; `SIM_SEED` runs one.

use skinbus_sim::run::{self, Options};
use skinbus_sim::suite;

/// As many as `make test` has time for.
const SEEDS: u64 = 300;

fn traced(seed: u64) -> run::Report {
    run::seed(seed, &Options { is_traced: true, mutant: None })
}

#[test]
fn every_seed_keeps_every_rule() {
    if let Some(seed) = suite::asked("SIM_SEED") {
        let report = traced(seed);
        if suite::asked("SIM_TRACE").is_some() {
            report.story.iter().for_each(|line| println!("{line}"));
        }
        println!(
            "seed {seed}: {} events, {} virtual seconds: {:?}",
            report.events, report.seconds, report.endings
        );
        assert!(report.broken.is_none(), "{}", suite::story(&report));
        return;
    }
    let sums = suite::seeds(1..=suite::asked("SIM_SEEDS").unwrap_or(SEEDS), &Options::default());
    println!(
        "{} seeds: {} events, {} steps, {} orders, {} reviews: {:?}",
        sums.runs, sums.events, sums.steps, sums.orders, sums.reviews, sums.endings
    );
    if let Some(broken) = &sums.broken {
        panic!("{}", suite::story(&traced(broken.seed)));
    }
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 7, 19, 31] {
        let (first, second) = (run::seed(seed, &Options::default()), traced(seed));
        assert_eq!((first.hash, first.events), (second.hash, second.events), "seed {seed}");
        assert_ne!(first.hash, run::seed(seed + 1000, &Options::default()).hash, "seed {seed}");
    }
}
