//! How orders of the other kinds are followed: every page ends, and a sale is awaited for ever.

use super::wakes;
use crate::credit::CreditState;
use crate::fold::{Fold, Input, fold};
use crate::observation::{Hold, Observation, ProviderFacts};
use crate::order::OrderKind;
use crate::polling::{Need, need_at, need_when_hinted, next_wake};
use crate::rules::{ByKind, Rules};
use crate::samples::{
    DAY, LEASE, SETTLE, accepted, at, credit, crediting, delivered, known_in, of_kind, reason, recorded,
    rules, trade_in, uncertain, with_credits,
};
use crate::trade::{ReversedBy, Trade, TradeState, TradeStatus};

const HOUR: i64 = 3600;
/// The samples' pages live a day from the end of the lease.
const LINK_ENDS: i64 = LEASE + DAY;
const ITEMS_END: i64 = LEASE + HOUR;

fn with_look_up(can_look_up: bool) -> Rules {
    let mut rules = rules();
    rules.tracking.can_look_up = ByKind::all(can_look_up);
    rules
}

fn submitted(kind: OrderKind) -> Trade {
    of_kind(kind, &known_in(TradeState::Submitted))
}

fn seconds(trade: &Trade, recorded_at: i64, rules: &Rules, most: usize) -> Vec<i64> {
    let wakes = wakes(trade, recorded_at, rules, most);
    wakes.into_iter().map(|wake| wake.duration_since(at(0)).as_secs()).collect()
}

/// What the trade is in the end, and when, if the provider never tells anything new.
fn unheard_of(trade: &Trade, rules: &Rules) -> Option<(TradeState, i64)> {
    let recorded = recorded(trade.clone(), at(0));
    let mut now = at(0);
    for _ in 0..5000 {
        match need_at(&recorded, rules, now) {
            Need::Sleep { until } => {
                now = until;
                continue;
            }
            Need::EndLink => {
                if let Ok(Fold::Applied(change)) = fold(Some(trade), &Input::LinkEnded, rules, now) {
                    return Some((change.trade.state, now.duration_since(at(0)).as_secs()));
                }
            }
            Need::LookUp => {}
            Need::Nothing
            | Need::HandOver
            | Need::PassDeadline
            | Need::ExpireLease
            | Need::Doubt
            | Need::TellStuck => {
                return None;
            }
        }
        now = next_wake(&recorded, rules, now)?;
    }
    None
}

#[test]
fn a_page_that_nobody_uses_expires_with_and_without_look_ups() {
    for (kind, ends) in [(OrderKind::DepositLink, LINK_ENDS), (OrderKind::DepositItems, ITEMS_END)] {
        for can_look_up in [true, false] {
            let expired = TradeState::Expired { reason: reason("link_lifetime_ended") };
            let unused = unheard_of(&submitted(kind), &with_look_up(can_look_up));
            assert_eq!(unused, Some((expired, ends)), "{kind:?} {can_look_up}");
            let used = with_credits(&submitted(kind), &[("a", CreditState::Credited)]);
            let completed = TradeState::Completed { watch_until: None };
            assert_eq!(unheard_of(&used, &with_look_up(can_look_up)), Some((completed, ends)));
        }
    }
}

/// An offer has an end of its own, and the provider tells it.
#[test]
fn items_with_an_offer_and_items_for_sale_have_no_end_of_ours() {
    let mut offered = submitted(OrderKind::DepositItems);
    offered.facts.offer_id = Some("7".to_owned());
    for trade in [offered, submitted(OrderKind::Listing), submitted(OrderKind::Purchase)] {
        for can_look_up in [true, false] {
            assert_eq!(unheard_of(&trade, &with_look_up(can_look_up)), None);
        }
    }
}

#[test]
fn a_page_whose_address_was_lost_fails_when_that_is_settled() {
    let lost = of_kind(OrderKind::DepositLink, &trade_in(uncertain(30, false)));
    let failed = TradeState::Failed { reason: reason("link_lost") };
    assert_eq!(unheard_of(&lost, &with_look_up(false)), Some((failed, 30 + SETTLE + 1)));
    // Where it can be asked for, the look-up decides.
    assert_eq!(unheard_of(&lost, &with_look_up(true)), None);
}

#[test]
fn a_page_is_looked_at_ever_more_seldom_and_when_it_ends() {
    let page = submitted(OrderKind::DepositLink);
    let looks = seconds(&page, 0, &rules(), 200);
    assert_eq!(looks[..3], [20, 40, 60]);
    assert_eq!(looks[29..33], [600, 720, 840, 960]);
    let first_hour = looks.iter().filter(|look| **look <= HOUR).count();
    assert_eq!(first_hour, 55);
    assert_eq!(looks[first_hour..first_hour + 2], [HOUR + 1800, 2 * HOUR]);
    assert!(looks.contains(&LINK_ENDS));
    // A webhook is all there is.
    assert_eq!(seconds(&page, 0, &with_look_up(false), 1), [LINK_ENDS]);
}

/// The tracker was away when the page ended, or the version is newer than its end.
#[test]
fn an_end_in_the_past_comes_at_once() {
    for (kind, ends) in [(OrderKind::DepositLink, LINK_ENDS), (OrderKind::DepositItems, ITEMS_END)] {
        for can_look_up in [true, false] {
            let rules = with_look_up(can_look_up);
            assert_eq!(seconds(&submitted(kind), ends + 100, &rules, 2), [ends + 101, ends + 102]);
            let late = recorded(submitted(kind), at(0));
            assert_eq!(need_at(&late, &rules, at(ends)), Need::EndLink);
            assert_ne!(need_at(&late, &rules, at(ends - 1)), Need::EndLink);
        }
    }
}

/// The lifetime is the provider's page's, whatever our speed; an offer that never came is our own guess.
#[test]
fn speed_leaves_the_life_of_a_page_alone() {
    let fast = Rules { speed: 60, ..with_look_up(false) };
    assert_eq!(seconds(&submitted(OrderKind::DepositLink), 0, &fast, 1), [LINK_ENDS]);
    assert_eq!(seconds(&submitted(OrderKind::DepositItems), 0, &fast, 1), [LEASE + 60]);
}

#[test]
fn a_listing_is_looked_at_for_ever_and_after_an_hour_every_ten_minutes() {
    let looks = seconds(&submitted(OrderKind::Listing), 0, &rules(), 5000);
    assert_eq!(looks.len(), 5000);
    let later = looks.iter().skip_while(|look| **look < HOUR);
    let pauses: Vec<i64> = later.clone().zip(later.skip(1)).map(|(one, next)| next - one).collect();
    assert!(pauses.len() > 4000 && pauses.iter().all(|pause| *pause == 600));
}

#[test]
fn a_deposit_that_was_given_up_is_looked_at_once_more_where_it_can_be() {
    let expired =
        |kind| of_kind(kind, &known_in(TradeState::Expired { reason: reason("link_lifetime_ended") }));
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
        assert_eq!(seconds(&expired(kind), 0, &with_look_up(true), 9), [600]);
        assert_eq!(seconds(&expired(kind), 0, &with_look_up(false), 9), Vec::<i64>::new());
    }
}

/// Until it is paid, some providers have no id of their own for a page.
#[test]
fn a_page_that_the_provider_has_not_named_is_looked_at_once_more_too() {
    let facts =
        ProviderFacts { redirect_url: Some("https://pay.example/1".to_owned()), ..ProviderFacts::default() };
    let ended = known_in(TradeState::Expired { reason: reason("link_lifetime_ended") });
    let page = of_kind(OrderKind::DepositLink, &Trade { facts, ..ended });
    assert_eq!(seconds(&page, 0, &with_look_up(true), 9), [600]);
    // What never left us is not there to be found.
    let unsent = Trade { facts: ProviderFacts::default(), ..page };
    assert_eq!(seconds(&unsent, 0, &with_look_up(true), 9), Vec::<i64>::new());
}

fn hinted(kind: OrderKind, state: TradeState, rules: &Rules) -> Need {
    let trade = of_kind(kind, &known_in(state));
    need_when_hinted(&recorded(trade, at(0)), rules, at(1))
}

fn open() -> [TradeState; 5] {
    [
        uncertain(0, false),
        TradeState::Submitted,
        TradeState::OfferSent,
        TradeState::UserAccepted,
        TradeState::OnHold { hold_ends_at: at(DAY) },
    ]
}

#[test]
fn a_hint_pulls_the_look_at_whatever_the_provider_has_forward() {
    for kind in OrderKind::ALL {
        for state in open() {
            assert_eq!(hinted(kind, state.clone(), &with_look_up(true)), Need::LookUp, "{kind:?} {state:?}");
            let need = hinted(kind, state.clone(), &with_look_up(false));
            assert!(matches!(need, Need::Sleep { .. }), "{kind:?} {state:?}: {need:?}");
        }
        let watched = TradeState::Completed { watch_until: Some(at(DAY)) };
        assert_eq!(hinted(kind, watched, &with_look_up(true)), Need::LookUp);
        assert!(matches!(hinted(kind, TradeState::Dispatching, &with_look_up(true)), Need::Sleep { .. }));
        let not_sent = recorded(of_kind(kind, &accepted()), at(0));
        let need = need_when_hinted(&not_sent, &with_look_up(true), at(1));
        assert!(matches!(need, Need::Sleep { .. }), "{need:?}");
    }
}

/// One that was given up may still be paid; one that is completed may be taken back.
#[test]
fn a_hint_about_a_deposit_that_is_over_is_followed() {
    let lapsed =
        || Trade { facts: ProviderFacts::default(), ..known_in(TradeState::Expired { reason: reason("x") }) };
    for kind in OrderKind::ALL {
        let is_deposit = matches!(kind, OrderKind::DepositLink | OrderKind::DepositItems);
        let expected = if is_deposit { Need::LookUp } else { Need::Nothing };
        let completed = TradeState::Completed { watch_until: None };
        assert_eq!(hinted(kind, completed.clone(), &with_look_up(true)), expected, "{kind:?}");
        assert_eq!(hinted(kind, completed, &with_look_up(false)), Need::Nothing);
        let expired = recorded(of_kind(kind, &lapsed()), at(0));
        assert_eq!(need_when_hinted(&expired, &with_look_up(true), at(1)), expected, "{kind:?}");
        assert_eq!(need_when_hinted(&expired, &with_look_up(false), at(1)), Need::Nothing);
        let by = ReversedBy::User;
        let failed = TradeState::Failed { reason: reason("x") };
        assert_eq!(hinted(kind, failed.clone(), &with_look_up(true)), expected, "{kind:?}");
        assert_eq!(hinted(kind, failed, &with_look_up(false)), Need::Nothing);
        for state in [
            TradeState::Reverted { reason: reason("x"), by },
            TradeState::NeedsReview { reason: reason("x"), findings: Vec::new() },
        ] {
            assert_eq!(hinted(kind, state, &with_look_up(true)), Need::Nothing);
        }
    }
}

/// What is due is due, hint or not.
#[test]
fn a_hint_does_not_keep_a_page_from_its_end() {
    let page = recorded(submitted(OrderKind::DepositLink), at(0));
    assert_eq!(need_when_hinted(&page, &rules(), at(LINK_ENDS - 1)), Need::LookUp);
    assert_eq!(need_when_hinted(&page, &rules(), at(LINK_ENDS)), Need::EndLink);
}

/// Our guess of a hold's end is over, and the provider says nothing new.
#[test]
fn a_held_deposit_is_completed_by_the_providers_word_only() {
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
        let on_hold = of_kind(kind, &known_in(TradeState::OnHold { hold_ends_at: at(DAY) }));
        let held = with_credits(&on_hold, &[("a", CreditState::Pending)]);
        for can_look_up in [true, false] {
            assert_eq!(unheard_of(&held, &with_look_up(can_look_up)), None);
        }
        for input in [Input::LinkEnded, Input::LeaseExpired, Input::DeadlinePassed] {
            assert_eq!(fold(Some(&held), &input, &rules(), at(30 * DAY)), Ok(Fold::Stale));
        }
        let still = crate::observation::Progress::Held { until: None };
        let looked = Input::Observed(crediting(still, [credit("a", CreditState::Pending)]));
        assert_eq!(fold(Some(&held), &looked, &rules(), at(30 * DAY)), Ok(Fold::Stale));
        let paid: Observation = crediting(delivered(Hold::None), [credit("a", CreditState::Credited)]);
        let Ok(Fold::Applied(change)) = fold(Some(&held), &Input::Observed(paid), &rules(), at(30 * DAY))
        else {
            panic!("not applied");
        };
        assert_eq!(change.trade.status(), TradeStatus::Completed);
    }
}
