//! One fact about a trade from outside: an answer, a look-up row, a webhook that proves its content.

use jiff::Timestamp;

use crate::credit::Credit;
use crate::ids::Reference;
use crate::money::Money;
use crate::trade::{Cause, Reason, ReversedBy};

/// What a provider said about one of our references.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Observation {
    /// How we learned it.
    pub cause: Cause,
    /// The reference that the provider named.
    pub reference: Reference,
    /// How far the trade is.
    pub progress: Progress,
    /// What else was said.
    pub facts: ProviderFacts,
    /// What arrived for a deposit or a sale, as far as this tells.
    pub credits: Vec<Credit>,
    /// When it happened, where the provider says so.
    pub occurred_at: Option<Timestamp>,
}

/// How far a trade is, in canonical words. Each adapter maps its provider's words to these.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Progress {
    /// The provider has it.
    Submitted,
    /// A Steam trade offer exists.
    OfferSent,
    /// The user accepted, the provider is still processing.
    UserAccepted,
    /// The user has the item.
    Delivered {
        /// Whether it may still be taken back.
        hold: Hold,
    },
    /// Done, and held by the provider, which will say when it is over. Our own clock never ends it.
    Held {
        /// When a reversal stops being possible, where the provider says so.
        until: Option<Timestamp>,
    },
    /// Ended without success.
    Failed(Reason),
    /// Ended because a side declined.
    Canceled(Reason),
    /// Ended because time ran out.
    Expired(Reason),
    /// Was done, was taken back.
    Reverted {
        /// Why.
        reason: Reason,
        /// By whom.
        by: ReversedBy,
    },
    /// A word that the adapter does not know; kept in [`ProviderFacts::provider_status`].
    Unknown,
}

/// Whether something that was delivered may still be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hold {
    /// It may not.
    None,
    /// Until this moment.
    Until(Timestamp),
    /// The provider does not say: the game's rule decides.
    Unknown,
}

/// Facts that only the provider knows. A later value replaces an earlier one; nothing is ever unlearned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ProviderFacts {
    /// The provider's id of the purchase, deposit or listing.
    pub provider_id: Option<String>,
    /// Steam's id of the trade offer.
    pub offer_id: Option<String>,
    /// When the trade offer lapses.
    pub offer_expires_at: Option<Timestamp>,
    /// SteamID64 of the bot that trades.
    pub bot_steam_id: Option<String>,
    /// The hosted page of a deposit.
    pub redirect_url: Option<String>,
    /// What was paid.
    pub price_paid: Option<Money>,
    /// Name of the item that the provider chose.
    pub item_name: Option<String>,
    /// The provider's own word for the status.
    pub provider_status: Option<String>,
    /// The item is reserved until then; the trade follows.
    pub reserved_until: Option<Timestamp>,
}

impl ProviderFacts {
    /// These facts with `news` laid over them.
    #[must_use]
    pub fn updated_with(&self, news: &Self) -> Self {
        fn newer<T: Clone>(news: &Option<T>, known: &Option<T>) -> Option<T> {
            news.clone().or_else(|| known.clone())
        }
        Self {
            provider_id: newer(&news.provider_id, &self.provider_id),
            offer_id: newer(&news.offer_id, &self.offer_id),
            offer_expires_at: newer(&news.offer_expires_at, &self.offer_expires_at),
            bot_steam_id: newer(&news.bot_steam_id, &self.bot_steam_id),
            redirect_url: newer(&news.redirect_url, &self.redirect_url),
            price_paid: newer(&news.price_paid, &self.price_paid),
            item_name: newer(&news.item_name, &self.item_name),
            provider_status: newer(&news.provider_status, &self.provider_status),
            reserved_until: newer(&news.reserved_until, &self.reserved_until),
        }
    }
}
