//! Every plan goes on: no look lies in the past, and what has to be found out is.

use std::time::Duration;

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

use super::wakes;
use crate::credit::CreditState;
use crate::fold::{Fold, Input, fold};
use crate::order::OrderKind;
use crate::polling::{Need, first_wake, need_at, next_wake};
use crate::rules::{ByKind, Rules, TrackingRules, after};
use crate::samples::{
    DAY, at, known_in, of_kind, reason, recorded, rules, trade_in, uncertain, with_credits, with_deadline,
};
use crate::trade::{Trade, TradeState};

fn trade() -> impl Strategy<Value = Trade> {
    let moment = || prop_oneof![-1000_i64..1000, -DAY..9 * DAY];
    let fixed = vec![
        TradeState::Dispatching,
        TradeState::Submitted,
        TradeState::OfferSent,
        TradeState::UserAccepted,
        TradeState::Completed { watch_until: None },
        TradeState::Failed { reason: reason("told") },
        TradeState::NeedsReview { reason: reason("told"), findings: Vec::new() },
    ];
    let accepted = |moment| TradeState::Accepted { not_before: Some(at(moment)), reason: None };
    let on_hold = |end| TradeState::OnHold { hold_ends_at: at(end) };
    let completed = |end| TradeState::Completed { watch_until: Some(at(end)) };
    let state = prop_oneof![
        3 => select(fixed),
        1 => moment().prop_map(accepted),
        1 => (moment(), any::<bool>()).prop_map(|(since, unproved)| uncertain(since, unproved)),
        1 => moment().prop_map(on_hold),
        1 => moment().prop_map(completed),
    ];
    let kind = select(OrderKind::ALL.to_vec());
    let offer = select(vec![None, Some("7".to_owned())]);
    let credits = select(vec![vec![], vec![("a", CreditState::Pending)], vec![("a", CreditState::Credited)]]);
    (kind, state, moment(), offer, credits).prop_map(|(kind, state, deadline, offer, credits)| {
        let mut trade = of_kind(kind, &with_deadline(&known_in(state), at(deadline)));
        trade.facts.offer_id = offer;
        with_credits(&trade, &credits)
    })
}

fn fast(speed: u32) -> Rules {
    Rules { speed, ..rules() }
}

/// With look-ups or without.
fn tracking() -> impl Strategy<Value = TrackingRules> {
    (any::<bool>(), 0..9 * DAY).prop_map(|(can_look_up, lifetime)| TrackingRules {
        can_look_up: ByKind::all(can_look_up),
        link_lifetime: Duration::from_secs(lifetime.unsigned_abs()),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_wake_lies_in_the_past(
        trade in trade(),
        speed in select(vec![1, 60, 1000, 1_000_000]),
        recorded_at in 0..8 * DAY,
        later in 0..2 * DAY,
        tracking in tracking(),
    ) {
        let rules = Rules { tracking, ..fast(speed) };
        let recorded = recorded(trade, at(recorded_at));
        let now = at(recorded_at + later);
        prop_assert!(first_wake(&recorded, &rules).is_none_or(|wake| wake > at(recorded_at)));
        prop_assert!(next_wake(&recorded, &rules, now).is_none_or(|wake| wake > now));
        match need_at(&recorded, &rules, now) {
            Need::Sleep { until } => {
                prop_assert!(until > now);
                prop_assert_eq!(Some(until), first_wake(&recorded, &rules));
            }
            Need::Nothing => prop_assert_eq!(first_wake(&recorded, &rules), None),
            Need::HandOver
            | Need::PassDeadline
            | Need::ExpireLease
            | Need::Doubt
            | Need::EndLink
            | Need::LookUp
            | Need::TellStuck => {
                prop_assert!(first_wake(&recorded, &rules).is_some_and(|wake| wake <= now));
            }
        }
    }

    /// Nothing that waits for the provider or for us is forgotten.
    #[test]
    fn a_trade_that_is_not_over_is_always_looked_at_again(
        trade in trade(),
        recorded_at in 0..8 * DAY,
        tracking in tracking(),
    ) {
        let rules = Rules { tracking, ..rules() };
        let status = trade.status();
        let unfinished = !status.is_final() && !matches!(trade.state, TradeState::NeedsReview { .. });
        let count = wakes(&trade, recorded_at, &rules, 200).len();
        let is_followed = trade.credits.iter().any(|credit| credit.state == CreditState::Pending);
        // What is over is looked at once more, or, where it is not sure what it came to, for a month.
        let most = if is_followed { 122 } else { 1 };
        prop_assert!(if unfinished { count == 200 } else { count <= most }, "{status}: {count}");
    }

    /// It comes soon, and an absence that it sees counts.
    #[test]
    fn an_absence_is_decided_by_the_first_look_after_the_settle_time(
        settle in 1_u64..3000,
        unproved in any::<bool>(),
        speed in select(vec![1, 7, 1000]),
        recorded_at in 0_i64..2000,
    ) {
        let mut rules = fast(speed);
        rules.placing.settle_time = Duration::from_secs(settle);
        rules.placing.refusal_settle_time = Duration::from_secs(settle / 2);
        let settle_time = if unproved { rules.placing.refusal_settle_time } else { rules.placing.settle_time };
        let settled = after(at(0), settle_time);
        let trade = trade_in(uncertain(0, unproved));
        for wake in wakes(&trade, recorded_at, &rules, 10) {
            let input = Input::LookedUpAbsent { asked_at: wake };
            let result = fold(Some(&trade), &input, &rules, wake);
            prop_assert_eq!(matches!(result, Ok(Fold::Applied(_))), wake >= settled);
            if wake >= settled {
                // The longest pause between two looks.
                let soon = after(settled.max(at(recorded_at)), Duration::from_secs(90));
                prop_assert!(wake <= soon);
                return Ok(());
            }
        }
        prop_assert!(false, "never settled");
    }
}
