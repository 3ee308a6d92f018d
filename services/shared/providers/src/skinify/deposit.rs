//! Taking a user's items: `POST /create-deposit`, which gives a hosted page, and for named items
//! `POST /create-steam-offer`, which sends the trade offer without that page.
//!
//! Between the two calls a deposit exists that nobody can pay: its page is shown to nobody, and no offer was sent. So
//! whatever surely kept the second call from making an offer has refused the order, and it is over. That holds because a
//! second call always follows the success of a first one, so no earlier offer can exist: an answer that the `deposit_id`
//! exists already never leads to a second call.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, SteamId, TradeToken};
use skinbus_domain::{Outcome, Progress, ProviderFacts, Reference};

use super::status::game_word;
use super::wire::{Created, Offered};
use super::{DEFAULTS, errors};
use crate::outcome::{not_sent, placed, reference_known, refused, unknown, unproved};
use crate::provider::{NotBuildable, Verdict};
use crate::request::{Api, Pairs};
use crate::values::{id, url};
use crate::wire::Text;

/// The first call. One that could not be followed by the second is not built.
pub(super) fn request(
    api: &Api,
    result_url: Option<&str>,
    deposit: &Deposit,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let token = deposit.user.trade_token.as_ref().map(TradeToken::reveal);
    if !deposit.items.is_empty() {
        offer_request(api, deposit, reference)?;
        token.ok_or(NotBuildable("a trade offer needs the user's trade token"))?;
    }
    let steam_id = deposit.user.steam_id.to_string();
    // Codes are written in lower case in every example.
    let currency = deposit.currency.map(|currency| currency.as_str().to_ascii_lowercase());
    let min_amount = deposit.min_amount.map(|money| money.amount.to_string());
    let optional = [
        ("trade_url_token", token),
        ("currency", currency.as_deref()),
        ("min_amount", min_amount.as_deref()),
        ("result_url", result_url),
        ("fail_url", deposit.fail_url.as_deref()),
        ("success_url", deposit.success_url.as_deref()),
        ("priority_game", deposit.game.map(game_word)),
    ];
    let mut fields: Pairs<'_> = vec![("deposit_id", reference.as_str()), ("steam_id", &steam_id)];
    fields.extend(optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    api.post_form("/create-deposit", &fields)
}

/// The second call, for named items.
fn offer_request(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let game = deposit.game.ok_or(NotBuildable("named items need their game"))?;
    let mut fields: Pairs<'_> = vec![("deposit_id", reference.as_str()), ("game", game_word(game))];
    fields.extend(deposit.items.iter().map(|item| ("items[]", item.asset_id.as_str())));
    api.post_form("/create-steam-offer", &fields)
}

/// The hosted page is there. No other call tells its address, so without it this is no success.
pub(super) fn created(created: &Created, reference: &Reference) -> Outcome {
    let transaction_id = match transaction_id(created, reference) {
        Ok(transaction_id) => transaction_id,
        Err(code) => return unknown(code),
    };
    let Some(redirect_url) = created.url.as_deref().and_then(url) else {
        return unknown("unreadable_url");
    };
    let facts = ProviderFacts {
        provider_id: Some(transaction_id),
        redirect_url: Some(redirect_url),
        ..ProviderFacts::default()
    };
    placed(reference, Progress::Submitted, facts, Vec::new())
}

/// The deposit is there; now the offer.
pub(super) fn created_for_items(
    api: &Api,
    deposit: &Deposit,
    created: &Created,
    reference: &Reference,
) -> Verdict {
    if let Err(code) = transaction_id(created, reference) {
        return unknown(code).into();
    }
    then_offer(api, deposit, reference)
}

fn then_offer(api: &Api, deposit: &Deposit, reference: &Reference) -> Verdict {
    match offer_request(api, deposit, reference) {
        Ok(request) => Verdict::Next(request),
        Err(_) => unknown("offer_not_buildable").into(),
    }
}

/// A deposit that is there already was made by an attempt whose offer surely was not sent: only then is an order placed
/// again under the same reference. There can be one offer for a deposit, so the second call cannot make two.
pub(super) fn creation_for_items_refused(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
    word: &str,
    now: Timestamp,
) -> Verdict {
    match word {
        "deposit_id_already_exists" => then_offer(api, deposit, reference),
        _ => creation_refused(word, now).into(),
    }
}

/// The id under which this deposit was created; else the code of what to think of the answer.
fn transaction_id(created: &Created, reference: &Reference) -> Result<String, &'static str> {
    if is_of_another(created.deposit_id.as_ref(), reference) {
        return Err("other_reference");
    }
    id(&created.transaction_id).ok_or("unreadable_transaction_id")
}

/// The trade offer is there.
pub(super) fn offered(offered: &Offered, reference: &Reference) -> Outcome {
    if is_of_another(offered.deposit_id.as_ref(), reference) {
        return unknown("other_reference");
    }
    let Some(offer_id) = id(&offered.tradeofferid) else {
        return unknown("unreadable_tradeofferid");
    };
    let bot = offered.botid.as_ref().filter(|bot| bot.0.parse::<SteamId>().is_ok());
    let facts = ProviderFacts {
        provider_id: offered.transaction_id.as_ref().and_then(id),
        offer_id: Some(offer_id),
        bot_steam_id: bot.map(|bot| bot.0.clone()),
        ..ProviderFacts::default()
    };
    placed(reference, Progress::OfferSent, facts, Vec::new())
}

/// The answers are not documented to name the deposit; one that names another is an answer to something else.
fn is_of_another(echo: Option<&Text>, reference: &Reference) -> bool {
    echo.is_some_and(|echo| echo.0 != reference.as_str())
}

/// The documented errors of the first call are about its fields, or say that the `deposit_id` is used already.
pub(super) fn creation_refused(word: &str, now: Timestamp) -> Outcome {
    match word {
        "invalid_deposit_id" | "invalid_steam_id" | "invalid_priority_game" => {
            refused(errors::code(word), word)
        }
        "deposit_id_already_exists" => reference_known(word),
        errors::LIMIT_EXCEEDED => not_sent("rate_limited", word, now, DEFAULTS.limit_pause),
        _ => unproved(errors::code(word), word),
    }
}

/// The documented errors of the second call that say why no offer could be made. `steam_error` is none of them: Steam may
/// fail after it took the offer.
pub(super) fn offer_refused(word: &str, now: Timestamp) -> Outcome {
    match word {
        "invalid_game"
        | "deposit_id_or_transaction_id_missing"
        | "invalid_transaction_id"
        | "deposit_not_found"
        | "request_deposit_inventory"
        | "nothing_things_selected"
        | "required_params_missing"
        | "inventory_updated"
        | "min_deal_sum"
        | "account_cant_trading"
        | "private_inventory"
        | "unavaliable_inventory"
        | "invalid_tradeurl"
        | "empty_inventory"
        | "trade_unavailable"
        | "you_have_vac_ban" => refused(errors::code(word), word),
        errors::LIMIT_EXCEEDED => not_sent("rate_limited", word, now, DEFAULTS.limit_pause),
        // The deposit is past the state in which an offer can be made: there is one.
        "order_changed_state" => reference_known(word),
        _ => unproved(errors::code(word), word),
    }
}
