//! The one order that every run is about, and the times of its world.
//!
//! Times are seconds after the acceptance. They are shorter than a deployment's and keep their order: a call fits into
//! its lease, a look comes before the settle time has passed and another one after it, and a delivery whose handler
//! crashed comes again after the lease has ended.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::order::{Deposit, DepositedItem, Game, Item, Operation, Purchase, Request, SteamUser};
use skinbus_domain::rules::{ByGame, ByKind, Idempotency, Rules};
use skinbus_domain::{
    Credit, CreditState, Currency, GameRules, Money, Order, PlacingRules, Reference, TrackingRules,
};

/// The longest that a call may take, from the intent to its answer.
pub const LEASE: i64 = 10;
/// The longest that the HTTP client waits for an answer (`Account::total_timeout`).
pub const CALL: i64 = 5;
/// The provider executes a request within this, or never; and its look-ups show by then what was executed.
pub const SETTLE: i64 = 8;
/// The same for a request that was answered with an unproved refusal.
pub const REFUSAL_SETTLE: i64 = 4;
/// A delivery whose handler is gone comes again after this.
pub const ACK_WAIT: i64 = 12;
/// Pause that a provider asks for which does not want a request now.
pub const NOT_NOW: i64 = 2;
/// A message younger than this is taken for the newest word on its trade (`FRESH` in provider-dispatch/src/place.rs).
pub const FRESH: i64 = 5;
/// An unclear outcome goes to a person after this, where no look-up is answered (`ASKED_FOR` in the domain).
pub const DAY: i64 = 86_400;
/// The longest pause of a process: another one can take over, look for the order and send it again meanwhile.
pub const PAUSE: i64 = 40;
/// Steam takes nothing back after this, and it is watched for as long again: longer than the pauses of
/// a look can be together. (A look-up's answer that is older than the whole watch would be taken for news.)
pub const HOLD: i64 = 200;

const START: Timestamp = Timestamp::UNIX_EPOCH;

/// The moment that many seconds after the acceptance.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    START.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// The first whole second that is not before this moment.
#[must_use]
pub fn seconds(moment: Timestamp) -> i64 {
    let since = moment.duration_since(START);
    since.as_secs() + i64::from(since.subsec_nanos() > 0)
}

fn lasting(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

/// The rules of the services.
#[must_use]
pub fn rules(idempotency: Idempotency) -> Rules {
    Rules {
        placing: PlacingRules {
            idempotency: ByKind::all(idempotency),
            settle_time: lasting(SETTLE),
            refusal_settle_time: lasting(REFUSAL_SETTLE),
            lease: lasting(LEASE),
            ledger_restored_at: None,
        },
        games: GameRules { protection: ByGame::protected_cs2(lasting(HOLD)), watch: lasting(HOLD) },
        tracking: TrackingRules { can_look_up: ByKind::all(true), link_lifetime: lasting(30 * DAY) },
        speed: 1,
        // That somebody is told changes nothing for the protocol, and would double what there is to look through.
        tells_stuck: false,
    }
}

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An item is bought for a user.
    Purchase,
    /// A trade offer asks a user for two items, each of which is credited by itself.
    Deposit,
}

/// The name of the order, and with it its reference at the provider.
///
/// # Panics
///
/// Never: the names are valid.
#[must_use]
#[expect(clippy::expect_used, reason = "constants")]
pub fn key() -> TradeKey {
    TradeKey { merchant: "acme".parse().expect("a merchant"), order_id: "wd-1".parse().expect("an order id") }
}

/// Under which the order is placed at the provider.
#[must_use]
pub fn reference() -> Reference {
    Reference::of(&key().order_id)
}

#[expect(clippy::expect_used, reason = "constants")]
fn dollars(text: &str) -> Money {
    Money::parse(Currency::USD, text).expect("an amount")
}

/// The merchant's request, as intake has read it.
///
/// # Panics
///
/// Never: the values are valid.
#[must_use]
#[expect(clippy::expect_used, reason = "constants")]
pub fn request(kind: Kind, deadline: Option<i64>) -> Request {
    let user = SteamUser { steam_id: "76561198000000042".parse().expect("a user"), trade_token: None };
    let operation = match kind {
        Kind::Purchase => Operation::Purchase(Purchase {
            recipient: user,
            game: Some(Game::Cs2),
            item: Item::Offer("1".to_owned()),
            max_price: dollars("10.00"),
        }),
        Kind::Deposit => Operation::Deposit(Deposit {
            user,
            game: Some(Game::Cs2),
            items: ["1", "2"].map(item).into(),
            min_amount: None,
            max_amount: None,
            currency: None,
            custom_currency: None,
            multiplier: None,
            success_url: None,
            fail_url: None,
        }),
    };
    let order = Order {
        account: "main".parse().expect("an account"),
        provider: "any".to_owned(),
        operation,
        expires_at: deadline.map(at),
    };
    Request { key: key(), fingerprint: [1; 32], metadata: BTreeMap::new(), order: Ok(order) }
}

fn item(asset_id: &str) -> DepositedItem {
    DepositedItem { asset_id: asset_id.to_owned(), market_hash_name: None, min_price: None }
}

/// The credits of a deposit: one for each item.
#[must_use]
pub fn credits(state: CreditState) -> Vec<Credit> {
    let credit = |name: &str| Credit {
        key: format!("credit-{name}"),
        thing: format!("item-{name}"),
        amount: dollars("5.00"),
        local_amount: None,
        multiplier: None,
        state,
        is_advanced: false,
    };
    ["1", "2"].map(credit).into()
}
