//! Everything that may happen next.

use crate::operator::Word;
use crate::protocol::Fault;
use crate::provider::{Course, Treatment};

/// Who may be paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Process {
    /// A replica of provider-dispatch.
    Dispatch(usize),
    /// The tracker, with a due look in hand.
    Look,
    /// The tracker, with a webhook in hand.
    Webhook,
    /// The operator, with a decision in hand.
    Decision,
}

/// One step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Time passes, until the next moment in which that makes a difference. Whoever is not paused has nothing to do.
    Pass,
    /// A process is paused, for as long as it may be: it does its next step at any later time.
    Pause(Process),
    /// A message is delivered to an idle replica, which reads the trade.
    Deliver {
        /// To which.
        replica: usize,
        /// Which.
        message: usize,
        /// The read shows the version before the newest.
        stale: bool,
    },
    /// A message that is in hand is delivered to the other replica too.
    Redeliver {
        /// To which.
        replica: usize,
        /// Which.
        message: usize,
    },
    /// A replica does its next step.
    Dispatch(usize),
    /// A replica hears the provider's answer.
    Hear(usize),
    /// The answer that a replica waits for is lost.
    LoseAnswer(usize),
    /// The connection that a replica waits on is cut.
    Cut(usize),
    /// A replica has waited long enough.
    TimeOut(usize),
    /// A replica crashes.
    CrashDispatch {
        /// Which.
        replica: usize,
        /// Its append stays on its way.
        late_append: bool,
    },
    /// The provider treats a request.
    Treat {
        /// Which.
        request: u8,
        /// How.
        treatment: Treatment,
    },
    /// What the provider has executed takes another turn.
    Turn {
        /// Which.
        executed: usize,
        /// To there.
        course: Course,
    },
    /// The tracker plans the next look of a new version.
    Follow,
    /// The tracker's follower is late.
    FollowLate,
    /// The tracker's follower gets the version before the newest once more.
    FollowAgain,
    /// A wake-up comes that is not due: one that was acknowledged, or whose schedule was replaced while it fired.
    WakeAgain,
    /// The tracker takes a wake-up, and reads the trade.
    TakeLook {
        /// The read shows the version before the newest.
        stale: bool,
    },
    /// The due look does its next step.
    Look,
    /// The look-up is not answered.
    NoLookUp,
    /// No look-up is answered for a day; this one is the last.
    SilentDay,
    /// The tracker crashes with a due look in hand.
    CrashLook {
        /// Its append stays on its way.
        late_append: bool,
    },
    /// The tracker takes a binding webhook, and reads the trade.
    TakeWebhook {
        /// Which.
        index: usize,
        /// The read shows the version before the newest.
        stale: bool,
    },
    /// The webhook in hand does its next step.
    Webhook,
    /// The tracker crashes with a webhook in hand.
    CrashWebhook {
        /// Its append stays on its way.
        late_append: bool,
    },
    /// The operator decides.
    Decide(Word),
    /// The decision in hand does its next step.
    Decision,
    /// The operator's tool is stopped.
    CrashDecision {
        /// Its append stays on its way.
        late_append: bool,
    },
    /// An append of somebody who has crashed arrives.
    ArriveLate(usize),
}

impl Action {
    /// The fault that this is.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        let stale_read = |stale: bool| stale.then_some(Fault::StaleRead);
        let crash = |late_append: bool| Some(if late_append { Fault::LateAppend } else { Fault::Crash });
        match self {
            Self::Pause(_) => Some(Fault::Pause),
            Self::Deliver { stale, .. } | Self::TakeLook { stale } | Self::TakeWebhook { stale, .. } => {
                stale_read(*stale)
            }
            Self::Redeliver { .. } | Self::FollowLate | Self::FollowAgain | Self::WakeAgain => {
                Some(Fault::Redelivery)
            }
            Self::LoseAnswer(_) => Some(Fault::LostAnswer),
            Self::Cut(_) => Some(Fault::Cut),
            Self::CrashDispatch { late_append, .. }
            | Self::CrashLook { late_append }
            | Self::CrashWebhook { late_append }
            | Self::CrashDecision { late_append } => crash(*late_append),
            Self::Treat { treatment, .. } => treatment.fault(),
            Self::NoLookUp => Some(Fault::NoLookUp),
            Self::SilentDay => Some(Fault::SilentDay),
            Self::Pass
            | Self::Dispatch(_)
            | Self::Hear(_)
            | Self::TimeOut(_)
            | Self::Turn { .. }
            | Self::Follow
            | Self::Look
            | Self::Webhook
            | Self::Decide(_)
            | Self::Decision
            | Self::ArriveLate(_) => None,
        }
    }
}
