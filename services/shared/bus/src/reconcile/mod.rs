//! The shell round [`skinbus_domain::reconciling`]: asks an account's provider for its records, in the lowest lane, reads the
//! ledger, and tells what does not agree. For the command line and for the tracker.

mod asking;
mod report;

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use skinbus_domain::ids::{Reference, TradeKey};
use skinbus_domain::query::HistoryKind;
use skinbus_domain::reconciling::{Period, Reconciling};
use skinbus_domain::{Cause, IllegalTransition, Input, Observation, Recorded};
use skinbus_proto::{observation_from_row, v1};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;

use crate::connection::Bus;
use crate::ledger::{AdvanceError, Advanced, JetStreamLedger, Ledger, LedgerError, Retry, advance};
use crate::queries::QueryError;
use crate::trace;

pub use report::Report;

/// The provider's clock, and what it dates rows by, may differ from ours by as much: its records are asked for so much more
/// on both sides.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);
/// The clocks of our machines are within this of each other.
const CLOCKS: SignedDuration = SignedDuration::from_secs(2);
/// Trades that are read at the same time.
const READS: usize = 16;
/// Rows that are not ours and are kept for the report.
const FOREIGN_MAX: usize = 20;

/// Why a comparison could not be completed; doing it again is safe.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The provider could not be asked, or gave no answer that can be read.
    #[error("asking for {question}: {} (code {})", .error.status, .error.code)]
    Ask {
        /// For what.
        question: &'static str,
        /// As provider-dispatch said it, or 503 where nobody answered.
        error: QueryError,
    },
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What the provider says could not be folded in.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// A row was offered to a trade that takes none.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
}

/// One comparison of an account's records with the ledger.
pub struct Reconcile<'a> {
    /// The connection.
    pub bus: &'a Bus,
    /// Our side.
    pub ledger: &'a JetStreamLedger,
    /// Whose records.
    pub account: &'a Account,
    /// Orders that were accepted from then on.
    pub since: Timestamp,
    /// Orders that were placed until then.
    pub until: Timestamp,
    /// Whether what mends a trade is folded in. Else nothing is changed.
    pub apply: bool,
}

/// What a run knows so far.
struct Run {
    reconciling: Reconciling,
    /// Records that were read whole.
    whole: Vec<HistoryKind>,
    /// When the provider was asked first.
    asked_at: Timestamp,
    not_compared: Vec<String>,
    foreign: Vec<v1::HistoryRow>,
}

impl Reconcile<'_> {
    /// Compares.
    ///
    /// # Errors
    ///
    /// [`ReconcileError`] where one of the two sides could not be read to its end.
    pub async fn run(&self) -> Result<Report, ReconcileError> {
        let mut run = Run {
            reconciling: Reconciling::new(self.account.name.clone()),
            whole: Vec::new(),
            asked_at: Timestamp::MAX,
            not_compared: Vec::new(),
            foreign: Vec::new(),
        };
        for kind in [HistoryKind::Purchases, HistoryKind::Deposits] {
            self.record(kind, &mut run).await?;
        }
        self.failed_webhooks(&mut run).await?;
        if !run.whole.is_empty() {
            self.unseen(&mut run).await?;
        }
        let balance = asking::balance(self).await?;
        let (findings, counts) = run.reconciling.finish();
        Ok(Report {
            account: self.account.name.clone(),
            since: self.since,
            until: self.until,
            findings,
            counts,
            not_compared: run.not_compared,
            foreign: run.foreign,
            balance,
        })
    }

    /// Compares one record of the provider, page by page.
    async fn record(&self, kind: HistoryKind, run: &mut Run) -> Result<(), ReconcileError> {
        let mut pages = asking::Pages::new(self, kind);
        let (mut is_whole, mut unreadable) = (true, 0);
        while let Some(page) = pages.next().await? {
            run.asked_at = run.asked_at.min(page.asked_at);
            is_whole &= !page.response.may_be_partial;
            unreadable += page.response.unreadable;
            unreadable += self.rows(page, run).await?;
        }
        let name = asking::name(kind);
        if !pages.is_supported() {
            run.not_compared.push(format!("{name}: the provider has no such record"));
            return Ok(());
        }
        run.reconciling.unreadable(unreadable);
        if unreadable > 0 {
            run.not_compared.push(format!("{name}: {unreadable} rows cannot be read"));
        } else if is_whole {
            run.whole.push(kind);
        }
        if !is_whole {
            run.not_compared.push(format!(
                "{name}: nobody says how far back the record reaches, so what it lacks proves nothing"
            ));
        }
        Ok(())
    }

    /// Compares the rows of one page, and tells how many cannot be read.
    async fn rows(&self, page: asking::Page, run: &mut Run) -> Result<u64, ReconcileError> {
        let (mut told, mut unreadable): (Vec<Observation>, u64) = (Vec::new(), 0);
        for row in page.response.rows {
            let trade = row.trade.clone().unwrap_or_default();
            if trade.reference.is_empty() {
                run.reconciling.foreign();
                if run.foreign.len() < FOREIGN_MAX {
                    run.foreign.push(row);
                }
                continue;
            }
            match observation_from_row(&trade, Cause::LookUp) {
                Ok(observation) => told.push(observation),
                Err(_) => unreadable += 1,
            }
        }
        let references: Vec<Reference> = told.iter().map(|told| told.reference.clone()).collect();
        let reading = references.into_iter().map(|reference| self.ours(reference));
        let ours: Vec<Option<Recorded>> = stream::iter(reading).buffered(READS).try_collect().await?;
        for (told, ours) in told.iter().zip(&ours) {
            let (rules, now) = (&self.account.rules, clock::now());
            let is_mendable = run.reconciling.row(told, ours.as_ref(), page.asked_at, rules, now)?;
            if let (true, true, Some(ours)) = (self.apply, is_mendable, ours) {
                self.mend(ours, told, page.asked_at, &mut run.reconciling).await?;
            }
        }
        Ok(unreadable)
    }

    /// The newest version of the trade that the reference belongs to. A version that a replica does not have yet would be a
    /// finding of its own, so the leader is asked.
    async fn ours(&self, reference: Reference) -> Result<Option<Recorded>, LedgerError> {
        match reference.order_id() {
            Ok(order_id) => {
                let merchant = self.account.merchant.clone();
                self.ledger.read_latest(&TradeKey { merchant, order_id }).await
            }
            Err(_) => Ok(None),
        }
    }

    /// Folds the provider's word, by compare-and-set like every other. What it brings up, the ledger's follower raises.
    async fn mend(
        &self,
        ours: &Recorded,
        told: &Observation,
        asked_at: Timestamp,
        reconciling: &mut Reconciling,
    ) -> Result<(), ReconcileError> {
        let (key, rules) = (&ours.trade().key, &self.account.rules);
        let input = Input::Told { observation: told.clone(), as_of: asked_at };
        let newest = self.ledger.read_in_trace(key).await?.map(|(_, context)| context);
        let folding = advance(self.ledger, key, Some(ours.clone()), &input, rules, Retry::Fold);
        match trace::in_order("reconcile", &newest.unwrap_or_default()).run(folding).await? {
            Advanced::Written(_) => reconciling.mended(&told.reference),
            // Somebody else was faster, or it contradicts what was learned meanwhile: the next run tells.
            Advanced::Stale(_) | Advanced::Anomaly { .. } => {}
        }
        Ok(())
    }

    async fn failed_webhooks(&self, run: &mut Run) -> Result<(), ReconcileError> {
        let Some(webhooks) = asking::failed_webhooks(self).await? else {
            run.not_compared.push("failed webhooks: the provider does not tell them".to_owned());
            return Ok(());
        };
        for webhook in webhooks {
            let reference: Option<Reference> = webhook.reference.parse().ok();
            let is_new = reference.as_ref().is_some_and(|reference| !run.reconciling.is_seen(reference));
            let ours = match &reference {
                Some(reference) if is_new => self.ours(reference.clone()).await?,
                Some(_) | None => None,
            };
            run.reconciling.failed_webhook(reference.as_ref(), ours.as_ref());
        }
        Ok(())
    }

    /// Goes through what was written since then, for trades that no row told of.
    async fn unseen(&self, run: &mut Run) -> Result<(), ReconcileError> {
        let mut unseen: BTreeSet<Reference> = BTreeSet::new();
        let account = self.account.name.as_str();
        let reconciling = &run.reconciling;
        self.ledger
            .scan(&self.account.merchant, self.since, |version| {
                let Some(trade) = version.trade.filter(|trade| trade.account == account) else { return };
                let reference = trade.attempt.and_then(|attempt| attempt.reference.parse().ok());
                unseen.extend(reference.filter(|reference| !reconciling.is_seen(reference)));
            })
            .await?;
        let period = Period { since: self.since, until: self.until, asked_at: run.asked_at };
        let reading = unseen.into_iter().map(|reference| self.ours(reference));
        let mut reading = stream::iter(reading).buffered(READS);
        while let Some(ours) = reading.try_next().await? {
            if let Some(ours) = ours {
                run.reconciling.unseen(ours.trade(), &run.whole, &period, &self.account.rules);
            }
        }
        Ok(())
    }
}
