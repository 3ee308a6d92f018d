//! How a purchase is written: what is not known of it is absent, never null.

use rust_decimal::Decimal;
use serde::Serialize;

use super::deposit_wire::{date, money};
use super::market::{image_url, shown_id};
use super::refused::RefusedPurchase;
use super::switches::{Dates, Switches, Width};
use super::{dates, words};
use crate::amount::Number;
use crate::clock::Moment;
use crate::engine::purchase::Purchase;

/// Where a purchase is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the answer that creates it: Steam's profile is not known yet.
    Created,
    LookedUp,
    History,
}

/// A purchase, or what was refused to become one.
#[derive(Debug, Clone)]
pub(super) enum Entry<'a> {
    Made(&'a Purchase),
    Refused(RefusedPurchase),
}

#[derive(Debug, Serialize)]
struct BoughtItem {
    id: String,
    name: String,
    price: Number,
    image_url: String,
}

/// A purchase in answers.
#[derive(Debug, Serialize)]
pub(super) struct PurchaseView {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_tx_id: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    steam_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    steam_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steam_avatar_url: Option<&'static str>,
    date: String,
    amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_offer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<BoughtItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_end_date: Option<String>,
}

/// The end of the trade protection, while a purchase is on hold.
pub(super) fn hold_end(purchase: &Purchase, word: &str, switches: &Switches, now: Moment) -> Option<String> {
    let end = purchase.settlement(now).filter(|_| word == words::HOLD)?;
    Some(date(end.saturating_mul(1000), switches))
}

impl Entry<'_> {
    /// The provider's id.
    pub(super) fn id(&self) -> u64 {
        match self {
            Self::Made(purchase) => purchase.id,
            Self::Refused(refused) => refused.id,
        }
    }

    /// Our own id.
    pub(super) fn reference(&self) -> Option<&str> {
        match self {
            Self::Made(purchase) => purchase.reference.as_deref(),
            Self::Refused(refused) => refused.reference.as_deref(),
        }
    }

    /// When it was asked for.
    pub(super) fn born(&self) -> Moment {
        match self {
            Self::Made(purchase) => purchase.born,
            Self::Refused(refused) => refused.born,
        }
    }

    /// What is paid for it.
    pub(super) fn amount(&self) -> Decimal {
        match self {
            Self::Made(purchase) => purchase.price,
            Self::Refused(_) => Decimal::ZERO,
        }
    }

    /// The word for its status now.
    pub(super) fn word(&self, switches: &Switches, now: Moment) -> &'static str {
        match self {
            Self::Made(purchase) => words::purchase(purchase, purchase.status(now), switches),
            Self::Refused(_) => words::FAILED,
        }
    }

    /// Whether a search finds it.
    pub(super) fn has(&self, part: &str) -> bool {
        let in_reference = self.reference().is_some_and(|reference| reference.contains(part));
        in_reference
            || match self {
                Self::Made(purchase) => purchase.item.name.contains(part) || purchase.steam_id() == part,
                Self::Refused(refused) => refused.steam_id() == part,
            }
    }

    /// As an answer shows it.
    pub(super) fn view(&self, place: Place, switches: &Switches, now: Moment) -> PurchaseView {
        let full = switches.purchase_fields == Width::Full;
        let knows_profile = full && place != Place::Created;
        let word = self.word(switches, now);
        let born_ms = self.born().real_ms;
        let view = PurchaseView {
            id: self.id(),
            merchant_tx_id: self.reference().map(str::to_owned),
            status: word,
            fail_reason: None,
            steam_id: String::new(),
            steam_name: knows_profile.then_some("player"),
            steam_avatar_url: knows_profile.then_some("https://example.invalid/a/player.jpg"),
            date: match (place, switches.dates) {
                (Place::History, Dates::Documented) => dates::offset(born_ms),
                (Place::Created | Place::LookedUp | Place::History, _) => date(born_ms, switches),
            },
            amount: money(self.amount()),
            trade_offer_id: None,
            item: None,
            hold_end_date: None,
        };
        match self {
            Self::Made(purchase) => PurchaseView {
                fail_reason: words::purchase_reason(word, purchase.status(now), switches).map(str::to_owned),
                steam_id: purchase.steam_id(),
                trade_offer_id: purchase.offer_id(now),
                item: full.then(|| BoughtItem {
                    id: shown_id(&purchase.item.id, switches).into_owned(),
                    name: purchase.item.name.to_string(),
                    price: money(purchase.price),
                    image_url: image_url(&purchase.item.id),
                }),
                hold_end_date: hold_end(purchase, word, switches, now).filter(|_| switches.is_newer()),
                ..view
            },
            Self::Refused(refused) => PurchaseView {
                fail_reason: Some(refused.reason.clone()),
                steam_id: refused.steam_id(),
                ..view
            },
        }
    }
}
