use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

use super::{Obstacle, due_at, is_due, reason};
use crate::advancing::{Advanced, Advancing, Effect, Event, Retry};
use crate::fold::{AlertKind, Input};
use crate::looking::{self, Looking};
use crate::observation::Progress;
use crate::order::OrderKind;
use crate::outcome::Outcome;
use crate::rules::Rules;
use crate::samples::{
    DAY, LEASE, SETTLE, accepted, at, attempt, known_in, observed, of_kind, recorded, rules, trade_in,
    uncertain,
};
use crate::trade::{Reason, Recorded, Trade, TradeState};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

fn telling() -> Rules {
    Rules { tells_stuck: true, ..rules() }
}

fn told(trade: &Trade) -> Option<i64> {
    due_at(trade, None, &telling()).map(|due| due.duration_since(at(0)).as_secs())
}

fn review() -> TradeState {
    TradeState::NeedsReview { reason: Reason::new("never_answered"), findings: Vec::new() }
}

fn with_facts(trade: Trade, change: impl Fn(&mut crate::observation::ProviderFacts)) -> Trade {
    let mut trade = trade;
    change(&mut trade.facts);
    trade
}

#[test]
fn every_state_has_its_bound() {
    let failed = TradeState::Failed { reason: Reason::new("told") };
    for (trade, bound) in [
        (accepted(), Some(HOUR)),
        (trade_in(TradeState::Dispatching), Some(HOUR)),
        (trade_in(uncertain(30, false)), Some(30 + SETTLE + 10 * MINUTE)),
        (known_in(TradeState::Submitted), Some(2 * HOUR)),
        (known_in(TradeState::OfferSent), Some(DAY)),
        (known_in(TradeState::UserAccepted), Some(6 * HOUR)),
        (known_in(TradeState::OnHold { hold_ends_at: at(7 * DAY) }), Some(7 * DAY + 12 * HOUR)),
        (known_in(TradeState::OnHold { hold_ends_at: at(-DAY) }), Some(HOUR)),
        (known_in(review()), Some(4 * HOUR)),
        (known_in(TradeState::Completed { watch_until: Some(at(DAY)) }), None),
        (known_in(failed), None),
    ] {
        assert_eq!(told(&trade), bound, "{:?}", trade.state);
        let told_of = Trade { is_stuck: true, ..trade.clone() };
        assert_eq!(told(&told_of), None, "{:?}", trade.state);
        let later = Trade { status_since: at(DAY), ..trade.clone() };
        assert!(told(&later) >= bound, "{:?}", trade.state);
    }
}

#[test]
fn a_lease_that_ends_later_is_waited_for() {
    let mut trade = trade_in(TradeState::Dispatching);
    trade.attempt.as_mut().unwrap().lease_until = at(DAY);
    assert_eq!(told(&trade), Some(DAY + 10 * MINUTE));
}

#[test]
fn what_is_submitted_is_told_of_by_what_it_waits_for() {
    let submitted = known_in(TradeState::Submitted);
    let kind = |kind| told(&of_kind(kind, &submitted));
    assert_eq!(kind(OrderKind::Listing), None);
    assert_eq!(kind(OrderKind::DepositLink), Some(LEASE + DAY + HOUR));
    assert_eq!(kind(OrderKind::DepositItems), Some(LEASE + HOUR + HOUR));
    let offered = with_facts(of_kind(OrderKind::DepositItems, &submitted), |facts| {
        facts.offer_id = Some("7".to_owned())
    });
    assert_eq!(told(&offered), Some(2 * HOUR));
    let reserved = with_facts(submitted, |facts| facts.provider_status = Some("reserved".to_owned()));
    assert_eq!(told(&reserved), Some(9 * DAY));
    let reserved = with_facts(reserved, |facts| facts.reserved_until = Some(at(DAY)));
    assert_eq!(told(&reserved), Some(DAY + 6 * HOUR));
}

#[test]
fn an_offer_is_told_of_after_it_lapsed() {
    let offer = known_in(TradeState::OfferSent);
    let lapsing = |moment| with_facts(offer.clone(), |facts| facts.offer_expires_at = Some(at(moment)));
    assert_eq!(told(&lapsing(600)), Some(600 + HOUR));
    assert_eq!(told(&lapsing(-DAY)), Some(HOUR));
}

#[test]
fn an_order_whose_reason_for_waiting_is_known_may_wait_for_a_day() {
    let closed = Obstacle::AccountClosed { until: at(9), reason: "maintenance".to_owned() };
    for obstacle in [closed, Obstacle::Backlog] {
        assert!(!is_due(&accepted(), Some(&obstacle), &telling(), at(DAY - 1)), "{obstacle:?}");
        assert!(is_due(&accepted(), Some(&obstacle), &telling(), at(DAY)), "{obstacle:?}");
    }
}

#[test]
fn faster_time_makes_bounds_shorter_but_not_those_of_the_provider() {
    let fast = Rules { speed: 60, ..telling() };
    assert_eq!(due_at(&accepted(), None, &fast), Some(at(MINUTE)));
    assert_eq!(due_at(&trade_in(uncertain(0, false)), None, &fast), Some(at(SETTLE + 10)));
    let held = known_in(TradeState::OnHold { hold_ends_at: at(DAY) });
    assert_eq!(due_at(&held, None, &fast), Some(at(DAY + 12 * MINUTE)));
}

#[test]
fn the_reason_names_what_is_known() {
    let closed = Obstacle::AccountClosed { until: at(60), reason: "maintenance".to_owned() };
    let waiting =
        TradeState::Accepted { not_before: Some(at(60)), reason: Some(Reason::new("rate_limited")) };
    let word = |state| with_facts(known_in(state), |facts| facts.provider_status = Some("frozen".to_owned()));
    for (trade, obstacle, expected) in [
        (accepted(), None, "it was not sent yet"),
        (
            accepted(),
            Some(closed),
            "it was not sent yet; the account is closed until 2026-01-05T12:01:00Z: maintenance",
        ),
        (accepted(), Some(Obstacle::Backlog), "it was not sent yet; orders that came before it wait as well"),
        (trade_in(waiting), None, "it is not sent before 2026-01-05T12:01:00Z: rate_limited"),
        (
            word(TradeState::UserAccepted),
            Some(Obstacle::NotAnswered),
            "the provider's last word is \"frozen\"; the last look-up was not answered",
        ),
        (
            word(TradeState::OnHold { hold_ends_at: at(60) }),
            None,
            "the hold ends at 2026-01-05T12:01:00Z, and the provider's last word is \"frozen\"",
        ),
        (known_in(review()), None, "it waits for a person (never_answered); see `skinbus trade review`"),
    ] {
        assert_eq!(reason(&trade, obstacle.as_ref()), expected);
    }
}

/// Appends what the input makes of the trade, as the services do.
fn advanced(recorded: &Recorded, input: Input, rules: &Rules, now: jiff::Timestamp) -> Option<Recorded> {
    let known = Some(recorded.clone());
    let (mut advancing, mut effect) = Advancing::start(known, input, Retry::Fold, rules, now).unwrap();
    loop {
        let event = match effect {
            Effect::Append { .. } => Event::Written { sequence: recorded.sequence + 1 },
            Effect::ReadLatest => Event::Read(Some(recorded.clone())),
            Effect::Finish(Advanced::Written(recorded)) => return Some(recorded),
            Effect::Finish(Advanced::Stale(_) | Advanced::Anomaly { .. }) => return None,
        };
        effect = advancing.on(event, rules, now).unwrap();
    }
}

/// One due look at which a provider says what it has said before, or nothing.
fn look(recorded: &mut Recorded, rules: &Rules, now: jiff::Timestamp, answers: bool) {
    let (mut looking, mut effect) = Looking::start(recorded.clone(), false, rules, now);
    for _ in 0..9 {
        let event = match effect {
            looking::Effect::Advance(input) => {
                let written = advanced(recorded, input, rules, now);
                let changed = written.is_some();
                *recorded = written.unwrap_or_else(|| recorded.clone());
                looking::Event::Advanced { changed }
            }
            looking::Effect::HandOver => looking::Event::HandedOver { waits_for: None },
            looking::Effect::LookUp if answers => looking::Event::LookedUp(Vec::new()),
            looking::Effect::LookUp => looking::Event::NotLookedUp,
            looking::Effect::Schedule(_) | looking::Effect::ScheduleHint(_) => looking::Event::Scheduled,
            looking::Effect::ReadLatest => looking::Event::Read(Some(recorded.clone())),
            looking::Effect::Acknowledge => return,
        };
        effect = looking.on(event, rules, now).unwrap();
    }
    panic!("a look does not end");
}

fn is_told(recorded: &Recorded) -> bool {
    recorded.change.alerts.iter().any(|alert| alert.kind == AlertKind::Stuck)
}

/// A refused attempt leads back to where the order was: it is still the same stay.
#[test]
fn an_order_that_goes_back_and_forth_is_told_of_once() {
    let rules = telling();
    let mut recorded = recorded(accepted(), at(0));
    let mut tellings = 0;
    for number in 1..200 {
        let now = at(i64::from(number) * 10 * MINUTE);
        let started = Input::AttemptStarted(crate::trade::Attempt {
            lease_until: now + jiff::SignedDuration::from_secs(LEASE),
            ..attempt(number)
        });
        recorded = advanced(&recorded, started, &rules, now).unwrap();
        let outcome = Outcome::NotSent { reason: Reason::new("balance_too_low"), retry_at: now };
        recorded = advanced(&recorded, Input::AttemptAnswered { number, outcome }, &rules, now).unwrap();
        look(&mut recorded, &rules, now + jiff::SignedDuration::from_secs(5 * MINUTE), true);
        tellings += u32::from(is_told(&recorded));
    }
    assert_eq!(tellings, 1);
    assert!(recorded.trade().is_stuck);
    let placed = Input::AttemptStarted(crate::trade::Attempt { lease_until: at(9 * DAY), ..attempt(200) });
    let placed = advanced(&recorded, placed, &rules, at(8 * DAY)).unwrap();
    let outcome = Outcome::Placed(observed(Progress::Submitted));
    let submitted =
        advanced(&placed, Input::AttemptAnswered { number: 200, outcome }, &rules, at(8 * DAY)).unwrap();
    assert!(!submitted.trade().is_stuck);
    assert_eq!(submitted.trade().status_since, at(8 * DAY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Looks come at any time, and words change: each stay is told of at most once, never early, and surely in the end.
    #[test]
    fn each_stay_is_told_of_once(
        state in select(vec![
            TradeState::Submitted,
            TradeState::OfferSent,
            TradeState::UserAccepted,
            TradeState::OnHold { hold_ends_at: at(DAY) },
            review(),
        ]),
        looks in vec((1..DAY, proptest::bool::ANY, proptest::bool::ANY), 1..40),
    ) {
        let rules = telling();
        let mut recorded = recorded(known_in(state), at(0));
        let bound = due_at(recorded.trade(), None, &rules).unwrap();
        let (mut now, mut tellings) = (at(0), 0);
        for (index, (pause, answers, says_more)) in looks.into_iter().enumerate() {
            now += jiff::SignedDuration::from_secs(pause);
            let before = recorded.change.version;
            look(&mut recorded, &rules, now, answers);
            if recorded.change.version > before && is_told(&recorded) {
                tellings += 1;
                prop_assert!(now >= bound);
            }
            prop_assert_eq!(u32::from(now >= bound), tellings, "{:?}", recorded.trade().state);
            if says_more {
                let mut told = observed(Progress::Unknown);
                told.facts.provider_status = Some(format!("word_{index}"));
                recorded = advanced(&recorded, Input::Observed(told), &rules, now).unwrap();
                prop_assert_eq!(recorded.trade().status_since, at(0));
            }
        }
    }
}
