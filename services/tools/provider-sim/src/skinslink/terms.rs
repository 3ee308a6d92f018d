//! The optional fields that the methods which create a deposit have in common.

use std::collections::BTreeMap;

use reqwest::Url;
use rust_decimal::Decimal;

use super::envelope::Failure;
use super::request::{Body, Exact};
use crate::engine::catalogue::cents;
use crate::engine::deposit::Deposit;

/// The note of where a user goes after success.
pub(super) const SUCCESS_URL: &str = "success_url";
/// The note of where a user goes after failure.
pub(super) const FAIL_URL: &str = "fail_url";
const CURRENCY: &str = "custom_currency";
const MULTIPLIER: &str = "custom_currency_multiplier";
const RATE: &str = "custom_currency_rate";

/// The smallest and the largest multiplier.
const MULTIPLIERS: (Decimal, Decimal) = (cents(50), cents(200));
const SMALLEST_RATE: Decimal = cents(10);
const LONGEST_CURRENCY: usize = 4;
/// Digits that amounts have.
const DIGITS: u32 = 3;

/// What was agreed on besides the items.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) result_url: Option<String>,
    pub(super) notes: BTreeMap<&'static str, String>,
}

impl Terms {
    /// Reads the addresses.
    pub(super) fn addresses(body: &mut Body<'_>) -> Result<Self, Failure> {
        let mut terms = Self { result_url: address(body, "result_url")?, ..Self::default() };
        for name in [SUCCESS_URL, FAIL_URL] {
            terms.notes.extend(address(body, name)?.map(|url| (name, url)));
        }
        Ok(terms)
    }

    /// Reads the addresses and the custom currency: all of its fields or none.
    pub(super) fn read(body: &mut Body<'_>) -> Result<Self, Failure> {
        let mut terms = Self::addresses(body)?;
        let currency = body.text(CURRENCY)?;
        let multiplier = body.get::<Exact>(MULTIPLIER)?.map(|number| number.0);
        let rate = body.get::<Exact>(RATE)?.map(|number| number.0);
        let given =
            [(CURRENCY, currency.is_some()), (MULTIPLIER, multiplier.is_some()), (RATE, rate.is_some())];
        if given.iter().any(|(_, is_given)| *is_given) {
            for (name, _) in given.iter().filter(|(_, is_given)| !is_given) {
                body.problems.add(name, "required_with");
            }
        }
        if currency.as_ref().is_some_and(|currency| currency.chars().count() > LONGEST_CURRENCY) {
            body.problems.add(CURRENCY, "max");
        }
        if multiplier.is_some_and(|multiplier| multiplier < MULTIPLIERS.0) {
            body.problems.add(MULTIPLIER, "min");
        }
        if multiplier.is_some_and(|multiplier| multiplier > MULTIPLIERS.1) {
            body.problems.add(MULTIPLIER, "max");
        }
        if rate.is_some_and(|rate| rate < SMALLEST_RATE) {
            body.problems.add(RATE, "min");
        }
        terms.notes.extend(currency.map(|currency| (CURRENCY, currency)));
        terms.notes.extend(multiplier.map(|multiplier| (MULTIPLIER, multiplier.to_string())));
        terms.notes.extend(rate.map(|rate| (RATE, rate.to_string())));
        Ok(terms)
    }
}

fn address(body: &mut Body<'_>, name: &'static str) -> Result<Option<String>, Failure> {
    let text = body.text(name)?;
    if text.as_ref().is_some_and(|text| !Url::parse(text).is_ok_and(|url| url.has_host())) {
        body.problems.add(name, "url");
    }
    Ok(text)
}

/// The custom currency of a deposit.
#[derive(Debug)]
pub(super) struct Custom {
    pub(super) currency: String,
    pub(super) multiplier: Decimal,
    pub(super) rate: Decimal,
}

impl Custom {
    /// The one of a deposit, where there is one.
    pub(super) fn of(deposit: &Deposit) -> Option<Self> {
        let number = |name| deposit.notes.get(name).and_then(|text| crate::amount::parse(text));
        Some(Self {
            currency: deposit.notes.get(CURRENCY)?.clone(),
            multiplier: number(MULTIPLIER)?,
            rate: number(RATE)?,
        })
    }

    /// An amount of USD in this currency.
    pub(super) fn sum(&self, amount: Decimal) -> Decimal {
        (amount * self.rate * self.multiplier).round_dp(DIGITS)
    }
}
