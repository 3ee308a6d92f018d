use super::{Advanced, Advancing, AdvancingError, Effect, Event, Retry};
use crate::fold::Input;
use crate::observation::Progress;
use crate::samples::{accepted, at, attempt, known_in, observed, recorded, rules, trade_in};
use crate::trade::{Recorded, StatusChange, Trade, TradeState, TradeStatus};

fn version(trade: Trade, version: u64) -> Recorded {
    let recorded = recorded(trade, at(0));
    Recorded { change: StatusChange { version, ..recorded.change }, sequence: version * 10 }
}

fn start(known: Option<Recorded>, input: &Input, retry: Retry) -> (Advancing, Effect) {
    Advancing::start(known, input.clone(), retry, &rules(), at(1)).unwrap()
}

fn submitted() -> Input {
    Input::Observed(observed(Progress::Submitted))
}

#[test]
fn a_version_follows_on_the_one_that_was_decided_on() {
    let (mut advancing, effect) = start(Some(version(accepted(), 4)), &intent(), Retry::Fold);
    let Effect::Append { expected, change } = effect else { panic!("{effect:?}") };
    assert_eq!((expected, change.version, change.recorded_at), (40, 5, at(1)));
    assert_eq!((change.from, change.trade.status()), (Some(TradeStatus::Accepted), TradeStatus::Dispatching));
    let finished = advancing.on(Event::Written { sequence: 77 }, &rules(), at(2));
    assert_eq!(finished, Ok(Effect::Finish(Advanced::Written(Recorded { change, sequence: 77 }))));
}

fn intent() -> Input {
    Input::AttemptStarted(attempt(1))
}

#[test]
fn whoever_loses_decides_again_on_the_newest() {
    let in_flight = trade_in(TradeState::Dispatching);
    let (mut advancing, effect) = start(Some(version(in_flight, 2)), &submitted(), Retry::Fold);
    assert!(matches!(effect, Effect::Append { expected: 20, .. }));
    assert_eq!(advancing.on(Event::Lost, &rules(), at(2)), Ok(Effect::ReadLatest));
    let newer = version(
        trade_in(TradeState::Uncertain {
            since: at(1),
            reason: crate::samples::reason("timed_out"),
            refusal_unproved: false,
        }),
        3,
    );
    let effect = advancing.on(Event::Read(Some(newer)), &rules(), at(3)).unwrap();
    let Effect::Append { expected, change } = effect else { panic!("{effect:?}") };
    assert_eq!((expected, change.version, change.from), (30, 4, Some(TradeStatus::Uncertain)));
}

#[test]
fn what_was_decided_on_one_version_only_is_given_up_with_the_race() {
    let (mut advancing, _) = start(Some(version(accepted(), 1)), &intent(), Retry::GiveUp);
    assert_eq!(advancing.on(Event::Lost, &rules(), at(2)), Ok(Effect::ReadLatest));
    // It could be folded on the newest version again, and must not be.
    let newest = version(accepted(), 3);
    let finished = advancing.on(Event::Read(Some(newest.clone())), &rules(), at(2));
    assert_eq!(finished, Ok(Effect::Finish(Advanced::Stale(newest))));
}

#[test]
fn nothing_is_said_of_a_version_that_may_be_old() {
    let old = version(known_in(TradeState::Submitted), 3);
    let (mut advancing, effect) = start(Some(old), &submitted(), Retry::Fold);
    assert_eq!(effect, Effect::ReadLatest);
    let newest = version(known_in(TradeState::OfferSent), 4);
    let finished = advancing.on(Event::Read(Some(newest.clone())), &rules(), at(2));
    assert_eq!(finished, Ok(Effect::Finish(Advanced::Stale(newest))));
}

#[test]
fn an_error_too_is_only_said_of_the_newest() {
    // The trade is not there yet as far as the caller knows.
    let (mut advancing, effect) = start(None, &submitted(), Retry::Fold);
    assert_eq!(effect, Effect::ReadLatest);
    let effect =
        advancing.on(Event::Read(Some(version(trade_in(TradeState::Dispatching), 2))), &rules(), at(2));
    assert!(matches!(effect, Ok(Effect::Append { expected: 20, .. })), "{effect:?}");
    let (mut advancing, _) = start(None, &submitted(), Retry::Fold);
    let refused = advancing.on(Event::Read(None), &rules(), at(2));
    assert!(matches!(refused, Err(AdvancingError::Illegal(_))), "{refused:?}");
}

#[test]
fn an_event_out_of_its_order_is_an_error_and_ends_the_machine() {
    let (mut advancing, _) = start(Some(version(accepted(), 1)), &intent(), Retry::Fold);
    assert_eq!(advancing.on(Event::Read(None), &rules(), at(2)), Err(AdvancingError::OutOfOrder));
    let late = advancing.on(Event::Written { sequence: 9 }, &rules(), at(2));
    assert_eq!(late, Err(AdvancingError::OutOfOrder));
}
