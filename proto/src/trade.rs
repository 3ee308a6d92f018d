//! Versions of a trade: the ledger's records, and what merchants receive.

use jiff::Timestamp;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::{Attempt, Reason, ReversedBy, StatusChange};
use skinbus_domain::{Cause, Order, Trade, TradeState, TradeStatus};

use crate::credit::{credit_to_proto, credits_from_proto, totals_to_proto};
use crate::decision::{decision_from_proto, decision_to_proto, notice_from_proto, notice_to_proto};
use crate::facts::{facts_from_proto, facts_to_proto, time};
use crate::order::{order_from_proto, order_to_proto, violation_from_proto, violation_to_proto};
use crate::{Corrupt, timestamp_to_proto, v1};

const MESSAGE: &str = "TradeStatusChanged";
const TRADE: &str = "Trade";

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
    TradeStatus::ALL.into_iter().find(|known| status_to_proto(*known) == status)
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
    CAUSES.iter().find(|(known, _)| *known == cause).map_or(v1::Cause::Unspecified, |(_, proto)| *proto)
}

/// A newer release may have causes of its own. Nothing is decided by the cause of a version that is written already, and
/// merchants read the message itself.
fn cause_from_proto(cause: i32) -> Option<Cause> {
    let Ok(proto) = v1::Cause::try_from(cause) else { return Some(Cause::Timer) };
    CAUSES.iter().find(|(_, known)| *known == proto).map(|(cause, _)| *cause)
}

pub(crate) fn reversed_by_to_proto(by: ReversedBy) -> &'static str {
    match by {
        ReversedBy::User => "user",
        ReversedBy::Provider => "provider",
        ReversedBy::Unknown => "unknown",
    }
}

pub(crate) fn reversed_by_from_proto(by: &str) -> Option<ReversedBy> {
    match by {
        "user" => Some(ReversedBy::User),
        "provider" => Some(ReversedBy::Provider),
        "unknown" => Some(ReversedBy::Unknown),
        _ => None,
    }
}

pub(crate) fn reason_from_proto(
    message: &'static str,
    code: &str,
    provider_code: &str,
) -> Result<Reason, Corrupt> {
    if code.is_empty() {
        return Err(Corrupt::of(message, "reason"));
    }
    let provider_code = (!provider_code.is_empty()).then(|| provider_code.to_owned());
    Ok(Reason { code: code.to_owned(), provider_code })
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
        from: change.from.map_or(v1::TradeStatus::Unspecified, status_to_proto).into(),
        to: status_to_proto(trade.status()).into(),
        cause: cause_to_proto(change.cause).into(),
        occurred_at: change.occurred_at.map(timestamp_to_proto),
        recorded_at: Some(timestamp_to_proto(change.recorded_at)),
        trade: Some(trade_to_proto(trade)),
        notices: change.alerts.iter().map(notice_to_proto).collect(),
        decision: change.decision.as_ref().map(decision_to_proto),
    }
}

fn trade_to_proto(trade: &Trade) -> v1::Trade {
    let reason = trade.state.reason();
    let mut proto = v1::Trade {
        order: trade.order.as_ref().map(|order| order_to_proto(order, &trade.key.order_id)),
        account: trade.order.as_ref().map(|order| order.account.to_string()).unwrap_or_default(),
        provider: trade.order.as_ref().map(|order| order.provider.clone()).unwrap_or_default(),
        metadata: trade.metadata.clone(),
        reason: reason.map(|reason| reason.code.clone()).unwrap_or_default(),
        provider_reason: reason.and_then(|reason| reason.provider_code.clone()).unwrap_or_default(),
        facts: facts_to_proto(&trade.facts),
        attempt: trade.attempt.as_ref().map(|attempt| v1::Attempt {
            number: attempt.number,
            reference: attempt.reference.to_string(),
            lease_until: Some(timestamp_to_proto(attempt.lease_until)),
        }),
        credits: trade.credits.iter().map(credit_to_proto).collect(),
        credit_totals: totals_to_proto(&trade.credits),
        fingerprint: trade.fingerprint.to_vec(),
        accepted_at: trade.accepted_at.map(timestamp_to_proto),
        status_since: Some(timestamp_to_proto(trade.status_since)),
        is_stuck: trade.is_stuck,
        ended_as_of: trade.ended_as_of.map(timestamp_to_proto),
        ..v1::Trade::default()
    };
    match &trade.state {
        TradeState::Rejected { violations } => {
            proto.violations = violations.iter().map(violation_to_proto).collect();
        }
        TradeState::Accepted { not_before, .. } => proto.not_before = not_before.map(timestamp_to_proto),
        TradeState::Uncertain { since, refusal_unproved, .. } => {
            proto.uncertain_since = Some(timestamp_to_proto(*since));
            proto.refusal_unproved = *refusal_unproved;
        }
        TradeState::OnHold { hold_ends_at } => proto.hold_ends_at = Some(timestamp_to_proto(*hold_ends_at)),
        TradeState::Completed { watch_until } => proto.watch_until = watch_until.map(timestamp_to_proto),
        TradeState::NeedsReview { findings, .. } => proto.findings.clone_from(findings),
        TradeState::Reverted { by, .. } => reversed_by_to_proto(*by).clone_into(&mut proto.reverted_by),
        TradeState::Dispatching
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. } => {}
    }
    proto
}

/// The version without the recipient's trade token, for everyone who only wants to see it.
#[must_use]
pub fn without_trade_token(mut change: v1::TradeStatusChanged) -> v1::TradeStatusChanged {
    use v1::order_request::Operation;
    let order = change.trade.as_mut().and_then(|trade| trade.order.as_mut());
    let user = match order.and_then(|order| order.operation.as_mut()) {
        Some(Operation::Purchase(purchase)) => purchase.recipient.as_mut(),
        Some(Operation::Deposit(deposit)) => deposit.user.as_mut(),
        Some(Operation::Listing(listing)) => listing.seller.as_mut(),
        None => None,
    };
    if let Some(user) = user {
        user.trade_token.clear();
    }
    change
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
    if proto.version == 0 {
        return Err(corrupt("version"));
    }
    let from = v1::TradeStatus::try_from(proto.from).map_err(|_| corrupt("from"))?;
    let from = status_from_proto(from);
    if from.is_none() && proto.version > 1 {
        return Err(corrupt("from"));
    }
    let to = status_from_proto(proto.to()).ok_or(corrupt("to"))?;
    let cause = cause_from_proto(proto.cause).ok_or(corrupt("cause"))?;
    let trade = proto.trade.as_ref().ok_or(corrupt("trade"))?;
    let recorded_at = time(proto.recorded_at.as_ref(), MESSAGE, "recorded_at")?;
    let recorded_at = recorded_at.ok_or(corrupt("recorded_at"))?;
    Ok(StatusChange {
        version: proto.version,
        from,
        cause,
        occurred_at: time(proto.occurred_at.as_ref(), MESSAGE, "occurred_at")?,
        recorded_at,
        trade: trade_from_proto(key, to, trade, recorded_at)?,
        alerts: proto.notices.iter().map(notice_from_proto).collect::<Result<_, _>>()?,
        decision: proto.decision.as_ref().map(decision_from_proto).transpose()?.flatten(),
    })
}

fn trade_from_proto(
    key: TradeKey,
    status: TradeStatus,
    proto: &v1::Trade,
    recorded_at: Timestamp,
) -> Result<Trade, Corrupt> {
    let corrupt = |field| Corrupt::of(TRADE, field);
    let accepted_at = time(proto.accepted_at.as_ref(), TRADE, "accepted_at")?;
    let order = proto.order.as_ref().map(|order| stored_order(&key, proto, order)).transpose()?;
    let attempt = proto.attempt.as_ref().map(attempt_from_proto).transpose()?;
    if status != TradeStatus::Rejected {
        order.as_ref().ok_or(corrupt("order"))?;
        accepted_at.ok_or(corrupt("accepted_at"))?;
    }
    if was_sent(status) {
        attempt.as_ref().ok_or(corrupt("attempt"))?;
    }
    Ok(Trade {
        key,
        fingerprint: proto.fingerprint.as_slice().try_into().map_err(|_| corrupt("fingerprint"))?,
        metadata: proto.metadata.clone(),
        order,
        accepted_at,
        // An earlier release did not say.
        status_since: time(proto.status_since.as_ref(), TRADE, "status_since")?.unwrap_or(recorded_at),
        is_stuck: proto.is_stuck,
        ended_as_of: time(proto.ended_as_of.as_ref(), TRADE, "ended_as_of")?,
        state: state_from_proto(status, proto)?,
        attempt,
        facts: facts_from_proto(proto.facts.as_ref())?,
        credits: credits_from_proto(&proto.credits)?,
    })
}

/// The trade's order. What is told twice must agree, or the record was put together from two.
fn stored_order(key: &TradeKey, proto: &v1::Trade, order: &v1::OrderRequest) -> Result<Order, Corrupt> {
    let corrupt = |field| Err(Corrupt::of(TRADE, field));
    if order.order_id != key.order_id.as_str() {
        return Err(Corrupt::of("OrderRequest", "order_id"));
    }
    if proto.account != order.account {
        return corrupt("account");
    }
    if proto.provider.is_empty() {
        return corrupt("provider");
    }
    order_from_proto(order, &proto.provider)
}

/// Whether a trade only gets there by an attempt, which is recorded before the call (invariant T6).
fn was_sent(status: TradeStatus) -> bool {
    match status {
        TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold
        | TradeStatus::Completed
        | TradeStatus::Reverted => true,
        TradeStatus::Rejected
        | TradeStatus::Accepted
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired
        | TradeStatus::NeedsReview => false,
    }
}

fn attempt_from_proto(proto: &v1::Attempt) -> Result<Attempt, Corrupt> {
    let corrupt = |field| Corrupt::of("Attempt", field);
    if proto.number == 0 {
        return Err(corrupt("number"));
    }
    Ok(Attempt {
        number: proto.number,
        reference: proto.reference.parse().map_err(|_| corrupt("reference"))?,
        lease_until: time(proto.lease_until.as_ref(), "Attempt", "lease_until")?
            .ok_or(corrupt("lease_until"))?,
    })
}

fn state_from_proto(status: TradeStatus, proto: &v1::Trade) -> Result<TradeState, Corrupt> {
    let moment = |value: &Option<prost_types::Timestamp>, field| time(value.as_ref(), TRADE, field);
    let required = |value, field| moment(value, field)?.ok_or(Corrupt::of(TRADE, field));
    let reason = || reason_from_proto(TRADE, &proto.reason, &proto.provider_reason);
    Ok(match status {
        TradeStatus::Rejected if proto.violations.is_empty() => {
            return Err(Corrupt::of(TRADE, "violations"));
        }
        TradeStatus::Rejected => {
            TradeState::Rejected { violations: proto.violations.iter().map(violation_from_proto).collect() }
        }
        TradeStatus::Accepted => TradeState::Accepted {
            not_before: moment(&proto.not_before, "not_before")?,
            reason: (!proto.reason.is_empty()).then(reason).transpose()?,
        },
        TradeStatus::Dispatching => TradeState::Dispatching,
        TradeStatus::Uncertain => TradeState::Uncertain {
            since: required(&proto.uncertain_since, "uncertain_since")?,
            reason: reason()?,
            refusal_unproved: proto.refusal_unproved,
        },
        TradeStatus::Submitted => TradeState::Submitted,
        TradeStatus::OfferSent => TradeState::OfferSent,
        TradeStatus::UserAccepted => TradeState::UserAccepted,
        TradeStatus::OnHold => {
            TradeState::OnHold { hold_ends_at: required(&proto.hold_ends_at, "hold_ends_at")? }
        }
        TradeStatus::Completed => {
            TradeState::Completed { watch_until: moment(&proto.watch_until, "watch_until")? }
        }
        TradeStatus::Failed => TradeState::Failed { reason: reason()? },
        TradeStatus::Canceled => TradeState::Canceled { reason: reason()? },
        TradeStatus::Expired => TradeState::Expired { reason: reason()? },
        TradeStatus::Reverted => TradeState::Reverted {
            reason: reason()?,
            by: reversed_by_from_proto(&proto.reverted_by).ok_or(Corrupt::of(TRADE, "reverted_by"))?,
        },
        TradeStatus::NeedsReview => {
            TradeState::NeedsReview { reason: reason()?, findings: proto.findings.clone() }
        }
    })
}
