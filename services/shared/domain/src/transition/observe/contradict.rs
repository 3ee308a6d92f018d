//! What contradicts what is known.

use super::target::was_accepted;
use crate::fold::Alert;
use crate::observation::{Observation, Progress};
use crate::order::OrderKind;
use crate::trade::Trade;

/// The observation is not about the purchase that we know of.
pub(super) fn identity(trade: &Trade, observation: &Observation) -> Option<Alert> {
    if trade.attempt.as_ref().is_none_or(|attempt| attempt.reference != observation.reference) {
        return Some(Alert::anomaly(format!(
            "the provider knows the reference {}, under which nothing was sent",
            observation.reference
        )));
    }
    match (&trade.facts.provider_id, &observation.facts.provider_id) {
        (Some(known), Some(told)) if known != told => Some(Alert::anomaly(format!(
            "the provider has {told} under the reference {}, besides {known}: something may have been bought twice",
            observation.reference
        ))),
        (_, _) => None,
    }
}

/// The provider ended, as if it had never happened, what the user had already taken. For a deposit that is the documented
/// end of a hold that was taken back.
pub(super) fn undone(trade: &Trade, observation: &Observation) -> Option<Alert> {
    if is_deposit(trade) {
        return None;
    }
    match &observation.progress {
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) if was_accepted(trade) => {
            Some(Alert::anomaly(format!(
                "the trade was {}, and the provider now says {}; taken as reverted",
                trade.status(),
                observation.facts.provider_status.as_deref().unwrap_or("that it ended")
            )))
        }
        Progress::Failed(_)
        | Progress::Canceled(_)
        | Progress::Expired(_)
        | Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Held { .. }
        | Progress::Delivered { .. }
        | Progress::Reverted { .. }
        | Progress::Unknown => None,
    }
}

/// Whether items come in, instead of going out.
pub(super) fn is_deposit(trade: &Trade) -> bool {
    matches!(trade.kind(), Some(OrderKind::DepositLink | OrderKind::DepositItems))
}
