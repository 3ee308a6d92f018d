//! What bad orders get, on real everything.
#![cfg(test)]

mod accounts;
mod deadlines;
mod forged;
mod repeated;
mod sizes;
mod undecodable;
mod unreadable;
mod violations;

use skinbus_proto::{Message, v1};

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const ORDERS: &str = "skinbus.v1.orders.acme";

/// The fields and rules of violations, in an order that does not depend on them.
fn broken(violations: &[v1::Violation]) -> Vec<(String, String)> {
    let mut broken: Vec<_> =
        violations.iter().map(|violation| (violation.field.clone(), violation.rule.clone())).collect();
    broken.sort();
    broken
}

/// The violations of a version.
fn violations(change: &v1::TradeStatusChanged) -> &[v1::Violation] {
    &change.trade.as_ref().unwrap().violations
}

/// Changes the purchase in an order.
fn with_purchase(mut order: v1::OrderRequest, change: impl FnOnce(&mut v1::Purchase)) -> v1::OrderRequest {
    let Some(v1::order_request::Operation::Purchase(purchase)) = &mut order.operation else {
        panic!("no purchase");
    };
    change(purchase);
    order
}

fn bytes(order: &v1::OrderRequest) -> Vec<u8> {
    order.encode_to_vec()
}
