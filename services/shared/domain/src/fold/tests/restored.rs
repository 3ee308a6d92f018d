//! A ledger that was restored from a back-up: nothing is sent, ended or given up from what it may have forgotten.

use proptest::prelude::*;

use crate::advancing::{self, Advancing};
use crate::decision::{Decision, Verdict};
use crate::fold::{Change, Fold, Input, fold};
use crate::looking::{self, Looking};
use crate::order::OrderKind;
use crate::placing::{self, Delivery, Placing};
use crate::rules::{ByKind, Idempotency, Rules};
use crate::samples::{
    DAY, LEASE, SETTLE, accepted, at, attempt, observed, of_kind, recorded, rules, trade_in, uncertain,
    with_deadline,
};
use crate::trade::{Trade, TradeState, TradeStatus};

/// The orders of the samples are accepted at 0.
const RESTORED: i64 = 100;

fn restored(idempotency: Idempotency) -> Rules {
    let mut rules = rules();
    rules.placing.ledger_restored_at = Some(at(RESTORED));
    rules.placing.idempotency = ByKind::all(idempotency);
    rules
}

/// Orders that the back-up shows not to be at the provider yet.
fn old() -> [Trade; 4] {
    let again = trade_in(TradeState::Accepted { not_before: None, reason: None });
    [accepted(), again, trade_in(TradeState::Dispatching), trade_in(uncertain(0, true))]
}

/// An order that comes in after the restoration.
fn new() -> Trade {
    Trade { accepted_at: Some(at(RESTORED)), status_since: at(RESTORED), ..accepted() }
}

fn applied(trade: &Trade, input: &Input, rules: &Rules, seconds: i64) -> Change {
    match fold(Some(trade), input, rules, at(seconds)) {
        Ok(Fold::Applied(change)) => *change,
        other => panic!("not applied: {other:?}"),
    }
}

/// The version that the ledger gets, with the times that only writing it sets.
fn written(trade: &Trade, input: Input, rules: &Rules, seconds: i64) -> Trade {
    let known = recorded(trade.clone(), at(0));
    let started = Advancing::start(Some(known), input, advancing::Retry::Fold, rules, at(seconds));
    let effect = started.unwrap().1;
    let advancing::Effect::Append { change, .. } = effect else { panic!("not written: {effect:?}") };
    change.trade
}

fn may_send(trade: &Trade, rules: &Rules, seconds: i64) -> bool {
    let number = trade.attempt.as_ref().map_or(0, |attempt| attempt.number) + 1;
    let next = crate::trade::Attempt { lease_until: at(seconds + LEASE), ..attempt(number) };
    matches!(fold(Some(trade), &Input::AttemptStarted(next), rules, at(seconds)), Ok(Fold::Applied(_)))
}

#[test]
fn what_the_back_up_shows_unsent_is_asked_about_and_goes_to_a_person() {
    let now = RESTORED + DAY;
    for idempotency in [Idempotency::UniqueReference, Idempotency::Undocumented] {
        let rules = restored(idempotency);
        for trade in old() {
            let status = trade.status();
            let asked = written(&trade, Input::LedgerRestored, &rules, now);
            assert_eq!(asked.status(), TradeStatus::Uncertain, "{status}");
            assert_eq!(asked.attempt.as_ref().unwrap().reference, attempt(1).reference, "{status}");
            let again = fold(Some(&asked), &Input::LedgerRestored, &rules, at(now));
            assert_eq!(again, Ok(Fold::Stale), "{status}: a doubt is found once");

            let found = applied(&asked, &Input::Observed(observed(crate::Progress::Submitted)), &rules, now);
            assert_eq!(found.trade.status(), TradeStatus::Submitted, "{status}");
            let absent = applied(&asked, &Input::LookedUpAbsent { asked_at: at(now) }, &rules, now);
            assert_eq!(absent.trade.status(), TradeStatus::NeedsReview, "{status}, {idempotency:?}");
            assert_eq!(absent.alerts.len(), 1);

            // A person who has asked the merchant has the last word.
            let decision = Decision {
                verdict: Verdict::Absent,
                operator: "ada".to_owned(),
                reason: "acme still wants it".to_owned(),
            };
            let sent = written(&absent.trade, Input::Resolved(decision), &rules, now);
            assert!(may_send(&sent, &rules, now), "{status}");
        }
    }
}

/// The last call may have left just before the services ended.
#[test]
fn silence_proves_nothing_before_the_settle_time_has_passed_since_the_restoration() {
    let rules = restored(Idempotency::UniqueReference);
    for trade in old() {
        let asked = written(&trade, Input::LedgerRestored, &rules, RESTORED + 1);
        let absent = |age: i64| {
            let asked_at = at(RESTORED + age);
            fold(Some(&asked), &Input::LookedUpAbsent { asked_at }, &rules, asked_at)
        };
        assert_eq!(absent(SETTLE - 1), Ok(Fold::Stale));
        assert!(matches!(absent(SETTLE), Ok(Fold::Applied(_))));
    }
}

/// It may be the repeat of one that the ledger has forgotten.
#[test]
fn a_new_order_is_asked_about_once_and_then_sent() {
    let (rules, now) = (restored(Idempotency::Undocumented), RESTORED + DAY);
    for kind in [OrderKind::Purchase, OrderKind::DepositItems, OrderKind::Listing] {
        let order = of_kind(kind, &new());
        assert!(!may_send(&order, &rules, now), "{kind:?}");
        let asked = written(&order, Input::LedgerRestored, &rules, now);
        let absent = written(&asked, Input::LookedUpAbsent { asked_at: at(now) }, &rules, now);
        assert_eq!(absent.status(), TradeStatus::Accepted, "{kind:?}");
        assert!(may_send(&absent, &rules, now), "{kind:?}");
    }
    // A second page harms nobody, and not every provider can be asked about one.
    assert!(may_send(&of_kind(OrderKind::DepositLink, &new()), &rules, now));
}

#[test]
fn a_page_about_which_nobody_can_be_asked_goes_to_a_person() {
    let mut rules = restored(Idempotency::Undocumented);
    rules.tracking.can_look_up = ByKind::all(false);
    let asked =
        written(&of_kind(OrderKind::DepositLink, &accepted()), Input::LedgerRestored, &rules, RESTORED);
    let ended = applied(&asked, &Input::LinkEnded, &rules, RESTORED + SETTLE);
    assert_eq!(ended.trade.status(), TradeStatus::NeedsReview);
}

#[test]
fn dispatch_writes_an_order_in_doubt_off_and_takes_no_permit() {
    let rules = restored(Idempotency::UniqueReference);
    // Its deadline is over as well, and it may have been bought before that.
    for trade in [accepted(), with_deadline(&accepted(), at(5)), new()] {
        let (mut placing, effect) = Placing::start(trade.clone(), rules.placing, at(RESTORED + 1));
        assert_eq!(effect, placing::Effect::Append(Input::LedgerRestored));
        let asked = written(&trade, Input::LedgerRestored, &rules, RESTORED + 1);
        let finished = placing.on(placing::Event::Written(asked), at(RESTORED + 1));
        let acknowledged = placing::Effect::Finish { delivery: Delivery::Acknowledge, return_permit: false };
        assert_eq!(finished, Ok(acknowledged));
    }
}

#[test]
fn the_tracker_finds_the_doubt_in_whatever_state_the_back_up_shows() {
    let rules = restored(Idempotency::UniqueReference);
    for trade in old() {
        let (_, effect) = Looking::start(recorded(trade, at(0)), false, &rules, at(RESTORED + DAY));
        assert_eq!(effect, looking::Effect::Advance(Input::LedgerRestored));
    }
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        (1..4u32).prop_map(|number| Input::AttemptStarted(crate::trade::Attempt {
            lease_until: at(3 * DAY),
            ..attempt(number)
        })),
        Just(Input::LeaseExpired),
        (0..2 * DAY).prop_map(|asked| Input::LookedUpAbsent { asked_at: at(asked) }),
        Just(Input::DeadlinePassed),
        Just(Input::LinkEnded),
        Just(Input::NeverAnswered),
        Just(Input::LedgerRestored),
    ]
}

proptest! {
    /// Whatever our own machines make of it, no order of the back-up is sent again or ended without a person.
    #[test]
    fn no_order_of_the_back_up_is_sent_or_ended_by_ourselves(
        which in 0..4usize,
        is_link in any::<bool>(),
        can_look_up in any::<bool>(),
        is_unique in any::<bool>(),
        inputs in prop::collection::vec((any_input(), RESTORED..2 * DAY), 1..12),
    ) {
        let idempotency = if is_unique { Idempotency::UniqueReference } else { Idempotency::Undocumented };
        let mut rules = restored(idempotency);
        rules.tracking.can_look_up = ByKind::all(can_look_up);
        let kind = if is_link { OrderKind::DepositLink } else { OrderKind::Purchase };
        let mut trade = with_deadline(&of_kind(kind, &old()[which]), at(RESTORED + 5));
        let was = trade.status();
        for (input, now) in inputs {
            if let Ok(Fold::Applied(_)) = fold(Some(&trade), &input, &rules, at(now)) {
                trade = written(&trade, input, &rules, now);
            }
            let status = trade.status();
            let may_be = [was, TradeStatus::Uncertain, TradeStatus::NeedsReview];
            prop_assert!(may_be.contains(&status), "{was} became {status}");
        }
    }
}
