//! How values are written, as documented or as the settings say.

use rust_decimal::Decimal;
use serde::Serialize;

use super::settings::{Digits, EmptyMap, EmptySearch, MoneyForm, Nulls, Settings, SuccessStatus};
use super::words::Situation;
use crate::amount::{Amount, Number};
use crate::answer::Answer;

/// What a method answers: its answer, or why it has none.
pub(super) type Outcome = Result<Answer, Failure>;

/// The dates of a ban.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ban {
    pub(super) until: String,
    pub(super) reason: String,
}

/// An error, with ShadowPay's word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) word: String,
    pub(super) ban: Option<Ban>,
}

impl From<&str> for Failure {
    fn from(word: &str) -> Self {
        Self { word: word.to_owned(), ban: None }
    }
}

/// The error envelope.
#[derive(Debug, Serialize)]
pub(super) struct ErrorAnswer<'a> {
    pub(super) status: &'static str,
    pub(super) error_message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ban_until: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ban_reason: Option<&'a str>,
}

/// Money in one of its two forms.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Money {
    Text(Amount),
    Number(Number),
}

/// Digits in one of their two forms.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    Text(String),
    Number(u64),
}

/// A field that may be null or absent.
pub(super) type Nullable<T> = Option<Option<T>>;

/// The answer of lookups and searches.
#[derive(Debug, Serialize)]
pub(super) struct DataAnswer<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
}

/// A map, or an empty one as PHP writes it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum PhpMap<T> {
    Map(T),
    EmptyArray([(); 0]),
}

/// Money with at least two decimals.
fn two_decimals(amount: Decimal) -> Decimal {
    let mut amount = amount;
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount
}

/// Money as text with at least two decimals.
pub(super) fn money_text(amount: Decimal) -> String {
    two_decimals(amount).to_string()
}

fn id(digits: Digits, text: impl ToString) -> Id {
    let text = text.to_string();
    match digits {
        Digits::Text => Id::Text(text),
        Digits::Number => text.parse().map_or(Id::Text(text), Id::Number),
    }
}

impl Settings {
    /// An id.
    pub(super) fn id(&self, text: impl ToString) -> Id {
        id(self.ids, text)
    }

    /// Steam's number for the state of an offer.
    pub(super) fn offer_state(&self, text: impl ToString) -> Id {
        id(self.offer_states, text)
    }

    /// Money where text is documented.
    pub(super) fn text_price(&self, amount: Decimal) -> Money {
        match self.money {
            MoneyForm::Documented | MoneyForm::Text => Money::Text(Amount(two_decimals(amount))),
            MoneyForm::Number => Money::Number(Number(amount.normalize())),
        }
    }

    /// Money where a number is documented.
    pub(super) fn number_price(&self, amount: Decimal) -> Money {
        match self.money {
            MoneyForm::Documented | MoneyForm::Number => Money::Number(Number(amount.normalize())),
            MoneyForm::Text => Money::Text(Amount(two_decimals(amount))),
        }
    }

    /// A field that may have no value.
    pub(super) fn nullable<T>(&self, value: Option<T>) -> Nullable<T> {
        match self.nulls {
            Nulls::Null => Some(value),
            Nulls::Absent => value.map(Some),
        }
    }

    /// The word for success, where an answer has one.
    pub(super) fn success(&self, documented: bool) -> Option<&'static str> {
        let has_one = match self.success_status {
            SuccessStatus::Documented => documented,
            SuccessStatus::Always => true,
            SuccessStatus::Never => false,
        };
        has_one.then_some("success")
    }

    /// An answer as JSON.
    pub(super) fn answer(&self, value: &impl Serialize) -> Answer {
        let mut answer = Answer::json(value);
        if self.escape_slashes && answer.body.contains(&b'/') {
            let mut escaped = Vec::with_capacity(answer.body.len() + 16);
            for byte in &answer.body {
                // In JSON a slash stands in strings only.
                if *byte == b'/' {
                    escaped.push(b'\\');
                }
                escaped.push(*byte);
            }
            answer.body = escaped.into();
        }
        answer
    }

    /// The rows of a search.
    pub(super) fn found<T: Serialize>(&self, rows: Vec<T>) -> Outcome {
        match self.empty_search {
            EmptySearch::Error if rows.is_empty() => Err(self.word(Situation::NothingFound).into()),
            EmptySearch::Error | EmptySearch::Array => {
                Ok(self.answer(&DataAnswer { data: Some(rows), status: self.success(true) }))
            }
        }
    }

    /// What was found by keys.
    pub(super) fn found_map<T: Serialize>(&self, map: T, is_empty: bool) -> Outcome {
        let data = match self.empty_map {
            EmptyMap::Array if is_empty => Some(PhpMap::EmptyArray([])),
            EmptyMap::Missing if is_empty => None,
            EmptyMap::Error if is_empty => return Err(self.word(Situation::NothingFound).into()),
            EmptyMap::Array | EmptyMap::Object | EmptyMap::Missing | EmptyMap::Error => {
                Some(PhpMap::Map(map))
            }
        };
        Ok(self.answer(&DataAnswer { data, status: self.success(true) }))
    }
}
