//! The orders, look-ups, queries and commands that cases are answers to: the same at every provider.

use std::collections::BTreeMap;

use jiff::Timestamp;
use skinbus_domain::order::{
    Deposit, DepositedItem, Game, Item, ListedItem, Listing, Operation, Purchase, SteamUser,
};
use skinbus_domain::query::{HistoryKind, OfferFilter, Query};
use skinbus_domain::{Command, Currency, Money, Order, OrderKind, Reference};
use skinbus_providers::LookUpTarget;

use crate::accounts::TRADE_TOKEN;

/// Makes what an order wants.
pub type Make = fn() -> Operation;

/// What an order may want, by the step's name.
pub const OPERATIONS: [(&str, Make); 6] = [
    ("purchase", || purchase(Item::Offer("5518".to_owned()))),
    ("purchase_by_name", || purchase(Item::Name("P250 | Sand Dune (Field-Tested)".to_owned()))),
    ("deposit_link", || deposit(Vec::new())),
    ("deposit_items", || deposit(vec![given(None), given(None)])),
    ("deposit_items_by_name", || deposit(vec![given(Some("Tec-9 | Groundwater (Minimal Wear)"))])),
    ("listing", listing),
];

/// Whom every order is about.
const STEAM_ID: &str = "76561198000000042";

fn read<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?}"))
}

/// When every answer comes in.
#[must_use]
pub fn now() -> Timestamp {
    read("2026-01-02T03:04:05Z")
}

/// Our id of the order with this number, 1 or 2.
#[must_use]
pub fn reference(kind: OrderKind, number: usize) -> Reference {
    match (kind, number) {
        (OrderKind::DepositLink | OrderKind::DepositItems, _) => read("dep-1a"),
        (OrderKind::Purchase | OrderKind::Listing, 2) => read("wd-2b"),
        (OrderKind::Purchase | OrderKind::Listing, _) => read("wd-1a"),
    }
}

/// The order of this operation at this provider.
#[must_use]
pub fn order(provider: &str, operation: Operation) -> Order {
    Order { account: read("main"), provider: provider.to_owned(), operation, expires_at: None }
}

fn dollars(text: &str) -> Money {
    Money::parse(Currency::USD, text).unwrap_or_else(|_| panic!("{text:?}"))
}

fn user() -> SteamUser {
    SteamUser { steam_id: read(STEAM_ID), trade_token: Some(read(TRADE_TOKEN)) }
}

fn purchase(item: Item) -> Operation {
    Operation::Purchase(Purchase {
        recipient: user(),
        game: Some(Game::Cs2),
        item,
        max_price: dollars("100.00"),
    })
}

fn deposit(items: Vec<DepositedItem>) -> Operation {
    Operation::Deposit(Deposit {
        user: user(),
        game: Some(Game::Rust),
        items,
        min_amount: None,
        max_amount: None,
        currency: Some(read("EUR")),
        custom_currency: None,
        multiplier: None,
        success_url: None,
        fail_url: None,
    })
}

fn given(name: Option<&str>) -> DepositedItem {
    DepositedItem {
        asset_id: "30117720455".to_owned(),
        market_hash_name: name.map(str::to_owned),
        min_price: None,
    }
}

fn listing() -> Operation {
    let item = ListedItem { asset_id: "15778802746".to_owned(), game: Game::Cs2, price: dollars("18.47") };
    Operation::Listing(Listing { seller: user(), item })
}

/// What a look-up asks for: two purchases, or one of the others; with the provider's ids or without.
#[must_use]
pub fn targets(kind: OrderKind, are_known: bool) -> Vec<LookUpTarget> {
    let ids: &[&str] = match kind {
        OrderKind::Purchase => &["880021", "880022"],
        OrderKind::DepositLink | OrderKind::DepositItems => &["731200455"],
        OrderKind::Listing => &["1494"],
    };
    let target = |(number, id): (usize, &&str)| LookUpTarget {
        reference: reference(kind, number + 1),
        kind,
        provider_id: are_known.then(|| (*id).to_owned()),
        game: Some(Game::Cs2),
        user: read(STEAM_ID),
        asset_id: (kind == OrderKind::Listing).then(|| "15778802746".to_owned()),
        since: read("2025-03-01T00:00:00Z"),
    };
    ids.iter().enumerate().map(target).collect()
}

/// Every question, by the step's name.
#[must_use]
pub fn queries() -> BTreeMap<&'static str, Query> {
    let game = Game::Cs2;
    let filter = |offer_id: Option<&str>| OfferFilter {
        game,
        offer_id: offer_id.map(str::to_owned),
        min_price: None,
        max_price: offer_id.is_none().then(|| dollars("50.00")),
        cursor: None,
    };
    let history = |kind, cursor: Option<&str>| Query::History {
        kind,
        from: read("2020-01-01T00:00:00Z"),
        until: read("2027-01-01T00:00:00Z"),
        cursor: cursor.map(str::to_owned),
    };
    BTreeMap::from([
        ("inventory", Query::Inventory { user: user(), game, currency: None }),
        ("prices", Query::Prices { game, cursor: None }),
        ("prices_next", Query::Prices { game, cursor: Some("2".to_owned()) }),
        ("search", Query::Search { game, names: vec!["P250 | Sand Dune (Field-Tested)".to_owned()] }),
        ("offers", Query::Offers(filter(None))),
        ("offer", Query::Offers(filter(Some("88101")))),
        ("steam_prices", Query::SteamPrices { game, cursor: None }),
        ("balance", Query::Balance),
        ("currencies", Query::Currencies),
        ("status", Query::Status),
        ("purchases", history(HistoryKind::Purchases, None)),
        ("purchases_next", history(HistoryKind::Purchases, Some("2"))),
        ("deposits", history(HistoryKind::Deposits, None)),
        ("money", history(HistoryKind::Money, None)),
        ("failed_webhooks", Query::FailedWebhooks { cursor: None }),
    ])
}

/// Every command, by the step's name.
#[must_use]
pub fn commands() -> BTreeMap<&'static str, Command> {
    BTreeMap::from([
        ("approve_hold", Command::ApproveHold),
        ("cancel", Command::Cancel),
        ("change_price", Command::ChangePrice { price: dollars("7.40") }),
        ("update_trade_token", Command::UpdateTradeToken { trade_token: read(TRADE_TOKEN) }),
    ])
}
