//! Advancing a trade: read, fold, append; and again, where somebody else was faster. A state machine without I/O.
//!
//! Compare-and-set is the only way in which a trade changes, and this is the only loop round it. The shell asks
//! [`Advancing::start`] what to do, does it at the ledger, and hands back what came of it, until [`Effect::Finish`].

use jiff::Timestamp;

use crate::fold::{Anomaly, Change, Fold, IllegalTransition, Input, fold};
use crate::rules::Rules;
use crate::stuck::is_one_stay;
use crate::trade::{Recorded, StatusChange};

#[cfg(test)]
mod tests;

/// What the shell has to do next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Read the newest version of the trade, surely the newest; report [`Event::Read`].
    ReadLatest,
    /// Append `change` after the version with the sequence `expected` (0: as the first); report [`Event::Written`] or
    /// [`Event::Lost`].
    Append {
        /// Sequence of the version that was decided on.
        expected: u64,
        /// The version to append.
        change: StatusChange,
    },
    /// Nothing more to do.
    Finish(Advanced),
}

/// What came of an effect.
#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per input")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// The newest version; `None` where there is no such trade.
    Read(Option<Recorded>),
    /// The version is in the ledger.
    Written {
        /// Under this sequence.
        sequence: u64,
    },
    /// Somebody else's version came first; this one is not in the ledger and never will be.
    Lost,
}

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Advanced {
    /// A new version is in the ledger.
    Written(Recorded),
    /// The input changes nothing; this is the newest version.
    Stale(Recorded),
    /// The input contradicts the newest version.
    Anomaly {
        /// It.
        recorded: Recorded,
        /// In what.
        anomaly: Anomaly,
    },
}

impl Advanced {
    /// The newest version, and the contradiction.
    #[must_use]
    pub fn into_parts(self) -> (Recorded, Option<Anomaly>) {
        match self {
            Self::Written(recorded) | Self::Stale(recorded) => (recorded, None),
            Self::Anomaly { recorded, anomaly } => (recorded, Some(anomaly)),
        }
    }
}

/// What to do when somebody else's version came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Fold the same input on the newer version.
    Fold,
    /// Finish as [`Advanced::Stale`] with what is the newest version then: the input was decided on another one.
    GiveUp,
}

/// Why an input cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvancingError {
    /// The input may not be offered to this trade.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// There is no such trade.
    #[error("the trade is not in the ledger")]
    Unknown,
    /// An event that does not belong to the last effect: a defect in the shell.
    #[error("an event was reported that nothing was done for")]
    OutOfOrder,
}

/// One input on its way into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Advancing {
    input: Input,
    retry: Retry,
    phase: Phase,
}

#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per input")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    Reading { after_loss: bool },
    Appending { change: StatusChange },
    Finished,
}

impl Advancing {
    /// Begins with the version in `known`, or from nothing where that is `None`. It may be old: a version that it leads to
    /// is only written where it still is the newest, and "changes nothing" is only said of the newest.
    ///
    /// # Errors
    ///
    /// None at the start: whatever is said of an old version is said again of the newest first.
    pub fn start(
        known: Option<Recorded>,
        input: Input,
        retry: Retry,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<(Self, Effect), AdvancingError> {
        let mut advancing = Self { input, retry, phase: Phase::Finished };
        let effect = advancing.decide(known, Known::Perhaps, rules, now)?;
        Ok((advancing, effect))
    }

    /// What to do after `event`.
    ///
    /// # Errors
    ///
    /// [`AdvancingError`]; nothing more is to be done then.
    pub fn on(&mut self, event: Event, rules: &Rules, now: Timestamp) -> Result<Effect, AdvancingError> {
        match (std::mem::replace(&mut self.phase, Phase::Finished), event) {
            (Phase::Reading { after_loss: true }, Event::Read(newest)) if self.retry == Retry::GiveUp => {
                newest.map(|newest| Effect::Finish(Advanced::Stale(newest))).ok_or(AdvancingError::Unknown)
            }
            (Phase::Reading { .. }, Event::Read(newest)) => self.decide(newest, Known::Newest, rules, now),
            (Phase::Appending { change }, Event::Written { sequence }) => {
                Ok(Effect::Finish(Advanced::Written(Recorded { change, sequence })))
            }
            (Phase::Appending { .. }, Event::Lost) => {
                self.phase = Phase::Reading { after_loss: true };
                Ok(Effect::ReadLatest)
            }
            (_, _) => Err(AdvancingError::OutOfOrder),
        }
    }

    fn decide(
        &mut self,
        current: Option<Recorded>,
        known: Known,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Effect, AdvancingError> {
        match fold(current.as_ref().map(Recorded::trade), &self.input, rules, now) {
            Ok(Fold::Applied(change)) => {
                let change = version_after(current.as_ref(), *change, now);
                self.phase = Phase::Appending { change: change.clone() };
                let expected = current.map_or(0, |current| current.sequence);
                Ok(Effect::Append { expected, change })
            }
            // Said of an old version, none of these is final.
            Ok(Fold::Stale | Fold::Anomaly(_)) | Err(_) if known == Known::Perhaps => {
                self.phase = Phase::Reading { after_loss: false };
                Ok(Effect::ReadLatest)
            }
            Ok(Fold::Stale) => {
                let recorded = current.ok_or(AdvancingError::Unknown)?;
                Ok(Effect::Finish(Advanced::Stale(recorded)))
            }
            Ok(Fold::Anomaly(anomaly)) => {
                let recorded = current.ok_or(AdvancingError::Unknown)?;
                Ok(Effect::Finish(Advanced::Anomaly { recorded, anomaly }))
            }
            Err(illegal) => Err(illegal.into()),
        }
    }
}

/// How sure it is that a version is the newest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Perhaps,
    Newest,
}

fn version_after(current: Option<&Recorded>, change: Change, now: Timestamp) -> StatusChange {
    let mut trade = change.trade;
    let before = current.map(|current| current.trade().status());
    if !before.is_some_and(|before| is_one_stay(before, trade.status())) {
        (trade.status_since, trade.is_stuck) = (now, false);
    }
    StatusChange {
        version: current.map_or(0, |current| current.change.version) + 1,
        from: change.from,
        cause: change.cause,
        occurred_at: change.occurred_at,
        recorded_at: now,
        trade,
        alerts: change.alerts,
        decision: change.decision,
    }
}
