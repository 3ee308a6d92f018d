mod exactness;
mod full_use;
mod window;

use std::time::Duration;

use super::{Grant, Limit};

fn limit(requests: u32, per_ms: u64) -> Limit {
    Limit { requests, per: Duration::from_millis(per_ms) }
}

/// `(count, free_at_ms)`.
fn permits(grant: Grant) -> (u32, i64) {
    match grant {
        Grant::Permits { count, free_at_ms } => (count, free_at_ms),
        Grant::NotBefore { at_ms } => panic!("not before {at_ms}"),
    }
}

fn not_before(grant: Grant) -> i64 {
    match grant {
        Grant::NotBefore { at_ms } => at_ms,
        Grant::Permits { count, .. } => panic!("{count} permits"),
    }
}
