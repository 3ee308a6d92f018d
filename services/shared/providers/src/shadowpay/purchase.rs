//! Purchases. The API has no price ceiling, so the offer is looked at first and bought only at the allowed price. Between
//! the two calls the price may still rise; what was paid is in the answer, and the domain raises an alert for too much.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::order::{Item, Operation, Purchase};
use skinbus_domain::rules::after;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Currency, Outcome};

use super::errors::{self, before_anything};
use super::wire::{self, Bought, WRONG_PARAMS};
use super::{DEFAULTS, Shadowpay, status};
use crate::outcome::{not_sent, reference_known, refused, unknown, unreadable};
use crate::provider::{NotBuildable, PlaceAnswer, Placing, Verdict};
use crate::request::trade_token;
use crate::values::{id, money, shown};
use crate::wire::{Text, object};

/// How long to wait after a first answer that says nothing.
const CHECK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// The first call: what the offer costs now.
pub(super) fn check(account: &Shadowpay, purchase: &Purchase) -> Result<Request<Bytes>, NotBuildable> {
    let Item::Offer(offer_id) = &purchase.item else {
        return Err(NotBuildable("ShadowPay sells by the id of an offer only"));
    };
    // What is missing for the second call is better missed before the first.
    trade_token(&purchase.recipient)?;
    account.get("/get_item_by_id", &[("id", offer_id)])
}

/// The second call: the purchase.
fn buy(account: &Shadowpay, purchase: &Purchase, reference: &str) -> Result<Request<Bytes>, NotBuildable> {
    let Item::Offer(offer_id) = &purchase.item else {
        return Err(NotBuildable("ShadowPay sells by the id of an offer only"));
    };
    let steam_id = purchase.recipient.steam_id.to_string();
    let fields = [
        ("id", offer_id.as_str()),
        ("custom_id", reference),
        ("steamid", &steam_id),
        ("trade_token", trade_token(&purchase.recipient)?),
    ];
    account.post("/buy_item", &fields)
}

/// Answer of `GET /get_item_by_id`.
#[derive(Deserialize)]
struct Checked<'a> {
    #[serde(borrow)]
    item: &'a RawValue,
    is_seller_online: Option<bool>,
}

#[derive(Deserialize)]
struct OnSale {
    id: Text,
    price: Text,
    project: Option<String>,
}

/// What the first answer means. Nothing is bought yet, so nothing here is uncertain: it is bought next, or not, or the
/// offer is looked at again.
pub(super) fn read_checked(
    account: &Shadowpay,
    placing: &Placing<'_>,
    response: &Response<Bytes>,
    now: Timestamp,
) -> PlaceAnswer {
    let status = response.status();
    let answer = wire::answer::<Checked<'_>>(response.body());
    let closed = errors::closed(&answer, status, now);
    let again = |code: &str, word: Option<&str>| {
        let reason = Reason { code: code.to_owned(), provider_code: word.map(shown) };
        let pause = closed.map_or(CHECK_AGAIN_AFTER, |_| DEFAULTS.limit_pause);
        Verdict::from(Outcome::NotSent { reason, retry_at: after(now, pause) })
    };
    let verdict = answer.judge(
        status,
        |checked| checked_verdict(account, placing, checked).unwrap_or_else(|problem| again(problem, None)),
        |word| match word {
            // The one documented word for "there is no such offer".
            WRONG_PARAMS | "no_item" => refused("item_unavailable", word).into(),
            _ => before_anything(word)
                .map_or_else(|| again(errors::likely(word), Some(word)), |code| refused(code, word).into()),
        },
        |code| again(code, None),
    );
    PlaceAnswer { verdict, closed }
}

/// `Err` with what could not be read.
fn checked_verdict(
    account: &Shadowpay,
    placing: &Placing<'_>,
    checked: &Checked<'_>,
) -> Result<Verdict, &'static str> {
    let Operation::Purchase(purchase) = &placing.order.operation else {
        return Err("unreadable_answer");
    };
    let refuse = |code: &str| Ok(Outcome::Refused(Reason::new(code)).into());
    // PHP's ways to write nothing.
    if matches!(checked.item.get(), "null" | "[]" | "{}" | "false") {
        return refuse("item_unavailable");
    }
    let item: OnSale = object(checked.item.get().as_bytes()).map_err(|_| "unreadable_item")?;
    if !matches!(&purchase.item, Item::Offer(offer_id) if *offer_id == item.id.0) {
        return Err("other_item");
    }
    let price = money(Currency::USD, &item.price, "price").map_err(|_| "unreadable_price")?;
    // The hold after the delivery depends on the game, so another game than the ordered one is another item.
    let told = item.project.as_deref().filter(|project| !project.is_empty());
    if let (Some(told), Some(ordered)) = (told, purchase.game)
        && status::game_word(ordered) != Some(told)
    {
        return refuse("game_mismatch");
    }
    if checked.is_seller_online == Some(false) {
        return refuse("item_unavailable");
    }
    // Amounts of two currencies cannot be compared: then it is not known to be cheap enough.
    if price.exceeds(&purchase.max_price) != Some(false) {
        return refuse("price_above_max");
    }
    buy(account, purchase, placing.reference.as_str()).map(Verdict::Next).map_err(|_| "not_buildable")
}

/// What the answer to the purchase means.
pub(super) fn read_bought(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let answer = wire::envelope::<Bought<'_>>(response.body());
    let on_success = |bought: &Bought<'_>| bought_outcome(placing, bought);
    let on_error = |word: &str| buy_error(word, now);
    errors::placed(&answer, response.status(), now, on_success, on_error)
}

fn bought_outcome(placing: &Placing<'_>, bought: &Bought<'_>) -> Outcome {
    let Ok(trade) = object::<wire::Trade<'_>>(bought.trade_data.get().as_bytes()) else {
        return unknown("unreadable_trade");
    };
    // Without our id in it no look-up would ever find the trade again; one will tell what became of it.
    if trade.custom_id.as_ref().is_none_or(|echo| echo.0 != placing.reference.as_str()) {
        return unknown("other_reference");
    }
    let ids = [bought.id.as_ref().and_then(id), trade.id.as_ref().and_then(id)];
    let provider_id = match ids {
        [Some(outer), Some(inner)] if outer != inner => return unknown("other_trade"),
        [Some(told), _] | [None, Some(told)] => told,
        [None, None] => return unknown("unreadable_id"),
    };
    if trade.price.is_none() {
        return unknown("unreadable_price");
    }
    let user = placing.order.operation.user().steam_id;
    match status::observation(&trade, placing.reference.clone(), user, Cause::Dispatch) {
        Ok(mut observation) => {
            observation.facts.provider_id = Some(provider_id);
            Outcome::Placed(observation)
        }
        Err(bad) => unreadable(bad),
    }
}

/// The documented errors of a purchase. Those that name a cause come before it; those that only say that something went
/// wrong do not say when.
fn buy_error(word: &str, now: Timestamp) -> Outcome {
    match word {
        "no_item"
        | "no_item_in_inventory"
        | "trade_yourself"
        | "seller_offline_error"
        | "need_apikey"
        | "invalid_trade_seller_link" => refused("item_unavailable", word),
        "need_sum" => refused("insufficient_funds", word),
        "buyer_has_buy_items_ban" | "empty_user_data" => refused("user_not_tradable", word),
        "invalid_tradelink" => refused("invalid_trade_url", word),
        // Purchases are off, and "please try again later". Everything else of the API goes on.
        "buy_items_disabled" => not_sent("provider_closed", word, now, DEFAULTS.limit_pause),
        // An earlier attempt got through: a look-up finds it.
        "custom_id_exist" => reference_known(word),
        _ => errors::outcome(word),
    }
}
