//! Webhooks about deposits and purchases, all to one address.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_decimal::Decimal;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::deposit_wire::{date, money, offer_id};
use super::purchase_wire::hold_end;
use super::switches::{Age, Switches, Width, Writing};
use super::terms::Custom;
use super::words;
use crate::amount::Number;
use crate::answer::JSON;
use crate::clock::Moment;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::news::{Message, Subject};
use crate::engine::purchase::Purchase;

/// The signature of everything that is ever told of an id: it covers nothing else.
fn sign(id: u64, secret: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(format!("{id}{secret}")))
}

/// An id as it is written.
#[derive(Serialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    String(String),
}

impl Id {
    fn new(id: u64, switches: &Switches) -> Self {
        match switches.webhook_id {
            Writing::Number => Self::Number(id),
            Writing::String => Self::String(id.to_string()),
        }
    }
}

#[derive(Serialize)]
struct CustomFields {
    custom_currency: String,
    custom_currency_multiplier: Number,
    custom_currency_rate: Number,
    custom_currency_sum: Number,
}

#[derive(Serialize)]
struct DepositBody<'a> {
    sign: String,
    status: &'static str,
    trade_id: Id,
    trade_date: String,
    merchant_tx_id: &'a str,
    steam_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    amount: Number,
    amount_currency: &'static str,
    #[serde(flatten)]
    custom: Option<CustomFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_end_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct PurchaseBody<'a> {
    sign: String,
    status: &'static str,
    purchase_id: Id,
    #[serde(flatten)]
    more: Option<MoreOfPurchase<'a>>,
}

/// What a webhook about a purchase may have besides.
#[derive(Serialize)]
struct MoreOfPurchase<'a> {
    trade_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_tx_id: Option<&'a str>,
    steam_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    amount: Number,
    amount_currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_end_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<&'static str>,
}

/// Webhooks tell of five statuses and of no others.
pub(super) fn announces(subject: &Subject, switches: &Switches) -> bool {
    match subject {
        Subject::Deposit { deposit, .. } => words::is_told(words::deposit(deposit, switches)),
        // Without holds the end of the protection is no change.
        Subject::Purchase { status: Status::Settled, .. } if !switches.purchase_holds => false,
        Subject::Purchase { purchase, status } => {
            words::is_told(words::purchase(purchase, *status, switches))
        }
        Subject::Credit { .. } | Subject::Listing { .. } => false,
    }
}

/// The webhook, also about what is not announced.
pub(super) fn message(
    subject: &Subject,
    secret: &str,
    forged: bool,
    switches: &Switches,
    now: Moment,
) -> Message {
    let secret = if forged { "not the secret" } else { secret };
    let (status, body) = match subject {
        Subject::Deposit { deposit, .. } => {
            let body = deposit_body(deposit, sign(deposit.id, secret), switches, now);
            (body.status, serde_json::to_vec(&body))
        }
        // Invented: there are no links here, and so it stands for a purchase.
        Subject::Credit { deposit, .. } => {
            let (id, status) = (deposit.id, words::deposit(deposit, switches));
            let purchase_id = Id::new(id, switches);
            (
                status,
                serde_json::to_vec(&PurchaseBody { sign: sign(id, secret), status, purchase_id, more: None }),
            )
        }
        Subject::Purchase { purchase, status } => {
            let body = purchase_body(purchase, *status, sign(purchase.id, secret), switches, now);
            (body.status, serde_json::to_vec(&body))
        }
        Subject::Listing { .. } => ("none", Ok(b"{}".to_vec())),
    };
    // The writer cannot fail on these fields; an empty body would show at once that it did.
    Message::post(status, JSON, body.unwrap_or_default())
}

fn deposit_body<'a>(
    deposit: &'a Deposit,
    sign: String,
    switches: &'a Switches,
    now: Moment,
) -> DepositBody<'a> {
    let amount = deposit.payment.map_or(Decimal::ZERO, |payment| payment.amount);
    let older = switches.webhook_fields == Age::Older;
    let newer = !older && switches.is_newer();
    let status = words::deposit(deposit, switches);
    let custom = Custom::of(deposit).filter(|_| older).map(|custom| CustomFields {
        custom_currency_multiplier: Number(custom.multiplier),
        custom_currency_rate: Number(custom.rate),
        custom_currency_sum: money(custom.sum(amount)),
        custom_currency: custom.currency,
    });
    let hold_end = deposit.settlement(now).filter(|_| newer && status == words::HOLD);
    DepositBody {
        sign,
        status,
        trade_id: Id::new(deposit.id, switches),
        trade_date: date(deposit.born.real_ms, switches),
        merchant_tx_id: &deposit.reference,
        steam_id: &deposit.steam_id,
        offer_id: offer_id(deposit).or(older.then(String::new)),
        amount: money(amount),
        amount_currency: "usd",
        custom,
        hold_end_date: hold_end.map(|seconds| date(seconds.saturating_mul(1000), switches)),
        fail_reason: words::deposit_reason(deposit, switches).filter(|_| newer),
    }
}

fn purchase_body<'a>(
    purchase: &'a Purchase,
    status: Status,
    sign: String,
    switches: &Switches,
    now: Moment,
) -> PurchaseBody<'a> {
    let word = words::purchase(purchase, status, switches);
    let newer = switches.is_newer();
    let more = (switches.purchase_webhook == Width::Full).then(|| MoreOfPurchase {
        trade_date: date(purchase.born.real_ms, switches),
        merchant_tx_id: purchase.reference.as_deref(),
        steam_id: purchase.steam_id(),
        offer_id: purchase.offer_id(now),
        amount: money(purchase.price),
        amount_currency: "usd",
        hold_end_date: hold_end(purchase, word, switches, now).filter(|_| newer),
        fail_reason: words::purchase_reason(word, status, switches).filter(|_| newer),
    });
    PurchaseBody { sign, status: word, purchase_id: Id::new(purchase.id, switches), more }
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn a_signature_is_that_of_the_worked_example() {
        let secret = "skl-demo-secret-A1";
        assert_eq!(sign(50_213, secret), "ro5931VuD7+H/rqCsAtv3oUhETlNVkreUs6mUlMjmIE=");
        assert_eq!(sign(9_077, secret), "fBpSweHsfIM3XodpP/dgccPMWpaMgH5Nfyq7SDXUbBs=");
    }
}
