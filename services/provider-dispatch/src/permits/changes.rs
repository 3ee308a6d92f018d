//! What became of permits and is not written yet.

use std::time::{Duration, Instant};

use skinbus_domain::quota::{Limit, QuotaWindow, Ticket, Told};

use super::server_clock::ServerClock;
use super::{Ended, SaidAt};

/// How long the end of a call may wait to be written: nobody can use its slot for one window more. In parts of the window,
/// and at most so long.
const WRITE_DELAY_PART: u32 = 20;
const WRITE_DELAY_MAX: Duration = Duration::from_millis(200);

enum Change {
    Settle(Ended),
    GiveBack(Ticket),
    /// The slot may have been settled already: only what the call said of the account is left.
    Tell(Ended),
}

/// Changes that are gathered for the next write.
pub(super) struct Changes {
    changes: Vec<Change>,
    /// When they must be written at the latest.
    write_at: Option<Instant>,
    delay: Duration,
}

impl Changes {
    pub(super) fn new(limit: &Limit) -> Self {
        let delay = (limit.per / WRITE_DELAY_PART).min(WRITE_DELAY_MAX);
        Self { changes: Vec::new(), write_at: None, delay }
    }

    pub(super) fn settle(&mut self, ended: Ended) {
        // The whole account waits for the end of a probe, and for nothing so much as for a closing.
        let is_urgent = ended.is_probe || matches!(ended.said, SaidAt::Closed { .. } | SaidAt::Unreachable);
        let write_at =
            if is_urgent { ended.at } else { ended.at.checked_add(self.delay).unwrap_or(ended.at) };
        self.add(Change::Settle(ended), write_at);
    }

    pub(super) fn give_back(&mut self, ticket: Ticket, now: Instant) {
        self.add(Change::GiveBack(ticket), now);
    }

    fn add(&mut self, change: Change, write_at: Instant) {
        self.changes.push(change);
        self.write_at = Some(self.write_at.map_or(write_at, |known| known.min(write_at)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn write_at(&self) -> Option<Instant> {
        self.write_at
    }

    /// Makes the changes. What the server's time was at their moments is asked only now: more may be known of it.
    pub(super) fn apply(&self, window: &mut QuotaWindow, limit: &Limit, clock: &ServerClock) {
        let latest_ms = |moment: Instant| clock.at(moment).map_or(i64::MAX, |time| time.latest_ms);
        let told = |ended: &Ended| match ended.said {
            SaidAt::Open => Told::Open,
            SaidAt::Closed { until, reason } => Told::Closed { until_ms: latest_ms(until), reason },
            SaidAt::Unreachable => Told::Unreachable,
            SaidAt::Nothing => Told::Nothing,
        };
        for change in &self.changes {
            match change {
                Change::Settle(ended) => {
                    window.settle(limit, &ended.ticket, latest_ms(ended.at), told(ended));
                }
                Change::GiveBack(ticket) => window.give_back(ticket),
                Change::Tell(ended) => window.tell(&ended.ticket, latest_ms(ended.at), told(ended)),
            }
        }
    }

    pub(super) fn are_written(&mut self) {
        self.changes.clear();
        self.write_at = None;
    }

    /// The write had no answer. Writing the ends of calls twice would free slots of others too early; not written at all,
    /// they only stay taken a little longer. What was said of the account may be written as often as one likes.
    pub(super) fn are_perhaps_written(&mut self) {
        self.changes =
            std::mem::take(&mut self.changes).into_iter().filter_map(Change::without_slots).collect();
        if self.changes.is_empty() {
            self.write_at = None;
        }
    }
}

impl Change {
    fn without_slots(self) -> Option<Self> {
        match self {
            Self::Settle(ended) | Self::Tell(ended) => Some(Self::Tell(ended)),
            // A probe that is lost so is back after its time-out.
            Self::GiveBack(_) => None,
        }
    }
}
