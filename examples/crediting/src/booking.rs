//! What a status change means for users' balances. Pure: no clock, no database, no network.

use std::fmt;

use rust_decimal::Decimal;
use skinbus_proto::v1::{self, CreditState, order_request::Operation};

#[cfg(test)]
mod tests;

/// The entry of an order's metadata that names the user.
pub const USER: &str = "user";

/// What names a credit, for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreditKey {
    /// The provider account.
    pub account: String,
    /// The merchant's id of the order.
    pub order_id: String,
    /// The provider's key of the credit.
    pub key: String,
}

/// What a credit gives, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Whose balance.
    pub user: String,
    /// In which currency. Amounts of two currencies are never added.
    pub currency: String,
    /// How much, exactly.
    pub amount: Decimal,
}

/// What one version of an order says of its credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whose order.
    pub merchant: String,
    /// Which.
    pub order_id: String,
    /// The version: of two, the greater one is right.
    pub version: u64,
    /// What is to be booked under each key: nothing, unless the credit is the merchant's.
    pub credits: Vec<(CreditKey, Option<Booking>)>,
}

/// One change of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The user gets this.
    Book(Booking),
    /// The user had got this, and loses it again.
    TakeBack(Booking),
}

/// A status change that cannot be understood. Skipping it could lose a credit, so the program ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("version {version} of the order {order_id} has no valid {what}")]
pub struct Unreadable {
    order_id: String,
    version: u64,
    what: &'static str,
}

/// Reads what a status change says of its credits. Its status plays no part: a credit may come long after `EXPIRED`, and
/// the credits of a `REVERTED` trade are `REVERSED` each.
///
/// # Errors
///
/// [`Unreadable`] where something is missing that decides about money.
pub fn read(change: &v1::TradeStatusChanged) -> Result<Told, Unreadable> {
    let unreadable = |what| Unreadable { order_id: change.order_id.clone(), version: change.version, what };
    let trade = change.trade.as_ref().ok_or_else(|| unreadable("trade"))?;
    let read_credit = |credit: &v1::Credit| {
        let key = CreditKey {
            account: trade.account.clone(),
            order_id: change.order_id.clone(),
            key: credit.key.clone(),
        };
        let booking = match credit.state() {
            // Who books advances at their own risk lets `CreditState::Pending if credit.advanced` be booked as well: the row of the
            // key keeps it from being booked again when it is credited, and has it taken back when it is reversed.
            CreditState::Credited => Some(booking(trade, credit).map_err(unreadable)?),
            CreditState::Pending | CreditState::Reversed => None,
            // A word that this program is too old for.
            CreditState::Unspecified => return Err(unreadable("state of a credit")),
        };
        Ok((key, booking))
    };
    Ok(Told {
        merchant: change.merchant.clone(),
        order_id: change.order_id.clone(),
        version: change.version,
        credits: trade.credits.iter().map(read_credit).collect::<Result<_, _>>()?,
    })
}

/// What a credit gives. For what the user was shown, which may be in a currency of your own, take `local_amount`.
fn booking(trade: &v1::Trade, credit: &v1::Credit) -> Result<Booking, &'static str> {
    let money = credit.amount.as_ref().ok_or("amount")?;
    let amount = Decimal::from_str_exact(&money.amount).map_err(|_| "amount")?;
    if amount.is_sign_negative() || money.currency.is_empty() {
        return Err("amount");
    }
    let user = user(trade).ok_or("user")?;
    Ok(Booking { user, currency: money.currency.clone(), amount })
}

/// Who gave the items: your own name for the user out of the order's metadata, else the Steam account of the order.
fn user(trade: &v1::Trade) -> Option<String> {
    let is_named = |user: &String| !user.is_empty();
    let named = trade.metadata.get(USER).cloned().filter(is_named);
    let of_steam = || {
        let user = match trade.order.as_ref()?.operation.as_ref()? {
            Operation::Deposit(deposit) => deposit.user.as_ref(),
            Operation::Listing(listing) => listing.seller.as_ref(),
            Operation::Purchase(purchase) => purchase.recipient.as_ref(),
        };
        user.map(|user| user.steam_id.clone())
    };
    named.or_else(|| of_steam().filter(is_named))
}

/// Whether a version tells anything new, where `applied` is the greatest one that was applied. Every version carries all
/// credits, so one that was overtaken is not needed any more, and must not undo what was said after it.
#[must_use]
pub fn is_new(version: u64, applied: Option<u64>) -> bool {
    applied.is_none_or(|applied| version > applied)
}

/// How what is booked under a key becomes what is told.
#[must_use]
pub fn steps(booked: Option<Booking>, told: Option<Booking>) -> Vec<Step> {
    if booked == told {
        return Vec::new();
    }
    booked.map(Step::TakeBack).into_iter().chain(told.map(Step::Book)).collect()
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, Booking { user, currency, amount }) = match self {
            Self::Book(booking) => ("booked", booking),
            Self::TakeBack(booking) => ("took back", booking),
        };
        write!(formatter, "{word} {amount} {currency} for {user}")
    }
}
