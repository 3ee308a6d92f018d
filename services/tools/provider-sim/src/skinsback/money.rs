//! Amounts and currencies.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::json::Json;

/// What one US dollar is worth, in hundredths.
const RATES: [(&str, u32); 10] = [
    ("usd", 100),
    ("rub", 8_000),
    ("uah", 4_100),
    ("eur", 92),
    ("cny", 720),
    ("kzt", 51_000),
    ("aud", 152),
    ("cad", 137),
    ("brl", 560),
    ("nzd", 166),
];

/// What one US dollar is worth in a currency.
pub(super) fn rate(currency: &str) -> Option<Decimal> {
    let (_, cents) = RATES.iter().find(|(known, _)| *known == currency)?;
    Some(Decimal::from_parts(*cents, 0, 0, false, 2))
}

/// An amount of US dollars in a currency; the amount as it is where that is no change or the currency is unknown.
pub(super) fn in_currency(usd: Decimal, currency: &str) -> Decimal {
    match rate(currency).filter(|rate| *rate != Decimal::ONE) {
        Some(rate) => (usd * rate).round_dp(2),
        None => usd,
    }
}

/// An amount of US dollars in all currencies.
pub(super) fn in_currencies(usd: Decimal, write: impl Fn(Decimal) -> Json) -> Json {
    let all = RATES.iter().map(|(currency, _)| (Cow::Borrowed(*currency), write(in_currency(usd, currency))));
    Json::Object(all.collect())
}

/// The rates themselves.
pub(super) fn rates(write: impl Fn(Decimal) -> Json) -> Json {
    in_currencies(Decimal::ONE, write)
}

/// An amount with at least so many decimals.
pub(super) fn decimals(amount: Decimal, count: u32) -> String {
    let mut padded = amount.normalize();
    padded.rescale(padded.scale().max(count));
    padded.to_string()
}

/// Reads an amount as PHP would, also in scientific notation.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    crate::amount::parse(text).or_else(|| Decimal::from_scientific(text).ok())
}

/// An amount that must lie between two others.
pub(super) fn parse_between(text: &str, least: Decimal, most: Decimal) -> Option<Decimal> {
    parse(text).filter(|amount| (least..=most).contains(amount))
}
