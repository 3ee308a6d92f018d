//! Looking trades up, and folding in what comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_bus::dead::RaiseError;
use skinbus_bus::ledger::{AdvanceError, Advanced, Retry, advance};
use skinbus_bus::queries::QueryError;
use skinbus_bus::subjects;
use skinbus_domain::looking::Event;
use skinbus_domain::{Cause, Input, Observation, Recorded, Trade, resolving};
use skinbus_proto::{moment, observation_from_row, target_of, v1};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::crash::crash_point;

use crate::{Tracker, metrics};

/// How long provider-dispatch may take: it waits for a permit, then for the provider.
const PERMIT_WAIT: Duration = Duration::from_secs(25);

/// What a look-up brought.
pub(crate) struct Rows {
    observations: Vec<Observation>,
    not_asked: BTreeSet<String>,
    no_room: bool,
    asked_at: Timestamp,
}

/// Asks the provider about the trades.
pub(crate) async fn look_up(
    tracker: &Tracker,
    account: &Account,
    trades: &[Recorded],
    hinted: bool,
) -> Result<Rows, QueryError> {
    let targets = trades.iter().filter_map(|recorded| target_of(recorded.trade())).collect();
    let request = v1::LookupRequest { references: Vec::new(), targets, hinted };
    let timeout = PERMIT_WAIT.saturating_add(account.total_timeout);
    let subject = subjects::query(&account.name, "lookup");
    let response: v1::LookupResponse = tracker.bus.query(subject, &request, timeout).await?;
    let unreadable = |problem: String| QueryError { code: 500, status: problem };
    let observations: Result<Vec<_>, _> =
        response.rows.iter().map(|row| observation_from_row(row, Cause::LookUp)).collect();
    Ok(Rows {
        observations: observations.map_err(|error| unreadable(error.to_string()))?,
        not_asked: response.not_asked.into_iter().collect(),
        no_room: response.no_room,
        asked_at: response
            .asked_at
            .as_ref()
            .and_then(moment)
            .ok_or_else(|| unreadable("the answer does not say when it was asked".to_owned()))?,
    })
}

/// Has the provider give up what it reserved for this trade.
pub(crate) async fn cancel(tracker: &Tracker, account: &Account, trade: &Trade) -> Result<(), QueryError> {
    let request =
        v1::CommandRequest { order_id: trade.key.order_id.to_string(), ..v1::CommandRequest::default() };
    let timeout = PERMIT_WAIT.saturating_add(account.total_timeout);
    let subject = subjects::command(&account.name, "cancel");
    let response: v1::CommandResponse = tracker.bus.query(subject, &request, timeout).await?;
    tracing::info!(trade = %trade.key, result = response.result().as_str_name(), "gave up a reservation");
    Ok(())
}

/// What the look-up says of one trade.
pub(crate) fn said_of(trade: &Trade, rows: &Rows) -> Event {
    let reference = trade.attempt.as_ref().map(|attempt| attempt.reference.to_string());
    if reference.is_some_and(|reference| rows.not_asked.contains(&reference)) {
        return if rows.no_room { Event::NoRoom } else { Event::NotLookedUp };
    }
    Event::LookedUp(resolving::inputs_of(trade, &rows.observations, rows.asked_at))
}

/// Why an input has had no effect yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    /// It is not in the ledger.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// It contradicts the ledger, and nobody was told.
    #[error("raising an alert")]
    Alert(#[from] RaiseError),
}

/// Folds one input. Tells whether the trade has a new version; what that brings up, its follower raises.
pub(crate) async fn fold(
    tracker: &Tracker,
    account: &Account,
    recorded: &Recorded,
    input: &Input,
) -> Result<bool, FoldError> {
    let key = &recorded.trade().key;
    let known = Some(recorded.clone());
    let answer = match advance(&tracker.ledger, key, known, input, &account.rules, Retry::Fold).await? {
        Advanced::Written(recorded) => {
            crash_point("tracker.after_fold");
            tracing::debug!(trade = %key, to = %recorded.trade().status(), "changed");
            "applied"
        }
        Advanced::Stale(_) => "stale",
        Advanced::Anomaly { anomaly, .. } => {
            tracker.bus.raise_anomaly(Some(&account.name), key, &anomaly).await?;
            "anomaly"
        }
    };
    metrics::fold(input.name(), answer);
    Ok(answer == "applied")
}
