//! Orders as our own services store them.

mod deposit;

use std::collections::BTreeMap;

use skinbus_domain::ids::OrderId;
use skinbus_domain::order::{Game, Item, ListedItem, Listing, Operation, Order, Purchase, SteamUser};
use skinbus_domain::{Money, Violation};

pub(crate) use deposit::optional_decimal;

use crate::facts::{money_from_proto, money_to_proto, time};
use crate::{Corrupt, timestamp_to_proto, v1};

const MESSAGE: &str = "OrderRequest";

/// A broken rule in the proto form.
#[must_use]
pub fn violation_to_proto(violation: &Violation) -> v1::Violation {
    v1::Violation {
        field: violation.field.clone(),
        rule: violation.rule.clone(),
        message: violation.message.clone(),
        given: violation.given.clone(),
    }
}

pub(crate) fn violation_from_proto(violation: &v1::Violation) -> Violation {
    Violation {
        field: violation.field.clone(),
        rule: violation.rule.clone(),
        message: violation.message.clone(),
        given: violation.given.clone(),
    }
}

/// A game in the proto form.
#[must_use]
pub fn game_to_proto(game: Option<Game>) -> v1::Game {
    match game {
        None => v1::Game::Unspecified,
        Some(Game::Cs2) => v1::Game::Cs2,
        Some(Game::Dota2) => v1::Game::Dota2,
        Some(Game::Rust) => v1::Game::Rust,
        Some(Game::Tf2) => v1::Game::Tf2,
    }
}

/// A game out of the proto form; `None` where none is named.
#[must_use]
pub fn game_from_proto(game: v1::Game) -> Option<Game> {
    match game {
        v1::Game::Unspecified => None,
        v1::Game::Cs2 => Some(Game::Cs2),
        v1::Game::Dota2 => Some(Game::Dota2),
        v1::Game::Rust => Some(Game::Rust),
        v1::Game::Tf2 => Some(Game::Tf2),
    }
}

/// A request that buys an offered item, for callers that build one from parts.
#[must_use]
pub fn offer_request(
    order_id: &str,
    account: &str,
    recipient: v1::SteamUser,
    game: Option<Game>,
    offer_id: &str,
    max_price: &Money,
) -> v1::OrderRequest {
    v1::OrderRequest {
        order_id: order_id.to_owned(),
        account: account.to_owned(),
        operation: Some(v1::order_request::Operation::Purchase(v1::Purchase {
            recipient: Some(recipient),
            game: game_to_proto(game).into(),
            item: Some(v1::purchase::Item::OfferId(offer_id.to_owned())),
            max_price: Some(money_to_proto(max_price)),
        })),
        expires_at: None,
        metadata: BTreeMap::new(),
    }
}

pub(crate) fn order_to_proto(order: &Order, order_id: &OrderId) -> v1::OrderRequest {
    let operation = match &order.operation {
        Operation::Purchase(purchase) => v1::order_request::Operation::Purchase(purchase_to_proto(purchase)),
        Operation::Deposit(deposit) => v1::order_request::Operation::Deposit(deposit::to_proto(deposit)),
        Operation::Listing(listing) => v1::order_request::Operation::Listing(listing_to_proto(listing)),
    };
    v1::OrderRequest {
        order_id: order_id.to_string(),
        account: order.account.to_string(),
        operation: Some(operation),
        expires_at: order.expires_at.map(timestamp_to_proto),
        // Kept once, beside the order.
        metadata: BTreeMap::new(),
    }
}

pub(crate) fn order_from_proto(order: &v1::OrderRequest, provider: &str) -> Result<Order, Corrupt> {
    let corrupt = |field| Corrupt::of(MESSAGE, field);
    let operation = match order.operation.as_ref().ok_or(corrupt("operation"))? {
        v1::order_request::Operation::Purchase(purchase) => {
            Operation::Purchase(purchase_from_proto(purchase)?)
        }
        v1::order_request::Operation::Deposit(deposit) => Operation::Deposit(deposit::from_proto(deposit)?),
        v1::order_request::Operation::Listing(listing) => Operation::Listing(listing_from_proto(listing)?),
    };
    Ok(Order {
        account: order.account.parse().map_err(|_| corrupt("account"))?,
        provider: provider.to_owned(),
        operation,
        expires_at: time(order.expires_at.as_ref(), MESSAGE, "expires_at")?,
    })
}

fn user_to_proto(user: &SteamUser) -> v1::SteamUser {
    let token = user.trade_token.as_ref();
    v1::SteamUser {
        steam_id: user.steam_id.to_string(),
        trade_token: token.map(|token| token.reveal().to_owned()).unwrap_or_default(),
    }
}

fn purchase_to_proto(purchase: &Purchase) -> v1::Purchase {
    v1::Purchase {
        recipient: Some(user_to_proto(&purchase.recipient)),
        game: game_to_proto(purchase.game).into(),
        item: Some(match &purchase.item {
            Item::Offer(id) => v1::purchase::Item::OfferId(id.clone()),
            Item::Name(name) => v1::purchase::Item::MarketHashName(name.clone()),
        }),
        max_price: Some(money_to_proto(&purchase.max_price)),
    }
}

fn listing_to_proto(listing: &Listing) -> v1::Listing {
    v1::Listing {
        seller: Some(user_to_proto(&listing.seller)),
        items: vec![v1::ListedItem {
            asset_id: listing.item.asset_id.clone(),
            game: game_to_proto(Some(listing.item.game)).into(),
            price: Some(money_to_proto(&listing.item.price)),
        }],
    }
}

fn listing_from_proto(listing: &v1::Listing) -> Result<Listing, Corrupt> {
    let corrupt = |field| Corrupt::of("Listing", field);
    let [item] = listing.items.as_slice() else { return Err(corrupt("items")) };
    let game = v1::Game::try_from(item.game).ok().and_then(game_from_proto);
    Ok(Listing {
        seller: user_from_proto(listing.seller.as_ref().ok_or(corrupt("seller"))?)?,
        item: ListedItem {
            asset_id: item.asset_id.clone(),
            game: game.ok_or(corrupt("game"))?,
            price: item.price.as_ref().and_then(money_from_proto).ok_or(corrupt("price"))?,
        },
    })
}

fn purchase_from_proto(purchase: &v1::Purchase) -> Result<Purchase, Corrupt> {
    let corrupt = |field| Corrupt::of("Purchase", field);
    let recipient = purchase.recipient.as_ref().ok_or(corrupt("recipient"))?;
    let game = game_from_proto(v1::Game::try_from(purchase.game).map_err(|_| corrupt("game"))?);
    let item = match &purchase.item {
        Some(v1::purchase::Item::OfferId(id)) if !id.is_empty() => Item::Offer(id.clone()),
        Some(v1::purchase::Item::MarketHashName(name)) if !name.is_empty() => {
            game.ok_or(corrupt("game"))?;
            Item::Name(name.clone())
        }
        Some(v1::purchase::Item::OfferId(_) | v1::purchase::Item::MarketHashName(_)) | None => {
            return Err(corrupt("item"));
        }
    };
    Ok(Purchase {
        recipient: user_from_proto(recipient)?,
        game,
        item,
        max_price: purchase.max_price.as_ref().and_then(money_from_proto).ok_or(corrupt("max_price"))?,
    })
}

pub(crate) fn user_from_proto(user: &v1::SteamUser) -> Result<SteamUser, Corrupt> {
    let corrupt = |field| Corrupt::of("SteamUser", field);
    let trade_token = match user.trade_token.as_str() {
        // The trade was final.
        "" => None,
        token => Some(token.parse().map_err(|_| corrupt("trade_token"))?),
    };
    Ok(SteamUser { steam_id: user.steam_id.parse().map_err(|_| corrupt("steam_id"))?, trade_token })
}
