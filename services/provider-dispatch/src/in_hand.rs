//! A message from `DISPATCH` in hand: the protocol is followed as often as it takes, and the order waits here for as long as
//! that holds up nobody.

use std::sync::Arc;
use std::time::Duration;

use skinbus_bus::dead::Cause;
use skinbus_bus::ledger::AdvanceError;
use skinbus_bus::quota::QuotaStore;
use skinbus_bus::{DELIVERIES_MAX, Disposition, Incoming, Ledger};
use skinbus_domain::Recorded;
use skinbus_domain::placing::Delivery;
use skinbus_domain::rules::after;
use skinbus_proto::{Corrupt, status_change_from_proto, v1};
use skinbus_runtime::clock;
use skinbus_runtime::crash::{crash_point, crash_point_for};
use skinbus_runtime::telemetry::spans;

use crate::Dispatcher;
use crate::place::{RETRY_PAUSE, StepError, run};

/// An order that waits no longer than this for itself alone keeps its place among those in hand.
const IN_HAND_MAX: Duration = Duration::from_secs(5);
/// Deliveries after which an order that may rightly wait is handed over anew, so that it does not use up those it has.
const DELIVERIES_RENEWED_AT: u64 = DELIVERIES_MAX / 2;

pub(crate) async fn handle(dispatcher: Arc<Dispatcher>, incoming: Incoming) -> Disposition {
    let message: v1::DispatchOrder = match incoming.decode() {
        Ok(message) => message,
        Err(error) => return Disposition::Dead(Cause::new("undecodable", error.to_string())),
    };
    match read(&message) {
        Ok(accepted) => {
            spans::about(&accepted.trade().key);
            place(&dispatcher, accepted, incoming.deliveries).await
        }
        // A newer release beside this one may have written it, and reads it.
        Err(error) => {
            tracing::warn!(%error, "an order cannot be read; it comes again");
            Disposition::Retry
        }
    }
}

fn read(message: &v1::DispatchOrder) -> Result<Recorded, Corrupt> {
    let accepted = message.accepted.as_ref().ok_or(Corrupt::undecodable("DispatchOrder"))?;
    Ok(Recorded { change: status_change_from_proto(accepted)?, sequence: message.sequence })
}

async fn place(dispatcher: &Dispatcher, accepted: Recorded, deliveries: u64) -> Disposition {
    let key = accepted.trade().key.clone();
    crash_point_for("dispatch.in_hand", &key);
    match place_in_hand(dispatcher, accepted, deliveries).await {
        Ok(disposition) => disposition,
        Err(StepError::ShuttingDown) => Disposition::RedeliverAfter(Duration::ZERO),
        Err(error) => {
            let error = skinbus_bus::chain(&error);
            tracing::warn!(trade = %key, error, "an order is not placed yet; it comes again");
            Disposition::Retry
        }
    }
}

/// Follows the protocol as often as it takes. While the account is closed the order stays in hand: given back, it would
/// come again out of its order, and use up a delivery each time.
async fn place_in_hand(
    dispatcher: &Dispatcher,
    accepted: Recorded,
    deliveries: u64,
) -> Result<Disposition, StepError> {
    let mut known = accepted;
    loop {
        match run(dispatcher, known.clone()).await {
            Ok(Delivery::Acknowledge) => {
                crash_point("dispatch.before_acknowledge");
                return Ok(Disposition::Acknowledge);
            }
            Ok(Delivery::RedeliverAt(at)) => {
                let at = deadline(&known).unwrap_or(at).min(at);
                // What closed the account is surely written down after the first pause.
                wait_in_hand(dispatcher, after(clock::now(), RETRY_PAUSE)).await?;
                if pause_until(at) > IN_HAND_MAX && !is_closed_until(dispatcher, at).await {
                    return Ok(wait_outside(dispatcher, &known, at, deliveries).await);
                }
                wait_in_hand(dispatcher, at).await?;
            }
            // Its deadline is written down next.
            Err(StepError::Overdue) => {}
            Err(error) => return Err(error),
        }
        let newest = dispatcher.ledger.read(&known.trade().key).await.map_err(AdvanceError::Ledger)?;
        known = newest.filter(|newest| newest.sequence > known.sequence).unwrap_or(known);
    }
}

/// A long wait that concerns this order alone is spent outside, so that others are placed meanwhile.
async fn wait_outside(
    dispatcher: &Dispatcher,
    known: &Recorded,
    at: jiff::Timestamp,
    deliveries: u64,
) -> Disposition {
    if deliveries < DELIVERIES_RENEWED_AT {
        return Disposition::RedeliverAfter(pause_until(at));
    }
    match dispatcher.bus.hand_over_again(known, "renewed").await {
        Ok(()) => Disposition::Acknowledge,
        Err(error) => {
            let error = skinbus_bus::chain(&error);
            tracing::warn!(trade = %known.trade().key, error, "an order is not handed over anew");
            Disposition::Retry
        }
    }
}

/// Whether the account is closed for about as long: then nobody else could use this order's place either.
async fn is_closed_until(dispatcher: &Dispatcher, at: jiff::Timestamp) -> bool {
    let account = &dispatcher.served.account.name;
    let read = async { QuotaStore::new(&dispatcher.bus, account).await?.read(account).await };
    match read.await {
        Ok(stored) => {
            let slack_ms = i64::try_from(IN_HAND_MAX.as_millis()).unwrap_or(i64::MAX);
            let closing = stored.window.gate.closing.as_ref();
            closing.is_some_and(|closing| closing.until_ms.saturating_add(slack_ms) >= at.as_millisecond())
        }
        Err(error) => {
            tracing::debug!(error = skinbus_bus::chain(&error), "whether the account is closed is not known");
            false
        }
    }
}

pub(crate) fn pause_until(at: jiff::Timestamp) -> Duration {
    Duration::try_from(at.duration_since(clock::now())).unwrap_or(Duration::ZERO)
}

/// When the order is over.
pub(crate) fn deadline(recorded: &Recorded) -> Option<jiff::Timestamp> {
    recorded.trade().order.as_ref()?.expires_at
}

async fn wait_in_hand(dispatcher: &Dispatcher, until: jiff::Timestamp) -> Result<(), StepError> {
    tokio::select! {
        () = tokio::time::sleep(pause_until(until)) => Ok(()),
        () = dispatcher.shutdown.requested() => Err(StepError::ShuttingDown),
    }
}
