//! What the deployment and the provider's contract lay down for the decisions of this crate.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::order::{Game, Order, OrderKind};

/// All rules that [`crate::fold()`] and the protocols need.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rules {
    /// How orders are placed at this provider.
    pub placing: PlacingRules,
    /// What Steam lets be taken back.
    pub games: GameRules,
    /// How orders are followed at this provider.
    pub tracking: TrackingRules,
    /// Every polling interval is divided by this; 1 in production.
    pub speed: u32,
    /// Whether a trade that stands still for too long is told of. Always so, except where a proof has no room for it.
    pub tells_stuck: bool,
}

/// How orders are placed at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlacingRules {
    /// What the provider does with a repeated reference, by kind of order.
    pub idempotency: ByKind<Idempotency>,
    /// A request that got no answer is surely executed or lost after this.
    pub settle_time: Duration,
    /// A request that was answered with an unproved refusal shows in look-ups within this, if it was executed.
    pub refusal_settle_time: Duration,
    /// The longest that a call may take, from the recorded intent to the last byte of the answer.
    pub lease: Duration,
    /// When the ledger was restored from a back-up, while nothing was placed: what is known of older orders may be out of
    /// date, and newer ones may repeat what is forgotten. Nothing where it never was.
    pub ledger_restored_at: Option<Timestamp>,
}

/// What a provider does with a repeated reference, as its contract documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// It refuses it, or answers with the first: sending again cannot buy twice.
    UniqueReference,
    /// Nobody says: never send again.
    Undocumented,
}

/// One value for each kind of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByKind<T> {
    /// For purchases.
    pub purchase: T,
    /// For hosted deposit pages.
    pub deposit_link: T,
    /// For deposits of named items.
    pub deposit_items: T,
    /// For listings.
    pub listing: T,
}

impl<T: Copy> ByKind<T> {
    /// The same for every kind.
    #[must_use]
    pub const fn all(value: T) -> Self {
        Self { purchase: value, deposit_link: value, deposit_items: value, listing: value }
    }

    /// The values of all kinds.
    #[must_use]
    pub const fn values(&self) -> [T; 4] {
        [self.purchase, self.deposit_link, self.deposit_items, self.listing]
    }

    /// Made of each kind's value and its kind.
    #[must_use]
    pub fn map<U>(self, mut make: impl FnMut(OrderKind, T) -> U) -> ByKind<U> {
        ByKind {
            purchase: make(OrderKind::Purchase, self.purchase),
            deposit_link: make(OrderKind::DepositLink, self.deposit_link),
            deposit_items: make(OrderKind::DepositItems, self.deposit_items),
            listing: make(OrderKind::Listing, self.listing),
        }
    }

    /// The value for this kind.
    #[must_use]
    pub const fn of(&self, kind: OrderKind) -> T {
        match kind {
            OrderKind::Purchase => self.purchase,
            OrderKind::DepositLink => self.deposit_link,
            OrderKind::DepositItems => self.deposit_items,
            OrderKind::Listing => self.listing,
        }
    }
}

/// How orders are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackingRules {
    /// Whether the provider can be asked about an order of this kind.
    pub can_look_up: ByKind<bool>,
    /// A hosted page that has no end of its own ends after this.
    pub link_lifetime: Duration,
}

/// How long Steam lets a delivered item be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GameRules {
    /// Counted from the first sight of the delivery, where the provider does not give the end itself. Zero where items of
    /// the game stay delivered.
    pub protection: ByGame<Duration>,
    /// How much longer a completed trade of a protected game is looked at.
    pub watch: Duration,
}

/// One value for each game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByGame<T> {
    /// For Counter-Strike 2.
    pub cs2: T,
    /// For Dota 2.
    pub dota2: T,
    /// For Rust.
    pub rust: T,
    /// For Team Fortress 2.
    pub tf2: T,
    /// Where nobody says which game it is, as with a hosted page.
    pub unknown: T,
}

impl<T> ByGame<T> {
    /// The value for a game.
    pub const fn of(&self, game: Option<Game>) -> &T {
        match game {
            Some(Game::Cs2) => &self.cs2,
            Some(Game::Dota2) => &self.dota2,
            Some(Game::Rust) => &self.rust,
            Some(Game::Tf2) => &self.tf2,
            None => &self.unknown,
        }
    }
}

impl ByGame<Duration> {
    /// Steam's trade protection as it is today: of Counter-Strike 2 alone. Where nobody says which game it is, it may be that.
    #[must_use]
    pub const fn protected_cs2(protection: Duration) -> Self {
        let none = Duration::ZERO;
        Self { cs2: protection, dota2: none, rust: none, tf2: none, unknown: protection }
    }
}

impl GameRules {
    /// How long items of the order may be taken back after delivery; zero where they may not.
    #[must_use]
    pub fn protection(&self, order: Option<&Order>) -> Duration {
        *self.protection.of(order.and_then(|order| order.operation.game()))
    }
}

/// `moment` plus `delay`, ending at the end of time instead of overflowing.
#[must_use]
pub fn after(moment: Timestamp, delay: Duration) -> Timestamp {
    let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(delay).unwrap_or(Timestamp::MAX)
}

/// `moment` less `time`, ending at the beginning of time instead of overflowing.
#[must_use]
pub fn before(moment: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    moment.saturating_sub(time).unwrap_or(Timestamp::MIN)
}

impl Default for Rules {
    /// The most cautious rules, for inputs that do not depend on them: a repeated reference may buy again, and nothing
    /// settles soon.
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            placing: PlacingRules {
                idempotency: ByKind::all(Idempotency::Undocumented),
                settle_time: DAY,
                refusal_settle_time: DAY,
                lease: DAY,
                ledger_restored_at: None,
            },
            games: GameRules { protection: ByGame::protected_cs2(8 * DAY), watch: DAY },
            tracking: TrackingRules { can_look_up: ByKind::all(true), link_lifetime: 7 * DAY },
            speed: 1,
            tells_stuck: true,
        }
    }
}
