//! What the order of arrival changes, and what it does not.
//!
//! The states up to COMPLETED are ranks on one way, and REVERTED is the only way out of COMPLETED. So whatever the order
//! in which they arrive, sightings of one purchase on that way lead to the furthest of them. It is not so for a
//! purchase that was accepted by the user and also failed, and for two different ends of a hold; see the last tests.

use crate::credit::{Credit, CreditState};
use crate::fold::{AlertKind, Anomaly, Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::order::OrderKind;
use crate::outcome::Outcome;
use crate::samples::{
    DAY, at, credit, crediting, delivered, known_in, observed, of_kind, reason, rules, taken_back, trade_in,
    uncertain,
};
use crate::trade::{Cause, Trade, TradeState, TradeStatus};

const WATCHED: TradeState = TradeState::Completed { watch_until: None };

fn starts() -> [Trade; 3] {
    let waiting = TradeState::Accepted { not_before: None, reason: None };
    [TradeState::Dispatching, uncertain(30, false), waiting].map(trade_in)
}

/// The first is the answer of the call itself, which may come late as well.
fn inputs(sightings: &[Progress]) -> Vec<Input> {
    let observations = sightings.iter().cloned().map(observed);
    let as_input = |(index, observation): (usize, Observation)| match index {
        0 => Input::AttemptAnswered { number: 2, outcome: Outcome::Placed(observation) },
        _ => Input::Observed(observation),
    };
    observations.enumerate().map(as_input).collect()
}

fn permutations(inputs: &[Input]) -> Vec<Vec<Input>> {
    if inputs.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for index in 0..inputs.len() {
        let mut rest = inputs.to_vec();
        let first = rest.remove(index);
        for mut tail in permutations(&rest) {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    all
}

/// The state in the end, and how many times somebody was told of a contradiction.
fn ends(start: &Trade, inputs: &[Input]) -> (TradeState, usize) {
    let (trade, told) = lived(start, inputs);
    (trade.state, told)
}

fn lived(start: &Trade, inputs: &[Input]) -> (Trade, usize) {
    let mut trade = start.clone();
    let mut told = 0;
    for input in inputs {
        // A page only ends when its time has come.
        let now = if *input == Input::LinkEnded { at(9 * DAY) } else { at(30) };
        match fold(Some(&trade), input, &rules(), now).unwrap() {
            Fold::Applied(change) => {
                told += change.alerts.iter().filter(|alert| alert.kind == AlertKind::Anomaly).count();
                trade = change.trade;
            }
            Fold::Anomaly(Anomaly::Contradiction(_)) => told += 1,
            Fold::Stale | Fold::Anomaly(Anomaly::OrderConflict) => {}
        }
    }
    (trade, told)
}

fn always_ends(sightings: &[Progress], expected: &TradeState) {
    for start in starts() {
        for inputs in permutations(&inputs(sightings)) {
            let (state, told) = ends(&start, &inputs);
            assert_eq!(&state, expected, "from {} by {inputs:#?}", start.status());
            assert_eq!(told, 0, "from {} by {inputs:#?}", start.status());
        }
    }
}

#[test]
fn a_purchase_that_went_well_is_completed_in_any_order() {
    let sightings = [Progress::Submitted, Progress::OfferSent, Progress::UserAccepted, delivered(Hold::None)];
    always_ends(&sightings, &WATCHED);
}

#[test]
fn a_purchase_on_hold_is_on_hold_in_any_order() {
    let hold_ends_at = at(DAY);
    let sightings = [
        Progress::Submitted,
        Progress::UserAccepted,
        delivered(Hold::Unknown),
        delivered(Hold::Until(hold_ends_at)),
    ];
    always_ends(&sightings, &TradeState::OnHold { hold_ends_at });
}

#[test]
fn the_end_of_a_hold_is_the_end_in_any_order() {
    let sightings = [Progress::Submitted, delivered(Hold::Until(at(DAY))), delivered(Hold::None)];
    always_ends(&sightings, &WATCHED);
}

#[test]
fn what_was_taken_back_is_reverted_in_any_order() {
    let Progress::Reverted { reason, by } = taken_back() else {
        unreachable!("a sample");
    };
    for hold in [Hold::None, Hold::Unknown, Hold::Until(at(DAY))] {
        let sightings =
            [Progress::Submitted, Progress::OfferSent, Progress::UserAccepted, delivered(hold), taken_back()];
        let reason = reason.clone();
        always_ends(&sightings, &TradeState::Reverted { reason, by });
    }
}

#[test]
fn what_failed_before_the_user_accepted_has_failed_in_any_order() {
    let reason = reason("told");
    let sightings = [Progress::Submitted, Progress::OfferSent, Progress::Failed(reason.clone())];
    for start in starts() {
        for inputs in permutations(&inputs(&sightings)) {
            assert_eq!(ends(&start, &inputs).0, TradeState::Failed { reason: reason.clone() });
        }
    }
}

/// Not the same state, but in either order somebody is told, once.
#[test]
fn accepted_and_failed_is_a_contradiction_in_either_order() {
    let accepted = Input::Observed(observed(Progress::UserAccepted));
    let failed = Input::Observed(observed(Progress::Failed(reason("told"))));
    for start in starts() {
        let (state, told) = ends(&start, &[accepted.clone(), failed.clone()]);
        assert_eq!((state.status(), told), (TradeStatus::Reverted, 1));
        let (state, told) = ends(&start, &[failed.clone(), accepted.clone()]);
        assert_eq!((state.status(), told), (TradeStatus::Failed, 1));
    }
}

/// Not the same state: nothing in them tells which is newer, so the one that was told last holds.
#[test]
fn of_two_ends_of_a_hold_the_later_word_holds() {
    let [day_1, day_2] = [DAY, 2 * DAY].map(|end| Input::Observed(observed(delivered(Hold::Until(at(end))))));
    let until = |end: i64| TradeState::OnHold { hold_ends_at: at(end) };
    for start in starts() {
        assert_eq!(ends(&start, &[day_1.clone(), day_2.clone()]), (until(2 * DAY), 0));
        assert_eq!(ends(&start, &[day_2.clone(), day_1.clone()]), (until(DAY), 0));
    }
}

const DEPOSITS: [OrderKind; 2] = [OrderKind::DepositLink, OrderKind::DepositItems];

fn deposits(trades: &[Trade]) -> Vec<Trade> {
    DEPOSITS.into_iter().flat_map(|kind| trades.iter().map(move |trade| of_kind(kind, trade))).collect()
}

/// Told by the answer of the call, by a webhook, by a look-up.
fn told_by(cause: Cause, observation: Observation) -> Input {
    Input::Observed(Observation { cause, ..observation })
}

fn a(state: CreditState) -> Credit {
    credit("a", state)
}

/// The keys that count in the end.
fn counting(trade: &Trade) -> Vec<&str> {
    let counts = |credit: &&Credit| credit.state == CreditState::Credited;
    trade.credits.iter().filter(counts).map(|credit| credit.key.as_str()).collect()
}

#[test]
fn a_deposit_that_went_well_is_credited_in_any_order() {
    let inputs = [
        told_by(Cause::Dispatch, observed(Progress::Submitted)),
        told_by(Cause::LookUp, crediting(Progress::OfferSent, [a(CreditState::Pending)])),
        told_by(Cause::LookUp, crediting(Progress::Held { until: Some(at(DAY)) }, [a(CreditState::Pending)])),
        told_by(Cause::Webhook, crediting(delivered(Hold::None), [a(CreditState::Credited)])),
    ];
    for start in deposits(&starts()) {
        for inputs in permutations(&inputs) {
            let (trade, told) = lived(&start, &inputs);
            assert_eq!(trade.state, WATCHED, "by {inputs:#?}");
            assert_eq!(trade.credits, [a(CreditState::Credited)], "by {inputs:#?}");
            assert_eq!(told, 0, "by {inputs:#?}");
        }
    }
}

/// The amount was told while it was not sure, and the end came without it.
#[test]
fn a_deposit_whose_end_tells_no_amount_is_credited_with_the_one_told_before() {
    let held = crediting(Progress::Held { until: None }, [a(CreditState::Pending)]);
    let pending = crediting(Progress::Submitted, [a(CreditState::Pending)]);
    let before = [told_by(Cause::Dispatch, pending), told_by(Cause::LookUp, held)];
    for start in deposits(&starts()) {
        for first in permutations(&before) {
            let end = told_by(Cause::LookUp, observed(delivered(Hold::None)));
            let (trade, told) = lived(&start, &[first, vec![end]].concat());
            assert_eq!((trade.state, told), (WATCHED, 0));
            assert_eq!(trade.credits, [a(CreditState::Credited)]);
        }
    }
}

/// The states differ, as they do for a purchase; what counts does not: nothing.
#[test]
fn a_hold_that_failed_leaves_no_credit_in_any_order() {
    let held = crediting(Progress::Held { until: None }, [a(CreditState::Pending)]);
    let inputs = [
        told_by(Cause::LookUp, held),
        told_by(Cause::Webhook, observed(Progress::Failed(reason("told")))),
        told_by(Cause::LookUp, crediting(Progress::Submitted, [a(CreditState::Pending)])),
    ];
    for start in deposits(&starts()) {
        for inputs in permutations(&inputs) {
            let (trade, _) = lived(&start, &inputs);
            let ended = matches!(trade.status(), TradeStatus::Reverted | TradeStatus::Failed);
            assert!(ended, "{} by {inputs:#?}", trade.status());
            let is_pending = |credit: &Credit| credit.state == CreditState::Pending;
            assert!(!trade.credits.iter().any(is_pending), "by {inputs:#?}");
            assert_eq!(counting(&trade), Vec::<&str>::new(), "by {inputs:#?}");
        }
    }
}

#[test]
fn a_page_that_brought_several_credits_has_them_all_whenever_it_ended() {
    let brings = |key: &str| {
        told_by(Cause::Webhook, crediting(Progress::Submitted, [credit(key, CreditState::Credited)]))
    };
    let inputs = [brings("a"), brings("b"), Input::LinkEnded, brings("a")];
    for start in deposits(&[known_in(TradeState::Submitted)]) {
        for inputs in permutations(&inputs) {
            let (trade, told) = lived(&start, &inputs);
            let mut keys = counting(&trade);
            keys.sort_unstable();
            assert_eq!((keys, told), (vec!["a", "b"], 0), "by {inputs:#?}");
            let empty = inputs[0] == Input::LinkEnded;
            let ended = if empty { TradeStatus::Expired } else { TradeStatus::Completed };
            assert_eq!(trade.status(), ended);
        }
    }
}

/// It was given up with something on its way, which came after all: nobody has to look into that.
#[test]
fn what_was_pending_when_a_page_was_given_up_is_credited_late() {
    let pending = crediting(Progress::Submitted, [a(CreditState::Pending)]);
    let held = crediting(Progress::Held { until: None }, [a(CreditState::Pending)]);
    let paid = crediting(delivered(Hold::None), [a(CreditState::Credited)]);
    for start in deposits(&[known_in(TradeState::Submitted)]) {
        let given_up = [told_by(Cause::LookUp, pending.clone()), Input::LinkEnded];
        let (trade, told) = lived(&start, &given_up);
        assert_eq!((trade.status(), told), (TradeStatus::Expired, 0));
        assert_eq!(trade.credits, []);
        let late = [told_by(Cause::LookUp, held.clone()), told_by(Cause::LookUp, paid.clone())];
        let (trade, told) = lived(&trade, &late);
        assert_eq!((trade.status(), told), (TradeStatus::Expired, 0));
        assert_eq!(trade.credits, [a(CreditState::Credited)]);
    }
}
