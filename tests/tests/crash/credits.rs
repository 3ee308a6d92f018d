//! Deposits: what the ledger credits is what the simulator has on record, and nothing is credited twice.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_proto::v1::order_request::Operation;
use skinbus_tests::System;
use skinbus_tests::chaos::oracle::credits::paid;

use crate::expected::credited;
use crate::watch::{Versions, path};

/// Amounts by the provider's own keys.
type Amounts = BTreeMap<String, Decimal>;

/// Checks every deposit of the ledger against the simulator's record, and the other way round.
pub(crate) async fn are_those_on_record(system: &System, history: &Versions) {
    let ledger = system.record("_ledger").await;
    let mut on_record = BTreeMap::new();
    for row in ledger["deposits"].as_array().unwrap() {
        let order_id = text(&row["deposit_id"]);
        assert!(history.contains_key(&order_id), "{order_id} is at the provider and not in the ledger");
        let earlier = on_record.insert(order_id.clone(), row);
        assert!(earlier.is_none(), "{order_id} was made twice at the provider");
    }
    for (order_id, changes) in history.iter().filter(|(_, changes)| is_deposit(changes)) {
        let way = path(changes);
        let row = on_record.get(order_id);
        let paid = row.map(|row| paid(row)).unwrap_or_default();
        assert_eq!(ours(changes.last().unwrap()), paid, "{order_id}: {row:?}: {way}");
        stays_once(order_id, changes);
    }
}

fn is_deposit(changes: &[v1::TradeStatusChanged]) -> bool {
    let order = changes.last().and_then(|last| last.trade.as_ref()?.order.as_ref());
    matches!(order.and_then(|order| order.operation.as_ref()), Some(Operation::Deposit(_)))
}

fn ours(change: &v1::TradeStatusChanged) -> Amounts {
    let amount = |credit: &v1::Credit| credit.amount.as_ref().unwrap().amount.parse().unwrap();
    credited(change).map(|credit| (credit.key.clone(), amount(credit))).collect()
}

/// A key is in a version once, and what counts goes on counting as it is, unless all is taken back.
fn stays_once(order_id: &str, changes: &[v1::TradeStatusChanged]) {
    let mut before = Amounts::new();
    for change in changes {
        let credits = &change.trade.as_ref().unwrap().credits;
        let keys: BTreeSet<&str> = credits.iter().map(|credit| credit.key.as_str()).collect();
        assert_eq!(keys.len(), credits.len(), "{order_id}: {credits:?}");
        let now = ours(change);
        let is_kept = before.iter().all(|(key, amount)| now.get(key) == Some(amount));
        assert!(is_kept || change.to() == TradeStatus::Reverted, "{order_id}: {}", path(changes));
        before = now;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
