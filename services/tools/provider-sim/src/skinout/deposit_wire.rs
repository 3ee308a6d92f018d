//! How a deposit is written.

use rust_decimal::Decimal;
use serde::Serialize;

use super::currency::Currency;
use super::slot::{Kind, Scalar, Slot};
use super::switches::{Age, Switches};
use super::thousandths::thousandths;
use super::words;
use crate::amount::Number;
use crate::clock::{Moment, seconds};
use crate::engine::deposit::{Deposit, Phase};
use crate::engine::inventory::worth;

/// Where a deposit is written: the three differ a little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Status,
    /// The given skins are `items` in either age, and have no image.
    History,
    /// A failed one has no `steamid`.
    Webhook,
}

/// What a skin that was given is called where the control API named nothing but an amount.
const SOME_SKIN: &str = "Deposited | Carbon Fiber (Field-Tested)";

#[derive(Debug, Clone, Serialize)]
struct Given {
    name: &'static str,
    price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
}

/// A deposit, in answers and in notifications.
#[derive(Debug, Serialize)]
pub(super) struct DepositRow {
    payment_id: Scalar,
    transaction_id: Scalar,
    time: String,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    steamid: Slot<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    time_settlement: Slot<Scalar>,
    currency: String,
    currency_rate: Scalar,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    amount_currency: Slot<String>,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    amount_usd: Slot<Number>,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    items: Slot<Vec<Given>>,
    #[serde(skip_serializing_if = "Slot::is_omitted")]
    skins: Slot<Vec<Given>>,
}

impl DepositRow {
    pub(super) fn new(deposit: &Deposit, place: Place, switches: &Switches, now: Moment) -> Self {
        let status = words::phase(deposit.phase, switches.age);
        let currency = Currency::of(deposit);
        let numeric = switches.pending_numeric_ids && status == "pending";
        let kind = if numeric { Kind::Number } else { Kind::String };
        let nameless = place == Place::Webhook && status == "failed";
        let paid = deposit.payment.filter(|_| deposit.phase == Phase::Paid).map(|payment| payment.amount);
        let given = Slot::new(paid.map(|amount| given(deposit, amount, place)), switches.absent);
        let (items, skins) = match (place, switches.age) {
            (Place::History, Age::Newer | Age::Older) | (Place::Status | Place::Webhook, Age::Newer) => {
                (given, Slot::none())
            }
            (Place::Status | Place::Webhook, Age::Older) => (Slot::none(), given),
        };
        Self {
            payment_id: Scalar::id(&deposit.reference, kind),
            transaction_id: Scalar::whole(deposit.id, kind),
            time: seconds(deposit.born.real_ms).to_string(),
            steamid: Slot::new((!nameless).then(|| deposit.steam_id.clone()), switches.absent),
            status,
            time_settlement: settlement(deposit, switches, now),
            amount_currency: Slot::new(paid.map(|amount| currency.shown(amount)), switches.absent),
            amount_usd: Slot::new(paid.map(thousandths), switches.absent),
            currency_rate: currency.shown_rate(switches.currency_rate_type),
            currency: currency.code,
            items,
            skins,
        }
    }
}

/// Shown while the deposit is held, and not known to the older age.
fn settlement(deposit: &Deposit, switches: &Switches, now: Moment) -> Slot<Scalar> {
    if switches.age == Age::Older {
        return Slot::none();
    }
    let held = matches!(deposit.phase, Phase::Held | Phase::Approved);
    let end = deposit.settlement(now).filter(|_| held);
    Slot::new(end.map(|end| Scalar::whole(end, switches.settlement_type)), switches.absent_settlement)
}

/// The skins that were given; together they are always worth what was paid.
fn given(deposit: &Deposit, amount: Decimal, place: Place) -> Vec<Given> {
    let row = |name, price, picture: &str| Given {
        name,
        price: thousandths(price),
        image: (place != Place::History).then(|| format!("https://example.invalid/{picture}.png")),
    };
    if deposit.assets.is_empty() || worth(&deposit.assets) != amount {
        return vec![row(SOME_SKIN, amount, "some")];
    }
    deposit.assets.iter().map(|asset| row(asset.name, asset.price, asset.id)).collect()
}
