//! T4: what the ledger credits is what the simulators have on record, and nothing is credited twice.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::v1::{Credit, CreditState, TradeStatus, TradeStatusChanged};

use super::{Finding, way};
use crate::chaos::records::{Records, Version};

/// Amounts by the provider's own keys.
type Amounts = BTreeMap<String, Decimal>;

pub(super) fn check(records: &Records) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rows: BTreeMap<&str, &Value> =
        records.deposits.iter().map(|row| (row["deposit_id"].as_str().unwrap_or_default(), row)).collect();
    let mut owners: BTreeMap<(String, String), &str> = BTreeMap::new();
    for (order_id, history) in &records.histories {
        let Some(last) = history.last() else { continue };
        let row = rows.get(order_id.as_str());
        let theirs = row.map(|row| paid(row)).unwrap_or_default();
        let ours = counting(&last.change);
        if ours != theirs && (is_deposit(&last.change) || !ours.is_empty()) {
            let what =
                format!("credited {ours:?}, and the provider paid {theirs:?}: {row:?}: {}", way(history));
            findings.push(Finding::new("T4", order_id, what));
        }
        findings.extend(stays_once(order_id, history));
        let account = last.change.trade.as_ref().map_or("", |trade| &trade.account);
        for key in credits(&last.change).iter().map(|credit| credit.key.clone()) {
            if let Some(owner) = owners.insert((account.to_owned(), key.clone()), order_id) {
                let what = format!("the credit {key} of {account} is {owner}'s as well: {}", way(history));
                findings.push(Finding::new("T4", order_id, what));
            }
        }
    }
    findings
}

fn is_deposit(change: &TradeStatusChanged) -> bool {
    let order = change.trade.as_ref().and_then(|trade| trade.order.as_ref());
    matches!(order.and_then(|order| order.operation.as_ref()), Some(Operation::Deposit(_)))
}

fn credits(change: &TradeStatusChanged) -> &[Credit] {
    change.trade.as_ref().map_or(&[], |trade| &trade.credits)
}

/// What is the merchant's.
fn counting(change: &TradeStatusChanged) -> Amounts {
    let counting = credits(change).iter().filter(|credit| credit.state() == CreditState::Credited);
    counting
        .map(|credit| {
            let amount = credit.amount.as_ref().and_then(|amount| amount.amount.parse().ok());
            (credit.key.clone(), amount.unwrap_or(Decimal::MIN))
        })
        .collect()
}

/// What the merchant received for a row of the simulator's record.
#[must_use]
pub fn paid(row: &Value) -> Amounts {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let decimal = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).unwrap_or(Decimal::MAX);
    // One payment for each sold item; everywhere else a deposit is one payment, under its own id.
    if row["kind"] == "link" {
        let credits = row["credits"].as_array().into_iter().flatten();
        let key =
            |credit: &Value| format!("{}/{}", text(&credit["transaction_id"]), text(&credit["trade_id"]));
        return credits.map(|credit| (key(credit), decimal(&credit["amount"]))).collect();
    }
    let is_paid = row["phase"] == "paid";
    is_paid.then(|| (text(&row["transaction_id"]), decimal(&row["amount"]))).into_iter().collect()
}

/// A key is in a version once, and what counts goes on counting as it is, until the version says that it is taken back.
fn stays_once(order_id: &str, history: &[Version]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = Amounts::new();
    for Version { change, .. } in history {
        let credits = credits(change);
        let keys: BTreeSet<&str> = credits.iter().map(|credit| credit.key.as_str()).collect();
        if keys.len() != credits.len() {
            let what = format!("a key is there twice in version {}: {credits:?}", change.version);
            findings.push(Finding::new("T4", order_id, what));
        }
        let now = counting(change);
        let is_taken_back = |key: &String| {
            credits.iter().any(|credit| credit.key == *key && credit.state() == CreditState::Reversed)
        };
        let is_kept = before.iter().all(|(key, amount)| now.get(key) == Some(amount) || is_taken_back(key));
        if !is_kept && change.to() != TradeStatus::Reverted {
            let what =
                format!("a credit was lost or changed with version {}: {}", change.version, way(history));
            findings.push(Finding::new("T4", order_id, what));
        }
        before = now;
    }
    findings
}
