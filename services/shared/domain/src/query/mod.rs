//! What may be asked of a provider besides orders, and what it answers, in one form for all providers.
//!
//! What only one provider tells is kept in the `details` maps, under the provider's own names.

mod account;
mod history;
mod items;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use account::{Balance, BalanceLine, CurrencyRate, ServerStatus};
pub use history::{FailedWebhook, FailedWebhookPage, HistoryKind, HistoryPage, HistoryRow};
pub use items::{Item, ItemPage};

use crate::money::{Currency, Money};
use crate::order::{Game, SteamUser};

/// Facts that only one provider tells, by its own names.
pub type Details = BTreeMap<String, String>;

/// A question to a provider. Asking changes nothing there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A user's items, with what the provider would give for them.
    Inventory {
        /// Whose.
        user: SteamUser,
        /// Of which game.
        game: Game,
        /// What prices are shown in, where the provider lets one choose.
        currency: Option<Currency>,
    },
    /// The whole price list of a game, or one page of it.
    Prices {
        /// Of which game.
        game: Game,
        /// The provider's cursor of the page; `None` for the first.
        cursor: Option<String>,
    },
    /// What is for sale under these names.
    Search {
        /// Of which game.
        game: Game,
        /// Steam's names.
        names: Vec<String>,
    },
    /// Single items that are for sale.
    Offers(OfferFilter),
    /// What Steam's own market asks, as the provider knows it.
    SteamPrices {
        /// Of which game.
        game: Game,
        /// The provider's cursor of the page; `None` for the first.
        cursor: Option<String>,
    },
    /// The account's money at the provider.
    Balance,
    /// The currencies that prices may be shown in.
    Currencies,
    /// Whether the provider serves.
    Status,
    /// What happened on the account.
    History {
        /// Which part of it.
        kind: HistoryKind,
        /// Not before this.
        from: Timestamp,
        /// Not after this.
        until: Timestamp,
        /// The provider's cursor of the page; `None` for the first.
        cursor: Option<String>,
    },
    /// Webhooks that the provider could not deliver.
    FailedWebhooks {
        /// The provider's cursor of the page; `None` for the first.
        cursor: Option<String>,
    },
}

/// Which offers are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferFilter {
    /// Of which game.
    pub game: Game,
    /// Only the offer with this id.
    pub offer_id: Option<String>,
    /// Only what costs as much or more.
    pub min_price: Option<Money>,
    /// Only what costs as much or less.
    pub max_price: Option<Money>,
    /// The provider's cursor of the page; `None` for the first.
    pub cursor: Option<String>,
}

/// What a provider answers to a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryAnswer {
    /// To an inventory, prices, a search, offers or Steam's prices.
    Items(ItemPage),
    /// To a balance.
    Balance(Balance),
    /// To the currencies.
    Currencies(Vec<CurrencyRate>),
    /// To the status.
    Status(ServerStatus),
    /// To the history.
    History(HistoryPage),
    /// To the failed webhooks.
    FailedWebhooks(FailedWebhookPage),
}
