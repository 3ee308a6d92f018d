//! One input applied to one trade. This is the only way in which a trade changes.

use jiff::Timestamp;

use crate::decision::Decision;
use crate::drift::Drift;
use crate::observation::Observation;
use crate::order::Request;
use crate::outcome::Outcome;
use crate::rules::Rules;
use crate::stuck::Obstacle;
use crate::trade::{Attempt, Cause, Trade, TradeStatus};
use crate::transition;

#[cfg(test)]
pub(crate) mod tests;

/// Something that may change a trade.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// The merchant's request was read.
    Requested(Request),
    /// We are about to call the provider: the intent.
    AttemptStarted(Attempt),
    /// The call of an attempt came to an outcome.
    AttemptAnswered {
        /// Which attempt.
        number: u32,
        /// To what.
        outcome: Outcome,
    },
    /// The lease of the attempt in flight ended without an outcome.
    LeaseExpired,
    /// The provider does not know the reference.
    LookedUpAbsent {
        /// When the look-up began: only what had arrived by then is proved absent.
        asked_at: Timestamp,
    },
    /// The provider told something about the trade, just now.
    Observed(Observation),
    /// The provider told something about the trade a while ago: a look-up's row, a webhook. What it says is as of then.
    Told {
        /// What it told.
        observation: Observation,
        /// Not before this: when the look-up began, or the webhook came in.
        as_of: Timestamp,
    },
    /// The order's deadline may have passed.
    DeadlinePassed,
    /// The hosted page's lifetime may have ended, or its address may be lost for ever.
    LinkEnded,
    /// The provider never gave an answer that says anything about an unclear outcome.
    NeverAnswered,
    /// The trade may stand still for too long.
    Stuck {
        /// What is known, besides the trade itself, of why.
        obstacle: Option<Obstacle>,
    },
    /// The ledger was restored from a back-up, and may have forgotten that the order was placed.
    LedgerRestored,
    /// An operator decided what became of it.
    Resolved(Decision),
}

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The trade changes; the change is to be appended.
    Applied(Box<Change>),
    /// Nothing new, or older than what is known. A normal outcome: counted, not applied.
    Stale,
    /// It contradicts what is known. The trade keeps its state and somebody is told.
    Anomaly(Anomaly),
}

/// A new version of a trade, not yet written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// The status before.
    pub from: Option<TradeStatus>,
    /// What brought it about.
    pub cause: Cause,
    /// When it happened, where the provider says so.
    pub occurred_at: Option<Timestamp>,
    /// The whole new state.
    pub trade: Trade,
    /// What somebody should look at, besides.
    pub alerts: Vec<Alert>,
    /// The operator's decision that brought it about.
    pub decision: Option<Decision>,
}

/// A contradiction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anomaly {
    /// Same order id, other content. The first order is untouched.
    OrderConflict,
    /// Something else; see the alert.
    Contradiction(Alert),
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Alert {
    /// What kind.
    pub kind: AlertKind,
    /// For people; never a secret.
    pub detail: String,
    /// What the provider said, where the alert is about that: such alerts are counted.
    pub drift: Option<Drift>,
}

/// The kinds of alerts, as in the subject `skinbus.v1.alert.<kind>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// A provider uses a word that its adapter does not know.
    Drift,
    /// Facts contradict each other.
    Anomaly,
    /// A webhook names an order that nobody has.
    Orphan,
    /// A trade waits for a person.
    NeedsReview,
    /// A trade stands still for too long.
    Stuck,
    /// A provider's record and the ledger do not agree.
    Reconciliation,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Drift, Self::Anomaly, Self::Orphan, Self::NeedsReview, Self::Stuck, Self::Reconciliation];

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The last token of the alert's subject.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Anomaly => "anomaly",
            Self::Orphan => "orphan",
            Self::NeedsReview => "needs_review",
            Self::Stuck => "stuck",
            Self::Reconciliation => "reconciliation",
        }
    }
}

impl Alert {
    /// An alert.
    #[must_use]
    pub fn new(kind: AlertKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), drift: None }
    }

    /// An alert about contradicting facts.
    #[must_use]
    pub fn anomaly(detail: impl Into<String>) -> Self {
        Self::new(AlertKind::Anomaly, detail)
    }

    /// An alert about something that the provider's adapter does not know.
    #[must_use]
    pub fn drift(detail: impl Into<String>, drift: Drift) -> Self {
        Self { drift: Some(drift), ..Self::new(AlertKind::Drift, detail) }
    }
}

/// An input that must not reach a trade in this state: a defect in the caller, never a normal outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{input} is illegal for a trade that is {status}")]
pub struct IllegalTransition {
    /// What was tried.
    pub input: &'static str,
    /// On which status; `NONE` where there is no trade.
    pub status: &'static str,
}

/// Applies `input` to the trade as it stands.
///
/// # Errors
///
/// [`IllegalTransition`] where the caller may not offer this input to such a trade.
pub fn fold(
    current: Option<&Trade>,
    input: &Input,
    rules: &Rules,
    now: Timestamp,
) -> Result<Fold, IllegalTransition> {
    let trade = || current.ok_or(IllegalTransition { input: input.name(), status: "NONE" });
    // What the ledger may have forgotten is found out before anything is decided from it.
    let is_in_doubt =
        current.is_some_and(|trade| transition::ledger_restored::is_in_doubt(trade, &rules.placing));
    match input {
        Input::AttemptStarted(_)
        | Input::LeaseExpired
        | Input::LookedUpAbsent { .. }
        | Input::DeadlinePassed
        | Input::LinkEnded
            if is_in_doubt =>
        {
            Ok(Fold::Stale)
        }
        Input::Requested(request) => Ok(transition::request::apply(current, request, now)),
        Input::AttemptStarted(attempt) => transition::start_attempt::apply(trade()?, attempt, now),
        Input::AttemptAnswered { number, outcome } => answered(trade()?, *number, outcome, rules, now),
        Input::LeaseExpired => Ok(transition::expire_lease::apply(trade()?, now)),
        Input::LookedUpAbsent { asked_at } => {
            Ok(transition::confirm_absent::apply(trade()?, *asked_at, rules))
        }
        Input::Observed(observation) => {
            Ok(transition::observe::apply(trade()?, observation, rules, now, now))
        }
        Input::Told { observation, as_of } => {
            Ok(transition::observe::apply(trade()?, observation, rules, *as_of, now))
        }
        Input::DeadlinePassed => Ok(transition::pass_deadline::apply(trade()?, now)),
        Input::LinkEnded => Ok(transition::end_link::apply(trade()?, rules, now)),
        Input::Stuck { obstacle } => {
            Ok(transition::tell_stuck::apply(trade()?, obstacle.as_ref(), rules, now))
        }
        Input::NeverAnswered => Ok(transition::give_up::apply(trade()?, now)),
        Input::LedgerRestored => Ok(transition::ledger_restored::apply(trade()?, &rules.placing, now)),
        Input::Resolved(decision) => Ok(transition::resolve::apply(trade()?, decision, now)),
    }
}

fn answered(
    trade: &Trade,
    number: u32,
    outcome: &Outcome,
    rules: &Rules,
    now: Timestamp,
) -> Result<Fold, IllegalTransition> {
    Ok(match outcome {
        Outcome::Placed(observation) => transition::observe::apply(trade, observation, rules, now, now),
        Outcome::Refused(reason) => transition::refuse::apply(trade, number, reason),
        Outcome::NotSent { reason, retry_at } => {
            transition::not_sent::apply(trade, number, reason, *retry_at)
        }
        Outcome::Unknown { reason, refusal_unproved } => {
            transition::uncertain::apply(trade, number, reason, *refusal_unproved, now)
        }
    })
}

impl Input {
    /// The input's name, for errors and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested(_) => "requested",
            Self::AttemptStarted(_) => "attempt_started",
            Self::AttemptAnswered { outcome, .. } => match outcome {
                Outcome::Placed(_) => "attempt_placed",
                Outcome::Refused(_) => "attempt_refused",
                Outcome::NotSent { .. } => "attempt_not_sent",
                Outcome::Unknown { .. } => "attempt_unknown",
            },
            Self::LeaseExpired => "lease_expired",
            Self::LookedUpAbsent { .. } => "looked_up_absent",
            Self::Observed(_) | Self::Told { .. } => "observed",
            Self::DeadlinePassed => "deadline_passed",
            Self::LinkEnded => "link_ended",
            Self::NeverAnswered => "never_answered",
            Self::Stuck { .. } => "stuck",
            Self::LedgerRestored => "ledger_restored",
            Self::Resolved(_) => "resolved",
        }
    }
}
