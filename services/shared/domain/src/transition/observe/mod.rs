//! The provider told something about the trade: it moves forwards, or not at all.

mod contradict;
mod target;

use std::time::Duration;

use jiff::Timestamp;

use super::{Stage, changed, stage};
use crate::credit::{self, Credit, CreditState, Merged};
use crate::drift::Drift;
use crate::fold::{Alert, AlertKind, Anomaly, Fold};
use crate::observation::{Observation, Progress, ProviderFacts};
use crate::order::{Item, Operation};
use crate::rules::{Rules, after};
use crate::trade::{Cause, Reason, ReversedBy, Trade, TradeState, TradeStatus};

/// `as_of` is when the provider told it, at the earliest; an answer may be folded in long after it was asked for.
pub(crate) fn apply(
    trade: &Trade,
    observation: &Observation,
    rules: &Rules,
    as_of: Timestamp,
    now: Timestamp,
) -> Fold {
    if let Some(alert) = contradict::identity(trade, observation) {
        return Fold::Anomaly(Anomaly::Contradiction(alert));
    }
    let ended_without_success = trade.status().is_final() && trade.status() != TradeStatus::Completed;
    // What the provider holds for a deposit that we gave up may still be paid: it is followed until that is sure. Where the
    // provider itself has ended the deposit, the hold may be the older word, so that only a person is told.
    let is_held_late = matches!(observation.progress, Progress::Held { .. }) && may_be_credited_late(trade);
    let merged = if ended_without_success && !is_held_late {
        credit::merged_when_over(&trade.credits, &observation.credits)
    } else {
        credit::merged(&trade.credits, &observation.credits)
    };
    match stage(trade.status()) {
        Stage::Final => after_the_end(trade, observation, as_of, merged),
        Stage::Review => same_state(trade, observation, merged, notices(trade, observation)),
        Stage::Rejected | Stage::Waiting | Stage::InFlight | Stage::AtProvider => {
            let target = target::of(trade, observation, rules, as_of.min(now));
            forwards(trade, observation, as_of, merged, target)
        }
    }
}

fn forwards(
    trade: &Trade,
    observation: &Observation,
    as_of: Timestamp,
    merged: Merged,
    target: TradeState,
) -> Fold {
    let mut alerts = notices(trade, observation);
    let is_unknown = observation.progress == Progress::Unknown;
    if rank(target.status()) < rank(trade.status()) {
        // An unknown word is kept with the trade, so that it raises one alert and not one at every look.
        return if is_unknown {
            same_state(trade, observation, merged, alerts)
        } else {
            credits_only(trade, observation, merged, None)
        };
    }
    if target == trade.state {
        return same_state(trade, observation, merged, alerts);
    }
    alerts.extend(contradict::undone(trade, observation));
    let mut next = moved_on(trade, target, observation, merged, &mut alerts);
    let is_over = next.status().is_final() && contradict::is_deposit(&next);
    next.ended_as_of = (is_over && observation.cause == Cause::LookUp).then_some(as_of);
    if next.status() == TradeStatus::Completed {
        // What was told while it could be taken back is sure now, whether or not it is told again.
        credit::made_sure(&mut next.credits);
    }
    if next.status() == TradeStatus::Completed
        && contradict::is_deposit(&next)
        && !credit::any_counts(&next.credits)
    {
        alerts.push(Alert::anomaly("the deposit is completed, and the provider told no amount"));
    }
    changed(trade, next, observation.cause, observation.occurred_at, alerts)
}

/// The trade in its next state, with what was told. What ends without success leaves no credit behind that counts.
fn moved_on(
    trade: &Trade,
    target: TradeState,
    observation: &Observation,
    merged: Merged,
    alerts: &mut Vec<Alert>,
) -> Trade {
    let mut next = trade.moved_to(target);
    next.facts = trade.facts.updated_with(&observation.facts);
    next.credits = merged.credits;
    alerts.extend(merged.alerts);
    match next.status() {
        TradeStatus::Reverted => credit::reversed(&mut next.credits),
        TradeStatus::Failed | TradeStatus::Canceled => {
            if credit::any_counts(&next.credits) {
                alerts.push(Alert::anomaly(format!(
                    "the trade is {}, and something was credited for it",
                    next.status()
                )));
            }
            next.credits = called_off(next.credits, &observation.credits);
            credit::given_up(&mut next.credits);
        }
        // What a page brought before it ended stands.
        TradeStatus::Expired => {
            credit::given_up(&mut next.credits);
            if credit::any_counts(&next.credits) && !may_be_credited_late(&next) {
                alerts.push(Alert::anomaly("the trade is EXPIRED, and what was credited for it stands"));
            }
        }
        TradeStatus::Rejected
        | TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold
        | TradeStatus::Completed
        | TradeStatus::NeedsReview => {}
    }
    next
}

/// New facts without a new state are a version too; the same facts again are nothing.
fn same_state(trade: &Trade, observation: &Observation, merged: Merged, mut alerts: Vec<Alert>) -> Fold {
    let facts = trade.facts.updated_with(&observation.facts);
    if facts == trade.facts {
        return credits_only(trade, observation, merged, None);
    }
    let next = Trade { facts, credits: merged.credits, ..trade.clone() };
    alerts.extend(merged.alerts);
    changed(trade, next, observation.cause, observation.occurred_at, alerts)
}

/// Whatever else an observation says and however late it is: what it credits is applied.
fn credits_only(trade: &Trade, observation: &Observation, merged: Merged, alert: Option<Alert>) -> Fold {
    let mut alerts: Vec<Alert> = alert.into_iter().chain(merged.alerts).collect();
    if merged.credits == trade.credits {
        return if alerts.is_empty() {
            Fold::Stale
        } else {
            Fold::Anomaly(Anomaly::Contradiction(alerts.swap_remove(0)))
        };
    }
    let next = Trade { credits: merged.credits, ..trade.clone() };
    changed(trade, next, observation.cause, observation.occurred_at, alerts)
}

/// A final state leaves only along the table of states (invariant T3): a completed trade may be reverted.
fn after_the_end(trade: &Trade, observation: &Observation, as_of: Timestamp, merged: Merged) -> Fold {
    let contradiction = || {
        Some(Alert::anomaly(format!(
            "the trade is {}, but the provider now says {}",
            trade.status(),
            observation.facts.provider_status.as_deref().unwrap_or("otherwise")
        )))
    };
    let reverted = |reason: &Reason, by: ReversedBy, alert: Option<Alert>, merged: Merged| {
        let mut alerts: Vec<Alert> = alert.into_iter().collect();
        let target = TradeState::Reverted { reason: reason.clone(), by };
        let next = moved_on(trade, target, observation, merged, &mut alerts);
        changed(trade, next, observation.cause, observation.occurred_at, alerts)
    };
    // What is older than a credit cannot call it off.
    if !is_overtaken(trade, observation, as_of)
        && let Some(credits) = called_off_late(trade, observation, &merged.credits)
    {
        let alert = contradiction().filter(|_| credit::any_counts(&trade.credits));
        return credits_only(trade, observation, Merged { credits, ..merged }, alert);
    }
    let alert = match (trade.status(), &observation.progress) {
        (TradeStatus::Completed, Progress::Reverted { reason, by }) => {
            return reverted(reason, *by, None, merged);
        }
        // What was credited is not there any more: whoever spent it must know.
        (
            TradeStatus::Completed,
            Progress::Failed(reason) | Progress::Canceled(reason) | Progress::Expired(reason),
        ) if contradict::is_deposit(trade) => {
            return reverted(reason, ReversedBy::Unknown, contradiction(), merged);
        }
        (TradeStatus::Completed, Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_)) => {
            contradiction()
        }
        // A deposit that we gave up may still be paid: late, but welcome. Where nobody says what is held, nothing would be
        // followed, so a person has to.
        (TradeStatus::Expired, Progress::Held { .. })
            if may_be_credited_late(trade) && !merged.credits.is_empty() =>
        {
            None
        }
        (TradeStatus::Expired, Progress::Delivered { .. })
            if may_be_credited_late(trade) && credit::any_counts(&merged.credits) =>
        {
            None
        }
        (
            TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
            Progress::UserAccepted
            | Progress::Held { .. }
            | Progress::Delivered { .. }
            | Progress::Reverted { .. },
        ) => contradiction(),
        // Ended on our own word, a refusal or the deadline, and now the provider has it after all.
        (
            TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
            Progress::Submitted | Progress::OfferSent,
        ) if trade.facts == ProviderFacts::default() => contradiction(),
        (_, Progress::Unknown) => Some(drift_alert(observation)),
        (
            _,
            Progress::Submitted
            | Progress::OfferSent
            | Progress::UserAccepted
            | Progress::Held { .. }
            | Progress::Delivered { .. }
            | Progress::Failed(_)
            | Progress::Canceled(_)
            | Progress::Expired(_)
            | Progress::Reverted { .. },
        ) => None,
    };
    // Whatever is credited for it is told of all the same.
    let alert =
        alert.filter(|alert| alert.kind == AlertKind::Drift || !is_overtaken(trade, observation, as_of));
    let late = || {
        let unexpected = trade.status() != TradeStatus::Completed && !may_be_credited_late(trade);
        let alert =
            || Alert::anomaly(format!("the trade is {}, and something is credited for it", trade.status()));
        (unexpected && merged.adds_to(&trade.credits)).then(alert)
    };
    let alert = alert.or_else(late);
    credits_only(trade, observation, merged, alert)
}

/// Clocks of our machines are closer to each other than this.
const OUR_CLOCKS: Duration = Duration::from_secs(5);
/// A provider's clock is closer to ours than this.
const THEIR_CLOCK: Duration = Duration::from_secs(60);

/// Whether a webhook surely tells of something that was before the answer by which the trade ended: it came in before that was
/// asked for, or what it tells of happened before.
fn is_overtaken(trade: &Trade, observation: &Observation, as_of: Timestamp) -> bool {
    let before = |moment, slack| trade.ended_as_of.is_some_and(|ended| after(moment, slack) < ended);
    observation.cause == Cause::Webhook
        && (before(as_of, OUR_CLOCKS)
            || observation.occurred_at.is_some_and(|happened| before(happened, THEIR_CLOCK)))
}

/// The credits of a trade that had ended, where something of it was credited or held late and is called off now. Its state has
/// no way out, so the credits say it.
fn called_off_late(trade: &Trade, observation: &Observation, credits: &[Credit]) -> Option<Vec<Credit>> {
    let (counts, pending) = (credit::any_counts(&trade.credits), credit::any_pending(&trade.credits));
    match (trade.status(), &observation.progress) {
        (
            TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
            Progress::Failed(_) | Progress::Canceled(_) | Progress::Reverted { .. },
        ) if counts || pending => Some(called_off(credits.to_vec(), &observation.credits)),
        // A page may end after it was paid: only what is not sure never will be.
        (TradeStatus::Expired, Progress::Expired(_)) if pending => {
            let mut credits = credits.to_vec();
            credit::given_up(&mut credits);
            Some(credits)
        }
        (
            _,
            Progress::Submitted
            | Progress::OfferSent
            | Progress::UserAccepted
            | Progress::Held { .. }
            | Progress::Delivered { .. }
            | Progress::Failed(_)
            | Progress::Canceled(_)
            | Progress::Expired(_)
            | Progress::Reverted { .. }
            | Progress::Unknown,
        ) => None,
    }
}

/// The credits without what is called off. What is said to be credited in the same breath stands: somebody is told.
fn called_off(mut credits: Vec<Credit>, told: &[Credit]) -> Vec<Credit> {
    let is_credited =
        |key: &str| told.iter().any(|told| told.key == key && told.state == CreditState::Credited);
    for credit in credits.iter_mut().filter(|credit| !is_credited(&credit.key)) {
        credit.state = CreditState::Reversed;
    }
    credits
}

/// Whether the trade is a deposit that was given up while the provider had it.
fn may_be_credited_late(trade: &Trade) -> bool {
    trade.status() == TradeStatus::Expired
        && contradict::is_deposit(trade)
        && trade.facts != ProviderFacts::default()
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
    let detail = format!("unknown status {word:?}; taken for neither success nor failure");
    Alert::drift(detail, Drift::of(observation))
}
