//! Schedules of the tracker's looks and reconciliations. A due message is only a wake-up: whoever gets it reads the trade.

use std::time::Duration;

use async_nats::header::{NATS_SCHEDULE, NATS_SCHEDULE_TARGET};
use jiff::Timestamp;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::planning::{Look, Planned, Urgency};
use skinbus_proto::{timestamp, v1};
use skinbus_runtime::clock;

use crate::connection::{Bus, chain};
use crate::publish::{Outgoing, is_conflict};
use crate::subjects::{self, HintPlace};

/// A schedule that was perhaps not written.
#[derive(Debug, thiserror::Error)]
#[error("scheduling the next look at {key}: {problem}")]
pub struct ScheduleError {
    key: TradeKey,
    problem: String,
}

/// A schedule of an account's reconciliation that was perhaps not written.
#[derive(Debug, thiserror::Error)]
#[error("scheduling the next reconciliation of {account}: {problem}")]
pub struct ReconcileScheduleError {
    account: AccountId,
    problem: String,
}

impl ReconcileScheduleError {
    fn of(account: &AccountId, error: &dyn std::error::Error) -> Self {
        Self { account: account.clone(), problem: chain(error) }
    }
}

fn reconciliation(account: &AccountId, at: Timestamp, due: &v1::ReconcileDue) -> Outgoing<'static> {
    Outgoing::of(due)
        .header(NATS_SCHEDULE, format!("@at {at:.3}"))
        .header(NATS_SCHEDULE_TARGET, subjects::reconcile_due(account))
}

impl Bus {
    /// Sets the next look at a trade, in place of the one that was set before.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] where it is perhaps not written; setting it again is safe.
    pub async fn schedule_look(
        &self,
        account: &AccountId,
        key: &TradeKey,
        look: &Look,
    ) -> Result<(), ScheduleError> {
        let subject = subjects::poll_at(account, key, look.kind, look.urgency);
        let target = subjects::poll_due(account, look.urgency);
        self.schedule(subject, target, key, &look.planned, false).await
    }

    /// Looks at a trade at `at`, because a webhook says that there is something new. The look by its plan stays.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] where it is perhaps not written; setting it again is safe.
    pub async fn hint_look(
        &self,
        account: &AccountId,
        key: &TradeKey,
        at: Timestamp,
        place: HintPlace,
    ) -> Result<(), ScheduleError> {
        let (subject, target) =
            (subjects::poll_hint(account, key, place), subjects::poll_due(account, Urgency::Now));
        let planned = Planned { at, pause: Duration::ZERO };
        // NATS fires four times a second; what is due now need not wait for that.
        if at <= clock::now() {
            return self.put(target, Outgoing::of(&due(key, &planned, true)), key).await;
        }
        self.schedule(subject, target, key, &planned, true).await
    }

    /// Sets the next reconciliation of an account, in place of the one that was set before.
    ///
    /// # Errors
    ///
    /// [`ReconcileScheduleError`] where it is perhaps not written; setting it again is safe.
    pub async fn schedule_reconciliation(
        &self,
        account: &AccountId,
        at: Timestamp,
        due: &v1::ReconcileDue,
    ) -> Result<(), ReconcileScheduleError> {
        let outgoing = reconciliation(account, at, due);
        let stored = self.store(subjects::reconcile_at(account), outgoing).await;
        stored.map(|_| ()).map_err(|error| ReconcileScheduleError::of(account, &error))
    }

    /// Sets the first reconciliation of an account. Where one is set already, that one stays.
    ///
    /// # Errors
    ///
    /// [`ReconcileScheduleError`] where it is perhaps not written; setting it again is safe.
    pub async fn begin_reconciliations(
        &self,
        account: &AccountId,
        at: Timestamp,
    ) -> Result<(), ReconcileScheduleError> {
        let outgoing = reconciliation(account, at, &v1::ReconcileDue::default()).expecting(0);
        match self.store(subjects::reconcile_at(account), outgoing).await {
            Ok(_) => Ok(()),
            Err(error) if is_conflict(&error) => Ok(()),
            Err(error) => Err(ReconcileScheduleError::of(account, &error)),
        }
    }

    async fn schedule(
        &self,
        subject: String,
        target: String,
        key: &TradeKey,
        planned: &Planned,
        hinted: bool,
    ) -> Result<(), ScheduleError> {
        let outgoing = Outgoing::of(&due(key, planned, hinted))
            .header(NATS_SCHEDULE, format!("@at {:.3}", planned.at))
            .header(NATS_SCHEDULE_TARGET, target);
        self.put(subject, outgoing, key).await
    }

    async fn put(
        &self,
        subject: String,
        outgoing: Outgoing<'_>,
        key: &TradeKey,
    ) -> Result<(), ScheduleError> {
        self.store(subject, outgoing)
            .await
            .map(|_| ())
            .map_err(|error| ScheduleError { key: key.clone(), problem: chain(&error) })
    }
}

fn due(key: &TradeKey, planned: &Planned, hinted: bool) -> v1::PollDue {
    v1::PollDue {
        merchant: key.merchant.to_string(),
        order_id: key.order_id.to_string(),
        hinted,
        due_at: Some(timestamp(planned.at)),
        pause_ms: u64::try_from(planned.pause.as_millis()).unwrap_or(u64::MAX),
    }
}
