//! Invariant T4, over random lives: what is credited is credited once, and never quietly anything else.

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::walk::{Step, life};
use crate::credit::{Credit, CreditState};
use crate::fold::{Change, Fold, Input};
use crate::observation::Observation;
use crate::order::OrderKind;
use crate::outcome::Outcome;
use crate::trade::{Cause, Trade, TradeStatus};

fn of_key<'a>(credits: &'a [Credit], key: &str) -> Option<&'a Credit> {
    credits.iter().find(|credit| credit.key == key)
}

fn is_credited(credits: &[Credit], key: &str) -> bool {
    of_key(credits, key).is_some_and(|credit| credit.state == CreditState::Credited)
}

fn rank(state: CreditState) -> u8 {
    match state {
        CreditState::Pending => 0,
        CreditState::Credited => 1,
        CreditState::Reversed => 2,
    }
}

/// What the step told, where it told of the trade at all.
fn observation(step: &Step) -> Option<&Observation> {
    match &step.input {
        Input::Observed(observation)
        | Input::Told { observation, .. }
        | Input::AttemptAnswered { outcome: Outcome::Placed(observation), .. } => Some(observation),
        Input::Requested(_)
        | Input::AttemptStarted(_)
        | Input::AttemptAnswered { .. }
        | Input::LeaseExpired
        | Input::LookedUpAbsent { .. }
        | Input::DeadlinePassed
        | Input::LinkEnded
        | Input::LedgerRestored
        | Input::NeverAnswered
        | Input::Stuck { .. }
        | Input::Resolved(_) => None,
    }
}

fn is_deposit(trade: &Trade) -> bool {
    matches!(trade.kind(), Some(OrderKind::DepositLink | OrderKind::DepositItems))
}

/// The steps that changed something, with what they made of it.
fn changes(steps: &[Step]) -> impl Iterator<Item = (&Step, &Change)> {
    steps.iter().filter_map(|step| match &step.result {
        Fold::Applied(change) => Some((step, &**change)),
        Fold::Stale | Fold::Anomaly(_) => None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_key_and_a_thing_are_there_once(life in life()) {
        for (_, change) in changes(&life.live()) {
            for (index, credit) in change.trade.credits.iter().enumerate() {
                for other in &change.trade.credits[..index] {
                    prop_assert!(other.key != credit.key && other.thing != credit.thing);
                }
            }
        }
    }

    /// What is not sure is forgotten where we gave up, and nowhere else.
    #[test]
    fn a_credit_only_goes_forwards_and_what_counted_keeps_its_amount(life in life()) {
        for (step, change) in changes(&life.live()) {
            for old in &step.before.credits {
                let Some(new) = of_key(&change.trade.credits, &old.key) else {
                    let gave_up = step.input == Input::LinkEnded && change.trade.status() == TradeStatus::Expired;
                    prop_assert!(gave_up && old.state == CreditState::Pending, "{old:?}");
                    continue;
                };
                prop_assert!(rank(new.state) >= rank(old.state), "{old:?} {new:?}");
                prop_assert!(new.is_advanced || !old.is_advanced, "{old:?} {new:?}");
                if old.state != CreditState::Pending {
                    let same = Credit { state: old.state, is_advanced: old.is_advanced, ..new.clone() };
                    prop_assert_eq!(&same, old);
                }
            }
        }
    }

    /// Only what the provider holds for a deposit after its end is still to be decided.
    #[test]
    fn what_ended_without_success_has_nothing_pending_but_what_is_held_late(life in life()) {
        for (step, change) in changes(&life.live()) {
            let status = change.trade.status();
            let is_over = status.is_final() && status != TradeStatus::Completed;
            let pending = change.trade.credits.iter().filter(|credit| credit.state == CreditState::Pending);
            for credit in pending.filter(|_| is_over) {
                let known = step.before.status() == status && of_key(&step.before.credits, &credit.key).is_some();
                let is_held = observation(step)
                    .is_some_and(|told| matches!(told.progress, crate::observation::Progress::Held { .. }));
                prop_assert!(status == TradeStatus::Expired && is_deposit(&change.trade), "{status}");
                prop_assert!(known || (is_held && step.before.status() == status), "{credit:?} in {status}");
            }
        }
    }

    /// Except for a deposit that we gave up: that one is welcome late.
    #[test]
    fn nothing_counts_in_a_failure_or_a_reversal_unless_somebody_was_told(life in life()) {
        for (step, change) in changes(&life.live()) {
            let (before, later) = (&step.before, &change.trade);
            if !matches!(later.status(), TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Reverted) {
                continue;
            }
            for credit in later.credits.iter().filter(|credit| credit.state == CreditState::Credited) {
                let known = before.status() == later.status() && is_credited(&before.credits, &credit.key);
                prop_assert!(known || !change.alerts.is_empty(), "{credit:?} in {}", later.status());
                prop_assert!(later.status() != TradeStatus::Reverted || before.status() == later.status());
            }
        }
    }

    /// Whatever was told as credited counts from then on, or somebody is told why not.
    #[test]
    fn nothing_that_was_credited_disappears(life in life()) {
        for step in life.live() {
            let Some(observation) = observation(&step) else { continue };
            let reversed = |told: &Credit| {
                let of_it = |other: &&Credit| other.key == told.key && other.state == CreditState::Reversed;
                observation.credits.iter().any(|other| of_it(&other))
            };
            let credited = observation.credits.iter().filter(|told| told.state == CreditState::Credited);
            for told in credited.filter(|told| !reversed(told)) {
                match &step.result {
                    Fold::Stale => {
                        let known = of_key(&step.before.credits, &told.key).unwrap();
                        prop_assert_eq!((known.state, known.amount), (told.state, told.amount));
                    }
                    Fold::Applied(change) => {
                        let known = of_key(&change.trade.credits, &told.key);
                        let counts = known.is_some_and(|known| {
                            known.state == CreditState::Credited && known.amount == told.amount
                        });
                        let taken_back = change.trade.status() == TradeStatus::Reverted;
                        prop_assert!(counts || taken_back || !change.alerts.is_empty(), "{told:?} {known:?}");
                    }
                    Fold::Anomaly(_) => {}
                }
            }
        }
    }

    /// And where a deposit is taken back, its state says so.
    #[test]
    fn what_counted_stops_counting_by_the_providers_word_only(life in life()) {
        for (step, change) in changes(&life.live()) {
            for old in step.before.credits.iter().filter(|old| old.state == CreditState::Credited) {
                let told_so = observation(step).is_some_and(|observation| {
                    observation.credits.iter().any(|told| {
                        told.key == old.key && told.state == CreditState::Reversed
                    })
                });
                use crate::observation::Progress::{Canceled, Failed, Reverted};
                let taken_back = change.trade.status() == TradeStatus::Reverted;
                // What was credited after the end has no state left to say it.
                let called_off = !change.alerts.is_empty()
                    && observation(step).is_some_and(|told| {
                        matches!(told.progress, Failed(_) | Canceled(_) | Reverted { .. })
                    });
                let now = of_key(&change.trade.credits, &old.key).map(|credit| credit.state);
                prop_assert!(now.is_some(), "{old:?} is forgotten");
                let counts = now == Some(CreditState::Credited);
                prop_assert!(counts || told_so || taken_back || called_off, "{old:?} by {:?}", step.input);
            }
        }
    }

    /// Time may end a page that somebody has paid. It never makes anything sure.
    #[test]
    fn our_clock_never_completes_a_deposit(life in life()) {
        for (step, change) in changes(&life.live()) {
            if change.cause != Cause::Timer {
                continue;
            }
            let count = |trade: &Trade| {
                let counts = |credit: &&Credit| credit.state == CreditState::Credited;
                trade.credits.iter().filter(counts).count()
            };
            prop_assert_eq!(count(&change.trade), count(&step.before));
            if change.trade.status() == TradeStatus::Completed {
                prop_assert_eq!(&step.input, &Input::LinkEnded);
                prop_assert!(is_deposit(&step.before) && count(&step.before) > 0);
            }
        }
    }

    /// A completed deposit brings something, or somebody is told.
    #[test]
    fn a_deposit_is_not_completed_over_nothing(life in life()) {
        for (step, change) in changes(&life.live()) {
            let (before, later) = (step.before.status(), change.trade.status());
            if later == TradeStatus::Completed && before != later && is_deposit(&change.trade) {
                let counts = change.trade.credits.iter().any(|credit| credit.state == CreditState::Credited);
                prop_assert!(counts || !change.alerts.is_empty());
            }
        }
    }

    #[test]
    fn what_was_completed_and_is_called_off_is_reverted_and_told(life in life()) {
        for step in life.live() {
            let called_off = observation(&step).is_some_and(|observation| {
                use crate::observation::Progress::{Canceled, Expired, Failed};
                matches!(observation.progress, Failed(_) | Canceled(_) | Expired(_))
            });
            if !called_off || step.before.status() != TradeStatus::Completed || !is_deposit(&step.before) {
                continue;
            }
            match &step.result {
                Fold::Applied(change) => {
                    prop_assert_eq!(change.trade.status(), TradeStatus::Reverted);
                    prop_assert!(!change.alerts.is_empty());
                }
                Fold::Anomaly(_) => {}
                Fold::Stale => prop_assert!(false, "nobody was told"),
            }
        }
    }
}
