//! How a purchase is written.

use rust_decimal::Decimal;
use serde::Serialize;

use super::slot::{Scalar, Slot};
use super::switches::{Age, Switches};
use super::thousandths::{thousandths, usd};
use super::words;
use crate::amount::Number;
use crate::clock::{Moment, seconds};
use crate::engine::fate::{Status, Step};
use crate::engine::purchase::Purchase;

/// A skin that was bought.
#[derive(Debug, Serialize)]
struct Skin {
    name: String,
    price: Number,
}

impl Skin {
    fn new(purchase: &Purchase, switches: &Switches) -> Self {
        let price = purchase.price - usd(switches.fee_thousandths);
        Self { name: purchase.item.name.to_string(), price: thousandths(price.max(Decimal::ZERO)) }
    }
}

/// The answer to buy; it has neither `trade_id` nor `steamid`.
#[derive(Debug, Serialize)]
pub(super) struct BuyAnswer {
    success: bool,
    payment_id: String,
    transaction_id: String,
    skin: Skin,
    time: String,
    status: &'static str,
    amount: Number,
}

impl BuyAnswer {
    pub(super) fn new(purchase: &Purchase, switches: &Switches, now: Moment) -> Self {
        Self {
            success: true,
            payment_id: purchase.reference.clone().unwrap_or_default(),
            transaction_id: purchase.id.to_string(),
            skin: Skin::new(purchase, switches),
            time: seconds(purchase.born.real_ms).to_string(),
            status: words::status(purchase.status(now), switches.age),
            amount: thousandths(purchase.price),
        }
    }
}

/// One row of status and history, and the content of a notification.
#[derive(Debug, Serialize)]
pub(super) struct PurchaseRow {
    payment_id: String,
    transaction_id: String,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    steamid: Slot<String>,
    time: String,
    status: &'static str,
    amount: Number,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    trade_id: Slot<String>,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    time_settlement: Slot<Scalar>,
    skin: Skin,
}

impl PurchaseRow {
    /// A purchase as it is.
    pub(super) fn new(purchase: &Purchase, switches: &Switches, now: Moment) -> Self {
        Self {
            steamid: Slot::Value(purchase.steam_id()),
            ..Self::told(purchase, purchase.status(now), switches, now)
        }
    }

    /// A purchase as it was when it reached a status; notifications have no `steamid`.
    pub(super) fn told(purchase: &Purchase, status: Status, switches: &Switches, now: Moment) -> Self {
        let steps = reached_by(purchase, status, now);
        let sent = steps.iter().any(|step| step.status.has_offer());
        let accepted = steps.iter().any(|step| step.status == Status::Accepted);
        let settlement = purchase.settlement(now).filter(|_| accepted);
        let settlement = settlement.map(|end| Scalar::whole(end, switches.settlement_type));
        Self {
            payment_id: purchase.reference.clone().unwrap_or_default(),
            transaction_id: purchase.id.to_string(),
            steamid: Slot::none(),
            time: seconds(purchase.born.real_ms).to_string(),
            status: words::status(status, switches.age),
            amount: thousandths(purchase.price),
            trade_id: Slot::new(purchase.offer_id(now).filter(|_| sent), switches.absent),
            time_settlement: match switches.age {
                Age::Newer => Slot::new(settlement, switches.absent_settlement),
                Age::Older => Slot::none(),
            },
            skin: Skin::new(purchase, switches),
        }
    }
}

/// All steps up to a status; all there are for a status that was never reached.
fn reached_by(purchase: &Purchase, status: Status, now: Moment) -> Vec<Step> {
    let mut steps = purchase.reached(now);
    if let Some(index) = steps.iter().position(|step| step.status == status) {
        steps.truncate(index + 1);
    }
    steps
}
