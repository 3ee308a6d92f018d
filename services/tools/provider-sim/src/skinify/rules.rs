//! Settings of the simulated project, where Skinify's behaviour is unknown, settable or worth a test.

use std::collections::BTreeMap;

use http::StatusCode;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::catalogue::Skin;
use super::fate::Fate;
use crate::quota::Limit;

/// The documented limit; the length of the block is not documented.
pub(super) const DOCUMENTED_LIMIT: Limit = Limit { requests: 300, window_ms: 60_000, block_ms: 10_000 };

/// What buying with an own id that was used before does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RepeatedCustomId {
    /// It is an error.
    Reject,
    /// It answers with the first purchase and buys nothing.
    ReturnFirst,
    /// It buys once more.
    BuyAgain,
}

/// What happens to an IPN on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IpnMode {
    Normal,
    /// Sent twice.
    Duplicated,
    /// Never sent, and not listed as failed either.
    Lost,
    /// Sent with a wrong `token_md5`.
    Forged,
}

/// How the body of an IPN is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IpnEncoding {
    Form,
    Json,
}

/// How IPN are sent.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IpnRules {
    pub(super) mode: IpnMode,
    pub(super) encoding: IpnEncoding,
    /// Further attempts after one that was not answered with 200.
    pub(super) retries: u32,
    pub(super) spacing_ms: u64,
    /// For deposits without a `result_url`.
    pub(super) url: Option<String>,
    /// Also sent while a deposit is pending under trade protection.
    pub(super) send_pending: bool,
}

/// Fates that differ from the catalogue's.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Fates {
    pub(super) by_custom_id: BTreeMap<String, Fate>,
    pub(super) by_skin_id: BTreeMap<String, Fate>,
}

/// All settings that are plain values.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) repeated_custom_id: RepeatedCustomId,
    pub(super) fates: Fates,
    /// Other words for errors, by the usual word.
    pub(super) error_words: BTreeMap<String, String>,
    pub(super) error_http_status: StatusCode,
    /// Rows of one page of history and deposits.
    pub(super) page_size: usize,
    /// Whether a purchase that was rolled back is refunded.
    pub(super) refund_rollbacks: bool,
    /// The project's setting behind a deposit's `multiplied_amount`.
    pub(super) multiplier: Decimal,
    pub(super) ipn: IpnRules,
}

impl Rules {
    pub(super) fn new(ipn_url: Option<String>) -> Self {
        Self {
            repeated_custom_id: RepeatedCustomId::Reject,
            fates: Fates::default(),
            error_words: BTreeMap::new(),
            error_http_status: StatusCode::OK,
            page_size: 1000,
            refund_rollbacks: true,
            multiplier: Decimal::from_parts(105, 0, 0, false, 2),
            ipn: IpnRules {
                mode: IpnMode::Normal,
                encoding: IpnEncoding::Form,
                retries: 3,
                spacing_ms: 1000,
                url: ipn_url,
                send_pending: false,
            },
        }
    }

    /// The fate of a purchase: set for its own id, else the instant mode's, else set for the skin, else the skin's.
    pub(super) fn fate(&self, skin: &Skin, custom_id: Option<&str>, instant: bool) -> Fate {
        if let Some(fate) = custom_id.and_then(|id| self.fates.by_custom_id.get(id)) {
            return *fate;
        }
        if instant {
            return Fate::Instant;
        }
        self.fates.by_skin_id.get(skin.id).copied().unwrap_or(skin.fate)
    }
}
