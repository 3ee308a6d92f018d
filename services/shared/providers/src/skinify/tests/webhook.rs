//! Skinify's IPN.

use secrecy::ExposeSecret;

use super::{headers, with};
use crate::provider::{WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::skinify::{SkinifyWebhooks, signature_of};

const IPN: &str = include_str!("fixtures/ipn.json");
/// The MD5 of `token`.
const PROOF: &str = "94a08da1fecbb6e8b46990538c7b50b2";
const FORM: &str =
    "token_md5=94a08da1fecbb6e8b46990538c7b50b2&status=success&transaction_id=700412&deposit_id=dep-501";

fn webhooks() -> SkinifyWebhooks {
    SkinifyWebhooks::new(signature_of(&"token".into()))
}

fn verify(content_type: &str, body: &[u8]) -> Result<WebhookTrust, &'static str> {
    let headers = headers(content_type);
    let webhook = WebhookRequest { headers: &headers, query: "", body };
    webhooks().verify(&webhook).map_err(|forged| forged.reason)
}

fn read(body: &str) -> Option<WebhookEvent> {
    let headers = headers("");
    let webhook = WebhookRequest { headers: &headers, query: "", body: body.as_bytes() };
    webhooks().read(&webhook, WebhookTrust::Hint)
}

#[test]
fn the_proof_is_the_md5_of_the_token() {
    assert_eq!(signature_of(&"token".into()).expose_secret(), PROOF);
    assert_eq!(signature_of(&"".into()).expose_secret(), "d41d8cd98f00b204e9800998ecf8427e");
    assert!(IPN.contains(PROOF) && FORM.contains(PROOF));
}

#[test]
fn who_knows_the_constant_gives_a_hint() {
    for (content_type, body) in [
        ("application/json", IPN),
        ("application/json; charset=utf-8", IPN),
        ("Application/JSON", IPN),
        ("text/plain", IPN),
        ("", IPN),
        ("", &format!("\r\n {IPN}")),
        ("application/x-www-form-urlencoded", FORM),
        ("", FORM),
        ("application/x-www-form-urlencoded", &format!("{FORM}&new=%E2%98%85+1&amount_converted[usd]=12.5")),
    ] {
        assert_eq!(verify(content_type, body.as_bytes()), Ok(WebhookTrust::Hint), "{content_type}: {body}");
    }
}

#[test]
fn everybody_else_is_refused() {
    let wrong = PROOF.replace('9', "8");
    let nested = format!(r#"{{"data": {{"token_md5": "{PROOF}"}}}}"#);
    let listed = format!(r#"{{"token_md5": ["{PROOF}"]}}"#);
    for (body, reason) in [
        (with(IPN, PROOF, &wrong), "wrong_signature"),
        (with(FORM, PROOF, &wrong), "wrong_signature"),
        (with(IPN, PROOF, &PROOF.to_uppercase()), "wrong_signature"),
        (with(IPN, PROOF, &PROOF[..31]), "wrong_signature"),
        (with(IPN, PROOF, &format!("{PROOF}0")), "wrong_signature"),
        (with(IPN, PROOF, &format!(" {PROOF}")), "wrong_signature"),
        (with(IPN, PROOF, ""), "wrong_signature"),
        // The token itself is not what proves it.
        (with(IPN, PROOF, "token"), "wrong_signature"),
        (with(FORM, PROOF, ""), "wrong_signature"),
        (listed, "wrong_signature"),
        (with(IPN, "token_md5", "token_MD5"), "no_signature"),
        (with(FORM, "token_md5=", "x="), "no_signature"),
        (with(IPN, &format!("\"{PROOF}\""), "null"), "no_signature"),
        (nested, "no_signature"),
        (String::new(), "no_signature"),
        ("{}".to_owned(), "no_signature"),
        (PROOF.to_owned(), "no_signature"),
        (IPN[..IPN.len() - 3].to_owned(), "unreadable"),
        (format!("{IPN}{IPN}"), "unreadable"),
        ("{".repeat(200_000), "unreadable"),
        // A body with two meanings has none.
        (format!("{FORM}&token_md5={wrong}"), "unreadable"),
        (format!("{FORM}&token_md5={PROOF}"), "unreadable"),
        (format!("{FORM}&status=failed"), "unreadable"),
        (with(IPN, "\"status\"", &format!("\"token_md5\": \"{wrong}\", \"status\"")), "unreadable"),
        (with(IPN, "\"status\"", "\"token_md5\": null, \"status\""), "unreadable"),
    ] {
        assert_eq!(verify("", body.as_bytes()), Err(reason), "{}", &body[..body.len().min(200)]);
    }
    assert_eq!(verify("application/json", FORM.as_bytes()), Err("unreadable"));
    assert_eq!(verify("application/json", b""), Err("unreadable"));
    assert_eq!(verify("", &[FORM.as_bytes(), b"&x=\xff"].concat()), Err("unreadable"));
    assert_eq!(verify("", b"\xff\xfe"), Err("unreadable"));
}

#[test]
fn an_account_without_a_signature_takes_nothing() {
    let webhooks = SkinifyWebhooks::new("".into());
    for body in ["token_md5=", r#"{"token_md5": ""}"#, IPN] {
        let headers = headers("");
        let webhook = WebhookRequest { headers: &headers, query: "", body: body.as_bytes() };
        assert!(webhooks.verify(&webhook).is_err(), "{body}");
    }
}

#[test]
fn what_it_says_is_kept_without_the_proof() {
    for body in [IPN, FORM] {
        let event = read(body).unwrap();
        assert_eq!(event.reference, "dep-501");
        assert_eq!(event.provider_id, "700412");
        assert_eq!(event.claimed_status, "success");
        // Whoever knows the constant can write anything, so nothing of it is an observation.
        assert_eq!(event.observation, None);
        let kept: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        assert_eq!(kept["transaction_id"], "700412");
        assert!(!String::from_utf8_lossy(&event.body).contains(PROOF));
        assert!(!format!("{event:?}").contains(PROOF));
        assert!(kept.get("token_md5").is_none());
    }
    let kept: serde_json::Value = serde_json::from_slice(&read(IPN).unwrap().body).unwrap();
    assert_eq!(kept["amount"], "12.5");
    assert_eq!(kept["amount_converted"], r#"{"usd": 12.5}"#);
}

#[test]
fn one_event_has_one_key() {
    let key = |body: &str| read(body).unwrap().event_key;
    let first = key(FORM);
    assert_eq!(key(FORM), first);
    // Neither the encoding, nor the order of the fields, nor a renewed proof makes it another event.
    assert_eq!(key(&FORM.split('&').rev().collect::<Vec<_>>().join("&")), first);
    assert_eq!(key(&with(FORM, PROOF, "x")), first);
    let json =
        r#"{"status": "success", "transaction_id": 700412, "deposit_id": "dep-501", "settlement": null}"#;
    assert_eq!(key(json), first);
    for (from, to) in [("status=success", "status=failed"), ("700412", "700413"), ("dep-501", "dep-502")] {
        assert_ne!(key(&with(FORM, from, to)), first, "{to}");
    }
}

#[test]
fn what_names_nothing_is_no_event() {
    for body in [
        "",
        "{}",
        "status=success",
        r#"{"deposit_id": null, "transaction_id": null}"#,
        "{\"deposit_id\"",
        "deposit_id=d&deposit_id=e",
    ] {
        assert_eq!(read(body), None, "{body}");
    }
    assert_eq!(read("transaction_id=7").unwrap().reference, "");
}
