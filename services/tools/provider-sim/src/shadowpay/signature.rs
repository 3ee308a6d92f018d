//! Signatures: SHA-256 over the values and the secret hash, one after the other without a separator.

use sha2::{Digest, Sha256};

fn sha256_hex(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The signature of a link; the amount is empty where none is sent.
pub(super) fn of_link(order_id: &str, amount: &str, currency: &str, secret_hash: &str) -> String {
    sha256_hex(&[order_id, amount, currency, secret_hash])
}

/// The `hash` of a notification.
pub(super) fn of_ipn(
    order_id: &str,
    amount: &str,
    currency: &str,
    trade_id: &str,
    secret_hash: &str,
) -> String {
    sha256_hex(&[order_id, amount, currency, trade_id, secret_hash])
}
