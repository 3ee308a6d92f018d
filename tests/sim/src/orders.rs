//! What merchants ask for in a run.

use skinbus_proto::v1::{self, order_request::Operation, purchase::Item};
use skinbus_runtime::config::ProviderName::{self, Shadowpay, Skinify, Skinout, Skinsback, Skinslink};

use crate::accounts::account;
use crate::queue::Micros;
use crate::random::Random;

/// What a user makes of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Gives at once.
    Pays,
    /// What is given is held for a while.
    PaysLater,
    /// Does not accept.
    Declines,
    /// Takes it back while it is held.
    TakesBack,
    /// Never looks at it.
    StaysAway,
}

impl Way {
    /// The simulator's word for a deposit of items that goes this way by itself.
    pub fn fate(self) -> &'static str {
        match self {
            Self::Pays => "paid",
            Self::PaysLater => "held_then_paid",
            Self::Declines => "failed",
            Self::TakesBack => "reverted",
            Self::StaysAway => "stays",
        }
    }
}

/// The kinds of orders of the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Of an offer of the catalogue.
    Purchase,
    /// By Steam's name.
    PurchaseByName,
    /// On a hosted page.
    Page,
    /// Of items.
    Items,
    /// Of items with their names.
    NamedItems,
    /// For sale.
    Listing,
}

/// What each provider takes.
pub const TAKEN: [(ProviderName, &[Kind]); 5] = [
    (Skinsback, &[Kind::Purchase, Kind::PurchaseByName, Kind::Page, Kind::Items, Kind::NamedItems]),
    (Skinout, &[Kind::Purchase, Kind::Page]),
    (Skinify, &[Kind::Purchase, Kind::PurchaseByName, Kind::Page, Kind::Items]),
    (Shadowpay, &[Kind::Purchase, Kind::Page, Kind::Listing]),
    (Skinslink, &[Kind::Purchase, Kind::Page, Kind::NamedItems]),
];

/// One order of a run.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What is published.
    pub request: v1::OrderRequest,
    /// Where.
    pub provider: ProviderName,
    /// What it is.
    pub kind: Kind,
    /// What its user does.
    pub way: Way,
    /// What becomes of a purchase, where that is not its item's fate.
    pub fate: Option<&'static str>,
    /// When it is published, counted from the beginning.
    pub after: Micros,
}

/// An item that every provider trades.
const OFFER: (&str, &str) = ("88102", "Protected | Sand Dune (Field-Tested)");
/// What may become of a purchase that ends by itself; the simulator's words.
pub const FATES: [&str; 15] = [
    "accepted",
    "accepted_protected",
    "accepted_protected",
    "rolled_back_by_user",
    "rolled_back_by_provider",
    "canceled",
    "timed_out",
    "invalid_token",
    "user_not_tradable",
    "create_failed",
    "item_unavailable",
    "reserved",
    "instant",
    "insufficient_funds",
    "accepted_after_timeout",
];
/// Two assets that every simulated user owns, and their names.
const ASSETS: [(&str, &str); 2] = [
    ("30117720401", "Deposited | Carbon Fiber (Field-Tested)"),
    ("30117720402", "Deposited | Night Stripe (Minimal Wear)"),
];

/// What is listed: no two users own the same asset, so no two orders of a run name the same one.
pub const LISTED: [(&str, v1::Game); 10] = [
    ("30117720401", v1::Game::Cs2),
    ("30117720402", v1::Game::Cs2),
    ("30117720403", v1::Game::Cs2),
    ("30117720404", v1::Game::Cs2),
    ("41227720401", v1::Game::Rust),
    ("41227720402", v1::Game::Rust),
    ("52337720401", v1::Game::Dota2),
    ("52337720402", v1::Game::Dota2),
    ("63447720401", v1::Game::Tf2),
    ("63447720402", v1::Game::Tf2),
];

/// An order of this kind; everything else about it by chance.
pub fn wanted(random: &mut Random, number: usize, provider: ProviderName, kind: Kind) -> Wanted {
    let ways = [Way::Pays, Way::Pays, Way::PaysLater, Way::Declines, Way::TakesBack, Way::StaysAway];
    let way = match (provider, kind) {
        // A payment link takes payments and nothing else; a deposit of items nobody looks at never ends at the provider.
        (Shadowpay, _) => random.one_of(&[Way::Pays, Way::Pays, Way::StaysAway]),
        (_, Kind::Page) => random.one_of(&ways),
        (_, _) => random.one_of(&ways[..5]),
    };
    Wanted { fate: Some(random.one_of(&FATES)), ..order(number, provider, kind, way) }
}

/// An order.
pub fn order(number: usize, provider: ProviderName, kind: Kind, way: Way) -> Wanted {
    // ShadowPay takes no id that ends in a digit.
    let order_id = format!("{provider}-{kind:?}-{number}-x").to_lowercase();
    let user = v1::SteamUser {
        steam_id: (76_561_198_000_100_000 + number).to_string(),
        trade_token: "AbCd_-12".to_owned(),
    };
    let operation = match kind {
        Kind::Purchase => purchase(user, Item::OfferId(OFFER.0.to_owned())),
        Kind::PurchaseByName => purchase(user, Item::MarketHashName(OFFER.1.to_owned())),
        Kind::Page => Operation::Deposit(v1::Deposit { user: Some(user), ..v1::Deposit::default() }),
        Kind::Items => items(user, |_| String::new()),
        Kind::NamedItems => items(user, str::to_owned),
        Kind::Listing => Operation::Listing(v1::Listing {
            seller: Some(user),
            items: vec![v1::ListedItem {
                asset_id: LISTED[number % LISTED.len()].0.to_owned(),
                game: LISTED[number % LISTED.len()].1.into(),
                price: Some(usd("12.50")),
            }],
        }),
    };
    let request = v1::OrderRequest {
        order_id,
        account: account(provider).to_string(),
        operation: Some(operation),
        ..v1::OrderRequest::default()
    };
    Wanted { request, provider, kind, way, fate: None, after: 0 }
}

fn usd(amount: &str) -> v1::Money {
    v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() }
}

fn purchase(user: v1::SteamUser, item: Item) -> Operation {
    Operation::Purchase(v1::Purchase {
        recipient: Some(user),
        game: v1::Game::Cs2.into(),
        item: Some(item),
        max_price: Some(usd("10.00")),
    })
}

fn items(user: v1::SteamUser, name: impl Fn(&str) -> String) -> Operation {
    let item = |(asset_id, asset_name): (&str, &str)| v1::DepositItem {
        asset_id: asset_id.to_owned(),
        market_hash_name: name(asset_name),
        min_price: None,
    };
    Operation::Deposit(v1::Deposit {
        user: Some(user),
        game: v1::Game::Cs2.into(),
        items: ASSETS.map(item).to_vec(),
        ..v1::Deposit::default()
    })
}
