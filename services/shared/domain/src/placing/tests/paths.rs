//! Every row of the protocol's table, one at a time.

use jiff::Timestamp;

use crate::fold::{Fold, Input, fold};
use crate::observation::Progress;
use crate::outcome::Outcome;
use crate::placing::{Delivery, Effect, Event, Placing};
use crate::samples::{
    LEASE, accepted, at, attempt, known_in, observed, reason, rules, trade_in, uncertain, with_deadline,
};
use crate::trade::{Trade, TradeState};

fn start(trade: &Trade, now: Timestamp) -> (Placing, Effect) {
    Placing::start(trade.clone(), rules().placing, now)
}

fn finish(delivery: Delivery, return_permit: bool) -> Effect {
    Effect::Finish { delivery, return_permit }
}

fn waiting(not_before: i64) -> Trade {
    trade_in(TradeState::Accepted { not_before: Some(at(not_before)), reason: Some(reason("rate_limited")) })
}

fn applied(trade: &Trade, input: &Input, now: Timestamp) -> Trade {
    match fold(Some(trade), input, &rules(), now) {
        Ok(Fold::Applied(change)) => change.trade,
        other => panic!("not applied: {other:?}"),
    }
}

/// A machine that holds a permit and has been told to write this intent.
fn writing_intent() -> (Placing, Trade, Input) {
    let (mut placing, _) = start(&accepted(), at(0));
    let Ok(Effect::Append(intent)) = placing.on(Event::PermitTaken, at(0)) else {
        panic!("no intent");
    };
    let written = applied(&accepted(), &intent, at(0));
    (placing, written, intent)
}

/// A machine that calls, and the trade in the ledger.
fn calling() -> (Placing, Trade) {
    let (mut placing, written, _) = writing_intent();
    assert_eq!(placing.on(Event::Written(written.clone()), at(1)), Ok(Effect::Call(attempt(1))));
    (placing, written)
}

#[test]
fn an_accepted_order_takes_a_permit_and_then_writes_its_intent() {
    let (mut placing, effect) = start(&accepted(), at(0));
    assert_eq!(effect, Effect::TakePermit);
    let intent = Input::AttemptStarted(attempt(1));
    assert_eq!(placing.on(Event::PermitTaken, at(0)), Ok(Effect::Append(intent)));
}

#[test]
fn a_later_attempt_has_the_next_number_and_the_same_reference() {
    let (mut placing, effect) = start(&waiting(90), at(90));
    assert_eq!(effect, Effect::TakePermit);
    let Ok(Effect::Append(Input::AttemptStarted(third))) = placing.on(Event::PermitTaken, at(90)) else {
        panic!("no intent");
    };
    assert_eq!((third.number, third.lease_until), (3, at(90 + LEASE)));
    assert_eq!(third.reference, attempt(1).reference);
}

#[test]
fn each_outcome_is_written_and_decides_about_the_delivery() {
    let not_sent = Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(90) };
    let unknown = Outcome::Unknown { reason: reason("timed_out"), refusal_unproved: false };
    for (outcome, delivery) in [
        (Outcome::Placed(observed(Progress::Submitted)), Delivery::Acknowledge),
        (Outcome::Refused(reason("item_unavailable")), Delivery::Acknowledge),
        (not_sent, Delivery::RedeliverAt(at(90))),
        (unknown, Delivery::Acknowledge),
    ] {
        let (mut placing, started) = calling();
        let answered = Input::AttemptAnswered { number: 1, outcome: outcome.clone() };
        let effect = placing.on(Event::Answered(outcome), at(2));
        assert_eq!(effect, Ok(Effect::Append(answered.clone())));
        let written = applied(&started, &answered, at(2));
        assert_eq!(placing.on(Event::Written(written), at(2)), Ok(finish(delivery, false)));
    }
}

/// The lease was taken over and the tracker has gone on: its word is in the ledger, and decides.
#[test]
fn an_outcome_that_changes_nothing_decides_by_the_ledger() {
    for (ledger, delivery) in [
        (known_in(TradeState::OfferSent), Delivery::Acknowledge),
        (waiting(90), Delivery::RedeliverAt(at(90))),
        (accepted(), Delivery::RedeliverAt(at(2))),
    ] {
        let (mut placing, _) = calling();
        placing.on(Event::Answered(Outcome::Refused(reason("item_unavailable"))), at(2)).unwrap();
        assert_eq!(placing.on(Event::Lost(ledger), at(2)), Ok(finish(delivery, false)));
    }
}

#[test]
fn a_lost_intent_gives_the_permit_back() {
    for state in [TradeState::Dispatching, uncertain(0, false), TradeState::Submitted] {
        let (mut placing, _, _) = writing_intent();
        let effect = placing.on(Event::Lost(trade_in(state)), at(1));
        assert_eq!(effect, Ok(finish(Delivery::Acknowledge, true)));
    }
    let (mut placing, _, _) = writing_intent();
    let effect = placing.on(Event::Lost(waiting(90)), at(1));
    assert_eq!(effect, Ok(finish(Delivery::RedeliverAt(at(90)), true)));
}

#[test]
fn a_lost_intent_is_written_anew_where_the_order_still_waits() {
    let (mut placing, _, _) = writing_intent();
    let Ok(Effect::Append(Input::AttemptStarted(next))) = placing.on(Event::Lost(waiting(1)), at(1)) else {
        panic!("no intent");
    };
    assert_eq!((next.number, next.lease_until), (3, at(1 + LEASE)));
}

#[test]
fn an_order_that_is_past_accepted_costs_no_permit() {
    for state in [TradeState::Dispatching, uncertain(0, false), TradeState::Submitted] {
        let (_, effect) = start(&trade_in(state), at(0));
        assert_eq!(effect, finish(Delivery::Acknowledge, false));
    }
    let (_, effect) = start(&waiting(90), at(89));
    assert_eq!(effect, finish(Delivery::RedeliverAt(at(90)), false));
}

#[test]
fn an_order_that_is_overdue_is_ended_and_never_called() {
    let overdue = with_deadline(&accepted(), at(10));
    let expired = applied(&overdue, &Input::DeadlinePassed, at(10));
    // Before the permit.
    let (mut placing, effect) = start(&overdue, at(10));
    assert_eq!(effect, Effect::Append(Input::DeadlinePassed));
    let effect = placing.on(Event::Written(expired.clone()), at(10));
    assert_eq!(effect, Ok(finish(Delivery::Acknowledge, false)));
    // While it waited for one.
    let (mut placing, _) = start(&overdue, at(9));
    let effect = placing.on(Event::PermitTaken, at(10));
    assert_eq!(effect, Ok(Effect::Append(Input::DeadlinePassed)));
    let effect = placing.on(Event::Lost(expired), at(10));
    assert_eq!(effect, Ok(finish(Delivery::Acknowledge, true)));
}

/// By then the tracker may have looked the attempt up and found nothing.
#[test]
fn an_intent_that_took_longer_than_its_lease_is_not_called() {
    let (mut placing, written, _) = writing_intent();
    let effect = placing.on(Event::Written(written.clone()), at(LEASE)).unwrap();
    let Effect::Append(input @ Input::AttemptAnswered { number: 1, outcome: Outcome::NotSent { .. } }) =
        effect
    else {
        panic!("{effect:?}");
    };
    let waits = applied(&written, &input, at(LEASE));
    let effect = placing.on(Event::Written(waits), at(LEASE));
    assert_eq!(effect, Ok(finish(Delivery::RedeliverAt(at(LEASE)), true)));
}

#[test]
fn an_event_out_of_order_is_an_error_and_ends_the_machine() {
    let answer = || Event::Answered(Outcome::Refused(reason("item_unavailable")));
    let events = || {
        let trade = trade_in(TradeState::Dispatching);
        [Event::PermitTaken, Event::Written(trade.clone()), Event::Lost(trade), answer()]
    };
    let finished = || start(&trade_in(TradeState::Submitted), at(0)).0;
    let writing_outcome = || {
        let mut placing = calling().0;
        placing.on(answer(), at(2)).unwrap();
        placing
    };
    let overdue = || start(&with_deadline(&accepted(), at(0)), at(0)).0;
    // Which of the events each phase expects.
    let phases = [
        (start(&accepted(), at(0)).0, [true, false, false, false]),
        (overdue(), [false, true, true, false]),
        (writing_intent().0, [false, true, true, false]),
        (calling().0, [false, false, false, true]),
        (writing_outcome(), [false, true, true, false]),
        (finished(), [false; 4]),
    ];
    for (placing, expected) in phases {
        for (event, expected) in events().into_iter().zip(expected) {
            let mut placing = placing.clone();
            let result = placing.on(event.clone(), at(3));
            assert_eq!(result.is_ok(), expected, "{placing:?} {event:?}");
            if !expected {
                assert!(events().into_iter().all(|next| placing.on(next, at(3)).is_err()));
            }
        }
    }
}
