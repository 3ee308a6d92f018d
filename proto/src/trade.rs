//! Versions of a trade: the ledger's records, and what merchants receive.

use jiff::Timestamp;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::{Attempt, Reason, ReversedBy, StatusChange};
use skinbus_domain::{Cause, Trade, TradeState, TradeStatus};

use crate::facts::{facts_from_proto, facts_to_proto, time};
use crate::order::{order_from_proto, order_to_proto, violation_from_proto, violation_to_proto};
use crate::{Corrupt, timestamp_to_proto, v1};

const MESSAGE: &str = "TradeStatusChanged";

/// A status in the proto form.
#[must_use]
pub fn status_to_proto(status: TradeStatus) -> v1::TradeStatus {
    match status {
        TradeStatus::Rejected => v1::TradeStatus::Rejected,
        TradeStatus::Accepted => v1::TradeStatus::Accepted,
        TradeStatus::Dispatching => v1::TradeStatus::Dispatching,
        TradeStatus::Uncertain => v1::TradeStatus::Uncertain,
        TradeStatus::Submitted => v1::TradeStatus::Submitted,
        TradeStatus::OfferSent => v1::TradeStatus::OfferSent,
        TradeStatus::UserAccepted => v1::TradeStatus::UserAccepted,
        TradeStatus::OnHold => v1::TradeStatus::OnHold,
        TradeStatus::Completed => v1::TradeStatus::Completed,
        TradeStatus::Failed => v1::TradeStatus::Failed,
        TradeStatus::Canceled => v1::TradeStatus::Canceled,
        TradeStatus::Expired => v1::TradeStatus::Expired,
        TradeStatus::Reverted => v1::TradeStatus::Reverted,
        TradeStatus::NeedsReview => v1::TradeStatus::NeedsReview,
    }
}

/// A status out of the proto form; `None` for the unspecified one.
#[must_use]
pub fn status_from_proto(status: v1::TradeStatus) -> Option<TradeStatus> {
    TradeStatus::ALL
        .into_iter()
        .find(|known| status_to_proto(*known) == status)
}

const CAUSES: [(Cause, v1::Cause); 6] = [
    (Cause::Order, v1::Cause::Order),
    (Cause::Dispatch, v1::Cause::Dispatch),
    (Cause::LookUp, v1::Cause::Lookup),
    (Cause::Webhook, v1::Cause::Webhook),
    (Cause::Timer, v1::Cause::Timer),
    (Cause::Operator, v1::Cause::Operator),
];

fn cause_to_proto(cause: Cause) -> v1::Cause {
    CAUSES
        .iter()
        .find(|(known, _)| *known == cause)
        .map_or(v1::Cause::Unspecified, |(_, proto)| *proto)
}

pub(crate) fn reversed_by_to_proto(by: ReversedBy) -> &'static str {
    match by {
        ReversedBy::User => "user",
        ReversedBy::Provider => "provider",
        ReversedBy::Unknown => "unknown",
    }
}

pub(crate) fn reversed_by_from_proto(by: &str) -> ReversedBy {
    match by {
        "user" => ReversedBy::User,
        "provider" => ReversedBy::Provider,
        _ => ReversedBy::Unknown,
    }
}

/// The receipt that tells about this version.
#[must_use]
pub fn receipt_of(change: &StatusChange) -> v1::OrderReceipt {
    let violations = match &change.trade.state {
        TradeState::Rejected { violations } => violations.iter().map(violation_to_proto).collect(),
        TradeState::Accepted { .. }
        | TradeState::Dispatching
        | TradeState::Uncertain { .. }
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::OnHold { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::Reverted { .. }
        | TradeState::NeedsReview { .. } => Vec::new(),
    };
    v1::OrderReceipt {
        order_id: change.trade.key.order_id.to_string(),
        version: change.version,
        status: status_to_proto(change.trade.status()).into(),
        violations,
    }
}

/// A version in the proto form.
#[must_use]
pub fn status_change_to_proto(change: &StatusChange) -> v1::TradeStatusChanged {
    let trade = &change.trade;
    v1::TradeStatusChanged {
        merchant: trade.key.merchant.to_string(),
        order_id: trade.key.order_id.to_string(),
        version: change.version,
        from: change
            .from
            .map_or(v1::TradeStatus::Unspecified, status_to_proto)
            .into(),
        to: status_to_proto(trade.status()).into(),
        cause: cause_to_proto(change.cause).into(),
        occurred_at: change.occurred_at.map(timestamp_to_proto),
        recorded_at: Some(timestamp_to_proto(change.recorded_at)),
        trade: Some(trade_to_proto(trade)),
    }
}

fn trade_to_proto(trade: &Trade) -> v1::Trade {
    let reason = trade.state.reason();
    let mut proto = v1::Trade {
        order: trade
            .order
            .as_ref()
            .map(|order| order_to_proto(order, &trade.key.order_id)),
        account: trade
            .order
            .as_ref()
            .map(|order| order.account.to_string())
            .unwrap_or_default(),
        provider: trade
            .order
            .as_ref()
            .map(|order| order.provider.clone())
            .unwrap_or_default(),
        metadata: trade.metadata.clone(),
        reason: reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        provider_reason: reason
            .and_then(|reason| reason.provider_code.clone())
            .unwrap_or_default(),
        facts: facts_to_proto(&trade.facts),
        attempt: trade.attempt.as_ref().map(|attempt| v1::Attempt {
            number: attempt.number,
            reference: attempt.reference.to_string(),
            lease_until: Some(timestamp_to_proto(attempt.lease_until)),
        }),
        fingerprint: trade.fingerprint.to_vec(),
        accepted_at: trade.accepted_at.map(timestamp_to_proto),
        ..v1::Trade::default()
    };
    match &trade.state {
        TradeState::Rejected { violations } => {
            proto.violations = violations.iter().map(violation_to_proto).collect();
        }
        TradeState::Accepted { not_before, .. } => proto.not_before = not_before.map(timestamp_to_proto),
        TradeState::Uncertain {
            since,
            refusal_unproved,
            ..
        } => {
            proto.uncertain_since = Some(timestamp_to_proto(*since));
            proto.refusal_unproved = *refusal_unproved;
        }
        TradeState::OnHold { hold_ends_at } => proto.hold_ends_at = Some(timestamp_to_proto(*hold_ends_at)),
        TradeState::Completed { watch_until } => proto.watch_until = watch_until.map(timestamp_to_proto),
        TradeState::Reverted { by, .. } => reversed_by_to_proto(*by).clone_into(&mut proto.reverted_by),
        TradeState::Dispatching
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::NeedsReview { .. } => {}
    }
    proto
}

/// A version out of the proto form.
///
/// # Errors
///
/// [`Corrupt`] with the first field that one of our services cannot have written so.
pub fn status_change_from_proto(proto: &v1::TradeStatusChanged) -> Result<StatusChange, Corrupt> {
    let corrupt = |field| Corrupt::of(MESSAGE, field);
    let key = TradeKey {
        merchant: proto.merchant.parse().map_err(|_| corrupt("merchant"))?,
        order_id: proto.order_id.parse().map_err(|_| corrupt("order_id"))?,
    };
    let to = status_from_proto(proto.to()).ok_or(corrupt("to"))?;
    let cause = CAUSES
        .iter()
        .find(|(_, known)| *known == proto.cause())
        .ok_or(corrupt("cause"))?
        .0;
    let trade = proto.trade.as_ref().ok_or(corrupt("trade"))?;
    Ok(StatusChange {
        version: proto.version,
        from: status_from_proto(proto.from()),
        cause,
        occurred_at: time(proto.occurred_at.as_ref(), MESSAGE, "occurred_at")?,
        recorded_at: time(proto.recorded_at.as_ref(), MESSAGE, "recorded_at")?
            .ok_or(corrupt("recorded_at"))?,
        trade: trade_from_proto(key, to, trade)?,
    })
}

fn trade_from_proto(key: TradeKey, status: TradeStatus, proto: &v1::Trade) -> Result<Trade, Corrupt> {
    let corrupt = |field| Corrupt::of("Trade", field);
    let order = proto
        .order
        .as_ref()
        .map(|order| order_from_proto(order, &proto.provider))
        .transpose()?;
    if order.is_none() && status != TradeStatus::Rejected {
        return Err(corrupt("order"));
    }
    let attempt = proto.attempt.as_ref().map(attempt_from_proto).transpose()?;
    if attempt.is_none() && status == TradeStatus::Dispatching {
        return Err(corrupt("attempt"));
    }
    Ok(Trade {
        key,
        fingerprint: proto
            .fingerprint
            .as_slice()
            .try_into()
            .map_err(|_| corrupt("fingerprint"))?,
        metadata: proto.metadata.clone(),
        order,
        accepted_at: time(proto.accepted_at.as_ref(), "Trade", "accepted_at")?,
        state: state_from_proto(status, proto)?,
        attempt,
        facts: facts_from_proto(proto.facts.as_ref())?,
    })
}

fn attempt_from_proto(proto: &v1::Attempt) -> Result<Attempt, Corrupt> {
    let corrupt = |field| Corrupt::of("Attempt", field);
    Ok(Attempt {
        number: proto.number,
        reference: proto.reference.parse().map_err(|_| corrupt("reference"))?,
        lease_until: time(proto.lease_until.as_ref(), "Attempt", "lease_until")?
            .ok_or(corrupt("lease_until"))?,
    })
}

fn state_from_proto(status: TradeStatus, proto: &v1::Trade) -> Result<TradeState, Corrupt> {
    let moment = |value: &Option<prost_types::Timestamp>, field| -> Result<Option<Timestamp>, Corrupt> {
        time(value.as_ref(), "Trade", field)
    };
    let some_reason = || Reason {
        code: proto.reason.clone(),
        provider_code: (!proto.provider_reason.is_empty()).then(|| proto.provider_reason.clone()),
    };
    let required = |value: Option<Timestamp>, field| value.ok_or(Corrupt::of("Trade", field));
    Ok(match status {
        TradeStatus::Rejected => TradeState::Rejected {
            violations: proto.violations.iter().map(violation_from_proto).collect(),
        },
        TradeStatus::Accepted => TradeState::Accepted {
            not_before: moment(&proto.not_before, "not_before")?,
            reason: (!proto.reason.is_empty()).then(some_reason),
        },
        TradeStatus::Dispatching => TradeState::Dispatching,
        TradeStatus::Uncertain => TradeState::Uncertain {
            since: required(
                moment(&proto.uncertain_since, "uncertain_since")?,
                "uncertain_since",
            )?,
            reason: some_reason(),
            refusal_unproved: proto.refusal_unproved,
        },
        TradeStatus::Submitted => TradeState::Submitted,
        TradeStatus::OfferSent => TradeState::OfferSent,
        TradeStatus::UserAccepted => TradeState::UserAccepted,
        TradeStatus::OnHold => TradeState::OnHold {
            hold_ends_at: required(moment(&proto.hold_ends_at, "hold_ends_at")?, "hold_ends_at")?,
        },
        TradeStatus::Completed => TradeState::Completed {
            watch_until: moment(&proto.watch_until, "watch_until")?,
        },
        TradeStatus::Failed => TradeState::Failed {
            reason: some_reason(),
        },
        TradeStatus::Canceled => TradeState::Canceled {
            reason: some_reason(),
        },
        TradeStatus::Expired => TradeState::Expired {
            reason: some_reason(),
        },
        TradeStatus::Reverted => TradeState::Reverted {
            reason: some_reason(),
            by: reversed_by_from_proto(&proto.reverted_by),
        },
        TradeStatus::NeedsReview => TradeState::NeedsReview {
            reason: some_reason(),
        },
    })
}
