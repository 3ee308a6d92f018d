//! Q1: no window at a provider held more than the limit, by the simulator's own count and by its list of arrivals.

use std::collections::VecDeque;

use super::Finding;
use crate::chaos::records::{Quota, Records};

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (provider, quota) in &records.quotas {
        if quota.worst_window > quota.limit || quota.refused > 0 {
            findings.push(Finding::new("Q1", "", format!("{provider} counted {quota:?}")));
        }
        let mut times: Vec<i64> = records
            .arrivals
            .iter()
            .filter(|arrival| arrival.provider == *provider)
            .map(|arrival| arrival.at_us)
            .collect();
        times.sort_unstable();
        if let Some((from, count)) = too_full(&times, quota) {
            let what =
                format!("{count} requests to {provider} within {} ms from {from} µs on", quota.window_ms);
            findings.push(Finding::new("Q1", "", what));
        }
    }
    findings
}

/// The first window that holds too much, and how much.
fn too_full(times: &[i64], quota: &Quota) -> Option<(i64, usize)> {
    let limit = usize::try_from(quota.limit).unwrap_or(usize::MAX);
    let mut window = VecDeque::new();
    for time in times {
        window.push_back(*time);
        while window.front().is_some_and(|first| time - first >= quota.window_ms * 1_000) {
            window.pop_front();
        }
        if window.len() > limit {
            return Some((*window.front()?, window.len()));
        }
    }
    None
}
