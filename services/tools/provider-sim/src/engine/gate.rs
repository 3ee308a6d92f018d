//! The arrivals under each set of credentials, apart from the state so that counting never waits for work.

use crate::quota::{Limit, LimitPatch, QuotaRecord, QuotaReport, Verdict};

/// The records of a project's own credentials and of all others.
#[derive(Debug)]
pub(super) struct Gate {
    limit: Limit,
    known: QuotaRecord,
    unknown: QuotaRecord,
}

impl Gate {
    pub(super) fn new(limit: Limit) -> Self {
        Self { limit, known: QuotaRecord::new(limit), unknown: QuotaRecord::new(limit) }
    }

    pub(super) fn arrive(&mut self, known: bool, path: &'static str, now_us: u64) -> Verdict {
        let record = if known { &mut self.known } else { &mut self.unknown };
        record.arrive(path, now_us)
    }

    pub(super) fn limit(&self) -> Limit {
        self.limit
    }

    pub(super) fn change_limit(&mut self, patch: &LimitPatch) {
        let mut limit = self.limit;
        patch.apply(&mut limit);
        if limit == self.limit {
            return;
        }
        self.limit = limit;
        self.known.set_limit(limit);
        self.unknown.set_limit(limit);
    }

    /// Both records, by the alias of the credentials.
    pub(super) fn reports(&self, alias: &str) -> Vec<(String, QuotaReport)> {
        vec![
            (alias.to_owned(), self.known.report()),
            (format!("{alias}_unknown_token"), self.unknown.report()),
        ]
    }
}
