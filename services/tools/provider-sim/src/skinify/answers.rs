//! Skinify's answers about purchases and skins, field by field as its pages show them.

use serde::Serialize;

use super::words;
use crate::amount::{Amount, Number};
use crate::clock::{Moment, seconds};
use crate::engine::purchase::Purchase;

/// The envelope's word for success.
pub(super) const SUCCESS: &str = "success";

#[derive(Debug, Serialize)]
pub(super) struct Properties {
    pub(super) classid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unhold_at: Option<u64>,
}

/// A skin; its price is a number in the answer to buy, a string elsewhere.
#[derive(Debug, Serialize)]
pub(super) struct SkinView<Price> {
    id: String,
    name: String,
    price: Price,
    properties: Properties,
}

impl<Price> SkinView<Price> {
    fn new(purchase: &Purchase, price: Price) -> Self {
        Self {
            id: purchase.item.id.to_string(),
            name: purchase.item.name.to_string(),
            price,
            properties: Properties { classid: purchase.item.class_id.to_string(), unhold_at: None },
        }
    }
}

/// The answer to buy.
#[derive(Debug, Serialize)]
pub(super) struct BuyAnswer {
    status: &'static str,
    skin: SkinView<Number>,
    purchase_id: u64,
    purchase_status: &'static str,
    date: String,
    balance_debited_amount: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_until: Option<u64>,
}

impl BuyAnswer {
    pub(super) fn new(purchase: &Purchase, now: Moment) -> Self {
        Self {
            status: SUCCESS,
            skin: SkinView::new(purchase, Number(purchase.price)),
            purchase_id: purchase.id,
            purchase_status: words::status(purchase.status(now)),
            date: seconds(purchase.born.real_ms).to_string(),
            balance_debited_amount: Number(purchase.price),
            custom_id: purchase.reference.clone(),
            reserved_until: purchase.reserved_until(now),
        }
    }
}

/// One row of info and history.
#[derive(Debug, Serialize)]
pub(super) struct PurchaseRow {
    skin: SkinView<Amount>,
    purchase_id: String,
    purchase_status: &'static str,
    steam_id: String,
    date: String,
    balance_debited_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_offer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement: Option<String>,
}

impl PurchaseRow {
    pub(super) fn new(purchase: &Purchase, now: Moment) -> Self {
        Self {
            skin: SkinView::new(purchase, Amount(purchase.price)),
            purchase_id: purchase.id.to_string(),
            purchase_status: words::status(purchase.status(now)),
            steam_id: purchase.steam_id(),
            date: seconds(purchase.born.real_ms).to_string(),
            balance_debited_amount: Amount(purchase.price),
            trade_offer_id: purchase.offer_id(now),
            custom_id: purchase.reference.clone(),
            settlement: purchase.settlement(now).map(|end| end.to_string()),
        }
    }
}

/// The answer to info.
#[derive(Debug, Serialize)]
pub(super) struct InfoAnswer {
    pub(super) status: &'static str,
    pub(super) items: Vec<PurchaseRow>,
}

/// The answer to history.
#[derive(Debug, Serialize)]
pub(super) struct HistoryAnswer {
    pub(super) status: &'static str,
    pub(super) items: Vec<PurchaseRow>,
    pub(super) total_count: String,
    pub(super) has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_from: Option<usize>,
}

#[derive(Debug, Serialize)]
struct SkinId {
    id: String,
}

/// The answer to cancel-reservation.
#[derive(Debug, Serialize)]
pub(super) struct CancelAnswer {
    status: &'static str,
    skin: SkinId,
    purchase_id: u64,
    purchase_status: &'static str,
}

impl CancelAnswer {
    pub(super) fn new(purchase: &Purchase, now: Moment) -> Self {
        Self {
            status: SUCCESS,
            skin: SkinId { id: purchase.item.id.to_string() },
            purchase_id: purchase.id,
            purchase_status: words::status(purchase.status(now)),
        }
    }
}

/// An answer that says nothing but success.
#[derive(Debug, Serialize)]
pub(super) struct DoneAnswer {
    pub(super) status: &'static str,
}

/// The answer to project-balance.
#[derive(Debug, Serialize)]
pub(super) struct BalanceAnswer {
    pub(super) status: &'static str,
    pub(super) balance: Amount,
}
