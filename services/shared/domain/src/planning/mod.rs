//! Which due looks become one look-up, whose turn it is, and how late a look can be.
//!
//! [`crate::polling`] says when a trade is to be looked at. What is due waits here: for company, since one request asks
//! about many trades, and for its turn, since the quota is what is scarce. Where the quota is too short for all that is due,
//! nothing is computed ahead: each look waits in its line, in order, so every pause stretches by the time that the line takes.
//! Nobody is asked about twice before everybody in the line was asked about once.

mod agenda;
mod bound;
mod record;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use agenda::{Agenda, Batch};
pub use bound::{Open, latest};
pub use record::{Reading, period};

use crate::order::OrderKind;
use crate::polling;
use crate::rules::{Rules, after};
use crate::trade::Recorded;

/// The longest pause before a look that somebody waits for.
const SOMEBODY_WAITS_MAX: Duration = Duration::from_secs(30);
/// A look waits for company for this part of the pause before it.
const PART_OF_PAUSE: u32 = 20;
/// And no longer than this.
const COMPANY_MAX: Duration = Duration::from_secs(30);

/// How long what fires at one moment takes to arrive.
const FIRED_TOGETHER: Duration = Duration::from_millis(50);
/// The longest that a wake-up takes: NATS fires four times a second, and what fired together is waited for.
const WAKE_UP_MAX: Duration = Duration::from_millis(500);

/// In which line a due look waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Somebody waits for what comes of it: it was planned within half a minute.
    Now,
    /// Nobody does.
    Later,
}

impl Urgency {
    /// Both, the more urgent first.
    pub const ALL: [Self; 2] = [Self::Now, Self::Later];

    /// The name in subjects and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Later => "later",
        }
    }

    /// This line's part of the look-ups, in quarters, for as long as somebody waits in the other one too.
    #[must_use]
    pub const fn quarters(self) -> u32 {
        match self {
            Self::Now => 3,
            Self::Later => 1,
        }
    }
}

/// A trade's next look, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The trade's kind of order.
    pub kind: OrderKind,
    /// In which line it will wait.
    pub urgency: Urgency,
    /// When.
    pub planned: Planned,
}

impl Look {
    /// The look at `at` that is planned at `now` for a trade in this version.
    #[must_use]
    pub fn new(recorded: &Recorded, at: Timestamp, rules: &Rules, now: Timestamp) -> Self {
        let planned = Planned::new(recorded, at, rules, now);
        // Without an order there is nothing to look at.
        let kind = recorded.trade().kind().unwrap_or(OrderKind::Purchase);
        Self { kind, urgency: planned.urgency(rules), planned }
    }
}

/// When a look falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When it falls due.
    pub at: Timestamp,
    /// How long after the look or the version before it.
    pub pause: Duration,
}

impl Planned {
    fn new(recorded: &Recorded, at: Timestamp, rules: &Rules, now: Timestamp) -> Self {
        // The first look at a version is the same plan whenever it is made, so that one takes the place of the other.
        let is_first = polling::first_wake(recorded, rules) == Some(at);
        let since = if is_first { recorded.change.recorded_at } else { now };
        Self { at, pause: at.duration_since(since).max(SignedDuration::ZERO).unsigned_abs() }
    }

    /// Whose look it is: in faster time pauses are shorter and mean the same.
    #[must_use]
    pub fn urgency(&self, rules: &Rules) -> Urgency {
        let pause = self.pause.saturating_mul(rules.speed.max(1));
        if pause <= SOMEBODY_WAITS_MAX { Urgency::Now } else { Urgency::Later }
    }

    /// Until when it waits for company once its wake-up has come, at `woken_at`: the bound of a look whose turn comes at once.
    /// What NATS fires together is in hand within some milliseconds, and goes out together.
    #[must_use]
    pub fn leaves_at(&self, rules: &Rules, woken_at: Timestamp) -> Timestamp {
        let leaves_at = after(self.at, (self.pause / PART_OF_PAUSE).min(company_max(Urgency::Later, rules)));
        leaves_at.max(after(woken_at, FIRED_TOGETHER))
    }
}

/// The longest that a due look of this line waits for company.
#[must_use]
pub fn company_max(urgency: Urgency, rules: &Rules) -> Duration {
    let most = match urgency {
        Urgency::Now => SOMEBODY_WAITS_MAX / PART_OF_PAUSE,
        Urgency::Later => COMPANY_MAX,
    };
    most / rules.speed.max(1)
}
