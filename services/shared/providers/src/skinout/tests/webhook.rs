//! Webhooks about deposits and purchases.

use secrecy::ExposeSecret;

use super::{API_KEY, headers, with};
use crate::provider::{WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::skinout::{SkinoutWebhooks, signature_of};

const DEPOSIT: &str = include_str!("fixtures/webhook_deposit.json");
const PURCHASE: &str = include_str!("fixtures/webhook_purchase.json");
/// The MD5 of the API key, as `md5sum` has it.
const PROOF: &str = "b6a2b60542aaf3a7cec45f5d0b8a0961";
const FORM: &str = "signature=b6a2b60542aaf3a7cec45f5d0b8a0961&payment_id=dep-7781&transaction_id=903117&status=failed&currency=EUR";

fn webhooks() -> SkinoutWebhooks {
    SkinoutWebhooks::new(signature_of(&API_KEY.into()))
}

fn verify_with(
    webhooks: &SkinoutWebhooks,
    content_type: &str,
    body: &[u8],
) -> Result<WebhookTrust, &'static str> {
    let headers = headers(content_type);
    let webhook = WebhookRequest { headers: &headers, query: "signature=x", body };
    webhooks.verify(&webhook).map_err(|forged| forged.reason)
}

fn verify(content_type: &str, body: &[u8]) -> Result<WebhookTrust, &'static str> {
    verify_with(&webhooks(), content_type, body)
}

fn read(body: &str) -> Option<WebhookEvent> {
    let headers = headers("");
    let webhook = WebhookRequest { headers: &headers, query: "", body: body.as_bytes() };
    webhooks().read(&webhook, WebhookTrust::Hint)
}

#[test]
fn the_proof_is_the_md5_of_the_key() {
    assert_eq!(signature_of(&API_KEY.into()).expose_secret(), PROOF);
    assert_eq!(signature_of(&"".into()).expose_secret(), "d41d8cd98f00b204e9800998ecf8427e");
    assert!(DEPOSIT.contains(PROOF) && PURCHASE.contains(PROOF) && FORM.contains(PROOF));
}

#[test]
fn who_knows_the_constant_gives_a_hint() {
    for (content_type, body) in [
        ("application/json", DEPOSIT),
        ("application/json", PURCHASE),
        ("application/json; charset=utf-8", PURCHASE),
        ("text/plain", PURCHASE),
        ("", PURCHASE),
        ("", &format!("\r\n {PURCHASE}")),
        ("application/x-www-form-urlencoded", FORM),
        ("", FORM),
    ] {
        assert_eq!(verify(content_type, body.as_bytes()), Ok(WebhookTrust::Hint), "{content_type}: {body}");
    }
    // It covers nothing of what is said, and so never binds.
    let forged = with(DEPOSIT, "in_hold", "success");
    assert_eq!(verify("", forged.as_bytes()), Ok(WebhookTrust::Hint));
    assert_eq!(read(&forged).unwrap().observation, None);
}

#[test]
fn everybody_else_is_refused() {
    let last = &PROOF[31..];
    let wrong = format!("{}{}", &PROOF[..31], if last == "0" { "1" } else { "0" });
    for (body, reason) in [
        (with(PURCHASE, PROOF, &wrong), "wrong_signature"),
        (with(FORM, PROOF, &wrong), "wrong_signature"),
        (with(PURCHASE, PROOF, &PROOF.to_uppercase()), "wrong_signature"),
        (with(PURCHASE, PROOF, &PROOF[..31]), "wrong_signature"),
        (with(PURCHASE, PROOF, &format!("{PROOF}0")), "wrong_signature"),
        (with(PURCHASE, PROOF, &format!(" {PROOF}")), "wrong_signature"),
        (with(PURCHASE, PROOF, ""), "wrong_signature"),
        // The key itself is not what proves it.
        (with(PURCHASE, PROOF, API_KEY), "wrong_signature"),
        (with(PURCHASE, &format!("\"{PROOF}\""), &format!("[\"{PROOF}\"]")), "wrong_signature"),
        (with(PURCHASE, &format!("\"{PROOF}\""), "true"), "wrong_signature"),
        (with(PURCHASE, "\"signature\"", "\"Signature\""), "no_signature"),
        (with(PURCHASE, &format!("\"{PROOF}\""), "null"), "no_signature"),
        (format!("{{\"data\": {PURCHASE}}}"), "no_signature"),
        (String::new(), "no_signature"),
        ("{}".to_owned(), "no_signature"),
        (PROOF.to_owned(), "no_signature"),
        (format!("[{PURCHASE}]"), "no_signature"),
        (PURCHASE[..PURCHASE.len() - 3].to_owned(), "unreadable"),
        (format!("{PURCHASE}{PURCHASE}"), "unreadable"),
        ("{".repeat(200_000), "unreadable"),
        // A body with two meanings has none.
        (format!("{FORM}&signature={PROOF}"), "unreadable"),
        (format!("{FORM}&status=success"), "unreadable"),
        (with(PURCHASE, "\"time\"", "\"payment_id\": \"wd-2\", \"time\""), "unreadable"),
        (with(PURCHASE, "\"time\"", "\"payment_id\": null, \"time\""), "unreadable"),
        (with(PURCHASE, "\"time\"", "\"signature\": null, \"time\""), "unreadable"),
    ] {
        assert_eq!(verify("", body.as_bytes()), Err(reason), "{}", &body[..body.len().min(200)]);
    }
    assert_eq!(verify("application/json", FORM.as_bytes()), Err("unreadable"));
    assert_eq!(verify("application/json", b""), Err("unreadable"));
    assert_eq!(verify("", b"\xff\xfe"), Err("unreadable"));
}

#[test]
fn an_account_without_a_signature_takes_nothing() {
    let webhooks = SkinoutWebhooks::new("".into());
    for body in ["signature=", r#"{"signature": ""}"#, PURCHASE, ""] {
        assert!(verify_with(&webhooks, "", body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn its_fields_tell_what_it_is_about() {
    let purchase = read(PURCHASE).unwrap();
    assert_eq!((purchase.reference.as_str(), purchase.provider_id.as_str()), ("wd-20431", "610092"));
    assert_eq!(purchase.claimed_status, "sent");
    assert!(purchase.event_key.starts_with("purchase-"), "{}", purchase.event_key);
    for body in [DEPOSIT, FORM] {
        let deposit = read(body).unwrap();
        assert_eq!((deposit.reference.as_str(), deposit.provider_id.as_str()), ("dep-7781", "903117"));
        assert!(deposit.event_key.starts_with("deposit-"), "{}", deposit.event_key);
    }
    assert_eq!(read(FORM).unwrap().claimed_status, "failed");
    for body in ["payment_id=a", "payment_id=a&amount=1&currency=EUR"] {
        assert!(read(body).unwrap().event_key.starts_with("event-"), "{body}");
    }
    let spoken = read("payment_id=a&status=sent+to+AbCd_-12").unwrap();
    assert_eq!(spoken.claimed_status, "(no word)");
}

#[test]
fn what_it_says_is_kept_without_the_proof() {
    for body in [DEPOSIT, PURCHASE, FORM] {
        let event = read(body).unwrap();
        assert!(
            !format!("{event:?}").contains(PROOF) && !event.body.escape_ascii().to_string().contains(PROOF)
        );
        let kept: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        assert_eq!(kept.get("signature"), None);
        assert_eq!(kept["transaction_id"], event.provider_id);
    }
    let kept: serde_json::Value = serde_json::from_slice(&read(PURCHASE).unwrap().body).unwrap();
    assert_eq!(kept["amount"], "41");
    assert_eq!(kept["skin"], r#"{"name": "P250 | Sand Dune (Field-Tested)", "price": 41}"#);
}

#[test]
fn one_event_has_one_key_and_another_has_another() {
    let key = |body: &str| read(body).unwrap().event_key;
    let first = key(FORM);
    assert_eq!(key(FORM), first);
    // Neither the encoding, nor the order of the fields, nor a renewed proof makes it another event.
    assert_eq!(key(&FORM.split('&').rev().collect::<Vec<_>>().join("&")), first);
    assert_eq!(key(&with(FORM, PROOF, "x")), first);
    let json = r#"{"status": "failed", "transaction_id": 903117, "payment_id": "dep-7781", "currency": "EUR", "x": null}"#;
    assert_eq!(key(json), first);
    for (from, to) in [("failed", "success"), ("903117", "903118"), ("dep-7781", "dep-7782"), ("EUR", "USD")]
    {
        assert_ne!(key(&with(FORM, from, to)), first, "{to}");
    }
    // What one field ends with, the next does not begin with.
    assert_ne!(key("payment_id=a&transaction_id=bc"), key("payment_id=ab&transaction_id=c"));
    assert_ne!(key(r#"{"payment_id": "a\",\"b\":\"c"}"#), key(r#"{"payment_id": "a", "b": "c"}"#));
}

#[test]
fn what_names_nothing_is_no_event() {
    for body in
        ["", "{}", "status=success", r#"{"payment_id": null, "transaction_id": null}"#, "{\"payment_id\""]
    {
        assert_eq!(read(body), None, "{body}");
    }
    assert_eq!(read("transaction_id=7").unwrap().reference, "");
    assert!(!webhooks().takes_get());
    assert!(!webhooks().refusal().contains("success"));
}
