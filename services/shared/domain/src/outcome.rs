//! What a call that places an order came to. Four values, because "no answer" is not "failed".

use jiff::Timestamp;

use crate::observation::Observation;
use crate::trade::Reason;

/// The outcome of one placing call. Everything that is not provably one of the first three is [`Outcome::Unknown`].
#[expect(clippy::large_enum_variant, reason = "one value at a time, moved a few times per order")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The provider took the order and says how far it is.
    Placed(Observation),
    /// The provider surely did not and will not execute it.
    Refused(Reason),
    /// The request surely was not executed; it may be sent again.
    NotSent {
        /// Why.
        reason: Reason,
        /// Not again before this.
        retry_at: Timestamp,
    },
    /// It may or may not have been executed.
    Unknown {
        /// What was seen.
        reason: Reason,
        /// The provider answered with an error that its contract does not prove to come before any purchase.
        refusal_unproved: bool,
    },
}

impl Outcome {
    /// The outcome's name, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Placed(_) => "placed",
            Self::Refused(_) => "refused",
            Self::NotSent { .. } => "not_sent",
            Self::Unknown { .. } => "unknown",
        }
    }
}
