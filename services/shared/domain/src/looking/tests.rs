use jiff::Timestamp;

use super::{Effect, Event, Looking, OutOfOrder};
use crate::fold::Input;
use crate::observation::Progress;
use crate::order::OrderKind;
use crate::rules::{ByKind, Rules};
use crate::samples::{
    DAY, LEASE, SETTLE, accepted, at, known_in, observed, of_kind, reason, recorded, rules, trade_in,
    uncertain, with_deadline,
};
use crate::stuck::Obstacle;
use crate::trade::{Trade, TradeState};

fn start(trade: Trade, now: Timestamp) -> (Looking, Effect) {
    Looking::start(recorded(trade, at(0)), false, &rules(), now)
}

/// Every effect of a look, where `answer` says what comes of some; of the others comes nothing new.
fn run(trade: Trade, now: Timestamp, answer: impl Fn(&Effect) -> Option<Event>) -> Vec<Effect> {
    let (mut looking, mut effect) = start(trade, now);
    let mut effects = Vec::new();
    while effect != Effect::Acknowledge {
        assert!(effects.len() < 9, "it does not end: {effects:?}");
        let event = answer(&effect).unwrap_or_else(|| nothing_changes(&effect));
        effects.push(effect);
        effect = looking.on(event, &rules(), now).unwrap();
    }
    effects
}

fn is_advance(effect: &Effect) -> bool {
    matches!(effect, Effect::Advance(_))
}

fn nothing_changes(effect: &Effect) -> Event {
    match effect {
        Effect::Advance(_) => Event::Advanced { changed: false },
        Effect::HandOver => Event::HandedOver { waits_for: None },
        Effect::LookUp => Event::LookedUp(Vec::new()),
        Effect::Schedule(_) | Effect::ScheduleHint(_) => Event::Scheduled,
        Effect::ReadLatest => Event::Read(None),
        Effect::Acknowledge => panic!("nothing comes of it"),
    }
}

#[test]
fn an_early_wake_up_is_set_again_before_it_is_acknowledged() {
    let effects = run(trade_in(TradeState::Dispatching), at(1), |_| None);
    assert_eq!(effects, [Effect::Schedule(at(LEASE + 1))]);
}

#[test]
fn a_trade_that_is_over_is_left_alone() {
    let failed = TradeState::Failed { reason: reason("told") };
    let newest = |effect: &Effect| is_read(effect, &trade_in(failed.clone()));
    assert_eq!(run(trade_in(failed.clone()), at(DAY), newest), [Effect::ReadLatest]);
}

/// A read may show an old version. An order in review that somebody has resolved meanwhile would never be looked at again.
#[test]
fn that_a_trade_needs_nothing_is_only_said_of_its_newest_version() {
    let review = trade_in(TradeState::NeedsReview { reason: reason("told"), findings: Vec::new() });
    let run_where = |newest: Trade| run(review.clone(), at(60), move |effect| is_read(effect, &newest));
    assert_eq!(run_where(accepted()), [Effect::ReadLatest, Effect::HandOver, Effect::Schedule(at(660))]);
    let effects = run_where(trade_in(TradeState::Submitted));
    assert!(matches!(effects[..], [Effect::ReadLatest, Effect::LookUp, Effect::Schedule(_)]), "{effects:?}");
    assert_eq!(run_where(review.clone()), [Effect::ReadLatest]);
}

fn is_read(effect: &Effect, newest: &Trade) -> Option<Event> {
    (*effect == Effect::ReadLatest).then(|| Event::Read(Some(recorded(newest.clone(), at(0)))))
}

#[test]
fn a_new_version_plans_its_own_look() {
    let advanced = |effect: &Effect| is_advance(effect).then_some(Event::Advanced { changed: true });
    let expired = [Effect::Advance(Input::LeaseExpired)];
    assert_eq!(run(trade_in(TradeState::Dispatching), at(LEASE + 1), advanced), expired);
    let late = [Effect::Advance(Input::DeadlinePassed)];
    assert_eq!(run(with_deadline(&accepted(), at(5)), at(6), advanced), late);
}

#[test]
fn an_order_that_is_handed_over_again_is_looked_at_again() {
    let effects = run(accepted(), at(60), |_| None);
    assert_eq!(effects, [Effect::HandOver, Effect::Schedule(at(660))]);
}

#[test]
fn every_row_is_folded_and_one_that_changes_something_is_enough() {
    let rows =
        vec![Input::Observed(observed(Progress::OfferSent)), Input::Observed(observed(Progress::Submitted))];
    for changing in 0..3 {
        let seen = std::cell::Cell::new(0);
        let effects = run(trade_in(TradeState::Submitted), at(60), |effect| {
            if *effect == Effect::LookUp {
                return Some(Event::LookedUp(rows.clone()));
            }
            seen.set(seen.get() + i32::from(is_advance(effect)));
            is_advance(effect).then_some(Event::Advanced { changed: seen.get() == changing })
        });
        let folded: Vec<_> = rows.iter().cloned().map(Effect::Advance).collect();
        assert_eq!(effects[1..3], folded, "{changing}");
        assert_eq!(effects.len(), if changing == 0 { 4 } else { 3 }, "{effects:?}");
    }
}

#[test]
fn a_look_up_that_says_nothing_is_soon_tried_again() {
    let silent = |effect: &Effect| (*effect == Effect::LookUp).then_some(Event::NotLookedUp);
    let held = |hold_ends_at| trade_in(TradeState::OnHold { hold_ends_at });
    // Six hours until the next planned look, and no more than a minute until the next try.
    let effects = run(held(at(8 * DAY)), at(DAY), silent);
    assert_eq!(effects, [Effect::LookUp, Effect::Schedule(at(DAY + 60))]);
    // The last look of all is not the last where nobody answered.
    let watched = trade_in(TradeState::Completed { watch_until: Some(at(DAY)) });
    assert_eq!(run(watched, at(DAY), silent), [Effect::LookUp, Effect::Schedule(at(DAY + 60))]);
}

#[test]
fn an_unclear_outcome_that_nobody_ever_answers_goes_to_a_person() {
    let silent = |effect: &Effect| {
        let advanced = is_advance(effect).then_some(Event::Advanced { changed: true });
        if *effect == Effect::LookUp { Some(Event::NotLookedUp) } else { advanced }
    };
    let unclear = || trade_in(uncertain(0, false));
    let waits = run(unclear(), at(DAY - 1), silent);
    assert!(matches!(waits[..], [Effect::LookUp, Effect::Schedule(_)]), "{waits:?}");
    assert_eq!(run(unclear(), at(DAY), silent), [Effect::LookUp, Effect::Advance(Input::NeverAnswered)]);
    // An answer is worth more than the time that has passed.
    let told = |effect: &Effect| match silent(effect) {
        Some(Event::NotLookedUp) => Some(Event::LookedUp(vec![Input::LookedUpAbsent { asked_at: at(DAY) }])),
        other => other,
    };
    let absent = Effect::Advance(Input::LookedUpAbsent { asked_at: at(DAY) });
    assert_eq!(run(unclear(), at(DAY), told), [Effect::LookUp, absent]);
    const { assert!(SETTLE < DAY) };
}

#[test]
fn a_page_is_looked_up_before_it_ends_and_does_not_end_where_somebody_paid() {
    let page = || of_kind(OrderKind::DepositLink, &known_in(TradeState::Submitted));
    let over = at(LEASE + DAY + 1);
    let unpaid = run(page(), over, |_| None);
    assert!(
        matches!(unpaid[..], [Effect::LookUp, Effect::Advance(Input::LinkEnded), Effect::Schedule(_)]),
        "{unpaid:?}"
    );
    let paid = |effect: &Effect| {
        let told = Input::Told { observation: observed(Progress::Submitted), as_of: over };
        let advanced = is_advance(effect).then_some(Event::Advanced { changed: true });
        if *effect == Effect::LookUp { Some(Event::LookedUp(vec![told])) } else { advanced }
    };
    let paid = run(page(), over, paid);
    assert!(matches!(paid[..], [Effect::LookUp, Effect::Advance(Input::Told { .. })]), "{paid:?}");
    // Nobody knows: it waits for an answer.
    let silent = run(page(), over, |effect| (*effect == Effect::LookUp).then_some(Event::NotLookedUp));
    assert!(matches!(silent[..], [Effect::LookUp, Effect::Schedule(_)]), "{silent:?}");
    // A provider that cannot be asked has had its time.
    let mut blind = rules();
    blind.tracking.can_look_up = ByKind::all(false);
    let (_, effect) = Looking::start(recorded(page(), at(0)), false, &blind, over);
    assert_eq!(effect, Effect::Advance(Input::LinkEnded));
}

#[test]
fn an_event_out_of_its_order_is_an_error() {
    let (mut looking, effect) = start(accepted(), at(60));
    assert_eq!(effect, Effect::HandOver);
    assert_eq!(looking.on(Event::Scheduled, &rules(), at(60)), Err(OutOfOrder));
    assert_eq!(looking.on(Event::HandedOver { waits_for: None }, &rules(), at(60)), Err(OutOfOrder));
}

/// A hint that finds no room is put off, and the plan stays as it is: a look of the plan's would be paid for by the rest of
/// the quota.
#[test]
fn a_hint_without_an_answer_is_put_off_as_a_hint() {
    let begin = |hinted, now| {
        let recorded = recorded(trade_in(TradeState::OnHold { hold_ends_at: at(8 * DAY) }), at(0));
        Looking::start(recorded, hinted, &rules(), now)
    };
    let (mut looking, effect) = begin(true, at(DAY / 8));
    assert_eq!((effect, looking.is_hinted()), (Effect::LookUp, true));
    let effect = looking.on(Event::NotLookedUp, &rules(), at(DAY / 8)).unwrap();
    assert_eq!(effect, Effect::ScheduleHint(at(DAY / 8 + 60)));
    assert_eq!(looking.on(Event::Scheduled, &rules(), at(DAY / 8)), Ok(Effect::Acknowledge));

    // However often the trade is looked at by its plan: that has a wake-up of its own.
    let (mut looking, effect) = begin(true, at(DAY));
    assert_eq!((effect, looking.is_hinted()), (Effect::LookUp, true));
    let effect = looking.on(Event::NoRoom, &rules(), at(DAY)).unwrap();
    assert_eq!(effect, Effect::ScheduleHint(at(DAY + 60)));
    let (mut looking, effect) = begin(false, at(DAY));
    assert_eq!((effect, looking.is_hinted()), (Effect::LookUp, false));
    assert_eq!(looking.on(Event::NoRoom, &rules(), at(DAY)), Ok(Effect::LookUp));
    let effect = looking.on(Event::NotLookedUp, &rules(), at(DAY)).unwrap();
    assert_eq!(effect, Effect::Schedule(at(DAY + 60)));

    // One that was answered counts as a look of the plan's.
    let (mut looking, _) = begin(true, at(DAY / 8));
    let effect = looking.on(Event::LookedUp(Vec::new()), &rules(), at(DAY / 8)).unwrap();
    assert_eq!(effect, Effect::Schedule(at(DAY / 8 + DAY / 4)));
}

/// Whoever never finds room is told of as well, once; until then it keeps its place.
#[test]
fn a_look_that_never_finds_room_is_told_of() {
    let rules = Rules { tells_stuck: true, ..rules() };
    let recorded = recorded(trade_in(TradeState::UserAccepted), at(0));
    let (mut looking, effect) = Looking::start(recorded.clone(), false, &rules, at(DAY / 8));
    assert_eq!(effect, Effect::LookUp);
    assert_eq!(looking.on(Event::NoRoom, &rules, at(DAY / 8)), Ok(Effect::LookUp));
    let (mut looking, _) = Looking::start(recorded, false, &rules, at(DAY));
    let effect = looking.on(Event::NoRoom, &rules, at(DAY)).unwrap();
    assert_eq!(effect, Effect::Advance(Input::Stuck { obstacle: Some(Obstacle::NotAnswered) }));
    assert_eq!(looking.on(Event::Advanced { changed: true }, &rules, at(DAY)), Ok(Effect::Acknowledge));
}

/// What is over by its plan is looked at for a hint, from its newest version.
#[test]
fn a_hint_about_what_is_over_is_a_hints_look() {
    let over = trade_in(TradeState::Completed { watch_until: None });
    let paid = of_kind(OrderKind::DepositLink, &over);
    let (mut looking, effect) = Looking::start(recorded(paid, at(0)), true, &rules(), at(DAY));
    assert_eq!((effect, looking.is_hinted()), (Effect::LookUp, true));
    let effect = looking.on(Event::NotLookedUp, &rules(), at(DAY)).unwrap();
    assert_eq!(effect, Effect::ScheduleHint(at(DAY + 60)));
}
