//! What is true at the providers, whatever was answered.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;
use skinbus_domain::Trade;
use skinbus_domain::order::OrderKind;

use crate::world::W;

/// Amounts by the provider's own keys.
pub type Amounts = BTreeMap<String, Decimal>;

fn rows(w: &W, table: &str) -> Vec<Value> {
    w.providers.ledger(w.now())[table].as_array().cloned().unwrap_or_default()
}

/// The rows that a trade has at its provider.
pub fn rows_of(w: &W, trade: &Trade) -> Vec<Value> {
    let Some(order) = &trade.order else { return Vec::new() };
    let id = trade.key.order_id.as_str();
    let user = order.operation.user().steam_id.to_string();
    let (table, field, wanted) = match order.operation.kind() {
        OrderKind::Purchase => ("purchases", "custom_id", id),
        OrderKind::DepositLink | OrderKind::DepositItems => ("deposits", "deposit_id", id),
        OrderKind::Listing => ("listings", "steam_id", user.as_str()),
    };
    let is_ours = |row: &Value| row["provider"] == order.provider.as_str() && row[field] == wanted;
    rows(w, table).into_iter().filter(is_ours).collect()
}

/// The provider's id of what it executed for a trade.
pub fn executed(w: &W, trade: &Trade) -> Option<String> {
    let row = rows_of(w, trade).into_iter().next()?;
    let field = match trade.kind()? {
        OrderKind::Purchase => "purchase_id",
        OrderKind::DepositLink | OrderKind::DepositItems => "transaction_id",
        OrderKind::Listing => "listing_id",
    };
    row[field].as_str().map(str::to_owned)
}

/// What the merchant received for a deposit, by the provider's own record.
pub fn paid(row: &Value) -> Amounts {
    let amount =
        |value: &Value| value["amount"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // One payment for each sold item; everywhere else a deposit is one payment, under its own id.
    if row["kind"] == "link" {
        let credits = row["credits"].as_array().cloned().unwrap_or_default();
        let key =
            |credit: &Value| format!("{}/{}", text(&credit["transaction_id"]), text(&credit["trade_id"]));
        return credits.iter().map(|credit| (key(credit), amount(credit))).collect();
    }
    let is_paid = row["phase"] == "paid";
    is_paid.then(|| (text(&row["transaction_id"]), amount(row))).into_iter().collect()
}
