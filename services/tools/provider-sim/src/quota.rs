//! What arrived, how often, and whether it was too much.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::pace::set;

/// A request limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Limit {
    /// How many requests are served in any window.
    pub(crate) requests: u64,
    pub(crate) window_ms: u64,
    /// How long everything is refused once the limit was passed.
    pub(crate) block_ms: u64,
}

/// A change of a limit.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitPatch {
    requests: Option<u64>,
    window_ms: Option<u64>,
    block_ms: Option<u64>,
}

impl LimitPatch {
    pub(crate) fn apply(&self, to: &mut Limit) {
        set(&mut to.requests, self.requests);
        set(&mut to.window_ms, self.window_ms);
        set(&mut to.block_ms, self.block_ms);
    }
}

/// Whether a request is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Served,
    Refused,
}

#[derive(Debug)]
struct Arrival {
    at_us: u64,
    served: bool,
}

/// The record of one set of credentials.
///
/// Keeps the arrivals of one window only; all else is counters, so a long run costs no more than a busy minute.
#[derive(Debug)]
pub(crate) struct QuotaRecord {
    limit: Limit,
    window: VecDeque<Arrival>,
    served_in_window: u64,
    blocked_until_us: u64,
    arrivals: u64,
    refused: u64,
    worst_window: usize,
    paths: BTreeMap<&'static str, u64>,
}

/// A record as `GET /_quota` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct QuotaReport {
    arrivals: u64,
    refused: u64,
    limit: u64,
    window_ms: u64,
    worst_window: usize,
    paths: BTreeMap<&'static str, u64>,
}

impl QuotaRecord {
    pub(crate) fn new(limit: Limit) -> Self {
        Self {
            limit,
            window: VecDeque::new(),
            served_in_window: 0,
            blocked_until_us: 0,
            arrivals: 0,
            refused: 0,
            worst_window: 0,
            paths: BTreeMap::new(),
        }
    }

    /// Another limit from now on. Another window length begins the record of the worst window anew, because
    /// windows of two lengths cannot be compared.
    pub(crate) fn set_limit(&mut self, limit: Limit) {
        if limit.window_ms != self.limit.window_ms {
            self.window.clear();
            self.served_in_window = 0;
            self.worst_window = 0;
        }
        self.limit = limit;
        self.blocked_until_us = 0;
    }

    /// Counts a request that arrives now. Every arrival is in the record; only served ones use up the limit.
    pub(crate) fn arrive(&mut self, path: &'static str, now_us: u64) -> Verdict {
        self.forget_before(now_us);
        let served = now_us >= self.blocked_until_us && self.served_in_window < self.limit.requests;
        self.arrivals += 1;
        *self.paths.entry(path).or_default() += 1;
        self.window.push_back(Arrival { at_us: now_us, served });
        self.worst_window = self.worst_window.max(self.window.len());
        if served {
            self.served_in_window += 1;
            return Verdict::Served;
        }
        self.refused += 1;
        if now_us >= self.blocked_until_us {
            self.blocked_until_us = now_us.saturating_add(self.limit.block_ms.saturating_mul(1000));
        }
        Verdict::Refused
    }

    fn forget_before(&mut self, now_us: u64) {
        let window_us = self.limit.window_ms.saturating_mul(1000);
        while self.window.front().is_some_and(|oldest| oldest.at_us.saturating_add(window_us) <= now_us) {
            if self.window.pop_front().is_some_and(|gone| gone.served) {
                self.served_in_window -= 1;
            }
        }
    }

    pub(crate) fn report(&self) -> QuotaReport {
        QuotaReport {
            arrivals: self.arrivals,
            refused: self.refused,
            limit: self.limit.requests,
            window_ms: self.limit.window_ms,
            worst_window: self.worst_window,
            paths: self.paths.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, QuotaRecord, Verdict};

    const MS: u64 = 1000;

    fn record(requests: u64, block_ms: u64) -> QuotaRecord {
        QuotaRecord::new(Limit { requests, window_ms: 100, block_ms })
    }

    #[test]
    fn a_window_is_half_open() {
        let mut record = record(1, 0);
        assert_eq!(record.arrive("/a", 0), Verdict::Served);
        assert_eq!(record.arrive("/a", 100 * MS - 1), Verdict::Refused);
        assert_eq!(record.arrive("/a", 100 * MS), Verdict::Served);
        assert_eq!(record.report().worst_window, 2);
        assert_eq!(record.report().refused, 1);
    }

    #[test]
    fn a_block_outlasts_the_window() {
        let mut record = record(1, 500);
        assert_eq!(record.arrive("/a", 0), Verdict::Served);
        assert_eq!(record.arrive("/a", 10 * MS), Verdict::Refused);
        // The refusals inside the block do not make it longer.
        assert_eq!(record.arrive("/a", 509 * MS), Verdict::Refused);
        assert_eq!(record.arrive("/a", 510 * MS), Verdict::Served);
    }

    #[test]
    fn the_worst_window_is_the_largest_of_all() {
        let mut record = record(1_000_000, 0);
        let mut arrivals: Vec<u64> = Vec::new();
        let mut now = 0;
        for step in 0..5_000_u64 {
            now += (step * step) % 37 * MS / 4;
            arrivals.push(now);
            record.arrive("/a", now);
        }
        let slowly = (0..arrivals.len())
            .map(|end| (0..=end).filter(|start| arrivals[end] - arrivals[*start] < 100 * MS).count())
            .max();
        assert_eq!(Some(record.report().worst_window), slowly);
        assert_eq!(record.report().arrivals, 5_000);
        assert!(record.window.len() <= record.worst_window);
    }
}
