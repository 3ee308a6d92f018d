//! How notifications are sent, and what became of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ledger::LedgerNotification;
use crate::pace::set;

/// What happens to a notification on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotificationMode {
    Normal,
    /// Sent twice.
    Duplicated,
    /// Never sent, and not listed as failed either.
    Lost,
    /// Sent with a wrong signature.
    Forged,
    /// Kept back until the next one was delivered.
    Reordered,
}

/// How the body of a notification is written, where a provider knows both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    Form,
    Json,
}

/// The settings of notifications.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotificationRules {
    pub(crate) mode: NotificationMode,
    pub(crate) encoding: Encoding,
    /// How long after each failed attempt the next one comes, divided by the speed; none after the last.
    pub(crate) gaps_ms: Vec<u64>,
    /// For deposits without an address of their own.
    pub(crate) url: Option<String>,
    /// For purchases and listings.
    pub(crate) purchase_url: Option<String>,
    /// Also sent while a deposit is held, where a provider leaves that open.
    pub(crate) send_pending: bool,
}

/// A change of these settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NotificationPatch {
    mode: Option<NotificationMode>,
    encoding: Option<Encoding>,
    gaps_ms: Option<Vec<u64>>,
    /// So many gaps, all alike.
    retries: Option<usize>,
    /// All gaps are this long.
    spacing_ms: Option<u64>,
    url: Option<String>,
    purchase_url: Option<String>,
    send_pending: Option<bool>,
}

/// The gap where `retries` asks for some and there was none to take the length from.
const USUAL_GAP_MS: u64 = 1000;

impl NotificationPatch {
    pub(super) fn apply(self, to: &mut NotificationRules) {
        set(&mut to.mode, self.mode);
        set(&mut to.encoding, self.encoding);
        set(&mut to.gaps_ms, self.gaps_ms);
        if self.retries.is_some() || self.spacing_ms.is_some() {
            let retries = self.retries.unwrap_or(to.gaps_ms.len());
            let spacing_ms = self.spacing_ms.or(to.gaps_ms.first().copied()).unwrap_or(USUAL_GAP_MS);
            to.gaps_ms = vec![spacing_ms; retries];
        }
        set(&mut to.send_pending, self.send_pending);
        if self.url.is_some() {
            to.url = self.url;
        }
        if self.purchase_url.is_some() {
            to.purchase_url = self.purchase_url;
        }
    }
}

/// Everything that was sent, or dropped on purpose.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    list: Vec<LedgerNotification>,
    /// By the provider's id: those whose last notification did not arrive.
    failed: BTreeMap<String, LedgerNotification>,
}

impl Notifications {
    /// Keeps what became of a notification; a later success takes a failure back.
    pub(super) fn record(&mut self, notification: LedgerNotification) {
        let lost_on_purpose = notification.attempts == 0;
        if notification.delivered {
            self.failed.remove(&notification.provider_id);
        } else if !lost_on_purpose {
            self.failed.insert(notification.provider_id.clone(), notification.clone());
        }
        self.list.push(notification);
    }

    /// Every notification, in the order in which their fates were known.
    pub(crate) fn all(&self) -> &[LedgerNotification] {
        &self.list
    }

    /// The notifications that did not arrive.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &LedgerNotification> {
        self.failed.values()
    }
}
