//! How a deposit is written: strings in answers, numbers in IPN.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::words;
use crate::amount::{Amount, Number};
use crate::clock::{Moment, seconds};
use crate::engine::deposit::{Deposit, Payment};

/// What one US dollar is worth, in hundredths.
const RATES: [(&str, u32); 3] = [("usd", 100), ("eur", 92), ("rub", 8_000)];

/// What one US dollar is worth in a currency that Skinify knows.
pub(super) fn rate(currency: &str) -> Option<Decimal> {
    let (_, cents) = RATES.iter().find(|(known, _)| *known == currency)?;
    Some(Decimal::from_parts(*cents, 0, 0, false, 2))
}

/// An amount in all currencies; in its own one alone where that has no rate.
fn converted<T>(amount: Decimal, currency: &str, write: impl Fn(Decimal) -> T) -> BTreeMap<String, T> {
    let mut all = BTreeMap::new();
    if let Some(own_rate) = rate(currency) {
        for (other, _) in RATES {
            if let Some(other_rate) = rate(other) {
                all.insert(other.to_owned(), write((amount * other_rate / own_rate).round_dp(2)));
            }
        }
    }
    all.insert(currency.to_owned(), write(amount));
    all
}

/// The fields that appear once something was paid.
#[derive(Debug)]
struct Paid<T> {
    amount: T,
    amount_currency: String,
    amount_converted: BTreeMap<String, T>,
    multiplied_amount: T,
    multiplied_amount_converted: BTreeMap<String, T>,
}

impl<T> Paid<T> {
    fn new(payment: Payment, currency: &str, write: impl Fn(Decimal) -> T) -> Self {
        Self {
            amount: write(payment.amount),
            amount_currency: currency.to_owned(),
            amount_converted: converted(payment.amount, currency, &write),
            multiplied_amount: write(payment.multiplied),
            multiplied_amount_converted: converted(payment.multiplied, currency, &write),
        }
    }
}

/// A deposit in answers.
#[derive(Debug, Serialize)]
pub(super) struct DepositRow {
    status: &'static str,
    transaction_id: String,
    deposit_id: String,
    steam_id: String,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_converted: Option<BTreeMap<String, Amount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiplied_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiplied_amount_converted: Option<BTreeMap<String, Amount>>,
    trade_offer_id: Option<String>,
    settlement: Option<String>,
}

impl DepositRow {
    pub(super) fn new(deposit: &Deposit, now: Moment) -> Self {
        let mut row = Self {
            status: words::phase(deposit.phase),
            transaction_id: deposit.id.to_string(),
            deposit_id: deposit.reference.clone(),
            steam_id: deposit.steam_id.clone(),
            date: seconds(deposit.born.real_ms).to_string(),
            amount: None,
            amount_currency: None,
            amount_converted: None,
            multiplied_amount: None,
            multiplied_amount_converted: None,
            trade_offer_id: deposit.offer_id(),
            settlement: deposit.settlement(now).map(|end| end.to_string()),
        };
        if let Some(payment) = deposit.shown_payment() {
            let paid = Paid::new(payment, &deposit.currency, Amount);
            row.amount = Some(paid.amount);
            row.amount_currency = Some(paid.amount_currency);
            row.amount_converted = Some(paid.amount_converted);
            row.multiplied_amount = Some(paid.multiplied_amount);
            row.multiplied_amount_converted = Some(paid.multiplied_amount_converted);
        }
        row
    }
}

/// A deposit in an IPN.
#[derive(Debug, Serialize)]
pub(super) struct IpnBody {
    token_md5: String,
    status: &'static str,
    transaction_id: String,
    deposit_id: String,
    steam_id: String,
    date: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_converted: Option<BTreeMap<String, Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiplied_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiplied_amount_converted: Option<BTreeMap<String, Number>>,
    trade_offer_id: Option<String>,
    settlement: Option<u64>,
}

impl IpnBody {
    pub(super) fn new(deposit: &Deposit, token_md5: String, now: Moment) -> Self {
        let mut body = Self {
            token_md5,
            status: words::phase(deposit.phase),
            transaction_id: deposit.id.to_string(),
            deposit_id: deposit.reference.clone(),
            steam_id: deposit.steam_id.clone(),
            date: seconds(deposit.born.real_ms),
            amount: None,
            amount_currency: None,
            amount_converted: None,
            multiplied_amount: None,
            multiplied_amount_converted: None,
            trade_offer_id: deposit.offer_id(),
            settlement: deposit.settlement(now),
        };
        if let Some(payment) = deposit.shown_payment() {
            let paid = Paid::new(payment, &deposit.currency, Number);
            body.amount = Some(paid.amount);
            body.amount_currency = Some(paid.amount_currency);
            body.amount_converted = Some(paid.amount_converted);
            body.multiplied_amount = Some(paid.multiplied_amount);
            body.multiplied_amount_converted = Some(paid.multiplied_amount_converted);
        }
        body
    }

    /// The fields as PHP's `http_build_query` writes them: maps as `name[key]`, and no nulls.
    pub(super) fn form(self) -> Vec<(String, String)> {
        let mut fields = vec![
            ("token_md5".to_owned(), self.token_md5),
            ("status".to_owned(), self.status.to_owned()),
            ("transaction_id".to_owned(), self.transaction_id),
            ("deposit_id".to_owned(), self.deposit_id),
            ("steam_id".to_owned(), self.steam_id),
            ("date".to_owned(), self.date.to_string()),
        ];
        let optional = [
            ("amount", self.amount.map(|amount| amount.0.to_string())),
            ("amount_currency", self.amount_currency),
            ("multiplied_amount", self.multiplied_amount.map(|amount| amount.0.to_string())),
            ("trade_offer_id", self.trade_offer_id),
            ("settlement", self.settlement.map(|end| end.to_string())),
        ];
        fields.extend(
            optional.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))),
        );
        let maps = [
            ("amount_converted", self.amount_converted),
            ("multiplied_amount_converted", self.multiplied_amount_converted),
        ];
        for (name, map) in maps {
            let entries = map.into_iter().flatten();
            fields.extend(entries.map(|(key, amount)| (format!("{name}[{key}]"), amount.0.to_string())));
        }
        fields
    }
}
