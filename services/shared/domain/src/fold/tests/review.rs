//! What a person is told, and what a person decides.

use crate::decision::{Decision, Verdict};
use crate::fold::{Anomaly, Change, Fold, Input, fold};
use crate::rules::{ByKind, Idempotency, Rules};
use crate::samples::{DAY, SETTLE, at, known_in, reason, rules, trade_in, uncertain};
use crate::trade::{Cause, Trade, TradeState, TradeStatus};

fn undocumented() -> Rules {
    let mut rules = rules();
    rules.placing.idempotency = ByKind::all(Idempotency::Undocumented);
    rules
}

fn applied(trade: &Trade, input: &Input, rules: &Rules, seconds: i64) -> Change {
    match fold(Some(trade), input, rules, at(seconds)) {
        Ok(Fold::Applied(change)) => *change,
        other => panic!("not applied: {other:?}"),
    }
}

fn in_review() -> Trade {
    let absent = Input::LookedUpAbsent { asked_at: at(SETTLE) };
    applied(&trade_in(uncertain(0, false)), &absent, &undocumented(), SETTLE).trade
}

fn decided(verdict: Verdict) -> Decision {
    Decision { verdict, operator: "ada".to_owned(), reason: "seen in the panel".to_owned() }
}

fn placed(provider_id: &str) -> Verdict {
    Verdict::Placed { provider_id: provider_id.to_owned() }
}

#[test]
fn a_person_is_told_what_was_tried_and_what_came_of_it() {
    let trade = in_review();
    let TradeState::NeedsReview { findings, .. } = &trade.state else { panic!("{:?}", trade.state) };
    let told = findings.join("\n");
    for fact in ["attempt 2", "reference wd-1", "timed_out", "does not know the reference"] {
        assert!(told.contains(fact), "{fact}: {told}");
    }
    assert!(!told.contains("AbCd"), "a trade token: {told}");
}

#[test]
fn a_day_without_an_answer_is_enough() {
    let unclear = trade_in(uncertain(0, false));
    let early = fold(Some(&unclear), &Input::NeverAnswered, &rules(), at(DAY - 1));
    assert_eq!(early, Ok(Fold::Stale));
    let change = applied(&unclear, &Input::NeverAnswered, &rules(), DAY);
    assert_eq!((change.trade.status(), change.alerts.len()), (TradeStatus::NeedsReview, 1));
    let known = fold(Some(&known_in(TradeState::Submitted)), &Input::NeverAnswered, &rules(), at(DAY));
    assert_eq!(known, Ok(Fold::Stale));
}

#[test]
fn a_decision_moves_the_trade_and_is_kept_with_its_version() {
    let cases = [
        (placed("p-7"), TradeStatus::Submitted),
        (Verdict::Absent, TradeStatus::Accepted),
        (Verdict::Failed, TradeStatus::Failed),
    ];
    for (verdict, status) in cases {
        let decision = decided(verdict.clone());
        let change = applied(&in_review(), &Input::Resolved(decision.clone()), &rules(), DAY);
        assert_eq!((change.trade.status(), change.cause), (status, Cause::Operator));
        assert_eq!(change.decision, Some(decision));
        let token = change.trade.order.as_ref().unwrap().operation.user().trade_token.as_ref();
        assert_eq!(token.is_none(), status.is_final(), "{status}");
        if let Verdict::Placed { provider_id } = verdict {
            assert_eq!(change.trade.facts.provider_id, Some(provider_id));
        }
    }
}

#[test]
fn a_trade_that_waits_for_nobody_is_not_decided_on() {
    for state in [TradeState::Dispatching, uncertain(0, false), TradeState::Submitted] {
        for verdict in [placed("p-1"), Verdict::Absent, Verdict::Failed] {
            let input = Input::Resolved(decided(verdict));
            assert_eq!(fold(Some(&known_in(state.clone())), &input, &rules(), at(DAY)), Ok(Fold::Stale));
        }
    }
    // The second of two operators finds that it is decided.
    let failed = applied(&in_review(), &Input::Resolved(decided(Verdict::Failed)), &rules(), DAY).trade;
    let again = fold(Some(&failed), &Input::Resolved(decided(Verdict::Absent)), &rules(), at(DAY));
    assert_eq!(again, Ok(Fold::Stale));
}

#[test]
fn another_id_than_the_provider_told_is_a_contradiction() {
    let review = TradeState::NeedsReview { reason: reason("told"), findings: Vec::new() };
    let known = known_in(review);
    let own = known.facts.provider_id.clone().unwrap();
    let other = fold(Some(&known), &Input::Resolved(decided(placed("p-other"))), &rules(), at(DAY));
    assert!(matches!(other, Ok(Fold::Anomaly(Anomaly::Contradiction(_)))), "{other:?}");
    let same = applied(&known, &Input::Resolved(decided(placed(&own))), &rules(), DAY);
    assert_eq!(same.trade.status(), TradeStatus::Submitted);
}
