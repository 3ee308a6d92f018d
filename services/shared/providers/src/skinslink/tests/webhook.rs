//! Skinslink's webhooks.

use http::HeaderMap;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{reference, with};
use crate::provider::{WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::skinslink::SkinslinkWebhooks;
use crate::skinslink::webhook::signature;
use crate::values::hex;

const SECRET: &str = "skl-demo-secret-A1";
const WEBHOOK: &str = include_str!("fixtures/webhook.json");
const PROOF: &str = "ro5931VuD7+H/rqCsAtv3oUhETlNVkreUs6mUlMjmIE=";
const PURCHASE: &str =
    r#"{"sign": "fBpSweHsfIM3XodpP/dgccPMWpaMgH5Nfyq7SDXUbBs=", "purchase_id": 9077, "status": "completed"}"#;

fn verify_with(secret: &str, body: &[u8]) -> Result<WebhookTrust, &'static str> {
    let webhook = WebhookRequest { headers: &HeaderMap::new(), query: "", body };
    SkinslinkWebhooks::new(secret.into()).verify(&webhook).map_err(|forged| forged.reason)
}

fn verify(body: &str) -> Result<WebhookTrust, &'static str> {
    verify_with(SECRET, body.as_bytes())
}

fn read(body: &str) -> Option<WebhookEvent> {
    let webhook = WebhookRequest { headers: &HeaderMap::new(), query: "", body: body.as_bytes() };
    SkinslinkWebhooks::new(SECRET.into()).read(&webhook, WebhookTrust::Hint)
}

#[test]
fn who_knows_the_secret_gives_a_hint() {
    let custom = "\"usd\", \"custom_currency\": \"EUR\", \"custom_currency_rate\": 0.92";
    for body in [
        WEBHOOK.to_owned(),
        PURCHASE.to_owned(),
        format!("\r\n {WEBHOOK}\n"),
        with(WEBHOOK, "\"usd\"", custom),
        with(
            WEBHOOK,
            "\"usd\"",
            "\"usd\", \"hold_end_date\": \"2026-03-09T10:31:12Z\", \"new\": {\"a\": []}",
        ),
        with(WEBHOOK, "\"7120099001\"", "\"\""),
        with(WEBHOOK, "\"offer_id\": \"7120099001\",", ""),
        with(WEBHOOK, "\"status\"", "\"purchase_id\": null, \"status\""),
        // The signature covers none of these: they prove nothing, so they are told as a hint only.
        with(WEBHOOK, "\"hold\"", "\"completed\""),
        with(WEBHOOK, "18.470", "99999"),
        with(WEBHOOK, "18.470", "18.47"),
        with(WEBHOOK, "dep-1", "dep-2"),
    ] {
        assert_eq!(verify(&body), Ok(WebhookTrust::Hint), "{body}");
        assert_eq!(read(&body).unwrap().observation, None, "{body}");
    }
}

#[test]
fn everybody_else_is_refused() {
    let sign = |proof: &str| with(WEBHOOK, PROOF, proof);
    for (body, reason) in [
        (sign("ro5931VuD7+H/rqCsAtv3oUhETlNVkreUs6mUlMjmIF="), "wrong_signature"),
        (sign(&PROOF.to_lowercase()), "wrong_signature"),
        (sign(PROOF.trim_end_matches('=')), "wrong_signature"),
        (sign(&format!("{PROOF}=")), "wrong_signature"),
        (sign(&format!(" {PROOF}")), "wrong_signature"),
        (sign(&PROOF.replace('+', "-").replace('/', "_")), "wrong_signature"),
        (sign(""), "wrong_signature"),
        (sign(SECRET), "wrong_signature"),
        // SHA-256 in hexadecimal, as other providers write it.
        (sign(&hex(&Sha256::digest("50213skl-demo-secret-A1"))), "wrong_signature"),
        // The proof of one trade is none for another.
        (with(WEBHOOK, "50213", "50214"), "wrong_signature"),
        (with(WEBHOOK, "50213", "5021"), "wrong_signature"),
        (with(WEBHOOK, "50213", "9077"), "wrong_signature"),
        (with(PURCHASE, "9077", "50213"), "wrong_signature"),
        (with(WEBHOOK, "\"sign\"", "\"SIGN\""), "no_signature"),
        (with(WEBHOOK, &format!("\"{PROOF}\""), "null"), "no_signature"),
        (with(WEBHOOK, &format!("\"{PROOF}\""), &format!("[\"{PROOF}\"]")), "no_signature"),
        // Documented as an integer.
        (with(WEBHOOK, "50213", "\"50213\""), "no_id"),
        (with(WEBHOOK, "50213", "\"\""), "no_id"),
        (with(WEBHOOK, "50213", "0"), "no_id"),
        (with(WEBHOOK, "50213", "-50213"), "no_id"),
        (with(WEBHOOK, "50213", "50213.0"), "no_id"),
        (with(WEBHOOK, "50213", "5.0213e4"), "no_id"),
        (with(WEBHOOK, "50213", "[50213]"), "no_id"),
        (with(WEBHOOK, "50213", "true"), "no_id"),
        (with(WEBHOOK, "50213", &"9".repeat(21)), "no_id"),
        (with(WEBHOOK, "50213", "null"), "no_id"),
        (with(WEBHOOK, "trade_id", "id"), "no_id"),
        (with(WEBHOOK, "\"status\"", "\"purchase_id\": 9077, \"status\""), "two_ids"),
        (with(WEBHOOK, "\"status\"", "\"trade_id\": 50214, \"status\""), "unreadable"),
        (with(WEBHOOK, "\"status\"", "\"sign\": \"x\", \"status\""), "unreadable"),
        (with(WEBHOOK, "\"amount\"", "\"status\": \"completed\", \"amount\""), "unreadable"),
        (with(WEBHOOK, "50213", "050213"), "unreadable"),
        (format!("[{WEBHOOK}]"), "unreadable"),
        (format!("{WEBHOOK}{WEBHOOK}"), "unreadable"),
        (WEBHOOK[..WEBHOOK.len() - 4].to_owned(), "unreadable"),
        (format!("sign={PROOF}&trade_id=50213"), "unreadable"),
        (String::new(), "unreadable"),
        ("null".to_owned(), "unreadable"),
        ("{\"a\":".repeat(100_000), "unreadable"),
        ("{}".to_owned(), "no_signature"),
    ] {
        assert_eq!(verify(&body), Err(reason), "{}", &body[..body.len().min(300)]);
    }
    assert_eq!(verify_with("another secret", WEBHOOK.as_bytes()), Err("wrong_signature"));
    assert_eq!(verify_with(SECRET, b"\xff\xfe"), Err("unreadable"));
}

/// The hashed text has no separator: a longer id with a shorter secret gives the same one.
#[test]
fn a_moved_border_between_id_and_secret_proves_nothing() {
    let proof = signature("5021", &"3abc".into());
    assert_eq!(proof, signature("50213", &"abc".into()));
    let longer = with(WEBHOOK, PROOF, &proof);
    assert_eq!(verify_with("3abc", longer.as_bytes()), Err("wrong_signature"));
    // As a text the id could carry the start of any secret.
    let text = with(&with(WEBHOOK, PROOF, &signature("50213a", &"bc".into())), "50213", "\"50213a\"");
    assert_eq!(verify_with("bc", text.as_bytes()), Err("no_id"));
}

#[test]
fn an_account_without_a_secret_takes_nothing() {
    let of_id_alone = signature("50213", &"".into());
    for body in [WEBHOOK.to_owned(), with(WEBHOOK, PROOF, &of_id_alone)] {
        assert_eq!(verify_with("", body.as_bytes()), Err("wrong_signature"));
    }
}

#[test]
fn what_it_says_is_kept_without_the_proof() {
    let event = read(WEBHOOK).unwrap();
    assert_eq!((event.reference.as_str(), event.provider_id.as_str()), ("dep-1", "50213"));
    assert_eq!(event.claimed_status, "hold");
    let kept = std::str::from_utf8(&event.body).unwrap();
    // The amount as it was written, not as somebody reads it.
    assert!(kept.contains("\"amount\":18.470") && kept.contains("\"trade_id\":50213"), "{kept}");
    assert!(!kept.contains("sign") && !format!("{event:?}").contains(PROOF));
    let bought = read(PURCHASE).unwrap();
    assert_eq!((bought.reference.as_str(), bought.provider_id.as_str()), ("", "9077"));
    assert_eq!(bought.claimed_status, "completed");
    assert_eq!(read(&with(PURCHASE, "9077", "\"9077\"")), None);
    assert_eq!(read("{}"), None);
    assert_eq!(read("status=hold&trade_id=50213"), None);
    let odd = read(&with(WEBHOOK, "\"hold\"", "[\"hold\"]")).unwrap();
    assert_eq!(odd.claimed_status, "");
    let webhooks = SkinslinkWebhooks::new(SECRET.into());
    assert!(!webhooks.takes_get());
    assert_eq!(webhooks.refusal(), "not authorized");
}

#[test]
fn one_event_has_one_key() {
    let key = |body: &str| read(body).unwrap().event_key;
    let first = key(WEBHOOK);
    // What a second delivery may say otherwise: fields of another revision, another order, a later amount.
    for (from, to) in [
        ("\"offer_id\": \"7120099001\",", ""),
        ("18.470", "18.47"),
        (PROOF, "x"),
        ("\"usd\"", "\"usd\", \"hold_end_date\": \"2026-03-09T10:31:12Z\""),
    ] {
        assert_eq!(key(&with(WEBHOOK, from, to)), first, "{to}");
    }
    // Another event. Who has seen one webhook can forge these; they must not stand in the true one's place.
    let mut keys = vec![first];
    for (from, to) in [
        ("\"hold\"", "\"completed\""),
        ("50213", "50214"),
        ("\"trade_id\"", "\"purchase_id\""),
        ("dep-1", "dep-2"),
        ("dep-1", ""),
    ] {
        keys.push(key(&with(WEBHOOK, from, to)));
    }
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
    assert!(keys.iter().all(|key| key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())));
}

#[test]
fn a_reference_is_read_as_it_is() {
    let event = read(&with(WEBHOOK, "\"dep-1\"", "20431")).unwrap();
    assert_eq!(event.reference, "20431");
    assert_eq!(event.reference.parse(), Ok(reference("20431")));
}

proptest! {
    #[test]
    fn only_the_signed_id_passes(id in 1_u64.., other in 1_u64..) {
        let body = |id: u64, proof: &str| format!(r#"{{"sign": "{proof}", "trade_id": {id}, "status": "hold"}}"#);
        let proof = signature(&id.to_string(), &SECRET.into());
        prop_assert_eq!(verify(&body(id, &proof)), Ok(WebhookTrust::Hint));
        prop_assert_eq!(verify(&body(other, &proof)).is_ok(), id == other);
    }

    #[test]
    fn noise_proves_nothing(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_with(SECRET, &body).is_err());
    }
}
