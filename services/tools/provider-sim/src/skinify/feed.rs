//! The websocket: purchases and the balance. A change names the purchase by Skinify's id alone.

use std::time::Duration;

use serde::Serialize;

use super::answers::Properties;
use super::ipn::md5_hex;
use super::words;
use crate::amount::Amount;
use crate::clock::{Moment, seconds};
use crate::engine::fate::Status;
use crate::engine::feed::FeedTraits;
use crate::engine::purchase::Purchase;
use crate::fields::Fields;
use rust_decimal::Decimal;

pub(super) const TRAITS: FeedTraits = FeedTraits { path: "/skinify/ws/", quiet_after: None::<Duration> };

/// Whether whoever connects knows the token of the project.
pub(super) fn opens(query: &Fields, token: &str) -> bool {
    let project_id = query.get("project_id").unwrap_or_default();
    let right = md5_hex(&format!("{project_id}{token}"));
    !project_id.is_empty() && query.get("signature") == Some(right.as_str())
}

#[derive(Serialize)]
struct Event<Data> {
    event: &'static str,
    data: Data,
}

#[derive(Serialize)]
struct Skin<'a> {
    id: &'a str,
    name: &'a str,
    price: Amount,
    properties: Properties,
}

#[derive(Serialize)]
struct Bought<'a> {
    skin: Skin<'a>,
    purchase_id: String,
    purchase_status: &'static str,
    date: String,
    balance_debited_sum: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<&'a str>,
}

#[derive(Serialize)]
struct SkinId<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Changed<'a> {
    skin: SkinId<'a>,
    purchase_id: String,
    purchase_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_offer_id: Option<String>,
}

#[derive(Serialize)]
struct Balance {
    balance_value: Amount,
}

/// The frames about a purchase that reached a status.
pub(super) fn frames(purchase: &Purchase, status: Status, balance: Decimal, now: Moment) -> Vec<String> {
    let purchase_status = words::status(status);
    if !purchase.begins_with(status) {
        let changed = Changed {
            skin: SkinId { id: purchase.item.id.as_ref() },
            purchase_id: purchase.id.to_string(),
            purchase_status,
            trade_offer_id: purchase.offer_id(now),
        };
        return vec![text(&Event { event: "skin_purchase_status_change", data: changed })];
    }
    let skin = Skin {
        id: purchase.item.id.as_ref(),
        name: purchase.item.name.as_ref(),
        price: Amount(purchase.price),
        properties: Properties { classid: purchase.item.class_id.to_string(), unhold_at: None },
    };
    let bought = Bought {
        skin,
        purchase_id: purchase.id.to_string(),
        purchase_status,
        date: seconds(purchase.born.real_ms).to_string(),
        balance_debited_sum: Amount(purchase.price),
        custom_id: purchase.reference.as_deref(),
    };
    let balance = Balance { balance_value: Amount(balance) };
    vec![
        text(&Event { event: "skin_purchase", data: bought }),
        text(&Event { event: "balance_change", data: balance }),
    ]
}

/// It cannot fail on these fields; an empty frame would show at once that it did.
fn text(event: &impl Serialize) -> String {
    serde_json::to_string(event).unwrap_or_default()
}
