//! Placing one order: the call, and what its answer means.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, Item, Operation, OrderKind, Purchase, TradeToken};
use skinbus_domain::{
    Cause, Credit, CreditState, Currency, LocalAmount, Outcome, Progress, ProviderFacts, Reference,
};

use super::request::Parameters;
use super::wire::{self, Answer, Offer, Page};
use super::{errors, status};
use crate::outcome::{UNREADABLE_ANSWER, http, placed, unknown, unreadable};
use crate::provider::{NotBuildable, PlaceAnswer, Placing};
use crate::request::trade_token;
use crate::values::{BadField, decimal, id, iso_time, money, url};
use crate::wire::{Text, object};

/// The call that places an order.
pub(super) fn parameters(
    operation: &Operation,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Parameters, NotBuildable> {
    match operation {
        Operation::Purchase(purchase) => buy(purchase, reference),
        Operation::Deposit(deposit) if deposit.items.is_empty() => page(deposit, reference, result_url),
        Operation::Deposit(deposit) => offer(deposit, reference, result_url),
        Operation::Listing(_) => Err(NotBuildable("SkinsBack lists no items")),
    }
}

fn buy(purchase: &Purchase, reference: &Reference) -> Result<Parameters, NotBuildable> {
    if purchase.max_price.currency != Currency::USD {
        return Err(NotBuildable("SkinsBack's prices are in USD"));
    }
    let parameters = Parameters::of("market_buy")
        .with("partner", purchase.recipient.steam_id.partner().to_string())
        .with("token", trade_token(&purchase.recipient)?)
        .with("max_price", purchase.max_price.amount.to_string())
        .with("custom_id", reference.as_str());
    Ok(match &purchase.item {
        Item::Offer(id) => parameters.with("id", id),
        Item::Name(name) => {
            let game = purchase.game.and_then(status::game_word);
            let game = game.ok_or(NotBuildable("an item by name needs its game"))?;
            parameters.with("name", name).with("game", game)
        }
    })
}

fn page(
    deposit: &Deposit,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Parameters, NotBuildable> {
    let limits = [deposit.min_amount.as_ref(), deposit.max_amount.as_ref()];
    let mut currencies = limits.iter().flatten().map(|limit| limit.currency).chain(deposit.currency);
    let currency = currencies.next();
    if currencies.any(|other| Some(other) != currency) {
        return Err(NotBuildable("one currency is for both limits"));
    }
    Ok(Parameters::of("create")
        .with("order_id", reference.as_str())
        .with("steam_id", deposit.user.steam_id.to_string())
        .with_some("trade_token", deposit.user.trade_token.as_ref().map(TradeToken::reveal))
        .with_some("result_url", result_url)
        .with_some("success_url", deposit.success_url.as_deref())
        .with_some("fail_url", deposit.fail_url.as_deref())
        .with_some("min_amount", deposit.min_amount.as_ref().map(|limit| limit.amount.to_string()))
        .with_some("max_amount", deposit.max_amount.as_ref().map(|limit| limit.amount.to_string()))
        .with_some("currency", currency.map(code)))
}

fn offer(
    deposit: &Deposit,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Parameters, NotBuildable> {
    let game = deposit.game.and_then(status::game_word);
    let own = deposit.custom_currency.as_ref();
    Ok(Parameters::of("create_from_user_inventory")
        .with("game", game.ok_or(NotBuildable("items need their game"))?)
        .with("steam_id", deposit.user.steam_id.to_string())
        .with("trade_token", trade_token(&deposit.user)?)
        .with("order_id", reference.as_str())
        .with_texts("item_asset_ids", deposit.items.iter().map(|item| item.asset_id.clone()).collect())
        .with_some("currency", deposit.currency.map(code))
        .with_some("result_url", result_url)
        .with_some("custom_multiplier", deposit.multiplier.map(|multiplier| multiplier.to_string()))
        .with_some("custom_currency", own.map(|own| own.name.as_str()))
        .with_some("custom_currency_rate", own.map(|own| own.rate.to_string())))
}

/// A currency as SkinsBack writes it.
pub(super) fn code(currency: Currency) -> String {
    currency.as_str().to_ascii_lowercase()
}

/// What the answer to a placing call means.
pub(super) fn read(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let kind = placing.order.operation.kind();
    let status = response.status();
    let answer = wire::answer(response.body());
    let closed = errors::closed(&answer, status, now);
    let outcome = match &answer {
        Answer::Success(fields) if status == StatusCode::OK => success(kind, placing.reference, fields),
        Answer::Error(word) if errors::is_believed(word, status) => errors::outcome(kind, word, now),
        Answer::Unrecognised(_) if status == StatusCode::OK => unknown(UNREADABLE_ANSWER),
        // Errors come with 200. Another status may be anybody's word, the provider's proxy included.
        Answer::Success(_) | Answer::Error(_) | Answer::Unrecognised(_) => unknown(&http(status)),
    };
    PlaceAnswer { verdict: outcome.into(), closed }
}

fn success(kind: OrderKind, reference: &Reference, fields: &[u8]) -> Outcome {
    match kind {
        OrderKind::Purchase => object(fields).map(|bought| bought_outcome(&bought, reference)),
        OrderKind::DepositLink => object(fields).map(|page| page_outcome(&page, reference)),
        OrderKind::DepositItems => object(fields).map(|offer| offer_outcome(&offer, reference)),
        OrderKind::Listing => return unknown(UNREADABLE_ANSWER),
    }
    .unwrap_or_else(|_| unknown(UNREADABLE_ANSWER))
}

/// What became of an order that `bought` names, or is the one answer to.
pub(super) fn bought_outcome(bought: &wire::Purchase, reference: &Reference) -> Outcome {
    if is_others(bought.custom_id.as_ref(), reference) {
        return unknown("other_reference");
    }
    status::purchase(bought, reference.clone(), Cause::Dispatch).map_or_else(unreadable, Outcome::Placed)
}

/// An answer to something else. What became of ours is for a look-up to find.
fn is_others(echo: Option<&Text>, reference: &Reference) -> bool {
    echo.is_some_and(|echo| echo.0 != reference.as_str())
}

/// A page has nothing but its address: the amount is known once the user has given something.
fn page_outcome(page: &Page, reference: &Reference) -> Outcome {
    let read = || {
        let redirect_url = url(&page.url).ok_or(BadField("url"))?;
        let provider_id = page.transaction_id.as_ref();
        let provider_id = provider_id.map(|given| id(given).ok_or(BadField("transaction_id"))).transpose()?;
        let facts =
            ProviderFacts { provider_id, redirect_url: Some(redirect_url), ..ProviderFacts::default() };
        Ok(placed(reference, Progress::Submitted, facts, Vec::new()))
    };
    read().unwrap_or_else(unreadable)
}

/// The offer is out already. Its id is told here and nowhere else, so what is only shown may be unreadable.
fn offer_outcome(offer: &Offer, reference: &Reference) -> Outcome {
    if is_others(offer.order_id.as_ref(), reference) {
        return unknown("other_reference");
    }
    let read = || {
        let provider_id = id(&offer.transaction_id).ok_or(BadField("transaction_id"))?;
        let offer_id = offer.trade_offer_id.as_ref().and_then(id);
        let progress = if offer_id.is_some() { Progress::OfferSent } else { Progress::Submitted };
        let credit = offer.sum.as_ref().map(|sum| quoted(offer, sum, &provider_id)).transpose()?;
        let expiry = offer.trade_offer_expiry_at.as_ref().map(|text| text.0.as_str());
        let facts = ProviderFacts {
            provider_id: Some(provider_id),
            offer_id,
            offer_expires_at: iso_time(expiry, "trade_offer_expiry_at").ok().flatten(),
            bot_steam_id: offer.bot_steam_id.as_ref().and_then(id),
            ..ProviderFacts::default()
        };
        Ok(placed(reference, progress, facts, credit.into_iter().collect()))
    };
    read().unwrap_or_else(unreadable)
}

/// What the offer is worth, by the provider's quote: pending until the provider says what it became. What the user was
/// shown is told here and nowhere else.
fn quoted(offer: &Offer, sum: &Text, provider_id: &str) -> Result<Credit, BadField> {
    let shown = offer.local_sum_multiplied.as_ref().and_then(|text| decimal(text, "local_sum").ok());
    let label = offer.local_currency.as_ref().and_then(status::label);
    Ok(Credit {
        key: provider_id.to_owned(),
        thing: provider_id.to_owned(),
        amount: money(Currency::USD, sum, "sum")?,
        local_amount: shown.zip(label).map(|(amount, currency)| LocalAmount { currency, amount }),
        multiplier: None,
        state: CreditState::Pending,
        is_advanced: false,
    })
}
