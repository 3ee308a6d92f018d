//! Status changes for tests.

use skinbus_domain::TradeStatus;
use skinbus_proto::{status_to_proto, v1};

/// A version that says nothing but its statuses.
pub(crate) fn change(
    order_id: &str,
    version: u64,
    from: Option<TradeStatus>,
    to: TradeStatus,
) -> v1::TradeStatusChanged {
    let recorded_at = jiff::Timestamp::new(1_763_718_000, 250_000_000).unwrap();
    v1::TradeStatusChanged {
        merchant: "acme".to_owned(),
        order_id: order_id.to_owned(),
        version,
        from: from.map_or(v1::TradeStatus::Unspecified, status_to_proto).into(),
        to: status_to_proto(to).into(),
        cause: v1::Cause::Lookup.into(),
        recorded_at: Some(skinbus_proto::timestamp(recorded_at)),
        trade: Some(v1::Trade::default()),
        ..v1::TradeStatusChanged::default()
    }
}

/// The same with this state.
pub(crate) fn with_trade(change: v1::TradeStatusChanged, trade: v1::Trade) -> v1::TradeStatusChanged {
    v1::TradeStatusChanged { trade: Some(trade), ..change }
}

/// A version after which an item for 0.04 USD is the buyer's.
pub(crate) fn bought(
    order_id: &str,
    version: u64,
    from: TradeStatus,
    to: TradeStatus,
) -> v1::TradeStatusChanged {
    let facts = v1::ProviderFacts {
        provider_id: "90551".to_owned(),
        offer_id: "8123090551".to_owned(),
        price_paid: Some(v1::Money { currency: "USD".to_owned(), amount: "0.04".to_owned() }),
        item_name: "Rust Door".to_owned(),
        ..v1::ProviderFacts::default()
    };
    with_trade(
        change(order_id, version, Some(from), to),
        v1::Trade { facts: Some(facts), ..v1::Trade::default() },
    )
}
