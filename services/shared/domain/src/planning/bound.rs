//! How late a look can be.

use std::time::Duration;

use super::{Urgency, WAKE_UP_MAX, company_max};
use crate::order::OrderKind;
use crate::quota::{Lane, Limit};
use crate::rules::{ByKind, Rules};

/// While orders take all that they can, look-ups get one request of this many.
const BESIDE_ORDERS: u32 = 10;

/// The trades of an account whose next look is planned or due, by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Whose next look somebody waits for.
    pub now: ByKind<u64>,
    /// The others.
    pub later: ByKind<u64>,
}

impl Open {
    /// Those of one line.
    #[must_use]
    pub const fn of(&self, urgency: Urgency) -> &ByKind<u64> {
        match urgency {
            Urgency::Now => &self.now,
            Urgency::Later => &self.later,
        }
    }

    /// The requests that look at every trade of the line once.
    #[must_use]
    pub fn sweep_requests(&self, urgency: Urgency, sizes: &ByKind<usize>) -> u64 {
        OrderKind::ALL.into_iter().fold(0, |requests: u64, kind| {
            let size = u64::try_from(sizes.of(kind)).unwrap_or(u64::MAX).max(1);
            requests.saturating_add(self.of(urgency).of(kind).div_ceil(size))
        })
    }
}

/// The latest that a look of this line comes after it fell due, where the provider answers: it waits for company, and then for
/// everybody who is in the line before it, each of them once. While look-ups have the quota, and while orders use it up.
#[must_use]
pub fn latest(
    urgency: Urgency,
    open: &Open,
    sizes: &ByKind<usize>,
    limit: &Limit,
    rules: &Rules,
) -> [Duration; 2] {
    let requests = open.sweep_requests(urgency, sizes);
    let alone = limit.requests.saturating_sub(Lane::LookUps.reserve(limit)).max(1);
    // A line has the whole while the other one is empty.
    let quarters = match open.sweep_requests(super::agenda::other(urgency), sizes) {
        0 => 4,
        _ => urgency.quarters(),
    };
    [1, BESIDE_ORDERS].map(|beside| {
        let windows = u128::from(requests) * 4 * u128::from(beside);
        let nanoseconds = windows.saturating_mul(limit.per.as_nanos()) / u128::from(alone * quarters);
        let sweep = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        WAKE_UP_MAX.saturating_add(company_max(urgency, rules)).saturating_add(sweep)
    })
}
