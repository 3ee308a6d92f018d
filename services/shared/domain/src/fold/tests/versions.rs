//! Invariant T2 with two writers, each with a view of its own that may be old; whoever names the last version wins.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::walk::{Step, life};
use crate::fold::{Fold, fold};
use crate::order::OrderKind;
use crate::samples::{at, recorded};
use crate::trade::{Recorded, StatusChange, Trade, TradeStatus};

/// All versions of one trade.
struct Ledger(Vec<StatusChange>);

impl Ledger {
    fn read(&self) -> StatusChange {
        self.0.last().unwrap().clone()
    }

    /// Whether `change` was the first to follow its predecessor.
    fn append(&mut self, change: StatusChange) -> bool {
        let won = change.version == self.read().version + 1;
        if won {
            self.0.push(change);
        }
        won
    }
}

fn decide(view: &StatusChange, step: &Step) -> Option<StatusChange> {
    let Ok(Fold::Applied(change)) = fold(Some(&view.trade), &step.input, &step.rules, step.now) else {
        return None;
    };
    Some(StatusChange {
        version: view.version + 1,
        from: change.from,
        cause: change.cause,
        occurred_at: change.occurred_at,
        recorded_at: step.now,
        trade: change.trade,
        alerts: change.alerts,
        decision: change.decision,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn versions_have_no_gaps_and_follow_from_each_other(
        life in life(),
        writers in vec((0_usize..2, any::<bool>()), 30),
    ) {
        let Recorded { change: first, .. } = recorded(life.accepted(), at(0));
        let mut ledger = Ledger(vec![first.clone()]);
        let mut views = [first.clone(), first];
        for (step, (writer, reads_first)) in life.live().iter().zip(writers) {
            if reads_first {
                views[writer] = ledger.read();
            }
            while decide(&views[writer], step).is_some_and(|change| !ledger.append(change)) {
                views[writer] = ledger.read();
            }
        }
        for (before, change) in ledger.0.iter().zip(&ledger.0[1..]) {
            prop_assert_eq!(change.version, before.version + 1);
            prop_assert_eq!(change.from, Some(before.trade.status()));
            let is_over = before.trade.status().is_final() && before.trade.status() != TradeStatus::Completed;
            prop_assert!(!is_over || before.trade.state == change.trade.state);
        }
    }
}

/// Otherwise the properties would say less than they seem to.
#[test]
fn random_lives_reach_every_state_that_an_accepted_order_can_be_in() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..2500 {
        let life = life().new_tree(&mut runner).unwrap().current();
        let status_of = |trade: &Trade| (trade.kind().unwrap(), trade.status());
        seen.extend(life.live().iter().map(|step| status_of(&step.before)));
    }
    let states = TradeStatus::ALL.into_iter().filter(|status| *status != TradeStatus::Rejected);
    let expected = states.flat_map(|status| OrderKind::ALL.map(|kind| (kind, status)));
    assert_eq!(seen, expected.collect());
}
