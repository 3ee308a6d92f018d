//! A provider's record against the ledger: what they have and we have not, what differs, what we have and they have not.
//!
//! [`Reconciling`] is told the rows of a record one after another, each with our trade, and afterwards the trades that no
//! row told of. It holds a reference for each row, never the rows. Time is an argument; nothing here changes a trade.
//!
//! * [`compare()`] – one row against one trade: what the state machine would make of it, and amounts of one currency.
//! * [`expected()`] – whether a whole record must have a trade.

mod comparing;
mod finding;
mod missing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use comparing::{Compared, compare};
pub use finding::{Finding, FindingKind, Severity};
pub use missing::{Expected, Period, expected};

use crate::fold::IllegalTransition;
use crate::ids::{AccountId, Reference};
use crate::observation::Observation;
use crate::query::HistoryKind;
use crate::rules::Rules;
use crate::trade::{Recorded, Trade};

/// Findings that are kept; further ones are counted.
const FINDINGS_MAX: usize = 10_000;

/// How much was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows of the provider's records, each once.
    pub rows: u64,
    /// Rows that agree with our trades.
    pub agreeing: u64,
    /// Rows without a reference that could be ours.
    pub foreign: u64,
    /// Rows that could not be read, or of which a word is not known.
    pub unreadable: u64,
    /// Trades that changed while they were compared, or that may still be on their way.
    pub moving: u64,
    /// Webhooks that the provider could not deliver.
    pub failed_webhooks: u64,
    /// Trades that were brought up to what the provider says.
    pub mended: u64,
    /// Findings beyond those that are kept.
    pub findings_left_out: u64,
}

/// What is known of a reference that a row told of.
#[derive(Default)]
struct Seen {
    /// Theirs; nearly always one.
    ids: Vec<String>,
    /// The first order of theirs that lives.
    living: Option<String>,
    /// That another one lives beside it is found already.
    is_told: bool,
}

/// The comparison of one account's records, as far as it has come.
pub struct Reconciling {
    account: AccountId,
    seen: BTreeMap<Reference, Seen>,
    findings: BTreeSet<Finding>,
    counts: Counts,
}

impl Reconciling {
    /// Nothing is compared yet.
    #[must_use]
    pub fn new(account: AccountId) -> Self {
        let (seen, findings, counts) = (BTreeMap::new(), BTreeSet::new(), Counts::default());
        Self { account, seen, findings, counts }
    }

    /// A row of a record, with the trade as it was read after the provider was asked. Tells whether
    /// folding the row mends all that differs.
    ///
    /// # Errors
    ///
    /// As [`compare()`].
    pub fn row(
        &mut self,
        told: &Observation,
        ours: Option<&Recorded>,
        asked_at: Timestamp,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<bool, IllegalTransition> {
        let Some(twin) = self.note(told) else { return Ok(false) };
        self.counts.rows += 1;
        let (mut findings, mut is_mendable) = (Vec::new(), false);
        match compare(ours, &self.account, told, asked_at, rules, now)? {
            Compared::Agrees => self.counts.agreeing += u64::from(twin.is_none()),
            Compared::Moved => self.counts.moving += 1,
            Compared::UnknownWord => self.counts.unreadable += 1,
            Compared::Differs { findings: found, is_mendable: mends } => {
                (findings, is_mendable) = (found, mends)
            }
        }
        let is_told = findings.iter().any(|finding| finding.kind == FindingKind::BoughtTwice);
        let twin = twin.filter(|_| !is_told);
        if let Some(seen) = self.seen.get_mut(&told.reference) {
            seen.is_told |= is_told || twin.is_some();
        }
        is_mendable &= twin.is_none();
        for finding in findings.into_iter().chain(twin) {
            self.find(finding);
        }
        Ok(is_mendable)
    }

    /// Keeps the row's reference. `None` where the same row came before: while a record is read page by page, new rows may
    /// move older ones to a later page. Else the finding that another order lives under the reference, where one does.
    fn note(&mut self, told: &Observation) -> Option<Option<Finding>> {
        let seen = self.seen.entry(told.reference.clone()).or_default();
        // Without an id nobody knows whether it is the same row.
        let Some(id) = &told.facts.provider_id else { return Some(None) };
        if seen.ids.contains(id) {
            return None;
        }
        seen.ids.push(id.clone());
        if seen.is_told || comparing::is_over(&told.progress) {
            return Some(None);
        }
        let Some(first) = &seen.living else {
            seen.living = Some(id.clone());
            return Some(None);
        };
        let theirs = format!("{} besides {first}", comparing::says(told));
        let ours = "that it was placed once".to_owned();
        Some(Some(comparing::finding(FindingKind::BoughtTwice, told, theirs, ours)))
    }

    /// A row without a reference that could be ours.
    pub fn foreign(&mut self) {
        self.counts.rows += 1;
        self.counts.foreign += 1;
    }

    /// Rows that could not be read.
    pub fn unreadable(&mut self, rows: u64) {
        self.counts.unreadable += rows;
    }

    /// A webhook that the provider could not deliver, with its trade. What a row told of is compared already, and what is
    /// over needs no webhook.
    pub fn failed_webhook(&mut self, reference: Option<&Reference>, ours: Option<&Recorded>) {
        self.counts.failed_webhooks += 1;
        let (Some(reference), Some(ours)) = (reference, ours) else { return };
        let trade = ours.trade();
        let is_told = self.seen.contains_key(reference);
        if is_told || !comparing::belongs_to(trade, &self.account) || trade.status().is_final() {
            return;
        }
        if let Some(finding) = missing::only_ours(trade) {
            let kind = FindingKind::WebhookLost;
            let theirs = "that a webhook about it did not arrive".to_owned();
            self.find(Finding { kind, theirs, is_followed: true, ..finding });
        }
    }

    /// Whether a row told of this reference.
    #[must_use]
    pub fn is_seen(&self, reference: &Reference) -> bool {
        self.seen.contains_key(reference)
    }

    /// A trade that no row told of; `whole` are the records that were read whole.
    pub fn unseen(&mut self, trade: &Trade, whole: &[HistoryKind], period: &Period, rules: &Rules) {
        match expected(trade, &self.account, period, rules) {
            Expected::In(kind) if whole.contains(&kind) => {
                if let Some(finding) = missing::only_ours(trade) {
                    self.find(finding);
                }
            }
            Expected::TooRecent => self.counts.moving += 1,
            Expected::In(_) | Expected::No => {}
        }
    }

    /// A trade was brought up to what the provider says: what was found of its reference is mended.
    pub fn mended(&mut self, reference: &Reference) {
        self.counts.mended += 1;
        self.findings.retain(|finding| finding.reference != *reference || !finding.kind.is_mendable());
    }

    /// What was found, the gravest first, and how much was compared.
    #[must_use]
    pub fn finish(self) -> (Vec<Finding>, Counts) {
        (self.findings.into_iter().collect(), self.counts)
    }

    /// The graver findings stay where there is no room for all.
    fn find(&mut self, finding: Finding) {
        self.findings.insert(finding);
        if self.findings.len() > FINDINGS_MAX {
            self.findings.pop_last();
            self.counts.findings_left_out += 1;
        }
    }
}
