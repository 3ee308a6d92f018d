//! Scheduled reconciliations: each account's records at its provider are compared with the ledger, and what does not agree
//! is told. Nothing is changed.
//!
//! The schedule of an account is one message, and only one replica gets it when it falls due. It carries what was told
//! already, so that a finding is told once and not with every run. The alerts are stored before the next schedule is, and
//! that before the message is acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_bus::dead::{Cause, RaiseError};
use skinbus_bus::reconcile::{Reconcile, ReconcileError, Report};
use skinbus_bus::schedule::ReconcileScheduleError;
use skinbus_bus::topology::{POLLS, TRACKER_RECONCILE};
use skinbus_bus::{DELIVERIES_MAX, Disposition, Incoming, WorkOptions};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::reconciling::Finding;
use skinbus_domain::rules::after;
use skinbus_domain::{Alert, AlertKind};
use skinbus_proto::v1;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;

use crate::{Tracker, metrics};

/// Accounts that are compared at the same time.
const CONCURRENCY: usize = 2;
/// Findings that one run tells one by one.
const TOLD_MAX: usize = 50;
/// Findings that were told and are remembered, so that the schedule stays a small message.
const REMEMBERED_MAX: usize = 500;
/// A run that could not be completed is repeated after this, or after `tracking.reconcile_every` where that is sooner.
const AGAIN_AFTER: Duration = Duration::from_secs(3600);
/// So many runs in a row that could not be completed are told.
const FAILED_RUNS_TOLD: u32 = 3;
/// Pause before a first schedule is written again that NATS did not take.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn run(tracker: Arc<Tracker>) {
    begin(&tracker).await;
    let options = WorkOptions {
        stage: "reconcile",
        concurrency: CONCURRENCY,
        ahead: 0,
        deliveries_max: DELIVERIES_MAX,
    };
    let (bus, shutdown) = (tracker.bus.clone(), tracker.shutdown.clone());
    let handler = move |incoming: Incoming| {
        let tracker = Arc::clone(&tracker);
        async move { handle(&tracker, &incoming).await }
    };
    bus.work(POLLS, TRACKER_RECONCILE, options, &shutdown, handler).await;
}

/// Accounts that have no schedule yet get one.
async fn begin(tracker: &Tracker) {
    let every = tracker.settings.reconcile_every;
    if every.is_zero() {
        return;
    }
    for account in tracker.accounts.keys() {
        while let Err(error) = tracker.bus.begin_reconciliations(account, after(clock::now(), every)).await {
            tracing::warn!(account = %account, error = skinbus_bus::chain(&error), "no reconciliation is scheduled");
            tokio::select! {
                () = tokio::time::sleep(RETRY_PAUSE) => {}
                () = tracker.shutdown.requested() => return,
            }
        }
    }
}

/// Why a run has had no effect yet.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("raising an alert")]
    Alert(#[from] RaiseError),
    #[error(transparent)]
    Schedule(#[from] ReconcileScheduleError),
}

async fn handle(tracker: &Tracker, incoming: &Incoming) -> Disposition {
    let due: v1::ReconcileDue = match incoming.decode() {
        Ok(due) => due,
        Err(error) => return Disposition::Dead(Cause::new("undecodable", error.to_string())),
    };
    let account = incoming.subject.rsplit('.').next().and_then(|name| name.parse().ok());
    let account = account.and_then(|name| tracker.accounts.get(&name));
    // An account that is configured no more needs no schedule, and one that is configured again gets a new one.
    let (Some(account), false) = (account, tracker.settings.reconcile_every.is_zero()) else {
        return Disposition::Acknowledge;
    };
    let compared = tokio::select! {
        biased;
        compared = compare(tracker, account) => compared,
        () = tracker.shutdown.requested() => return Disposition::RedeliverAfter(Duration::ZERO),
    };
    let settled = match compared {
        Ok(report) => tell(tracker, account, &due, &report).await,
        Err(error) => not_completed(tracker, account, due, &error).await,
    };
    match settled {
        Ok(()) => Disposition::Acknowledge,
        Err(error) => {
            tracing::warn!(account = %account.name, error = skinbus_bus::chain(&error), "a reconciliation waits");
            Disposition::Retry
        }
    }
}

async fn compare(tracker: &Tracker, account: &Account) -> Result<Report, ReconcileError> {
    let until = clock::now();
    let since = jiff::SignedDuration::try_from(tracker.settings.reconcile_period)
        .ok()
        .and_then(|period| until.checked_sub(period).ok())
        .unwrap_or(Timestamp::MIN);
    let (bus, ledger) = (&tracker.bus, &tracker.ledger);
    Reconcile { bus, ledger, account, since, until, apply: false }.run().await
}

/// Tells what is new, and plans the next run.
async fn tell(
    tracker: &Tracker,
    account: &Account,
    due: &v1::ReconcileDue,
    report: &Report,
) -> Result<(), RunError> {
    for finding in &report.findings {
        metrics::finding(&account.name, finding.kind.as_str());
    }
    metrics::reconciliation(&account.name, "completed");
    let known: BTreeSet<&str> = due.told.iter().map(String::as_str).collect();
    // What the next look mends is nobody's business; the rest is.
    let texts: Vec<(&Finding, String)> = report
        .findings
        .iter()
        .filter(|finding| !finding.mends_itself())
        .map(|finding| (finding, finding.text()))
        .collect();
    let (old, new): (Vec<_>, Vec<_>) = texts.iter().partition(|(_, text)| known.contains(text.as_str()));
    for (finding, text) in new.iter().take(TOLD_MAX) {
        raise(tracker, account, finding, text).await?;
    }
    let left_out = u64::try_from(new.len().saturating_sub(TOLD_MAX)).unwrap_or(u64::MAX);
    let left_out = left_out.saturating_add(report.counts.findings_left_out);
    if left_out > 0 {
        let detail =
            format!("{left_out} more findings; `skinbus reconcile --account {}` lists them", account.name);
        raise_about(tracker, account, detail).await?;
    }
    crash_point("tracker.after_reconciliation_alerts");
    tracing::info!(
        account = %account.name,
        rows = report.counts.rows,
        agreeing = report.counts.agreeing,
        unreadable = report.counts.unreadable,
        findings = report.findings_count(),
        told = new.len().min(TOLD_MAX),
        "reconciled"
    );
    let told = new.iter().take(TOLD_MAX).chain(&old).take(REMEMBERED_MAX);
    let next = v1::ReconcileDue { told: told.map(|(_, text)| text.clone()).collect(), failed_runs: 0 };
    let at = after(clock::now(), tracker.settings.reconcile_every);
    Ok(tracker.bus.schedule_reconciliation(&account.name, at, &next).await?)
}

/// A run that could not be completed proves nothing, and is repeated.
async fn not_completed(
    tracker: &Tracker,
    account: &Account,
    due: v1::ReconcileDue,
    error: &ReconcileError,
) -> Result<(), RunError> {
    metrics::reconciliation(&account.name, "failed");
    tracing::warn!(account = %account.name, error = skinbus_bus::chain(error), "a reconciliation is not completed");
    let failed_runs = due.failed_runs.saturating_add(1);
    if failed_runs == FAILED_RUNS_TOLD {
        let detail = format!("the records of {} could not be compared, several times in a row", account.name);
        raise_about(tracker, account, detail).await?;
    }
    let next = v1::ReconcileDue { failed_runs, ..due };
    let at = after(clock::now(), AGAIN_AFTER.min(tracker.settings.reconcile_every));
    Ok(tracker.bus.schedule_reconciliation(&account.name, at, &next).await?)
}

async fn raise(
    tracker: &Tracker,
    account: &Account,
    finding: &Finding,
    text: &str,
) -> Result<(), RaiseError> {
    let Some(order_id) = finding.order_id.clone() else {
        return raise_about(tracker, account, text.to_owned()).await;
    };
    let key = TradeKey { merchant: account.merchant.clone(), order_id };
    let alert = Alert::new(AlertKind::Reconciliation, text);
    tracker.bus.raise(Some(&account.name), &key, &[alert]).await
}

async fn raise_about(tracker: &Tracker, account: &Account, detail: String) -> Result<(), RaiseError> {
    let alert = Alert::new(AlertKind::Reconciliation, detail);
    Ok(tracker.bus.raise_about(&account.name, &account.merchant, &alert).await?)
}
