//! When a service reloads, and what becomes of its generations. No clock and no I/O: [`super::generations`] tells what
//! happened and does what is said.

use std::time::{Duration, Instant};

use crate::files::Snapshot;

/// After a generation that did not become ready: what it lacked, NATS mostly, may be there by then.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// SIGHUP.
    Asked,
    /// The watched files are like this now.
    Looked(Snapshot),
    /// The configuration and the secrets were read, as they are in these files, and nothing is wrong with them.
    Good(Snapshot),
    /// The same, but something is wrong.
    Wrong(Snapshot),
    /// They were changed while they were read.
    Changing,
    /// The new generation is ready.
    Ready,
    /// The new generation has ended or was not ready in time.
    NotReady,
    /// The generation that was told to end is gone.
    Gone,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing now.
    Wait,
    /// Read the configuration and the secrets.
    Read,
    /// Start the new generation beside the current one.
    Start,
    /// Say why nothing changes, and go on.
    Refuse,
    /// The new generation is the current one from now on; the old one is told to end.
    Switch,
    /// The new generation is told to end; the current one stays.
    Discard,
}

/// There are at most two generations: a further reload waits until the one that ends is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Steady,
    Reading,
    Starting,
    Retiring,
}

/// The state of the reloads of one process.
#[derive(Debug)]
pub(super) struct Plan {
    phase: Phase,
    /// The files as they were at the last attempt, whatever came of it.
    tried: Snapshot,
    /// Other contents that were seen once.
    seen: Option<Snapshot>,
    asked: bool,
    /// When the same files are worth another attempt.
    again_at: Option<Instant>,
}

impl Plan {
    /// After the first generation was started from these files.
    pub(super) fn new(files: Snapshot) -> Self {
        Self { phase: Phase::Steady, tried: files, seen: None, asked: false, again_at: None }
    }

    /// What happened, and when; what is to be done next.
    pub(super) fn on(&mut self, event: Event, now: Instant) -> Step {
        match (self.phase, event) {
            (_, Event::Asked) => {
                self.asked = true;
                self.read_if(false)
            }
            (Phase::Steady, Event::Looked(files)) => {
                let is_due = self.is_due(files, now);
                self.read_if(is_due)
            }
            (Phase::Reading, Event::Good(files)) => self.tried(files, Phase::Starting, Step::Start),
            (Phase::Reading, Event::Wrong(files)) => self.tried(files, Phase::Steady, Step::Refuse),
            (Phase::Reading, Event::Changing) => {
                self.again_at = Some(now);
                self.phase = Phase::Steady;
                Step::Wait
            }
            (Phase::Starting, Event::Ready) => self.retire(Step::Switch),
            (Phase::Starting, Event::NotReady) => {
                self.again_at = now.checked_add(TRY_AGAIN_AFTER);
                self.retire(Step::Discard)
            }
            (Phase::Retiring, Event::Gone) => {
                self.phase = Phase::Steady;
                self.read_if(false)
            }
            // A look that was under way when something else began; all others cannot be.
            (Phase::Reading | Phase::Starting | Phase::Retiring, Event::Looked(_))
            | (Phase::Starting | Phase::Retiring | Phase::Steady, Event::Good(_) | Event::Wrong(_))
            | (Phase::Starting | Phase::Retiring | Phase::Steady, Event::Changing)
            | (Phase::Steady | Phase::Reading | Phase::Retiring, Event::Ready | Event::NotReady)
            | (Phase::Steady | Phase::Reading | Phase::Starting, Event::Gone) => Step::Wait,
        }
    }

    /// What the files were at the last attempt.
    pub(super) fn files(&self) -> &Snapshot {
        &self.tried
    }

    /// Whether the files are worth a look now.
    pub(super) fn is_steady(&self) -> bool {
        self.phase == Phase::Steady
    }

    /// What waited for the attempt that was just refused.
    pub(super) fn next(&mut self) -> Step {
        self.read_if(false)
    }

    /// What is new is taken when it was found the same twice: by then it is written to its end, and whatever else is
    /// changed together with it.
    fn is_due(&mut self, files: Snapshot, now: Instant) -> bool {
        if files == self.tried {
            self.seen = None;
            return self.again_at.is_some_and(|at| at <= now);
        }
        let is_settled = self.seen.as_ref() == Some(&files);
        self.seen = Some(files);
        is_settled
    }

    fn read_if(&mut self, is_due: bool) -> Step {
        if self.phase != Phase::Steady || !(is_due || self.asked) {
            return Step::Wait;
        }
        (self.phase, self.asked, self.seen, self.again_at) = (Phase::Reading, false, None, None);
        Step::Read
    }

    fn tried(&mut self, files: Snapshot, phase: Phase, step: Step) -> Step {
        (self.tried, self.phase) = (files, phase);
        step
    }

    fn retire(&mut self, step: Step) -> Step {
        self.phase = Phase::Retiring;
        step
    }
}

#[cfg(test)]
mod tests;
