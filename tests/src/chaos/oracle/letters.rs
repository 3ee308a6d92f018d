//! Nothing is dead that should not be: what cannot be read, names no order, or is another order under a used id.

use skinbus_proto::v1::{DeadLetter, OrderRequest};
use skinbus_proto::{Message, json};

use super::acknowledged::content;
use super::{Finding, way};
use crate::chaos::orders::CONTENT;
use crate::chaos::records::Records;

pub(super) fn check(records: &Records) -> Vec<Finding> {
    records.letters.iter().filter_map(|letter| of_one(records, letter)).collect()
}

fn of_one(records: &Records, letter: &DeadLetter) -> Option<Finding> {
    let finding = |order_id: &str, why: &str| {
        let known = records.histories.get(order_id).map(|history| way(history)).unwrap_or_default();
        let place = format!("{} {}", letter.stream, letter.sequence);
        let what = format!("{place} is dead, {} ({}): {why}: {known}", letter.reason, letter.detail);
        Some(Finding::new("DEAD", order_id, what))
    };
    if letter.stream != "ORDERS" {
        return finding("", "only orders may be dead here");
    }
    let request = OrderRequest::decode(letter.payload.clone())
        .ok()
        .or_else(|| json::read::<OrderRequest>(&letter.payload).ok());
    match (letter.reason.as_str(), request) {
        ("undecodable", None) => None,
        ("no_order_id", Some(request)) if request.order_id.is_empty() => None,
        ("order_id_conflict", Some(request)) => {
            let history = records.histories.get(&request.order_id).map_or(&[][..], Vec::as_slice);
            let given = request.metadata.get(CONTENT).map_or("", String::as_str);
            // The one that is in force is no other order.
            let is_other = history.last().is_some_and(|last| content(&last.change) != given);
            if is_other { None } else { finding(&request.order_id, "it is the order itself") }
        }
        (_, request) => {
            finding(&request.map(|request| request.order_id).unwrap_or_default(), "nothing explains this")
        }
    }
}
