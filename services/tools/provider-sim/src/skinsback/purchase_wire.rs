//! How a purchase is written: numbers in the answer to buy, strings everywhere else.

use super::json::{Fields, Json, named, object, optional, text};
use super::project::Asked;
use super::style::{Style, Usual};
use super::switches::{Age, Types};
use super::{money, words};
use crate::clock::{Moment, seconds};
use crate::engine::fate::Status;
use crate::engine::purchase::Purchase;

/// A purchase in the answer to buy.
pub(super) fn bought(purchase: &Purchase, now: Moment, with_custom_id: bool, asked: &Asked<'_>) -> Fields {
    let class = match asked.switches.age {
        Age::Current => "classid",
        Age::Old => "instanceid",
    };
    let debited = money::in_currency(purchase.price, &asked.switches.balance_currency);
    let custom_id = purchase.reference.as_deref().filter(|_| with_custom_id);
    named([
        ("item", item(purchase, class, Usual::Number, asked.style)),
        ("buy_id", asked.style.whole(Usual::Number, purchase.id)),
        ("offer_status", text(words::offer_status(purchase.status(now)))),
        ("balance_debited_sum", asked.style.price(Usual::Number, debited)),
        ("custom_id", optional(custom_id)),
    ])
}

fn item(purchase: &Purchase, class: &'static str, usual: Usual, style: &Style) -> Json {
    object([
        ("id", style.digits(usual, purchase.item.id.to_string())),
        ("name", text(purchase.item.name.as_ref())),
        ("price", style.price(usual, purchase.price)),
        (class, text(purchase.item.class_id.as_ref())),
    ])
}

/// A purchase in `market_getinfo` and `market_history`, with the status that is to be shown.
pub(super) fn row(purchase: &Purchase, now: Moment, asked: &Asked<'_>) -> Fields {
    let shown = purchase.reference.as_ref().and_then(|id| asked.switches.shown_offer_status.get(id));
    let status = shown.map_or(words::offer_status(purchase.status(now)), String::as_str);
    let debited = money::in_currency(purchase.price, &asked.switches.balance_currency);
    named([
        ("item", item(purchase, "classid", Usual::Text, asked.style)),
        ("buy_id", asked.style.whole(Usual::Text, purchase.id)),
        ("offer_status", text(status)),
        ("steamid", text(purchase.steam_id())),
        ("date", asked.style.whole(Usual::Text, seconds(purchase.born.real_ms))),
        ("balance_debited_sum", asked.style.price(Usual::Text, debited)),
        ("tradeofferid", optional(purchase.offer_id(now))),
        ("custom_id", optional(purchase.reference.as_deref())),
    ])
}

/// The event of a purchase that reached a status: the first of its life is `buy_item`. All values are strings.
pub(super) fn event(purchase: &Purchase, status: Status, now: Moment, balance_currency: &str) -> Json {
    let steps = purchase.fate.steps(&purchase.pace);
    let is_first = steps.first().is_some_and(|step| step.status == status);
    let (name, data) = if is_first {
        ("buy_item", bought_event(purchase, status, balance_currency))
    } else {
        let had_offer =
            steps.iter().take_while(|step| step.status != status).any(|step| step.status.has_offer());
        let offer_id = purchase.offer_id(now).filter(|_| had_offer || status.has_offer());
        ("status_change", change_event(purchase, status, offer_id))
    };
    object([("event", text(name)), ("data", data)])
}

fn bought_event(purchase: &Purchase, status: Status, balance_currency: &str) -> Json {
    let debited = money::in_currency(purchase.price, balance_currency);
    object([
        ("item", item(purchase, "classid", Usual::Text, &Style::new(Types::Strings, 0))),
        ("buy_id", text(purchase.id.to_string())),
        ("offer_status", text(words::offer_status(status))),
        ("balance_debited_sum", text(money::decimals(debited, 2))),
        ("custom_id", optional(purchase.reference.as_deref())),
    ])
}

fn change_event(purchase: &Purchase, status: Status, offer_id: Option<String>) -> Json {
    object([
        ("item", object([("id", text(purchase.item.id.as_ref()))])),
        ("buy_id", text(purchase.id.to_string())),
        ("offer_status", text(words::offer_status(status))),
        ("error_reason", words::error_reason(status).map_or(Json::Null, text)),
        ("tradeofferid", offer_id.map_or(Json::Null, text)),
        ("custom_id", optional(purchase.reference.as_deref())),
    ])
}
