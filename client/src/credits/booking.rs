//! What a status change means for users' balances. Pure: no clock, no database, no network.

use std::fmt;

use rust_decimal::Decimal;
use skinbus_proto::v1::{self, CreditState, order_request::Operation};

/// The entry of an order's metadata that names the user, where [`user_of`] is to find it.
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

impl Unreadable {
    /// What is missing or odd.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }
}

/// What is booked, when, and for whom. The same for all orders and at all times.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// When a credit counts.
    pub count: Count,
    /// Which of its amounts is booked.
    pub amount: Amount,
    /// Whose credits these are. An order with a credit that counts must have somebody.
    pub user: fn(&v1::Trade) -> Option<String>,
}

/// When a credit counts. Change from one to the other only when no advance is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// When it is the merchant's for good: `CREDITED`. What is pending may still be taken back, for days.
    WhenCredited,
    /// Also while it is `PENDING` and `advanced`: the provider was asked to take a held deposit as paid, and what the user takes
    /// back is the merchant's loss.
    AtAdvance,
}

/// Which amount is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// What the merchant's balance at the provider receives.
    Received,
    /// What the user was shown, perhaps in a currency of the merchant's own; what is received where nothing else was shown.
    Shown,
}

impl Default for Rules {
    /// Books what is received when it is credited, for the user in the metadata, else the Steam account of the order.
    fn default() -> Self {
        Self { count: Count::WhenCredited, amount: Amount::Received, user: user_of }
    }
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
    /// What is to be booked under each key: nothing, unless the credit counts.
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
pub fn read(change: &v1::TradeStatusChanged, rules: &Rules) -> Result<Told, Unreadable> {
    let unreadable = |what| Unreadable { order_id: change.order_id.clone(), version: change.version, what };
    let trade = change.trade.as_ref().ok_or_else(|| unreadable("trade"))?;
    let read_credit = |credit: &v1::Credit| {
        let key = CreditKey {
            account: trade.account.clone(),
            order_id: change.order_id.clone(),
            key: credit.key.clone(),
        };
        let counts = counts(credit, rules.count).map_err(unreadable)?;
        let booking = if counts { Some(booking(trade, credit, rules).map_err(unreadable)?) } else { None };
        Ok((key, booking))
    };
    Ok(Told {
        merchant: change.merchant.clone(),
        order_id: change.order_id.clone(),
        version: change.version,
        credits: trade.credits.iter().map(read_credit).collect::<Result<_, _>>()?,
    })
}

/// Whether the user has this credit now. An advance that is booked stays booked when it is credited, since nothing changes under
/// its key, and is taken back when it is reversed.
fn counts(credit: &v1::Credit, count: Count) -> Result<bool, &'static str> {
    match (credit.state(), count) {
        (CreditState::Credited, Count::WhenCredited | Count::AtAdvance) => Ok(true),
        (CreditState::Pending, Count::AtAdvance) => Ok(credit.advanced),
        (CreditState::Pending, Count::WhenCredited) | (CreditState::Reversed, _) => Ok(false),
        // A word that this program is too old for.
        (CreditState::Unspecified, _) => Err("state of a credit"),
    }
}

fn booking(trade: &v1::Trade, credit: &v1::Credit, rules: &Rules) -> Result<Booking, &'static str> {
    let received = credit.amount.as_ref();
    let money = match rules.amount {
        Amount::Received => received,
        Amount::Shown => credit.local_amount.as_ref().or(received),
    };
    let money = money.ok_or("amount")?;
    let amount = Decimal::from_str_exact(&money.amount).map_err(|_| "amount")?;
    if amount.is_sign_negative() || money.currency.is_empty() {
        return Err("amount");
    }
    let user = (rules.user)(trade).ok_or("user")?;
    Ok(Booking { user, currency: money.currency.clone(), amount })
}

/// Who gave the items: your own name for the user out of the order's metadata, else the Steam account of the order.
#[must_use]
pub fn user_of(trade: &v1::Trade) -> Option<String> {
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
