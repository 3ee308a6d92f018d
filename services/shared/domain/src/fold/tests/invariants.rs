//! The named invariants, over random lives of a trade.

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::walk::{Step, life};
use crate::fold::{Fold, Input, fold};
use crate::observation::ProviderFacts;
use crate::outcome::Outcome;
use crate::rules::{Idempotency, after};
use crate::trade::{Trade, TradeState, TradeStatus};

/// The table of states, third column: where a trade may go from here by itself.
fn may_go(from: TradeStatus) -> &'static [TradeStatus] {
    use TradeStatus::{
        Accepted, Canceled, Completed, Dispatching, Expired, Failed, NeedsReview, OfferSent, OnHold,
        Rejected, Reverted, Submitted, Uncertain, UserAccepted,
    };
    match from {
        Rejected => &[Accepted],
        // Beyond DISPATCHING, CANCELED and EXPIRED only after an attempt that counted as not executed, and was.
        Accepted => &[
            Dispatching,
            Submitted,
            OfferSent,
            UserAccepted,
            OnHold,
            Completed,
            Failed,
            Canceled,
            Expired,
            Reverted,
        ],
        Dispatching => &[
            Accepted,
            Uncertain,
            Submitted,
            OfferSent,
            UserAccepted,
            OnHold,
            Completed,
            Failed,
            Canceled,
            Expired,
            Reverted,
        ],
        Uncertain => &[
            Accepted,
            NeedsReview,
            Submitted,
            OfferSent,
            UserAccepted,
            OnHold,
            Completed,
            Failed,
            Canceled,
            Expired,
            Reverted,
        ],
        Submitted => &[OfferSent, UserAccepted, OnHold, Completed, Failed, Canceled, Expired, Reverted],
        OfferSent => &[UserAccepted, OnHold, Completed, Failed, Canceled, Expired, Reverted],
        UserAccepted => &[OnHold, Completed, Failed, Canceled, Expired, Reverted],
        OnHold => &[Completed, Reverted, Failed, Canceled],
        Completed => &[Reverted],
        Failed | Canceled | Expired | Reverted | NeedsReview => &[],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// T3.
    #[test]
    fn a_state_leaves_only_along_the_table(life in life()) {
        for step in life.live() {
            let Fold::Applied(change) = &step.result else { continue };
            let (from, to) = (step.before.status(), change.trade.status());
            if from == to {
                continue;
            }
            prop_assert!(may_go(from).contains(&to), "{from} -> {to} by {:?}", step.input);
            let never_sent = from == TradeStatus::Accepted && step.before.attempt.is_none();
            let by_itself = matches!(to, TradeStatus::Dispatching | TradeStatus::Expired);
            prop_assert!(!never_sent || by_itself, "{from}, never sent -> {to}");
        }
    }

    /// A final trade is written again for the one way out, or for a credit, and for nothing else.
    #[test]
    fn a_final_trade_stays_as_it_is(life in life()) {
        for step in life.live().into_iter().filter(|step| step.before.status().is_final()) {
            if let Fold::Applied(change) = &step.result {
                let way = (step.before.status(), change.trade.status());
                let only_credits = Trade { credits: change.trade.credits.clone(), ..step.before.clone() };
                let reverted = way == (TradeStatus::Completed, TradeStatus::Reverted);
                prop_assert!(reverted || change.trade == only_credits, "{way:?} by {:?}", step.input);
                prop_assert!(reverted || change.trade.credits != step.before.credits);
            }
        }
    }

    /// T7, and the half of T1 that the ledger can see.
    #[test]
    fn an_attempt_starts_only_after_the_last_surely_came_to_nothing(life in life()) {
        let mut last_is_settled = true;
        for step in life.live() {
            let Fold::Applied(change) = &step.result else { continue };
            if let Input::AttemptStarted(attempt) = &step.input {
                prop_assert_eq!(step.before.status(), TradeStatus::Accepted);
                prop_assert!(last_is_settled);
                prop_assert_eq!(attempt.number, number(&step.before) + 1);
                last_is_settled = false;
            } else if change.trade.status() == TradeStatus::Accepted {
                prop_assert!(not_sent(&step) || proved_absent(&step), "{:?}", step.input);
                last_is_settled = true;
            }
        }
    }

    /// S1: whoever knows the token can send offers to the user.
    #[test]
    fn the_trade_token_goes_when_the_trade_is_final_and_not_before(life in life()) {
        for step in life.live() {
            if let Fold::Applied(change) = &step.result {
                prop_assert_eq!(has_token(&change.trade), !change.trade.status().is_final());
            }
        }
    }

    #[test]
    fn facts_are_never_unlearned(life in life()) {
        for step in life.live() {
            if let Fold::Applied(change) = &step.result {
                let (before, later) = (&step.before.facts, &change.trade.facts);
                prop_assert!(told(before).iter().zip(told(later)).all(|(before, later)| *before <= later));
                let same_purchase = before.provider_id.is_none() || before.provider_id == later.provider_id;
                prop_assert!(same_purchase, "{before:?} {later:?}");
            }
        }
    }

    #[test]
    fn the_same_input_again_is_never_applied(life in life()) {
        for step in life.live() {
            let Fold::Applied(change) = &step.result else { continue };
            let again = fold(Some(&change.trade), &step.input, &step.rules, step.now);
            prop_assert!(matches!(again, Ok(Fold::Stale | Fold::Anomaly(_))), "{again:?}");
        }
    }
}

fn number(trade: &Trade) -> u32 {
    trade.attempt.as_ref().map_or(0, |attempt| attempt.number)
}

fn not_sent(step: &Step) -> bool {
    matches!(
        &step.input,
        Input::AttemptAnswered { number: answered, outcome: Outcome::NotSent { .. } }
            if *answered == number(&step.before)
    )
}

fn proved_absent(step: &Step) -> bool {
    let (TradeState::Uncertain { since, .. }, Input::LookedUpAbsent { asked_at }) =
        (&step.before.state, &step.input)
    else {
        return false;
    };
    let settled = after(*since, step.rules.placing.settle_time) <= *asked_at;
    let kind = step.before.kind().unwrap();
    settled && step.rules.placing.idempotency.of(kind) == Idempotency::UniqueReference
}

fn has_token(trade: &Trade) -> bool {
    trade.order.as_ref().is_some_and(|order| order.operation.user().trade_token.is_some())
}

fn told(facts: &ProviderFacts) -> [bool; 4] {
    [
        facts.provider_id.is_some(),
        facts.offer_id.is_some(),
        facts.redirect_url.is_some(),
        facts.price_paid.is_some(),
    ]
}
