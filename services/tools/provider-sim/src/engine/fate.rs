//! What becomes of a purchase, step by step.

use serde::{Deserialize, Serialize};

use crate::pace::Durations;

/// What becomes of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// The user accepts; nothing can undo it.
    Accepted,
    /// The user accepts; the trade is protected for days and stays accepted.
    AcceptedProtected,
    /// The user accepts and takes it back under trade protection.
    RolledBackByUser,
    /// The user accepts and the provider takes it back.
    RolledBackByProvider,
    /// The user rejects the offer.
    Canceled,
    /// The user never answers.
    TimedOut,
    /// The trade token is bad.
    InvalidToken,
    /// The user cannot trade.
    UserNotTradable,
    /// The trade cannot be created.
    CreateFailed,
    /// The item is gone.
    ItemUnavailable,
    /// Reserved until its trade hold ends, then accepted.
    Reserved,
    /// Accepted in the very answer to buy.
    Instant,
    /// Refused at buy, as if the balance were empty; no purchase comes of it.
    InsufficientFunds,
    /// Never gets past its first status.
    StuckProcessing,
    /// Gets a status that nobody documented.
    UnknownStatus,
    /// Times out, and is accepted after all.
    AcceptedAfterTimeout,
}

/// A purchase's status, for which every provider has its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Processing,
    WaitingAccept,
    Accepted,
    /// Accepted, and the trade protection is over; only where the provider shows that as a step of its own.
    Settled,
    Canceled,
    Timeout,
    InvalidToken,
    UserNotTradable,
    CreateFailed,
    ItemUnavailable,
    RollbackUser,
    RollbackProvider,
    Reserved,
    ReservationCanceled,
    Undocumented,
}

impl Status {
    /// A trade offer exists once a purchase was in one of these.
    pub(crate) fn has_offer(self) -> bool {
        match self {
            Self::WaitingAccept | Self::Accepted => true,
            Self::Processing
            | Self::Settled
            | Self::Canceled
            | Self::Timeout
            | Self::InvalidToken
            | Self::UserNotTradable
            | Self::CreateFailed
            | Self::ItemUnavailable
            | Self::RollbackUser
            | Self::RollbackProvider
            | Self::Reserved
            | Self::ReservationCanceled
            | Self::Undocumented => false,
        }
    }
}

/// One step of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Milliseconds after the purchase.
    pub(crate) after_ms: u64,
    pub(crate) status: Status,
}

/// When the offer is sent and when it is accepted, in milliseconds after `begin`.
fn offer_times(begin: u64, pace: &Durations) -> (u64, u64) {
    let sent = begin.saturating_add(pace.processing_ms);
    (sent, sent.saturating_add(pace.waiting_accept_ms))
}

impl Fate {
    /// All steps of this life, the first of them at 0; without [`Status::Settled`].
    pub(crate) fn steps(self, pace: &Durations) -> Vec<Step> {
        let (sent, answered) = offer_times(0, pace);
        let timed_out = sent.saturating_add(pace.offer_timeout_ms);
        let undone = answered.saturating_add(pace.rollback_ms.min(pace.protection_ms));
        let begun = (0, Status::Processing);
        let waiting = (sent, Status::WaitingAccept);
        let accepted = (answered, Status::Accepted);
        let steps = match self {
            Self::Accepted | Self::AcceptedProtected => vec![begun, waiting, accepted],
            Self::RolledBackByUser => vec![begun, waiting, accepted, (undone, Status::RollbackUser)],
            Self::RolledBackByProvider => vec![begun, waiting, accepted, (undone, Status::RollbackProvider)],
            Self::Canceled => vec![begun, waiting, (answered, Status::Canceled)],
            Self::TimedOut => vec![begun, waiting, (timed_out, Status::Timeout)],
            Self::InvalidToken => vec![begun, (sent, Status::InvalidToken)],
            Self::UserNotTradable => vec![begun, (sent, Status::UserNotTradable)],
            Self::CreateFailed => vec![begun, (sent, Status::CreateFailed)],
            Self::ItemUnavailable => vec![begun, (sent, Status::ItemUnavailable)],
            Self::Reserved => reserved(pace),
            Self::Instant => vec![(0, Status::Accepted)],
            Self::InsufficientFunds => Vec::new(),
            Self::StuckProcessing => vec![begun],
            Self::UnknownStatus => vec![begun, (sent, Status::Undocumented)],
            Self::AcceptedAfterTimeout => {
                let late = timed_out.saturating_add(pace.waiting_accept_ms);
                vec![begun, waiting, (timed_out, Status::Timeout), (late, Status::Accepted)]
            }
        };
        steps.into_iter().map(|(after_ms, status)| Step { after_ms, status }).collect()
    }

    /// The same steps, with the end of the trade protection where it is reached.
    pub(crate) fn steps_until_settled(self, pace: &Durations) -> Vec<Step> {
        let mut steps = self.steps(pace);
        let accepted_last = steps.last().is_some_and(|step| step.status == Status::Accepted);
        if let Some(after_ms) = self.settlement_after(pace).filter(|_| accepted_last) {
            steps.push(Step { after_ms, status: Status::Settled });
        }
        steps
    }

    /// When Steam's trade protection ends, for a trade that is under it.
    pub(crate) fn settlement_after(self, pace: &Durations) -> Option<u64> {
        let begin = match self {
            Self::AcceptedProtected | Self::RolledBackByUser | Self::RolledBackByProvider => 0,
            Self::Reserved => pace.reservation_ms,
            Self::Accepted
            | Self::Canceled
            | Self::TimedOut
            | Self::InvalidToken
            | Self::UserNotTradable
            | Self::CreateFailed
            | Self::ItemUnavailable
            | Self::Instant
            | Self::InsufficientFunds
            | Self::StuckProcessing
            | Self::UnknownStatus
            | Self::AcceptedAfterTimeout => return None,
        };
        Some(offer_times(begin, pace).1.saturating_add(pace.protection_ms))
    }

    /// When the money comes back, for a life that ends without delivery.
    pub(crate) fn refund_after(self, pace: &Durations, rollbacks_too: bool) -> Option<u64> {
        let last = self.steps(pace).pop()?;
        let comes_back = match last.status {
            Status::Canceled
            | Status::Timeout
            | Status::InvalidToken
            | Status::UserNotTradable
            | Status::CreateFailed
            | Status::ItemUnavailable
            | Status::ReservationCanceled => true,
            Status::RollbackUser | Status::RollbackProvider => rollbacks_too,
            Status::Processing
            | Status::WaitingAccept
            | Status::Accepted
            | Status::Settled
            | Status::Reserved
            | Status::Undocumented => false,
        };
        comes_back.then_some(last.after_ms)
    }
}

fn reserved(pace: &Durations) -> Vec<(u64, Status)> {
    let (sent, answered) = offer_times(pace.reservation_ms, pace);
    vec![
        (0, Status::Reserved),
        (pace.reservation_ms, Status::Processing),
        (sent, Status::WaitingAccept),
        (answered, Status::Accepted),
    ]
}
