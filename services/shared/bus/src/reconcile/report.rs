//! What a comparison came to.

use jiff::Timestamp;
use skinbus_domain::ids::AccountId;
use skinbus_domain::reconciling::{Counts, Finding};
use skinbus_proto::{timestamp, v1};

/// What does not agree, and how much was compared.
#[derive(Debug, Clone)]
pub struct Report {
    /// Whose records.
    pub account: AccountId,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What does not agree, the gravest first.
    pub findings: Vec<Finding>,
    /// How much was compared.
    pub counts: Counts,
    /// What could not be compared, and why; for people.
    pub not_compared: Vec<String>,
    /// The first rows that are not ours.
    pub foreign: Vec<v1::HistoryRow>,
    /// The account's money, where the provider tells it.
    pub balance: Option<v1::BalanceResponse>,
}

impl Report {
    /// How many things do not agree.
    #[must_use]
    pub fn findings_count(&self) -> u64 {
        let kept = u64::try_from(self.findings.len()).unwrap_or(u64::MAX);
        kept.saturating_add(self.counts.findings_left_out)
    }

    /// How much was compared, in the proto form.
    #[must_use]
    pub fn summary(&self) -> v1::ReconciliationSummary {
        let counts = &self.counts;
        v1::ReconciliationSummary {
            account: self.account.to_string(),
            since: Some(timestamp(self.since)),
            until: Some(timestamp(self.until)),
            rows: counts.rows,
            agreeing: counts.agreeing,
            foreign: counts.foreign,
            unreadable: counts.unreadable,
            moving: counts.moving,
            failed_webhooks: counts.failed_webhooks,
            mended: counts.mended,
            findings: self.findings_count(),
            findings_left_out: counts.findings_left_out,
            not_compared: self.not_compared.clone(),
            foreign_rows: self.foreign.clone(),
            balance: self.balance.clone(),
        }
    }

    /// Each finding in the proto form.
    pub fn findings(&self) -> impl Iterator<Item = v1::ReconciliationFinding> {
        self.findings.iter().map(|finding| v1::ReconciliationFinding {
            kind: finding.kind.as_str().to_owned(),
            severity: finding.kind.severity().as_str().to_owned(),
            reference: finding.reference.to_string(),
            order_id: finding.order_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            provider_id: finding.provider_id.clone().unwrap_or_default(),
            theirs: finding.theirs.clone(),
            ours: finding.ours.clone(),
            advice: finding.kind.advice().to_owned(),
            followed: finding.is_followed,
        })
    }
}
