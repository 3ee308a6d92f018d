//! Settings of a simulated project, where a provider's behaviour is unknown, settable or worth a test.

use std::collections::BTreeMap;

use http::StatusCode;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::catalogue::{Item, cents};
use super::deposit_life::DepositFate;
use super::fate::Fate;
use super::listing::ListingFate;
use super::notifications::{Encoding, NotificationMode, NotificationRules};

/// What an own id does that was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Repeated {
    /// It is an error.
    Reject,
    /// It answers with the first one and executes nothing.
    ReturnFirst,
    /// It buys, or creates, once more.
    BuyAgain,
}

/// Fates that differ from the catalogue's.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Fates {
    pub(crate) by_reference: BTreeMap<String, Fate>,
    pub(crate) by_item_id: BTreeMap<String, Fate>,
}

/// All settings that are plain values.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) repeated_reference: Repeated,
    pub(crate) repeated_deposit: Repeated,
    pub(crate) fates: Fates,
    pub(crate) deposit_fate: DepositFate,
    pub(crate) deposit_fates: BTreeMap<String, DepositFate>,
    pub(crate) listing_fate: ListingFate,
    /// Other words for errors, by the usual word.
    pub(crate) error_words: BTreeMap<String, String>,
    pub(crate) error_http_status: StatusCode,
    /// Rows of one page of a list.
    pub(crate) page_size: usize,
    /// Whether a purchase that was rolled back is refunded.
    pub(crate) refund_rollbacks: bool,
    /// What a deposit's amount is multiplied by for the user.
    pub(crate) multiplier: Decimal,
    pub(crate) notifications: NotificationRules,
}

impl Default for Rules {
    /// What most providers do: repeated ids are errors with HTTP 200, and notifications are JSON.
    fn default() -> Self {
        Self {
            repeated_reference: Repeated::Reject,
            repeated_deposit: Repeated::Reject,
            fates: Fates::default(),
            deposit_fate: DepositFate::Stays,
            deposit_fates: BTreeMap::new(),
            listing_fate: ListingFate::Stays,
            error_words: BTreeMap::new(),
            error_http_status: StatusCode::OK,
            page_size: 1000,
            refund_rollbacks: true,
            multiplier: cents(100),
            notifications: NotificationRules {
                mode: NotificationMode::Normal,
                encoding: Encoding::Json,
                gaps_ms: vec![1000; 3],
                url: None,
                purchase_url: None,
                send_pending: false,
            },
        }
    }
}

impl Rules {
    /// The fate of a purchase: set for its own id, else the instant mode's, else set for the item, else the item's.
    pub(super) fn fate(&self, item: &Item, reference: Option<&str>, instant: bool) -> Fate {
        if let Some(fate) = reference.and_then(|id| self.fates.by_reference.get(id)) {
            return *fate;
        }
        if instant {
            return Fate::Instant;
        }
        self.fates.by_item_id.get(item.id.as_ref()).copied().unwrap_or(item.fate)
    }

    pub(super) fn deposit_fate(&self, reference: &str) -> DepositFate {
        self.deposit_fates.get(reference).copied().unwrap_or(self.deposit_fate)
    }

    /// The word in force for an error.
    pub(crate) fn error_word<'a>(&'a self, usual: &'a str) -> &'a str {
        self.error_words.get(usual).map_or(usual, String::as_str)
    }
}
