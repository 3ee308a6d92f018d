//! How values are written where SkinsBack's pages and its answers do not agree.

use std::cell::Cell;

use rust_decimal::Decimal;

use super::json::{Json, text};
use super::money;
use super::switches::{AbsentFields, Switches, Types};
use crate::random::mixed;

/// How a value is written in the usual answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    Number,
    Text,
}

/// The types of one answer.
#[derive(Debug)]
pub(super) struct Style {
    types: Types,
    /// What is drawn from where types are mixed.
    drawn: Cell<u64>,
}

/// The name of a field that nobody knows yet.
const UNKNOWN_FIELD: &str = "added_later";

impl Style {
    /// The types for the answer with this number.
    pub(super) fn new(types: Types, number: u64) -> Self {
        Self { types, drawn: Cell::new(mixed(number)) }
    }

    fn draw(&self) -> bool {
        let drawn = mixed(self.drawn.get());
        self.drawn.set(drawn);
        drawn.is_multiple_of(2)
    }

    fn is_text(&self, usual: Usual) -> bool {
        match self.types {
            Types::Usual => usual == Usual::Text,
            Types::Numbers => false,
            Types::Strings => true,
            Types::Mixed => self.draw(),
        }
    }

    /// A value that is seen as a number and as a string; `digits` must be those of a JSON number.
    pub(super) fn digits(&self, usual: Usual, digits: String) -> Json {
        if self.is_text(usual) { Json::Text(digits) } else { Json::Digits(digits) }
    }

    /// A whole number that is seen as both.
    pub(super) fn whole(&self, usual: Usual, value: u64) -> Json {
        self.digits(usual, value.to_string())
    }

    /// Our own id, which comes back as a number where it looks like one.
    pub(super) fn own_id(&self, usual: Usual, id: &str) -> Json {
        let number = id.parse::<u64>().is_ok_and(|number| number.to_string() == id);
        if number { self.digits(usual, id.to_owned()) } else { text(id) }
    }

    /// A market price: two decimals as a string, as few as it needs as a number.
    pub(super) fn price(&self, usual: Usual, price: Decimal) -> Json {
        if self.is_text(usual) {
            text(money::decimals(price, 2))
        } else {
            Json::Digits(price.normalize().to_string())
        }
    }

    /// An amount with as few decimals as it needs.
    pub(super) fn amount(&self, usual: Usual, amount: Decimal) -> Json {
        self.digits(usual, amount.normalize().to_string())
    }

    /// A flag that is usually 0 or 1, and a boolean in the pages.
    pub(super) fn flag(&self, flag: bool) -> Json {
        let digit = u8::from(flag).to_string();
        match self.types {
            Types::Usual | Types::Numbers => Json::Digits(digit),
            Types::Strings => Json::Text(digit),
            Types::Mixed => Json::Flag(flag),
        }
    }
}

/// A value without the fields that are switched off, and with those that are switched on.
pub(super) fn finished(value: Json, switches: &Switches) -> Json {
    finish(value, switches, true)
}

fn finish(value: Json, switches: &Switches, takes_more: bool) -> Json {
    match value {
        Json::Absent | Json::Null | Json::Flag(_) | Json::Text(_) | Json::Digits(_) => value,
        Json::List(list) => Json::List(list.into_iter().map(|value| finish(value, switches, true)).collect()),
        Json::Object(fields) => {
            let wanted = fields.into_iter().filter_map(|(name, value)| {
                if switches.omitted_fields.contains(name.as_ref()) {
                    return None;
                }
                if !matches!(value, Json::Absent) {
                    // Maps of currencies take no field that is no currency.
                    let takes_more = name == "data" || name == "item";
                    return Some((name, finish(value, switches, takes_more)));
                }
                match switches.absent_fields {
                    AbsentFields::LeftOut => None,
                    AbsentFields::Null => Some((name, Json::Null)),
                }
            });
            let mut fields: Vec<_> = wanted.collect();
            if takes_more && switches.unknown_fields {
                fields.push((UNKNOWN_FIELD.into(), text("unknown")));
            }
            Json::Object(fields)
        }
    }
}
