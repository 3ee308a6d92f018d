//! What the tests of this crate share: one order of each kind, one moment, and trades and words around them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::credit::{Credit, CreditState};
use crate::ids::{Reference, TradeKey};
use crate::money::{Currency, Money};
use crate::observation::{Hold, Observation, Progress, ProviderFacts};
use crate::order::{
    Deposit, DepositedItem, Game, Item, ListedItem, Listing, Operation, Order, OrderKind, Purchase, Request,
    SteamUser,
};
use crate::rules::{ByGame, ByKind, GameRules, Idempotency, PlacingRules, Rules, TrackingRules};
use crate::trade::{Attempt, Cause, Reason, Recorded, ReversedBy, StatusChange, Trade, TradeState};

pub(crate) const SETTLE: i64 = 600;
pub(crate) const REFUSAL_SETTLE: i64 = 60;
pub(crate) const LEASE: i64 = 60;
pub(crate) const DAY: i64 = 86_400;

/// A moment, in seconds after the order was accepted.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let accepted: Timestamp = "2026-01-05T12:00:00Z".parse().unwrap();
    accepted + SignedDuration::from_secs(seconds)
}

pub(crate) fn rules() -> Rules {
    let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
    Rules {
        placing: PlacingRules {
            idempotency: ByKind::all(Idempotency::UniqueReference),
            settle_time: seconds(SETTLE),
            refusal_settle_time: seconds(REFUSAL_SETTLE),
            lease: seconds(LEASE),
            ledger_restored_at: None,
        },
        games: GameRules { protection: ByGame::protected_cs2(seconds(7 * DAY)), watch: seconds(DAY) },
        tracking: TrackingRules { can_look_up: ByKind::all(true), link_lifetime: seconds(DAY) },
        speed: 1,
        // Told of in the tests that are about it.
        tells_stuck: false,
    }
}

pub(crate) fn dollars(text: &str) -> Money {
    Money::parse(Currency::USD, text).unwrap()
}

pub(crate) fn order() -> Order {
    Order {
        account: "skinify_main".parse().unwrap(),
        provider: "skinify".to_owned(),
        operation: operation(OrderKind::Purchase),
        expires_at: None,
    }
}

fn operation(kind: OrderKind) -> Operation {
    let user = SteamUser {
        steam_id: "76561198000000042".parse().unwrap(),
        trade_token: Some("AbCd_-12".parse().unwrap()),
    };
    match kind {
        OrderKind::Purchase => Operation::Purchase(Purchase {
            recipient: user,
            game: Some(Game::Cs2),
            item: Item::Name("AK-47 | Redline (Field-Tested)".to_owned()),
            max_price: dollars("10.00"),
        }),
        OrderKind::DepositLink => Operation::Deposit(deposit(user, Vec::new())),
        OrderKind::DepositItems => {
            let item =
                DepositedItem { asset_id: "31415926".to_owned(), market_hash_name: None, min_price: None };
            Operation::Deposit(deposit(user, vec![item]))
        }
        OrderKind::Listing => Operation::Listing(Listing {
            seller: user,
            item: ListedItem { asset_id: "31415926".to_owned(), game: Game::Cs2, price: dollars("5.00") },
        }),
    }
}

fn deposit(user: SteamUser, items: Vec<DepositedItem>) -> Deposit {
    Deposit {
        user,
        game: Some(Game::Cs2),
        items,
        min_amount: None,
        max_amount: None,
        currency: None,
        custom_currency: None,
        multiplier: None,
        success_url: None,
        fail_url: None,
    }
}

/// The same trade, but of another kind of order.
pub(crate) fn of_kind(kind: OrderKind, trade: &Trade) -> Trade {
    let mut trade = trade.clone();
    if let Some(order) = &mut trade.order {
        order.operation = operation(kind);
    }
    // Drops the token again where the trade is over.
    trade.moved_to(trade.state.clone())
}

/// The same trade, but of items of another game.
pub(crate) fn with_game(trade: &Trade, game: Game) -> Trade {
    let mut trade = trade.clone();
    if let Some(order) = &mut trade.order {
        match &mut order.operation {
            Operation::Purchase(purchase) => purchase.game = Some(game),
            Operation::Deposit(deposit) => deposit.game = Some(game),
            Operation::Listing(listing) => listing.item.game = game,
        }
    }
    trade
}

pub(crate) fn with_credits(trade: &Trade, credits: &[(&str, CreditState)]) -> Trade {
    let credits = credits.iter().map(|(key, state)| credit(key, *state)).collect();
    Trade { credits, ..trade.clone() }
}

pub(crate) fn key() -> TradeKey {
    TradeKey { merchant: "acme".parse().unwrap(), order_id: "wd-1".parse().unwrap() }
}

/// The request that made every trade here has the content 1.
pub(crate) fn request(content: u8) -> Request {
    Request { key: key(), fingerprint: [content; 32], metadata: BTreeMap::new(), order: Ok(order()) }
}

pub(crate) fn accepted() -> Trade {
    Trade {
        key: key(),
        fingerprint: [1; 32],
        metadata: BTreeMap::new(),
        order: Some(order()),
        accepted_at: Some(at(0)),
        status_since: at(0),
        is_stuck: false,
        ended_as_of: None,
        state: TradeState::Accepted { not_before: None, reason: None },
        attempt: None,
        facts: ProviderFacts::default(),
        credits: Vec::new(),
    }
}

/// The lease of every attempt here began with the acceptance.
pub(crate) fn attempt(number: u32) -> Attempt {
    Attempt { number, reference: Reference::of(&key().order_id), lease_until: at(LEASE) }
}

/// A trade whose second attempt is or was in flight, so that a first one can be late.
pub(crate) fn trade_in(state: TradeState) -> Trade {
    let started = Trade { attempt: Some(attempt(2)), ..accepted() };
    started.moved_to(state)
}

/// The same, and the provider has told its id of the purchase.
pub(crate) fn known_in(state: TradeState) -> Trade {
    Trade { facts: facts(), ..trade_in(state) }
}

pub(crate) fn with_deadline(trade: &Trade, deadline: Timestamp) -> Trade {
    let mut trade = trade.clone();
    if let Some(order) = &mut trade.order {
        order.expires_at = Some(deadline);
    }
    trade
}

pub(crate) fn uncertain(since: i64, refusal_unproved: bool) -> TradeState {
    TradeState::Uncertain { since: at(since), reason: reason("timed_out"), refusal_unproved }
}

pub(crate) fn reason(code: &str) -> Reason {
    Reason::new(code)
}

pub(crate) fn facts() -> ProviderFacts {
    ProviderFacts { provider_id: Some("p-1".to_owned()), ..ProviderFacts::default() }
}

pub(crate) fn observed(progress: Progress) -> Observation {
    Observation {
        cause: Cause::LookUp,
        reference: Reference::of(&key().order_id),
        progress,
        facts: facts(),
        credits: Vec::new(),
        occurred_at: None,
    }
}

/// The same sighting, which also tells of these credits.
pub(crate) fn crediting(progress: Progress, credits: impl Into<Vec<Credit>>) -> Observation {
    Observation { credits: credits.into(), ..observed(progress) }
}

pub(crate) fn delivered(hold: Hold) -> Progress {
    Progress::Delivered { hold }
}

pub(crate) fn taken_back() -> Progress {
    Progress::Reverted { reason: reason("trade_reversed"), by: ReversedBy::User }
}

pub(crate) fn recorded(trade: Trade, recorded_at: Timestamp) -> Recorded {
    Recorded {
        change: StatusChange {
            version: 1,
            from: None,
            cause: Cause::Order,
            occurred_at: None,
            recorded_at,
            trade,
            alerts: Vec::new(),
            decision: None,
        },
        sequence: 1,
    }
}

pub(crate) fn credit(key: &str, state: CreditState) -> Credit {
    let thing = format!("thing-{key}");
    Credit {
        key: key.to_owned(),
        thing,
        amount: dollars("5.00"),
        local_amount: None,
        multiplier: None,
        state,
        is_advanced: false,
    }
}
