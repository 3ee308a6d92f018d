//! What a whole record of the provider must have, because we have it.

use jiff::Timestamp;

use super::comparing::belongs_to;
use super::finding::{Finding, FindingKind};
use crate::credit;
use crate::ids::AccountId;
use crate::order::OrderKind;
use crate::query::HistoryKind;
use crate::rules::{Rules, after};
use crate::trade::{Trade, TradeStatus};

/// The time that a record was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Orders that were accepted from then on.
    pub since: Timestamp,
    /// Orders that were placed until then.
    pub until: Timestamp,
    /// When the provider was asked, at the earliest.
    pub asked_at: Timestamp,
}

/// Whether a record must have a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It need not.
    No,
    /// It may still be on its way there.
    TooRecent,
    /// This one must.
    In(HistoryKind),
}

/// Which record must have the trade.
#[must_use]
pub fn expected(trade: &Trade, account: &AccountId, period: &Period, rules: &Rules) -> Expected {
    let accepted_in_time = trade.accepted_at.is_some_and(|at| (period.since..=period.until).contains(&at));
    if !belongs_to(trade, account) || !accepted_in_time || !must_be_known(trade) {
        return Expected::No;
    }
    let (Some(kind), Some(attempt)) = (record_of(trade), &trade.attempt) else { return Expected::No };
    // By then the request had arrived and shows.
    let shown_at = after(attempt.lease_until, rules.placing.settle_time);
    if shown_at > period.asked_at.min(period.until) {
        return Expected::TooRecent;
    }
    Expected::In(kind)
}

/// A trade that a whole record does not have.
#[must_use]
pub(super) fn only_ours(trade: &Trade) -> Option<Finding> {
    let reference = trade.attempt.as_ref()?.reference.clone();
    Some(Finding {
        kind: FindingKind::OnlyOurs,
        order_id: Some(trade.key.order_id.clone()),
        reference,
        provider_id: trade.facts.provider_id.clone(),
        theirs: "nothing".to_owned(),
        ours: trade.status().to_string(),
        is_followed: false,
    })
}

/// The record that has orders of the trade's kind. Sales have no reference of ours.
fn record_of(trade: &Trade) -> Option<HistoryKind> {
    match trade.kind()? {
        OrderKind::Purchase => Some(HistoryKind::Purchases),
        OrderKind::DepositLink | OrderKind::DepositItems => Some(HistoryKind::Deposits),
        OrderKind::Listing => None,
    }
}

/// Whether the provider has told us of the trade itself. Of a page that nobody has paid, records need not know.
fn must_be_known(trade: &Trade) -> bool {
    let is_purchase = trade.kind() == Some(OrderKind::Purchase);
    match trade.status() {
        TradeStatus::Rejected
        | TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::NeedsReview => false,
        TradeStatus::Submitted | TradeStatus::OfferSent => is_purchase,
        TradeStatus::UserAccepted | TradeStatus::OnHold | TradeStatus::Reverted => true,
        TradeStatus::Completed => is_purchase || credit::any_counts(&trade.credits),
        // One that was refused never was there.
        TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired => {
            is_purchase && trade.facts.provider_id.is_some()
        }
    }
}
