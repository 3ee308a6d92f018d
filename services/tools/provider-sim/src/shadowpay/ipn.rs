//! IPN, the notifications about credits of links.

use rust_decimal::Decimal;

use super::settings::{IpnAmount, IpnMethod, Settings};
use super::signature;
use super::time::date_time;
use super::wire::money_text;
use crate::answer::FORM;
use crate::clock::seconds;
use crate::engine::deposit::Deposit;
use crate::engine::news::{Message, Subject};

/// The note of a link about the user.
pub(super) const ACCOUNT: &str = "account";
/// The note of a link about its token.
pub(super) const TOKEN: &str = "token";
/// The only status of a payment.
pub(super) const COMPLETE: &str = "complete";
/// The address that the documentation's sample shows.
const SOME_ADDRESS: &str = "203.0.113.7";

/// What is paid.
struct Payment<'a> {
    trade_id: &'a str,
    transaction_id: String,
    amount: Decimal,
    created_ms: u64,
}

/// The fields in the order of the documentation's sample, except for the hash; and the amount that is signed.
fn fields(deposit: &Deposit, payment: &Payment<'_>, settings: &Settings) -> (Vec<(String, String)>, String) {
    let exact = money_text(payment.amount);
    let shortest = payment.amount.normalize().to_string();
    let (amount, signed_amount) = match settings.ipn_amount {
        IpnAmount::TwoDecimals => (exact.clone(), exact),
        IpnAmount::Shortest => (shortest.clone(), shortest),
        IpnAmount::Altered => (shortest, exact),
    };
    let note = |name| deposit.notes.get(name).cloned().unwrap_or_default();
    let usual = [
        ("type", "payment".to_owned()),
        ("amount", amount),
        ("token", note(TOKEN)),
        ("account", note(ACCOUNT)),
        ("order_id", deposit.reference.clone()),
        ("currency", deposit.currency.to_uppercase()),
        ("trade_id", payment.trade_id.to_owned()),
        ("create_date", date_time(seconds(payment.created_ms))),
        ("status", COMPLETE.to_owned()),
        ("transaction_id", payment.transaction_id.clone()),
        ("ip", SOME_ADDRESS.to_owned()),
    ];
    let signed_amount = settings.ipn_fields.get("amount").cloned().unwrap_or(signed_amount);
    let mut all: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value)).into();
    for (name, value) in &settings.ipn_fields {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, usual)) => usual.clone_from(value),
            None if name == "hash" => {}
            None => all.push((name.clone(), value.clone())),
        }
    }
    (all, signed_amount)
}

/// The whole notification as pairs.
fn pairs(
    deposit: &Deposit,
    payment: &Payment<'_>,
    secret_hash: &str,
    forged: bool,
    settings: &Settings,
) -> Vec<(String, String)> {
    let (mut all, signed_amount) = fields(deposit, payment, settings);
    let value =
        |name: &str| all.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let secret_hash = if forged { "not the secret hash" } else { secret_hash };
    let usual = signature::of_ipn(
        value("order_id"),
        &signed_amount,
        value("currency"),
        value("trade_id"),
        secret_hash,
    );
    let hash = settings.ipn_fields.get("hash").cloned().unwrap_or(usual);
    all.push(("hash".to_owned(), hash));
    all.retain(|(name, _)| !settings.ipn_omitted.contains(name));
    all
}

/// The notification about a credit. One about a deposit is never sent by itself; it has no `trade_id`, so
/// that its hash is the signature of the link.
pub(super) fn message(subject: &Subject, secret_hash: &str, forged: bool, settings: &Settings) -> Message {
    let (deposit, payment) = match subject {
        Subject::Credit { deposit, credit } => (
            deposit,
            Payment {
                trade_id: &credit.trade_id,
                transaction_id: credit.transaction_id.clone(),
                amount: credit.amount,
                created_ms: credit.created_ms,
            },
        ),
        Subject::Deposit { deposit, .. } => (
            deposit,
            Payment {
                trade_id: "",
                transaction_id: deposit.id.to_string(),
                amount: deposit.payment.map_or(Decimal::ZERO, |payment| payment.amount),
                created_ms: deposit.born.real_ms,
            },
        ),
        // ShadowPay has none about these, and announces none.
        Subject::Purchase { .. } | Subject::Listing { .. } => return Message::get("none", String::new()),
    };
    let pairs = pairs(deposit, &payment, secret_hash, forged, settings);
    // The writer cannot fail on pairs of text; an empty notification would show at once that it did.
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    match settings.ipn_method {
        IpnMethod::Get => Message::get(COMPLETE, query),
        IpnMethod::Post => Message::post(COMPLETE, FORM, query),
    }
}
