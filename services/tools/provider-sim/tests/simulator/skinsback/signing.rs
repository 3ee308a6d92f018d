//! Signatures, computed here once more and not by the simulator's own code.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use super::support::SECRET;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) fn sha1(text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

pub(crate) fn sha256(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// The `sign` of pairs, sorted here.
pub(crate) fn sign(pairs: &[(&str, &str)]) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    let text = sorted.iter().map(|(name, value)| format!("{name}:{value};")).collect::<String>();
    sha1(&text)
}

/// The documented example, by this other hand.
#[test]
fn the_documented_deposit_has_its_sign() {
    let pairs = [
        ("status", "in_hold"),
        ("transaction_id", "731200455"),
        ("order_id", "dep-2041"),
        ("steam_id", "76561198165046861"),
        ("date", "1767262210"),
        ("amount", "18.4"),
        ("amount_currency", "usd"),
        ("user_amount", "18.4"),
    ];
    assert_eq!(sign(&pairs), "02d12a0bdd5240579b9a1cf4741a353ba12826db");
}
