mod closing;
mod exactness;
mod full_use;
mod operations;
mod replicas;
mod window;

use std::time::Duration;

use super::{Grant, Lane, Limit, QuotaWindow, ServerTime, Ticket, Wish};

fn limit(requests: u32, per_ms: u64) -> Limit {
    Limit { requests, per: Duration::from_millis(per_ms) }
}

/// Asks for permits at a time that is known exactly.
fn ask(
    window: &mut QuotaWindow,
    limit: &Limit,
    lane: Lane,
    wanted: u32,
    timeout: Duration,
    now_ms: i64,
) -> Grant {
    let wish = Wish { lane, operations: &[], wanted, at_once: 1 };
    window.grant(limit, &wish, timeout, ServerTime::exactly(now_ms))
}

fn permits(grant: Grant) -> (u32, Ticket) {
    match grant {
        Grant::Permits { count, ticket } => (count, ticket),
        Grant::NotBefore { at_ms } => panic!("not before {at_ms}"),
    }
}

fn not_before(grant: Grant) -> i64 {
    match grant {
        Grant::NotBefore { at_ms } => at_ms,
        Grant::Permits { count, .. } => panic!("{count} permits"),
    }
}
