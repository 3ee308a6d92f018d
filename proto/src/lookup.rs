//! Look-up rows: observations on their way from provider-dispatch to trade-tracker.

use skinbus_domain::order::Operation;
use skinbus_domain::{Cause, Hold, Observation, Progress, Trade};

use crate::credit::{credit_to_proto, credits_from_proto};
use crate::facts::{facts_from_proto, facts_to_proto, time};
use crate::order::game_to_proto;
use crate::trade::{reason_from_proto, reversed_by_from_proto, reversed_by_to_proto};
use crate::{Corrupt, timestamp_to_proto, v1};

const MESSAGE: &str = "LookupRow";

/// An observation as a row.
#[must_use]
pub fn row_from_observation(observation: &Observation) -> v1::LookupRow {
    let mut row = v1::LookupRow {
        reference: observation.reference.to_string(),
        facts: facts_to_proto(&observation.facts),
        occurred_at: observation.occurred_at.map(timestamp_to_proto),
        credits: observation.credits.iter().map(credit_to_proto).collect(),
        ..v1::LookupRow::default()
    };
    lay_progress(&mut row, &observation.progress);
    row
}

pub(crate) fn lay_progress(row: &mut v1::LookupRow, progress: &Progress) {
    let (progress, reason) = match progress {
        Progress::Submitted => (v1::Progress::Submitted, None),
        Progress::OfferSent => (v1::Progress::OfferSent, None),
        Progress::UserAccepted => (v1::Progress::UserAccepted, None),
        Progress::Held { until } => {
            row.hold_ends_at = until.map(timestamp_to_proto);
            (v1::Progress::Held, None)
        }
        Progress::Delivered { hold } => {
            let (hold, hold_ends_at) = match hold {
                Hold::None => (v1::Hold::None, None),
                Hold::Until(end) => (v1::Hold::Until, Some(timestamp_to_proto(*end))),
                Hold::Unknown => (v1::Hold::Unknown, None),
            };
            row.hold = hold.into();
            row.hold_ends_at = hold_ends_at;
            (v1::Progress::Delivered, None)
        }
        Progress::Failed(reason) => (v1::Progress::Failed, Some(reason)),
        Progress::Canceled(reason) => (v1::Progress::Canceled, Some(reason)),
        Progress::Expired(reason) => (v1::Progress::Expired, Some(reason)),
        Progress::Reverted { reason, by } => {
            reversed_by_to_proto(*by).clone_into(&mut row.reverted_by);
            (v1::Progress::Reverted, Some(reason))
        }
        Progress::Unknown => (v1::Progress::Unknown, None),
    };
    row.progress = progress.into();
    if let Some(reason) = reason {
        row.reason.clone_from(&reason.code);
        row.provider_reason = reason.provider_code.clone().unwrap_or_default();
    }
}

/// A row as an observation that came about in this way.
///
/// # Errors
///
/// [`Corrupt`] with the first field that provider-dispatch cannot have written so.
pub fn observation_from_row(row: &v1::LookupRow, cause: Cause) -> Result<Observation, Corrupt> {
    let corrupt = |field| Corrupt::of(MESSAGE, field);
    let facts = facts_from_proto(row.facts.as_ref())?;
    let reason = || reason_from_proto(MESSAGE, &row.reason, &row.provider_reason);
    let hold = || match row.hold() {
        v1::Hold::None => Ok(Hold::None),
        v1::Hold::Until => Ok(Hold::Until(
            time(row.hold_ends_at.as_ref(), MESSAGE, "hold_ends_at")?.ok_or(corrupt("hold_ends_at"))?,
        )),
        v1::Hold::Unknown => Ok(Hold::Unknown),
        v1::Hold::Unspecified => Err(corrupt("hold")),
    };
    let progress = match row.progress() {
        v1::Progress::Unspecified => return Err(corrupt("progress")),
        v1::Progress::Unknown => Progress::Unknown,
        v1::Progress::Submitted => Progress::Submitted,
        v1::Progress::OfferSent => Progress::OfferSent,
        v1::Progress::UserAccepted => Progress::UserAccepted,
        v1::Progress::Held => {
            Progress::Held { until: time(row.hold_ends_at.as_ref(), MESSAGE, "hold_ends_at")? }
        }
        v1::Progress::Delivered => Progress::Delivered { hold: hold()? },
        v1::Progress::Failed => Progress::Failed(reason()?),
        v1::Progress::Canceled => Progress::Canceled(reason()?),
        v1::Progress::Expired => Progress::Expired(reason()?),
        v1::Progress::Reverted => Progress::Reverted {
            reason: reason()?,
            by: reversed_by_from_proto(&row.reverted_by).ok_or(corrupt("reverted_by"))?,
        },
    };
    Ok(Observation {
        cause,
        reference: row.reference.parse().map_err(|_| corrupt("reference"))?,
        progress,
        occurred_at: time(row.occurred_at.as_ref(), MESSAGE, "occurred_at")?,
        facts,
        credits: credits_from_proto(&row.credits)?,
    })
}

/// A trade as a look-up asks for it; `None` where it never was sent, so that there is nothing to ask for.
#[must_use]
pub fn target_of(trade: &Trade) -> Option<v1::LookupTarget> {
    let (order, attempt) = (trade.order.as_ref()?, trade.attempt.as_ref()?);
    let asset_id = match &order.operation {
        Operation::Listing(listing) => listing.item.asset_id.clone(),
        Operation::Purchase(_) | Operation::Deposit(_) => String::new(),
    };
    Some(v1::LookupTarget {
        reference: attempt.reference.to_string(),
        kind: order.operation.kind().as_str().to_owned(),
        provider_id: trade.facts.provider_id.clone().unwrap_or_default(),
        game: game_to_proto(order.operation.game()).into(),
        steam_id: order.operation.user().steam_id.to_string(),
        asset_id,
        since: trade.accepted_at.map(timestamp_to_proto),
    })
}
