//! The messages of package `skinbus.v1`, and their conversions into the domain and back.
//!
//! This is the only crate that knows protobuf. It does no I/O. A request from outside is converted with every broken
//! rule collected ([`request::read`]); a message that one of our own services wrote is converted strictly
//! ([`Corrupt`] names the first field that cannot be).

mod credit;
mod decision;
mod drift;
mod facts;
pub mod json;
mod lookup;
mod order;
pub mod query;
mod quota;
mod redacted;
pub mod request;
mod trade;

#[cfg(test)]
mod tests;

pub use prost::Message;

/// The generated messages.
pub mod v1 {
    #![expect(missing_docs, reason = "generated; the fields are documented in the proto files")]
    #![allow(clippy::large_enum_variant, reason = "generated")]
    #![allow(rustdoc::invalid_html_tags, reason = "subjects in the proto files have <placeholders>")]
    include!(concat!(env!("OUT_DIR"), "/skinbus.v1.rs"));
}

pub use credit::totals_of;
pub use drift::{drift_from_proto, drift_to_proto};
pub use lookup::{observation_from_row, row_from_observation, target_of};
pub use order::{game_from_proto, game_to_proto};
pub use order::{offer_request, violation_to_proto};
pub use quota::{quota_from_proto, quota_to_proto};
pub use trade::{
    receipt_of, status_change_from_proto, status_change_to_proto, status_from_proto, status_to_proto,
    without_trade_token,
};

/// A message with its schema name, as the `Skinbus-Schema` header carries it.
pub trait Schema: Message + Default {
    /// Full protobuf name, for example `skinbus.v1.OrderRequest`.
    const NAME: &'static str;
}

macro_rules! schemas {
    ($($message:ident),+ $(,)?) => {
        $(impl Schema for v1::$message {
            const NAME: &'static str = concat!("skinbus.v1.", stringify!($message));
        })+
    };
}

schemas!(
    OrderRequest,
    OrderReceipt,
    TradeStatusChanged,
    DispatchOrder,
    LookupRequest,
    LookupResponse,
    WebhookReceived,
    PollDue,
    ReconcileDue,
    ReconciliationFinding,
    ReconciliationSummary,
    DeadLetter,
    Alert,
    DriftSeen,
    QuotaWindow,
    InventoryRequest,
    PricesRequest,
    SearchRequest,
    OffersRequest,
    ItemsResponse,
    BalanceRequest,
    BalanceResponse,
    CurrenciesRequest,
    CurrenciesResponse,
    StatusRequest,
    StatusResponse,
    HistoryRequest,
    HistoryResponse,
    FailedWebhooksRequest,
    FailedWebhooksResponse,
    CommandRequest,
    CommandResponse,
);

/// A message of our own that does not say what it must. It quotes no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored {message} has no valid {field}")]
pub struct Corrupt {
    message: &'static str,
    field: &'static str,
}

impl Corrupt {
    fn of(message: &'static str, field: &'static str) -> Self {
        Self { message, field }
    }

    /// The bytes are no such message at all.
    #[must_use]
    pub fn undecodable(message: &'static str) -> Self {
        Self { message, field: "encoding" }
    }
}

fn timestamp_to_proto(timestamp: jiff::Timestamp) -> prost_types::Timestamp {
    let nanos = timestamp.subsec_nanosecond();
    // The proto form counts nanoseconds upwards only.
    let (seconds, nanos) = if nanos < 0 {
        (timestamp.as_second() - 1, nanos + 1_000_000_000)
    } else {
        (timestamp.as_second(), nanos)
    };
    prost_types::Timestamp { seconds, nanos }
}

fn timestamp_from_proto(timestamp: &prost_types::Timestamp) -> Option<jiff::Timestamp> {
    if !(0..1_000_000_000).contains(&timestamp.nanos) {
        return None;
    }
    jiff::Timestamp::new(timestamp.seconds, timestamp.nanos).ok()
}

/// A moment in the proto form.
#[must_use]
pub fn timestamp(timestamp: jiff::Timestamp) -> prost_types::Timestamp {
    timestamp_to_proto(timestamp)
}

/// A moment out of the proto form; `None` where it is out of range.
#[must_use]
pub fn moment(timestamp: &prost_types::Timestamp) -> Option<jiff::Timestamp> {
    timestamp_from_proto(timestamp)
}
