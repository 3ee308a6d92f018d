//! ShadowPay's two signatures: SHA-256 over values that follow each other without anything between them.
//!
//! Because nothing separates the values, order `1234` with amount `5.00` and order `12` with amount `345.00` have one
//! signature. Skinbus makes the text readable in one way only: an order id holds no `USD` and ends in neither a digit nor
//! a dot, and an amount is digits and a dot. Then the first `USD` in the text is the currency, and what stands before it
//! is the amount from behind as far as digits and dots go, and before that the order id. The trade id ends where the
//! secret begins, whose length never changes.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::values::hex;

/// The only currency there is.
pub(super) const CURRENCY: &str = "USD";

/// Why an order id would make signatures readable in two ways, for people. None where it would not.
pub(super) fn ambiguities(order_id: &str) -> impl Iterator<Item = &'static str> {
    let ends_in_digit = order_id.ends_with(|last: char| last.is_ascii_digit());
    [
        (ends_in_digit, "must not end in a digit: ShadowPay's signature joins it to the amount, so 12 and 345.00 could be \
          read as 1234 and 5.00; append a letter, for example"),
        (order_id.contains('.'), "must not contain a dot: ShadowPay's signature joins it to the amount"),
        (order_id.contains(CURRENCY), "must not contain USD: ShadowPay's signature joins it to the currency"),
    ]
    .into_iter()
    .filter_map(|(is_broken, why)| is_broken.then_some(why))
}

/// The signature of a payment link. An amount that is not sent is signed as nothing.
pub(super) fn of_link(secret: &SecretString, order_id: &str, amount: &str) -> String {
    of(secret, &[order_id, amount, CURRENCY])
}

/// The proof of a notification, over the values exactly as they came.
pub(super) fn of_notification(secret: &SecretString, order_id: &str, amount: &str, trade_id: &str) -> String {
    of(secret, &[order_id, amount, CURRENCY, trade_id])
}

fn of(secret: &SecretString, values: &[&str]) -> String {
    let mut digest = Sha256::new();
    for value in values {
        digest.update(value.as_bytes());
    }
    digest.update(secret.expose_secret().as_bytes());
    hex(&digest.finalize())
}
