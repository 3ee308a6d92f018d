//! What is sent to place an order.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Request;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use skinbus_domain::order::{Deposit, DepositedItem, Item, Purchase};
use skinbus_domain::{Currency, Money, Reference};

use super::game_word;
use crate::provider::NotBuildable;
use crate::request::{Api, trade_token};

/// Decimal places of a price. Seen in clients; not documented.
const PRICE_DECIMALS: u32 = 3;

/// How a deposit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// On a hosted page.
    Page,
    /// Items by their asset ids.
    Assets,
    /// Items priced by their names: a draft first, then the deposit.
    Names,
}

/// The way of a deposit: by names where every item has one.
pub(super) fn way(deposit: &Deposit) -> Way {
    if deposit.items.is_empty() {
        Way::Page
    } else if deposit.items.iter().all(|item| item.market_hash_name.is_some()) {
        Way::Names
    } else {
        Way::Assets
    }
}

/// An amount as a JSON number with exactly its digits.
#[derive(Debug, Clone, Copy)]
struct Number(Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The most that is paid, in the provider's decimal places: never more than was allowed. Zero might mean "no limit".
pub(super) fn ceiling(price: &Money) -> Option<Decimal> {
    in_places(price, RoundingStrategy::ToZero)
}

/// The least that is taken, in the provider's decimal places: never less than was asked. Zero is documented to mean
/// nothing at one call.
pub(super) fn floor(price: &Money) -> Option<Decimal> {
    in_places(price, RoundingStrategy::AwayFromZero)
}

fn in_places(price: &Money, strategy: RoundingStrategy) -> Option<Decimal> {
    let amount = price.amount.round_dp_with_strategy(PRICE_DECIMALS, strategy);
    (price.currency == Currency::USD && amount > Decimal::ZERO).then_some(amount)
}

#[derive(Serialize)]
struct PurchaseBody<'a> {
    partner: u64,
    token: &'a str,
    game: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset_id: Option<&'a str>,
    merchant_tx_id: &'a str,
    max_price: Number,
}

/// A purchase.
pub(super) fn purchase(
    api: &Api,
    purchase: &Purchase,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let (name, asset_id) = match &purchase.item {
        Item::Name(name) => (Some(name.as_str()), None),
        Item::Offer(id) => (None, Some(id.as_str())),
    };
    let max_price = ceiling(&purchase.max_price).ok_or(NotBuildable("max_price is no price in USD"))?;
    let body = PurchaseBody {
        partner: purchase.recipient.steam_id.partner(),
        token: trade_token(&purchase.recipient)?,
        game: purchase.game.map(game_word).ok_or(NotBuildable("a purchase needs its game"))?,
        name,
        asset_id,
        merchant_tx_id: reference.as_str(),
        max_price: Number(max_price),
    };
    api.post_json("/merchant/purchase", &body)
}

#[derive(Serialize)]
struct Addresses<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_url: Option<&'a str>,
}

impl<'a> Addresses<'a> {
    fn of(deposit: &'a Deposit, result_url: Option<&'a str>) -> Self {
        Self {
            result_url,
            success_url: deposit.success_url.as_deref(),
            fail_url: deposit.fail_url.as_deref(),
        }
    }
}

/// The dollar as the custom currency: the only documented way to see a deposit's amount when it is looked up.
#[derive(Serialize)]
struct Dollars {
    custom_currency: &'static str,
    custom_currency_multiplier: u8,
    custom_currency_rate: u8,
}

const DOLLARS: Dollars =
    Dollars { custom_currency: "USD", custom_currency_multiplier: 1, custom_currency_rate: 1 };

/// The request that makes a deposit; for one by names, the request for its draft.
pub(super) fn deposit(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    match way(deposit) {
        Way::Page => page(api, deposit, reference, result_url),
        Way::Assets => assets(api, deposit, reference, result_url),
        Way::Names => draft(api, deposit),
    }
}

#[derive(Serialize)]
struct PageBody<'a> {
    merchant_tx_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    game: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(flatten)]
    addresses: Addresses<'a>,
    #[serde(flatten)]
    dollars: Dollars,
}

fn page(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    // The two parts of a trade URL come together or not at all: without them the user enters it on the page.
    let token = deposit.user.trade_token.as_ref().map(|token| token.reveal());
    let body = PageBody {
        merchant_tx_id: reference.as_str(),
        game: deposit.game.map(game_word),
        partner: token.map(|_| deposit.user.steam_id.partner()),
        token,
        addresses: Addresses::of(deposit, result_url),
        dollars: DOLLARS,
    };
    api.post_json("/merchant/create-intent", &body)
}

#[derive(Serialize)]
struct AssetsBody<'a> {
    merchant_tx_id: &'a str,
    game: &'static str,
    partner: u64,
    token: &'a str,
    asset_ids: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    min_prices: BTreeMap<&'a str, Number>,
    #[serde(flatten)]
    addresses: Addresses<'a>,
    #[serde(flatten)]
    dollars: Dollars,
}

fn assets(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
    result_url: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    if deposit.items.iter().any(|item| item.market_hash_name.is_some()) {
        return Err(NotBuildable("either every item is named, or none"));
    }
    let mut min_prices = BTreeMap::new();
    for item in &deposit.items {
        if let Some(price) = min_price(item)? {
            min_prices.insert(item.asset_id.as_str(), price);
        }
    }
    let body = AssetsBody {
        merchant_tx_id: reference.as_str(),
        game: game(deposit)?,
        partner: deposit.user.steam_id.partner(),
        token: trade_token(&deposit.user)?,
        asset_ids: deposit.items.iter().map(|item| item.asset_id.as_str()).collect(),
        min_prices,
        addresses: Addresses::of(deposit, result_url),
        dollars: DOLLARS,
    };
    api.post_json("/merchant/create-deposit", &body)
}

fn game(deposit: &Deposit) -> Result<&'static str, NotBuildable> {
    deposit.game.map(game_word).ok_or(NotBuildable("a deposit of items needs its game"))
}

/// A least price that cannot be said is no reason to take the item for any price.
fn min_price(item: &DepositedItem) -> Result<Option<Number>, NotBuildable> {
    let Some(price) = &item.min_price else {
        return Ok(None);
    };
    floor(price).map(|price| Some(Number(price))).ok_or(NotBuildable("min_price is no price in USD"))
}

#[derive(Serialize)]
struct DraftBody<'a> {
    game: &'static str,
    #[serde(rename = "marketHashNames")]
    market_hash_names: Vec<&'a str>,
}

fn draft(api: &Api, deposit: &Deposit) -> Result<Request<Bytes>, NotBuildable> {
    let names = deposit.items.iter().filter_map(|item| item.market_hash_name.as_deref());
    // Whether a name may come twice is not documented; one quote is enough for all items of a name.
    let names: BTreeSet<&str> = names.collect();
    let body = DraftBody { game: game(deposit)?, market_hash_names: names.into_iter().collect() };
    api.post_json("/merchant/get-prices", &body)
}

#[derive(Serialize)]
struct NamesBody<'a> {
    id: u64,
    merchant_tx_id: &'a str,
    game: &'static str,
    partner: u64,
    token: &'a str,
    items: Vec<NamedItem<'a>>,
    #[serde(flatten)]
    addresses: Addresses<'a>,
}

#[derive(Serialize)]
struct NamedItem<'a> {
    asset_id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_price: Option<Number>,
}

/// The second call of a deposit by names, which makes the draft a deposit. The custom currency is not among its fields.
pub(super) fn names(
    api: &Api,
    deposit: &Deposit,
    reference: &Reference,
    draft_id: u64,
    result_url: Option<&str>,
) -> Result<Request<Bytes>, NotBuildable> {
    let body = NamesBody {
        id: draft_id,
        merchant_tx_id: reference.as_str(),
        game: game(deposit)?,
        partner: deposit.user.steam_id.partner(),
        token: trade_token(&deposit.user)?,
        items: deposit.items.iter().map(named_item).collect::<Result<_, _>>()?,
        addresses: Addresses::of(deposit, result_url),
    };
    api.post_json("/merchant/create-deposit-by-hash-name", &body)
}

fn named_item(item: &DepositedItem) -> Result<NamedItem<'_>, NotBuildable> {
    let name = item.market_hash_name.as_deref().ok_or(NotBuildable("an item has no name"))?;
    Ok(NamedItem { asset_id: &item.asset_id, name, min_price: min_price(item)? })
}
