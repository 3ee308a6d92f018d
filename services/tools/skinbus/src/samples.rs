//! Status changes for tests.

use skinbus_domain::TradeStatus;
use skinbus_proto::{status_to_proto, v1};

/// A version that says nothing but its statuses.
pub(crate) fn change(
    order_id: &str,
    version: u64,
    from: Option<TradeStatus>,
    to: TradeStatus,
) -> v1::TradeStatusChanged {
    let recorded_at = jiff::Timestamp::new(1_763_718_000, 250_000_000).unwrap();
    v1::TradeStatusChanged {
        merchant: "acme".to_owned(),
        order_id: order_id.to_owned(),
        version,
        from: from.map_or(v1::TradeStatus::Unspecified, status_to_proto).into(),
        to: status_to_proto(to).into(),
        cause: v1::Cause::Lookup.into(),
        recorded_at: Some(skinbus_proto::timestamp(recorded_at)),
        trade: Some(v1::Trade::default()),
        ..v1::TradeStatusChanged::default()
    }
}

/// The same with this state.
pub(crate) fn with_trade(change: v1::TradeStatusChanged, trade: v1::Trade) -> v1::TradeStatusChanged {
    v1::TradeStatusChanged { trade: Some(trade), ..change }
}

/// A version after which an item for 0.04 USD is the buyer's.
pub(crate) fn bought(
    order_id: &str,
    version: u64,
    from: TradeStatus,
    to: TradeStatus,
) -> v1::TradeStatusChanged {
    let facts = v1::ProviderFacts {
        provider_id: "90551".to_owned(),
        offer_id: "8123090551".to_owned(),
        price_paid: Some(v1::Money { currency: "USD".to_owned(), amount: "0.04".to_owned() }),
        item_name: "Rust Door".to_owned(),
        ..v1::ProviderFacts::default()
    };
    with_trade(
        change(order_id, version, Some(from), to),
        v1::Trade { facts: Some(facts), ..v1::Trade::default() },
    )
}

/// A credit of a deposit.
pub(crate) fn credit(key: &str, amount: &str, currency: &str, state: v1::CreditState) -> v1::Credit {
    v1::Credit {
        key: key.to_owned(),
        thing: key.to_owned(),
        amount: Some(v1::Money { currency: currency.to_owned(), amount: amount.to_owned() }),
        state: state.into(),
        ..v1::Credit::default()
    }
}

fn user() -> v1::SteamUser {
    v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: String::new() }
}

/// An order for a deposit of the usual user.
pub(crate) fn deposit_order(deposit: v1::Deposit) -> v1::OrderRequest {
    let deposit = v1::Deposit { user: Some(user()), ..deposit };
    v1::OrderRequest {
        operation: Some(v1::order_request::Operation::Deposit(deposit)),
        ..v1::OrderRequest::default()
    }
}

/// An order for a listing of the usual user, in dollars.
pub(crate) fn listing_order(asset_id: &str, price: &str) -> v1::OrderRequest {
    let item = v1::ListedItem {
        asset_id: asset_id.to_owned(),
        game: v1::Game::Cs2.into(),
        price: Some(v1::Money { currency: "USD".to_owned(), amount: price.to_owned() }),
    };
    let listing = v1::Listing { seller: Some(user()), items: vec![item] };
    v1::OrderRequest {
        operation: Some(v1::order_request::Operation::Listing(listing)),
        ..v1::OrderRequest::default()
    }
}
