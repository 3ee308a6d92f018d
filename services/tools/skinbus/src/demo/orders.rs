//! One order of the demo: what it asks for, and what must come of it.

use skinbus_domain::TradeStatus;
use skinbus_proto::v1;
use skinbus_proto::v1::order_request::Operation;

use crate::dev::accounts::SKINIFY;

/// A user of Steam who does not exist.
pub(crate) const STEAM_ID: &str = "76561198000000042";
pub(crate) const TRADE_TOKEN: &str = "AbCd_-12";

/// How an order is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Published as protobuf.
    Publish,
    /// Published as JSON.
    PublishJson,
    /// Placed by request and reply.
    Place,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An offered item is bought.
    Offer(&'static str),
    /// An item with this name is bought.
    Name(&'static str),
    /// The user gives items on a hosted page, for this many dollars at least.
    Page(Option<&'static str>),
    /// The user gives this item.
    Item(&'static str),
    /// The user's item is put on sale for this many dollars.
    Sale(&'static str, &'static str),
}

/// What must come of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Where it ends.
    pub(crate) status: TradeStatus,
    /// A status that it must have had before.
    pub(crate) after: Option<TradeStatus>,
    /// The simulator's word for what it executed; `None` where it must not have executed anything.
    pub(crate) at_simulator: Option<&'static str>,
    /// How many credits there must be that count.
    pub(crate) credits: usize,
}

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DemoOrder {
    pub(crate) id: &'static str,
    /// Shown until the provider names the item.
    pub(crate) item: &'static str,
    pub(crate) way: Way,
    pub(crate) wanted: Wanted,
    pub(crate) game: v1::Game,
    pub(crate) account: &'static str,
    pub(crate) max_price: &'static str,
    pub(crate) steam_id: &'static str,
    /// The deadline, in seconds from when it is sent.
    pub(crate) deadline_seconds: Option<i64>,
    pub(crate) expected: Expected,
}

/// A group of orders that show one thing.
pub(crate) struct Part {
    pub(crate) heading: &'static str,
    pub(crate) explanation: &'static str,
    pub(crate) orders: Vec<DemoOrder>,
}

impl DemoOrder {
    /// An order for Rust, or without a game where none is bought, published at Skinify.
    pub(crate) const fn new(
        id: &'static str,
        wanted: Wanted,
        item: &'static str,
        expected: Expected,
    ) -> Self {
        let game = match wanted {
            Wanted::Offer(_) | Wanted::Name(_) => v1::Game::Rust,
            Wanted::Page(_) => v1::Game::Unspecified,
            Wanted::Item(_) | Wanted::Sale(_, _) => v1::Game::Cs2,
        };
        Self {
            id,
            item,
            way: Way::Publish,
            wanted,
            game,
            account: SKINIFY,
            max_price: "5.00",
            steam_id: STEAM_ID,
            deadline_seconds: None,
            expected,
        }
    }

    /// The same for an item whose trade Steam protects.
    pub(crate) const fn cs2(self) -> Self {
        Self { game: v1::Game::Cs2, ..self }
    }

    pub(crate) const fn at(self, account: &'static str) -> Self {
        Self { account, ..self }
    }

    pub(crate) const fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// The request, with a deadline where it has one.
    pub(crate) fn request(&self, now: jiff::Timestamp) -> v1::OrderRequest {
        let deadline = self.deadline_seconds.map(|seconds| {
            let delay = jiff::SignedDuration::from_secs(seconds);
            skinbus_proto::timestamp(now.saturating_add(delay).unwrap_or(now))
        });
        v1::OrderRequest {
            order_id: self.id.to_owned(),
            account: self.account.to_owned(),
            operation: Some(self.operation()),
            expires_at: deadline,
            metadata: [("shop".to_owned(), "demo".to_owned())].into(),
        }
    }

    fn operation(&self) -> Operation {
        match self.wanted {
            Wanted::Offer(id) => self.purchase(v1::purchase::Item::OfferId(id.to_owned())),
            Wanted::Name(name) => self.purchase(v1::purchase::Item::MarketHashName(name.to_owned())),
            Wanted::Page(least) => Operation::Deposit(v1::Deposit {
                // The page asks for the trade URL itself.
                user: Some(v1::SteamUser { trade_token: String::new(), ..self.user() }),
                min_amount: least.map(dollars),
                // What the least amount is counted in.
                currency: least.map(|_| "USD".to_owned()).unwrap_or_default(),
                ..v1::Deposit::default()
            }),
            Wanted::Item(asset_id) => Operation::Deposit(v1::Deposit {
                user: Some(self.user()),
                game: self.game.into(),
                asset_ids: vec![asset_id.to_owned()],
                ..v1::Deposit::default()
            }),
            Wanted::Sale(asset_id, price) => Operation::Listing(v1::Listing {
                seller: Some(v1::SteamUser { trade_token: String::new(), ..self.user() }),
                items: vec![v1::ListedItem {
                    asset_id: asset_id.to_owned(),
                    game: self.game.into(),
                    price: Some(dollars(price)),
                }],
            }),
        }
    }

    fn purchase(&self, item: v1::purchase::Item) -> Operation {
        Operation::Purchase(v1::Purchase {
            recipient: Some(self.user()),
            game: self.game.into(),
            item: Some(item),
            max_price: Some(dollars(self.max_price)),
        })
    }

    fn user(&self) -> v1::SteamUser {
        v1::SteamUser { steam_id: self.steam_id.to_owned(), trade_token: TRADE_TOKEN.to_owned() }
    }

    /// The same id with another content.
    pub(crate) fn contradicting(&self) -> Self {
        Self { max_price: "4.00", ..*self }
    }
}

fn dollars(amount: &str) -> v1::Money {
    v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() }
}

impl Expected {
    /// The provider executed it, and it ends so.
    pub(crate) const fn executed(status: TradeStatus, at_simulator: &'static str) -> Self {
        Self { status, after: None, at_simulator: Some(at_simulator), credits: 0 }
    }

    /// The provider executed nothing.
    pub(crate) const fn never(status: TradeStatus) -> Self {
        Self { status, after: None, at_simulator: None, credits: 0 }
    }

    pub(crate) const fn after(self, status: TradeStatus) -> Self {
        Self { after: Some(status), ..self }
    }

    pub(crate) const fn credited(self, credits: usize) -> Self {
        Self { credits, ..self }
    }
}
