//! The currencies in which prices are shown to users. The balance is in USD whatever they are.

use rust_decimal::Decimal;

use super::slot::{Kind, Scalar};
use super::switches::RateType;
use super::words;
use crate::amount::{self, Number};
use crate::engine::deposit::Deposit;
use crate::fields::Fields;

/// The word for a project's own currency.
const CUSTOM: &str = "CUSTOM";
/// Decimal places where nothing else is asked for.
const USUAL_DECIMALS: u32 = 2;
const MOST_DECIMALS: u32 = 8;
/// What one USD is worth, in hundredths.
const RATES: [(&str, u32); 3] = [("USD", 100), ("EUR", 92), ("RUB", 9_500)];

/// The names under which a deposit keeps its currency.
const NOTE_CODE: &str = "currency";
const NOTE_RATE: &str = "currency_rate";
const NOTE_DECIMALS: &str = "currency_decimals";

/// A currency with its rate.
#[derive(Debug, Clone)]
pub(super) struct Currency {
    pub(super) code: String,
    /// Units for one USD.
    pub(super) rate: Decimal,
    decimals: u32,
}

/// Every currency that Skinout knows.
pub(super) fn known() -> impl Iterator<Item = Currency> {
    RATES.iter().map(|(code, cents)| Currency {
        code: (*code).to_owned(),
        rate: Decimal::from_parts(*cents, 0, 0, false, 2).normalize(),
        decimals: USUAL_DECIMALS,
    })
}

impl Currency {
    /// The currency that a new deposit asks for.
    pub(super) fn wanted(fields: &Fields) -> Result<Self, &'static str> {
        let code = fields.get("currency").ok_or(words::CURRENCY_REQUIRED)?;
        if code == CUSTOM {
            return Self::custom(fields).ok_or(words::INVALID_CUSTOM_CURRENCY);
        }
        known().find(|currency| currency.code == code).ok_or(words::UNKNOWN_CURRENCY)
    }

    fn custom(fields: &Fields) -> Option<Self> {
        fields.get("custom_currency_name")?;
        let rate = amount::parse(fields.get("custom_currency_rate")?)?;
        let decimals = match fields.get("custom_currency_decimals") {
            Some(text) => text.parse().ok().filter(|decimals| *decimals <= MOST_DECIMALS)?,
            None => USUAL_DECIMALS,
        };
        (rate > Decimal::ZERO).then(|| Self { code: CUSTOM.to_owned(), rate, decimals })
    }

    /// What a deposit keeps of it.
    pub(super) fn notes(&self) -> [(&'static str, String); 3] {
        [
            (NOTE_CODE, self.code.clone()),
            (NOTE_RATE, self.rate.to_string()),
            (NOTE_DECIMALS, self.decimals.to_string()),
        ]
    }

    /// The currency of a deposit; USD for one that was invented.
    pub(super) fn of(deposit: &Deposit) -> Self {
        let note = |name| deposit.notes.get(name).map(String::as_str);
        Self {
            code: note(NOTE_CODE).unwrap_or("USD").to_owned(),
            rate: note(NOTE_RATE).and_then(amount::parse).unwrap_or(Decimal::ONE),
            decimals: note(NOTE_DECIMALS).and_then(|text| text.parse().ok()).unwrap_or(USUAL_DECIMALS),
        }
    }

    /// An amount of USD in this currency, with all its decimal places.
    pub(super) fn shown(&self, usd: Decimal) -> String {
        let mut shown = usd.checked_mul(self.rate).unwrap_or(Decimal::MAX).round_dp(self.decimals);
        shown.rescale(self.decimals);
        shown.to_string()
    }

    /// The rate as deposits show it: the number 1 and the string "95" were both seen.
    pub(super) fn shown_rate(&self, rate_type: RateType) -> Scalar {
        let kind = match rate_type {
            RateType::AsSeen if self.rate == Decimal::ONE => Kind::Number,
            RateType::AsSeen | RateType::String => Kind::String,
            RateType::Number => Kind::Number,
        };
        Scalar::decimal(Number(self.rate), kind)
    }
}
