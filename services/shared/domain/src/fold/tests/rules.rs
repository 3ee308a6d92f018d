//! Single rules that the table does not show, or that deserve a name.

use crate::fold::{AlertKind, Anomaly, Change, Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::outcome::Outcome;
use crate::rules::Rules;
use crate::samples::{
    DAY, LEASE, accepted, at, attempt, delivered, dollars, known_in, observed, reason, request, rules,
    trade_in, uncertain,
};
use crate::trade::{Trade, TradeState, TradeStatus};

fn after(trade: &Trade, input: Input, now: i64) -> Fold {
    fold(Some(trade), &input, &rules(), at(now)).unwrap()
}

fn change(fold: Fold) -> Change {
    match fold {
        Fold::Applied(change) => *change,
        Fold::Stale | Fold::Anomaly(_) => panic!("not applied: {fold:?}"),
    }
}

fn sees(trade: &Trade, observation: Observation, now: i64) -> Fold {
    after(trade, Input::Observed(observation), now)
}

#[test]
fn a_corrected_request_is_a_new_order() {
    let rejected = Trade {
        order: None,
        accepted_at: None,
        state: TradeState::Rejected { violations: vec![] },
        ..accepted()
    };
    let corrected = change(after(&rejected, Input::Requested(request(2)), 5));
    assert_eq!(corrected.from, Some(TradeStatus::Rejected));
    assert_eq!(corrected.trade.fingerprint, [2; 32]);
    assert_eq!(corrected.trade.accepted_at, Some(at(5)));
    assert!(corrected.trade.order.is_some());
}

#[test]
fn the_answer_that_comes_after_the_lease_counts() {
    let started = trade_in(TradeState::Dispatching);
    let taken_over = change(after(&started, Input::LeaseExpired, LEASE)).trade;
    let not_sent = Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(90) };
    let outcomes = [
        (Outcome::Placed(observed(Progress::Submitted)), TradeStatus::Submitted),
        (Outcome::Refused(reason("item_unavailable")), TradeStatus::Failed),
        (not_sent, TradeStatus::Accepted),
    ];
    for (outcome, expected) in outcomes {
        let late = after(&taken_over, Input::AttemptAnswered { number: 2, outcome }, LEASE + 1);
        assert_eq!(change(late).trade.status(), expected);
    }
}

#[test]
fn the_settle_time_counts_from_the_end_of_the_lease() {
    let started = trade_in(TradeState::Dispatching);
    let taken_over = change(after(&started, Input::LeaseExpired, LEASE + 1000)).trade;
    assert_eq!(
        taken_over.state,
        TradeState::Uncertain { since: at(LEASE), reason: reason("lease_expired"), refusal_unproved: false }
    );
}

/// An earlier attempt came to nothing and the last one was executed: both can be true.
#[test]
fn an_old_refusal_says_nothing_about_a_later_attempt() {
    let not_sent = Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(90) };
    for state in [TradeState::Submitted, TradeState::Completed { watch_until: None }] {
        for outcome in [Outcome::Refused(reason("item_unavailable")), not_sent.clone()] {
            let old = Input::AttemptAnswered { number: 1, outcome: outcome.clone() };
            assert_eq!(after(&known_in(state.clone()), old, 30), Fold::Stale);
            let last = Input::AttemptAnswered { number: 2, outcome };
            assert!(matches!(after(&known_in(state.clone()), last, 30), Fold::Anomaly(_)));
        }
    }
}

/// The merchant was told that nothing was bought.
#[test]
fn a_purchase_that_appears_after_our_own_refusal_is_an_anomaly() {
    let failed = || TradeState::Failed { reason: reason("item_unavailable") };
    let seen = sees(&trade_in(failed()), observed(Progress::Submitted), 30);
    assert!(matches!(seen, Fold::Anomaly(Anomaly::Contradiction(_))), "{seen:?}");
    // Where the provider itself had said that the purchase failed, its older words arrive late.
    assert_eq!(sees(&known_in(failed()), observed(Progress::Submitted), 30), Fold::Stale);
}

#[test]
fn a_hold_is_counted_from_the_first_sight() {
    let submitted = known_in(TradeState::Submitted);
    let unknown = || observed(delivered(Hold::Unknown));
    let on_hold = change(sees(&submitted, unknown(), 30)).trade;
    let hold_ends_at = at(30 + 7 * DAY);
    assert_eq!(on_hold.state, TradeState::OnHold { hold_ends_at });
    assert_eq!(sees(&on_hold, unknown(), 6 * DAY), Fold::Stale);
    let over = change(sees(&on_hold, unknown(), 30 + 7 * DAY)).trade;
    let watch_until = Some(at(30 + 8 * DAY));
    assert_eq!(over.state, TradeState::Completed { watch_until });
}

/// Steam protects one game today, and may protect another tomorrow.
#[test]
fn a_hold_is_as_long_as_its_game_says() {
    let mut submitted = known_in(TradeState::Submitted);
    if let Some(order) = &mut submitted.order {
        let crate::order::Operation::Purchase(purchase) = &mut order.operation else { panic!("no purchase") };
        purchase.game = Some(crate::order::Game::Dota2);
    }
    let sees_under = |rules: &Rules, progress| {
        let input = Input::Observed(observed(progress));
        let Fold::Applied(change) = fold(Some(&submitted), &input, rules, at(30)).unwrap() else { panic!() };
        change.trade.state
    };
    let mut rules = rules();
    let unprotected = sees_under(&rules, delivered(Hold::Unknown));
    assert_eq!(unprotected, TradeState::Completed { watch_until: None });
    // The provider's word that it is held is stronger than our rule.
    let held = sees_under(&rules, Progress::Held { until: None });
    assert_eq!(held, TradeState::OnHold { hold_ends_at: at(30 + 7 * DAY) });
    rules.games.protection.dota2 = std::time::Duration::from_secs(3 * DAY.unsigned_abs());
    for progress in [delivered(Hold::Unknown), Progress::Held { until: None }] {
        assert_eq!(sees_under(&rules, progress), TradeState::OnHold { hold_ends_at: at(30 + 3 * DAY) });
    }
}

/// A row without the end of the hold does not unlearn the one that was told, whatever the game.
#[test]
fn a_hold_that_was_told_is_kept() {
    let mut on_hold = known_in(TradeState::OnHold { hold_ends_at: at(DAY) });
    if let Some(order) = &mut on_hold.order {
        let crate::order::Operation::Purchase(purchase) = &mut order.operation else { panic!("no purchase") };
        purchase.game = Some(crate::order::Game::Dota2);
    }
    assert_eq!(sees(&on_hold, observed(delivered(Hold::Unknown)), 30), Fold::Stale);
}

#[test]
fn an_unknown_word_raises_one_alert_and_not_one_at_every_look() {
    let mut word = observed(Progress::Unknown);
    word.facts.provider_status = Some("frozen".to_owned());
    let first = change(sees(&known_in(TradeState::OfferSent), word.clone(), 30));
    assert_eq!(first.trade.status(), TradeStatus::OfferSent);
    assert_eq!(first.alerts[0].kind, AlertKind::Drift);
    assert!(first.alerts[0].detail.contains("frozen"));
    assert_eq!(sees(&first.trade, word, 35), Fold::Stale);
}

#[test]
fn a_price_above_the_limit_raises_one_alert() {
    let mut dear = observed(Progress::Submitted);
    dear.facts.price_paid = Some(dollars("10.01"));
    for state in
        [uncertain(30, false), TradeState::NeedsReview { reason: reason("old"), findings: Vec::new() }]
    {
        let first = change(sees(&trade_in(state), dear.clone(), 30));
        assert_eq!(first.alerts.len(), 1, "{:?}", first.alerts);
        assert_eq!(sees(&first.trade, dear.clone(), 35), Fold::Stale);
    }
}

/// An intent that was decided too long ago is decided again; it is nobody's defect.
#[test]
fn an_old_intent_is_stale() {
    let after_one = trade_in(accepted().state);
    assert_eq!(after(&after_one, Input::AttemptStarted(attempt(1)), 30), Fold::Stale);
    assert_eq!(after(&after_one, Input::AttemptStarted(attempt(3)), LEASE), Fold::Stale);
    assert!(matches!(after(&after_one, Input::AttemptStarted(attempt(3)), LEASE - 1), Fold::Applied(_)));
}

#[test]
fn another_item_than_the_one_ordered_by_name_is_told_once() {
    let other = |name: &str| {
        let mut observation = observed(Progress::Submitted);
        observation.facts.item_name = Some(name.to_owned());
        observation
    };
    let trade = trade_in(TradeState::Dispatching);
    let right = change(sees(&trade, other("AK-47 | Redline (Field-Tested)"), 5));
    assert!(right.alerts.is_empty());
    let wrong = change(sees(&trade, other("AK-47 | Redline (Battle-Scarred)"), 5));
    assert_eq!(wrong.alerts.len(), 1);
    assert_eq!(sees(&wrong.trade, other("AK-47 | Redline (Battle-Scarred)"), 6), Fold::Stale);
}

#[test]
fn an_answer_that_is_older_than_the_holds_end_does_not_end_the_hold() {
    let hold_ends_at = at(DAY);
    let on_hold = known_in(TradeState::OnHold { hold_ends_at });
    let told = |as_of: i64| Input::Told {
        observation: observed(delivered(Hold::Until(hold_ends_at))),
        as_of: at(as_of),
    };
    // Asked before the end, folded in after it: the user may have taken the item back between the two.
    let early = fold(Some(&on_hold), &told(DAY - 1), &rules(), at(DAY + 5)).unwrap();
    assert_eq!(early, Fold::Stale);
    let Fold::Applied(change) = fold(Some(&on_hold), &told(DAY), &rules(), at(DAY + 5)).unwrap() else {
        panic!("it does not end");
    };
    assert_eq!(change.trade.status(), TradeStatus::Completed);
    // A clock that runs ahead ends nothing early either.
    let ahead = fold(Some(&on_hold), &told(DAY + 60), &rules(), at(DAY - 60)).unwrap();
    assert_eq!(ahead, Fold::Stale);
}
