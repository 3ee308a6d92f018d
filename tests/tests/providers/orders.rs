//! Orders that every provider can be given: each is for a Steam user of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use skinbus_proto::v1::{self, order_request::Operation, purchase::Item};
use skinbus_runtime::config::ProviderName;

/// An item of Counter-Strike 2, which every provider trades. It is accepted and under Steam's trade protection.
pub(crate) const OFFER: &str = "88102";
pub(crate) const OFFER_NAME: &str = "Protected | Sand Dune (Field-Tested)";
pub(crate) const OFFER_PRICE: &str = "1.25";
/// Two assets that every simulated user owns, their names, and what they are worth together.
pub(crate) const ASSETS: [(&str, &str); 2] = [
    ("30117720401", "Deposited | Carbon Fiber (Field-Tested)"),
    ("30117720402", "Deposited | Night Stripe (Minimal Wear)"),
];
pub(crate) const ASSETS_WORTH: &str = "19.55";

/// An asset by its id, and its game.
pub(crate) type Asset = (&'static str, v1::Game);

/// What items are listed for; the simulator allows it for each asset.
pub(crate) const LISTED_FOR: &str = "12.50";

/// A Steam user whom no other order is about.
pub(crate) fn user() -> v1::SteamUser {
    static USERS: AtomicU64 = AtomicU64::new(76_561_198_000_100_000);
    let steam_id = USERS.fetch_add(1, Ordering::Relaxed).to_string();
    v1::SteamUser { steam_id, trade_token: "AbCd_-12".to_owned() }
}

pub(crate) fn usd(amount: &str) -> v1::Money {
    v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() }
}

fn order(provider: ProviderName, order_id: &str, operation: Operation) -> v1::OrderRequest {
    v1::OrderRequest {
        order_id: order_id.to_owned(),
        account: skinbus_tests::accounts::account(provider),
        operation: Some(operation),
        ..v1::OrderRequest::default()
    }
}

pub(crate) fn purchase(provider: ProviderName, order_id: &str, item: Item) -> v1::OrderRequest {
    let purchase = v1::Purchase {
        recipient: Some(user()),
        game: v1::Game::Cs2.into(),
        item: Some(item),
        max_price: Some(usd("10.00")),
    };
    order(provider, order_id, Operation::Purchase(purchase))
}

/// A purchase of [`OFFER`].
pub(crate) fn offer(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    purchase(provider, order_id, Item::OfferId(OFFER.to_owned()))
}

/// A deposit on a hosted page.
pub(crate) fn link(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    let deposit = v1::Deposit { user: Some(user()), ..v1::Deposit::default() };
    order(provider, order_id, Operation::Deposit(deposit))
}

/// A deposit of [`ASSETS`].
pub(crate) fn items(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    deposit_of(provider, order_id, |_| String::new())
}

/// The same, with their names.
pub(crate) fn named_items(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    deposit_of(provider, order_id, str::to_owned)
}

fn deposit_of(provider: ProviderName, order_id: &str, name: impl Fn(&str) -> String) -> v1::OrderRequest {
    let item = |(asset_id, asset_name): (&str, &str)| v1::DepositItem {
        asset_id: asset_id.to_owned(),
        market_hash_name: name(asset_name),
        min_price: None,
    };
    let deposit = v1::Deposit {
        user: Some(user()),
        game: v1::Game::Cs2.into(),
        items: ASSETS.map(item).to_vec(),
        ..v1::Deposit::default()
    };
    order(provider, order_id, Operation::Deposit(deposit))
}

/// A listing of an asset. No two users own the same one at Steam, so no two orders should name the same one.
pub(crate) fn listing(provider: ProviderName, order_id: &str, asset: Asset) -> v1::OrderRequest {
    let (asset_id, game) = asset;
    let item =
        v1::ListedItem { asset_id: asset_id.to_owned(), game: game.into(), price: Some(usd(LISTED_FOR)) };
    order(provider, order_id, Operation::Listing(v1::Listing { seller: Some(user()), items: vec![item] }))
}

/// Whom an order is about.
pub(crate) fn user_of(order: &v1::OrderRequest) -> v1::SteamUser {
    match order.operation.as_ref().unwrap() {
        Operation::Purchase(purchase) => purchase.recipient.clone().unwrap(),
        Operation::Deposit(deposit) => deposit.user.clone().unwrap(),
        Operation::Listing(listing) => listing.seller.clone().unwrap(),
    }
}
