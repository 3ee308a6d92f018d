//! One look-up for many looks.

use std::sync::Arc;

use futures_util::{StreamExt, future, stream};
use opentelemetry::Context;
use opentelemetry::trace::FutureExt;
use skinbus_bus::held::PROGRESS_EVERY;
use skinbus_bus::queries::QueryError;
use skinbus_domain::Recorded;
use skinbus_domain::looking::Event;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::telemetry::spans::Span;

use super::LookUp;
use super::carry_out::conclude;
use crate::Tracker;
use crate::look::{Rows, cancel, look_up, said_of};

/// Trades of a batch that are written at the same time.
const TRADES_MAX: usize = 32;

/// Asks about them, and does what the answer asks for. Those come back for which the quota had no room.
pub(super) async fn look(
    tracker: Arc<Tracker>,
    account: Arc<Account>,
    look_ups: Vec<LookUp>,
    hinted: bool,
) -> Vec<LookUp> {
    crash_point("tracker.before_look_up");
    let orders: Vec<Context> = look_ups.iter().map(|(due, _)| due.held.span.context().clone()).collect();
    let span = Span::together("look up", &orders);
    span.set("messaging.batch.message_count", || i64::try_from(orders.len()).unwrap_or(i64::MAX));
    let rows = span.run(ask(&tracker, &account, &look_ups, hinted)).await;
    drop(span);
    crash_point("tracker.after_look_up");
    if let Err(error) = &rows {
        tracing::warn!(account = %account.name, code = error.code, status = error.status, "a look-up failed");
    }
    let rows = rows.ok();
    let concluded = stream::iter(look_ups)
        .map(|look_up| {
            let said =
                rows.as_ref().map_or(Event::NotLookedUp, |rows| said_of(look_up.1.recorded().trade(), rows));
            let context = look_up.0.held.span.context().clone();
            conclude(&tracker, &account, look_up, said).with_context(context)
        })
        .buffer_unordered(TRADES_MAX);
    concluded.filter_map(future::ready).collect().await
}

/// A hint for which there is no room.
pub(super) async fn put_off(tracker: &Tracker, account: &Account, look_up: LookUp) -> Option<LookUp> {
    let context = look_up.0.held.span.context().clone();
    conclude(tracker, account, look_up, Event::NoRoom).with_context(context).await
}

/// A user waits now: what the provider can deliver only days later is given up, and its price comes back. The look-up that
/// follows tells what came of it; where nothing did, the next look tries again.
async fn give_up_reservations(tracker: &Tracker, account: &Account, trades: &[Recorded]) {
    if account.config.keep_reservations {
        return;
    }
    for trade in trades.iter().map(Recorded::trade).filter(|trade| trade.is_reserved()) {
        if let Err(error) = cancel(tracker, account, trade).await {
            tracing::warn!(trade = %trade.key, code = error.code, status = error.status, "a reservation stays");
        }
    }
}

/// A look-up, during which the due looks stay ours.
async fn ask(
    tracker: &Tracker,
    account: &Account,
    look_ups: &[LookUp],
    hinted: bool,
) -> Result<Rows, QueryError> {
    let trades: Vec<Recorded> = look_ups.iter().map(|(_, looking)| looking.recorded().clone()).collect();
    let mut looking_up = std::pin::pin!(async {
        // A command is no look-up: what a forger asks for must not send one. The planned look does.
        if !hinted {
            give_up_reservations(tracker, account, &trades).await;
        }
        look_up(tracker, account, &trades, hinted).await
    });
    loop {
        tokio::select! {
            biased;
            rows = &mut looking_up => return rows,
            // Waiting for a permit and for the provider may take longer than there is to end in.
            () = tracker.shutdown.requested() => {
                return Err(QueryError { code: 503, status: "ending".to_owned() });
            }
            () = tokio::time::sleep(PROGRESS_EVERY) => {
                future::join_all(look_ups.iter().map(|(due, _)| due.held.progress())).await;
            }
        }
    }
}
