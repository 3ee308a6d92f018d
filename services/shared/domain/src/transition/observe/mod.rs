//! The provider told something about the trade: it moves forwards, or not at all.

mod contradict;
mod target;

use jiff::Timestamp;

use super::{Stage, changed, stage};
use crate::fold::{Alert, AlertKind, Anomaly, Fold};
use crate::observation::{Observation, Progress, ProviderFacts};
use crate::order::{Item, Operation};
use crate::rules::Rules;
use crate::trade::{Trade, TradeState, TradeStatus};

pub(crate) fn apply(trade: &Trade, observation: &Observation, rules: &Rules, now: Timestamp) -> Fold {
    if let Some(alert) = contradict::identity(trade, observation) {
        return Fold::Anomaly(Anomaly::Contradiction(alert));
    }
    match stage(trade.status()) {
        Stage::Final => after_the_end(trade, observation),
        Stage::Review => same_state(trade, observation, notices(trade, observation)),
        Stage::Rejected | Stage::Waiting | Stage::InFlight | Stage::AtProvider => {
            forwards(trade, observation, rules, now)
        }
    }
}

fn forwards(trade: &Trade, observation: &Observation, rules: &Rules, now: Timestamp) -> Fold {
    let mut alerts = notices(trade, observation);
    let is_unknown = observation.progress == Progress::Unknown;
    let target = target::of(trade, observation, rules, now);
    let target_rank = rank(target.status());
    if target_rank < rank(trade.status()) {
        // An unknown word is kept with the trade, so that it raises one alert and not one at every look.
        return if is_unknown { same_state(trade, observation, alerts) } else { Fold::Stale };
    }
    if target == trade.state {
        return same_state(trade, observation, alerts);
    }
    if let Some(alert) = contradict::undone(trade, observation) {
        alerts.push(alert);
    }
    let mut next = trade.moved_to(target);
    next.facts = trade.facts.updated_with(&observation.facts);
    changed(trade, next, observation.cause, observation.occurred_at, alerts)
}

/// New facts without a new state are a version too; the same facts again are nothing.
fn same_state(trade: &Trade, observation: &Observation, alerts: Vec<Alert>) -> Fold {
    let facts = trade.facts.updated_with(&observation.facts);
    if facts == trade.facts {
        return Fold::Stale;
    }
    let next = Trade { facts, ..trade.clone() };
    changed(trade, next, observation.cause, observation.occurred_at, alerts)
}

/// A final state leaves only along the table of states (invariant T3): a completed trade may be reverted.
fn after_the_end(trade: &Trade, observation: &Observation) -> Fold {
    let contradiction = || {
        Fold::Anomaly(Anomaly::Contradiction(Alert::anomaly(format!(
            "the trade is {}, but the provider now says {}",
            trade.status(),
            observation.facts.provider_status.as_deref().unwrap_or("otherwise")
        ))))
    };
    match (trade.status(), &observation.progress) {
        (TradeStatus::Completed, Progress::Reverted { reason, by }) => {
            let mut next = trade.moved_to(TradeState::Reverted { reason: reason.clone(), by: *by });
            next.facts = trade.facts.updated_with(&observation.facts);
            changed(trade, next, observation.cause, observation.occurred_at, Vec::new())
        }
        (TradeStatus::Completed, Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_)) => {
            contradiction()
        }
        (
            TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
            Progress::UserAccepted | Progress::Delivered { .. } | Progress::Reverted { .. },
        ) => contradiction(),
        // Ended on our own word, a refusal or the deadline, and now the provider has it after all.
        (
            TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
            Progress::Submitted | Progress::OfferSent,
        ) if trade.facts == ProviderFacts::default() => contradiction(),
        (_, Progress::Unknown) => Fold::Anomaly(Anomaly::Contradiction(drift_alert(observation))),
        (
            _,
            Progress::Submitted
            | Progress::OfferSent
            | Progress::UserAccepted
            | Progress::Delivered { .. }
            | Progress::Failed(_)
            | Progress::Canceled(_)
            | Progress::Expired(_)
            | Progress::Reverted { .. },
        ) => Fold::Stale,
    }
}

/// Forwards is any later state: skipping is normal, going back is not.
fn rank(status: TradeStatus) -> u8 {
    match status {
        TradeStatus::Rejected => 0,
        TradeStatus::Accepted => 1,
        TradeStatus::Dispatching => 2,
        TradeStatus::Uncertain => 3,
        TradeStatus::Submitted => 4,
        TradeStatus::OfferSent => 5,
        TradeStatus::UserAccepted => 6,
        TradeStatus::OnHold => 7,
        TradeStatus::Completed
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired
        | TradeStatus::Reverted
        | TradeStatus::NeedsReview => 8,
    }
}

/// What somebody should look at, whatever becomes of the trade.
fn notices(trade: &Trade, observation: &Observation) -> Vec<Alert> {
    let mut alerts = terms_alerts(trade, observation);
    if observation.progress == Progress::Unknown {
        alerts.push(drift_alert(observation));
    }
    alerts
}

/// What was bought against the order's terms: dearer than allowed, or another item than the one named.
fn terms_alerts(trade: &Trade, observation: &Observation) -> Vec<Alert> {
    let Some(Operation::Purchase(purchase)) = trade.order.as_ref().map(|order| &order.operation) else {
        return Vec::new();
    };
    let mut alerts = Vec::new();
    let facts = &observation.facts;
    if let Some(paid) = &facts.price_paid
        && trade.facts.price_paid.as_ref() != Some(paid)
        && paid.exceeds(&purchase.max_price) != Some(false)
    {
        alerts.push(Alert::anomaly(format!("{paid} was paid, at most {} was allowed", purchase.max_price)));
    }
    if let (Some(got), Item::Name(wanted)) = (&facts.item_name, &purchase.item)
        && trade.facts.item_name.as_ref() != Some(got)
        && got != wanted
    {
        alerts.push(Alert::anomaly(format!("{wanted:?} was ordered, {got:?} was bought")));
    }
    alerts
}

fn drift_alert(observation: &Observation) -> Alert {
    let word = observation.facts.provider_status.as_deref().unwrap_or("(none)");
    Alert {
        kind: AlertKind::Drift,
        detail: format!("unknown status {word:?}; taken for neither success nor failure"),
    }
}
