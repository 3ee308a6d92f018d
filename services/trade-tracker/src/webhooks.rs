//! Webhooks: one that proves its content is folded in; a hint pulls the next look forward, and nothing else.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use skinbus_bus::dead::Cause;
use skinbus_bus::topology::{TRACKER_WEBHOOKS, WEBHOOKS};
use skinbus_bus::{DELIVERIES_MAX, Disposition, Incoming, WorkOptions, trace};
use skinbus_domain::ids::{OrderId, Reference, TradeKey};
use skinbus_domain::polling::{self, Need};
use skinbus_domain::{Alert, AlertKind, Cause as Observed, Input, Recorded};
use skinbus_proto::{moment, observation_from_row, v1};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::telemetry::spans;

use crate::orphans::Telling;
use crate::{Tracker, look};

const CONCURRENCY: usize = 32;
/// What a webhook is in the trace of the order that it is about. It comes in a trace of its own.
const IN_ORDER: &str = "apply webhook";

pub(crate) async fn run(tracker: Arc<Tracker>) {
    let options = WorkOptions {
        stage: "webhooks",
        concurrency: CONCURRENCY,
        ahead: CONCURRENCY,
        deliveries_max: DELIVERIES_MAX,
    };
    let (bus, shutdown) = (tracker.bus.clone(), tracker.shutdown.clone());
    let handler = move |incoming: Incoming| {
        let tracker = Arc::clone(&tracker);
        async move { handle(&tracker, &incoming).await }
    };
    bus.work(WEBHOOKS, TRACKER_WEBHOOKS, options, &shutdown, handler).await;
}

fn is_binding(webhook: &v1::WebhookReceived) -> bool {
    webhook.trust() == v1::WebhookTrust::Binding
}

/// What the webhook proves, applied. It comes again until it is written: nobody may ever tell it again.
async fn fold_in(
    tracker: &Tracker,
    account: &Account,
    recorded: &Recorded,
    observation: &v1::LookupRow,
    received_at: Timestamp,
) -> Disposition {
    let observation = match observation_from_row(observation, Observed::Webhook) {
        Ok(observation) => observation,
        // A newer release beside this one may have stored it, and reads it.
        Err(error) => {
            tracing::warn!(trade = %recorded.trade().key, %error, "a webhook cannot be read; it comes again");
            return Disposition::Retry;
        }
    };
    // What a webhook says is as of when it came in, however long it has waited since.
    let input = Input::Told { observation, as_of: received_at };
    crash_point("tracker.before_webhook_fold");
    match look::fold(tracker, account, recorded, &input).await {
        Ok(_) => Disposition::Acknowledge,
        Err(error) => {
            let key = &recorded.trade().key;
            tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a webhook waits");
            Disposition::Retry
        }
    }
}

async fn handle(tracker: &Tracker, incoming: &Incoming) -> Disposition {
    let webhook: v1::WebhookReceived = match incoming.decode() {
        Ok(webhook) => webhook,
        Err(error) => return Disposition::Dead(Cause::new("undecodable", error.to_string())),
    };
    let account = webhook.account.parse().ok().and_then(|name| tracker.accounts.get(&name));
    let Some(account) = account else {
        return Disposition::Dead(Cause::new("unknown_account", "no such account is configured"));
    };
    if webhook.reference.is_empty() && !is_binding(&webhook) {
        // Some providers' webhooks about purchases name their own id only. Nothing is lost: the trade is polled.
        tracing::debug!(provider_id = webhook.provider_id, "a hint names no order");
        return Disposition::Acknowledge;
    }
    let order_id: Option<OrderId> =
        webhook.reference.parse::<Reference>().ok().and_then(|reference| reference.order_id().ok());
    let Some(order_id) = order_id else {
        return Disposition::Dead(Cause::new("unknown_reference", "the webhook names no reference of ours"));
    };
    let key = TradeKey { merchant: account.merchant.clone(), order_id };
    spans::about(&key);
    let recorded = match tracker.ledger.read_in_trace(&key).await {
        Ok(recorded) => recorded,
        Err(error) => {
            tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a webhook waits");
            return Disposition::Retry;
        }
    };
    let owned = recorded.filter(|(recorded, _)| {
        recorded.trade().order.as_ref().is_some_and(|order| order.account == account.name)
    });
    let Some((recorded, newest)) = owned else {
        return orphan(tracker, account, &key, &webhook).await;
    };
    if let Some(observation) = webhook.observation.as_ref().filter(|_| is_binding(&webhook)) {
        let received_at = webhook.received_at.as_ref().and_then(moment).unwrap_or_else(clock::now);
        let folding = fold_in(tracker, account, &recorded, observation, received_at);
        return trace::in_order(IN_ORDER, &newest).run(folding).await;
    }
    if polling::need_when_hinted(&recorded, &account.rules, clock::now()) == Need::Nothing {
        return Disposition::Acknowledge;
    }
    trace::in_order(IN_ORDER, &newest).run(hint(tracker, account, key)).await
}

/// Tells that nobody has placed such an order. What proves itself is always told of: somebody may have paid.
async fn orphan(
    tracker: &Tracker,
    account: &Account,
    key: &TradeKey,
    webhook: &v1::WebhookReceived,
) -> Disposition {
    let telling = if is_binding(webhook) {
        Telling::Orphan
    } else {
        let mut orphans = tracker.orphans.lock().unwrap_or_else(PoisonError::into_inner);
        orphans.count(&account.name, clock::now())
    };
    let name = &account.name;
    let detail = match telling {
        Telling::Orphan => format!("a webhook of {name} names an order that nobody has placed there"),
        Telling::Flood => format!(
            "more webhooks of {name} name orders that nobody has placed there than are told of; the stream WEBHOOKS has them"
        ),
        Telling::Nothing => return Disposition::Acknowledge,
    };
    let orphan = [Alert::new(AlertKind::Orphan, detail)];
    match tracker.bus.raise(Some(name), key, &orphan).await {
        Ok(()) => Disposition::Acknowledge,
        Err(error) => {
            if telling == Telling::Flood {
                tracker.orphans.lock().unwrap_or_else(PoisonError::into_inner).flood_not_told(name);
            }
            tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a webhook waits");
            Disposition::Retry
        }
    }
}

/// Pulls the trade's next look forward.
async fn hint(tracker: &Tracker, account: &Account, key: TradeKey) -> Disposition {
    let now = clock::now();
    let planned = || tracker.hints.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(look) = planned().look_at(&key, now) else {
        return Disposition::Acknowledge;
    };
    crash_point("tracker.before_hint");
    match tracker.bus.hint_look(&account.name, &key, look.at, look.place).await {
        Ok(()) => {
            crash_point("tracker.after_hint");
            planned().planned(key, look, now);
            Disposition::Acknowledge
        }
        Err(error) => {
            tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a webhook waits");
            Disposition::Retry
        }
    }
}
