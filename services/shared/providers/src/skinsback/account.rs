//! The project's money, the currencies, and whether SkinsBack serves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::query::{Balance, BalanceLine, CurrencyRate, Details, QueryAnswer, ServerStatus};
use skinbus_domain::{Currency, Money};

use super::items::keep;
use super::wire::{flag, text_or_nothing};
use crate::values::{decimal, shown};
use crate::wire::{Text, object};

#[derive(Deserialize)]
struct Sums<'a> {
    balance: Text,
    #[serde(default, deserialize_with = "text_or_nothing")]
    deals_sum: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    withdraw_sum: Option<Text>,
    #[serde(borrow)]
    balance_in_currencies: Option<&'a RawValue>,
    #[serde(borrow)]
    deals_sum_in_currencies: Option<&'a RawValue>,
    #[serde(borrow)]
    withdraw_sum_in_currencies: Option<&'a RawValue>,
}

/// The project's sums. In which currency they are is documented nowhere: it is the one whose entry beside it is equal.
/// Where none is, or more than one, the number is told without a currency.
pub(super) fn balance(fields: &[u8]) -> Option<QueryAnswer> {
    let sums: Sums<'_> = object(fields).ok()?;
    let mut balance = Balance::default();
    for (line, name, sum, equals) in [
        ("available", "balance", Some(&sums.balance), sums.balance_in_currencies),
        ("deals_sum", "deals_sum", sums.deals_sum.as_ref(), sums.deals_sum_in_currencies),
        ("withdraw_sum", "withdraw_sum", sums.withdraw_sum.as_ref(), sums.withdraw_sum_in_currencies),
    ] {
        let equals = amounts(equals);
        keep(&mut balance.details, name, sum);
        for (code, amount) in &equals {
            keep(&mut balance.details, &format!("{name}_in_currencies.{code}"), Some(amount));
        }
        if let Some(sum) = sum {
            balance.lines.push(BalanceLine { name: line.to_owned(), amount: in_currency(sum, &equals) });
        }
    }
    Some(QueryAnswer::Balance(balance))
}

fn amounts(raw: Option<&RawValue>) -> BTreeMap<String, Text> {
    let rows: Option<BTreeMap<String, &RawValue>> = raw.and_then(|raw| object(raw.get().as_bytes()).ok());
    let read = rows.into_iter().flatten();
    let codes = read.filter(|(code, _)| code_of(code).is_some());
    codes.filter_map(|(code, raw)| Some((code, serde_json::from_str(raw.get()).ok()?))).collect()
}

fn in_currency(sum: &Text, equals: &BTreeMap<String, Text>) -> Option<Money> {
    let amount = decimal(sum, "balance").ok()?;
    let mut equal = equals.iter().filter(|(_, text)| decimal(text, "balance") == Ok(amount));
    let (Some((code, _)), None) = (equal.next(), equal.next()) else {
        return None;
    };
    Some(Money { currency: code.parse::<Currency>().ok()?, amount })
}

/// A currency's code in capitals.
fn code_of(text: &str) -> Option<String> {
    const CODE_MAX_BYTES: usize = 8;
    let is_code =
        (3..=CODE_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// The known currencies. The shape of the answer is not documented: a map from codes is taken, wherever it stands. What
/// its numbers count, so many for a dollar or dollars for so many, is not documented either, so no rate is told.
pub(super) fn currencies(fields: &[u8]) -> Option<QueryAnswer> {
    let outer: BTreeMap<String, &RawValue> = object(fields).ok()?;
    let nested = ["currencies", "rates", "items"].into_iter().find_map(|name| outer.get(name));
    let read = match nested {
        Some(raw) => amounts(Some(raw)),
        None => amounts_of(&outer),
    };
    let codes = read.keys().filter_map(|code| code_of(code));
    let rates: Vec<CurrencyRate> = codes.map(|code| CurrencyRate { code, rate: None }).collect();
    (!rates.is_empty()).then_some(QueryAnswer::Currencies(rates))
}

fn amounts_of(outer: &BTreeMap<String, &RawValue>) -> BTreeMap<String, Text> {
    let read = |raw: &RawValue| serde_json::from_str::<Text>(raw.get()).ok();
    let numbers = outer.iter().filter_map(|(code, raw)| Some((code.clone(), read(raw)?)));
    // `status: success` stands among them.
    numbers.filter(|(_, text)| decimal(text, "rate").is_ok()).collect()
}

#[derive(Deserialize)]
struct Served<'a> {
    #[serde(borrow)]
    available: &'a RawValue,
    #[serde(default, deserialize_with = "text_or_nothing")]
    reason: Option<Text>,
}

/// Whether SkinsBack serves.
pub(super) fn status(fields: &[u8]) -> Option<QueryAnswer> {
    let served: Served<'_> = object(fields).ok()?;
    Some(QueryAnswer::Status(ServerStatus {
        is_available: flag(Some(served.available))?,
        reason: served.reason.filter(|reason| !reason.0.is_empty()).map(|reason| shown(&reason.0)),
        details: Details::new(),
    }))
}
