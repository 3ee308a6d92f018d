//! Orders at any provider.

use std::sync::atomic::{AtomicU64, Ordering};

use skinbus_proto::v1::{self, order_request::Operation};
use skinbus_runtime::config::ProviderName;

use crate::{Merchant, accounts, merchant};

/// Two assets that every simulated user owns, and their names.
const ASSETS: [(&str, &str); 2] = [
    ("30117720401", "Deposited | Carbon Fiber (Field-Tested)"),
    ("30117720402", "Deposited | Night Stripe (Minimal Wear)"),
];

/// A Steam user whom no other order is about.
#[must_use]
pub fn user() -> v1::SteamUser {
    static USERS: AtomicU64 = AtomicU64::new(76_561_198_000_200_000);
    let steam_id = USERS.fetch_add(1, Ordering::Relaxed).to_string();
    v1::SteamUser { steam_id, trade_token: "AbCd_-12".to_owned() }
}

/// A purchase of an item of the catalogue for this user.
#[must_use]
pub fn purchase(
    provider: ProviderName,
    order_id: &str,
    offer_id: &str,
    user: &v1::SteamUser,
) -> v1::OrderRequest {
    let mut order = merchant::order(order_id, offer_id);
    order.account = accounts::account(provider);
    let Some(Operation::Purchase(purchase)) = &mut order.operation else {
        unreachable!("an order for an offer is a purchase")
    };
    purchase.recipient = Some(user.clone());
    order
}

/// A deposit on a page of the provider.
#[must_use]
pub fn link(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    deposit(provider, order_id, v1::Deposit { user: Some(user()), ..v1::Deposit::default() })
}

/// A deposit of `ASSETS`.
#[must_use]
pub fn items(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    items_named(provider, order_id, |_| String::new())
}

/// The same, with their names, which changes how some providers are asked.
#[must_use]
pub fn named_items(provider: ProviderName, order_id: &str) -> v1::OrderRequest {
    items_named(provider, order_id, str::to_owned)
}

fn items_named(provider: ProviderName, order_id: &str, name: impl Fn(&str) -> String) -> v1::OrderRequest {
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
    self::deposit(provider, order_id, deposit)
}

fn deposit(provider: ProviderName, order_id: &str, deposit: v1::Deposit) -> v1::OrderRequest {
    v1::OrderRequest {
        order_id: order_id.to_owned(),
        account: accounts::account(provider),
        operation: Some(Operation::Deposit(deposit)),
        ..v1::OrderRequest::default()
    }
}

/// Shows the user of a deposit of items what there is to choose from; some providers take nothing else.
pub async fn show_inventory(merchant: &Merchant, order: &v1::OrderRequest) {
    let Some(Operation::Deposit(deposit)) = &order.operation else {
        unreachable!("items are given in deposits")
    };
    let request = v1::InventoryRequest {
        user: deposit.user.clone(),
        game: deposit.game,
        ..v1::InventoryRequest::default()
    };
    let shown = merchant.query::<v1::ItemsResponse>(&order.account, "inventory", &request).await;
    assert!(!shown.unwrap().items.is_empty());
}
