//! Every step of a quiet run is failed and repeated in turn, for every kind of order at every provider.

use std::collections::BTreeMap;

use skinbus_sim::run::{self, Options};
use skinbus_sim::suite::{self, Case};

#[test]
fn every_step_may_fail_and_be_repeated() {
    let cases = suite::every_step();
    let mut by_fault = BTreeMap::new();
    for case in &cases {
        *by_fault.entry(case.single.map(|(_, fault)| fault)).or_insert(0) += 1;
    }
    let sums = suite::cases(&cases);
    println!("{} runs: {by_fault:?}; {} events; {:?}", sums.runs, sums.events, sums.endings);
    if let Some(broken) = &sums.broken {
        let Case { wanted, single } = &cases[usize::try_from(broken.seed).unwrap()];
        let report = run::one(wanted.clone(), *single, &Options { is_traced: true, mutant: None });
        panic!("{} with {single:?}: {}", wanted.request.order_id, suite::story(&report));
    }
}
