//! ShadowPay's notifications.

use http::{HeaderMap, HeaderValue, header};
use proptest::prelude::*;
use skinbus_domain::{Cause, CreditState, Progress};

use super::*;
use crate::provider::{WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::shadowpay::ShadowpayWebhooks;

/// The documentation's worked example.
const FIRST: &str = "type=payment&amount=7.40&token=b1e0c7a94d2f58360d7ce4519a83f26b&account=90210&order_id=DEP-000417-x&currency=USD&trade_id=3c91ae07d2f4b865&create_date=2025-03-02+09%3A15%3A44&status=complete&transaction_id=5d0f6c1e-8a27-4b93-9e41-0c7db2a8f356&ip=203.0.113.7&hash=a9d207aba736592360c9ebd193e005f1b49f1f853f597487654655c5da687724";
const FIRST_HASH: &str = "a9d207aba736592360c9ebd193e005f1b49f1f853f597487654655c5da687724";
const SECOND_HASH: &str = "436cbcc6bd861abbaad94a72bd20c6d7eda61d63ef8c5e2b5a25ff341b42e650";

fn second() -> String {
    let second = with(FIRST, FIRST_HASH, SECOND_HASH);
    with(&with(&second, "7.40", "12.15"), "3c91ae07d2f4b865", "a8047be1c6593d2f")
}

fn webhooks() -> ShadowpayWebhooks {
    ShadowpayWebhooks::new(SECRET.into())
}

fn verify_in(query: &str, body: &[u8]) -> Result<WebhookTrust, &'static str> {
    let headers = HeaderMap::new();
    webhooks().verify(&WebhookRequest { headers: &headers, query, body }).map_err(|forged| forged.reason)
}

fn verify(query: &str) -> Result<WebhookTrust, &'static str> {
    verify_in(query, b"")
}

fn event(query: &str) -> WebhookEvent {
    let headers = HeaderMap::new();
    let webhook = WebhookRequest { headers: &headers, query, body: b"" };
    webhooks().read(&webhook, WebhookTrust::Binding).unwrap()
}

/// A notification whose hash is right, whatever it says.
fn signed(order_id: &str, amount: &str, trade_id: &str) -> String {
    let hash = crate::shadowpay::signing::of_notification(&SECRET.into(), order_id, amount, trade_id);
    let pairs = [
        ("amount", amount),
        ("token", "b1e0"),
        ("order_id", order_id),
        ("currency", "USD"),
        ("trade_id", trade_id),
        ("status", "complete"),
        ("transaction_id", "5d0f"),
        ("hash", &hash),
    ];
    serde_urlencoded::to_string(pairs).unwrap()
}

#[test]
fn the_documented_examples() {
    assert_eq!(verify(FIRST), Ok(WebhookTrust::Binding));
    assert_eq!(verify(&second()), Ok(WebhookTrust::Binding));
    let first = event(FIRST);
    assert_eq!(first.reference, "DEP-000417-x");
    assert_eq!(first.provider_id, "b1e0c7a94d2f58360d7ce4519a83f26b");
    assert_eq!(first.claimed_status, "complete");
    let observation = first.observation.unwrap();
    assert_eq!((observation.cause, &observation.progress), (Cause::Webhook, &Progress::Submitted));
    assert_eq!(observation.reference, reference("DEP-000417-x"));
    assert_eq!(observation.occurred_at, None, "the date is not signed");
    assert_eq!(observation.facts.provider_id.as_deref(), Some("b1e0c7a94d2f58360d7ce4519a83f26b"));
    let [credit] = observation.credits.as_slice() else { panic!() };
    assert_eq!(credit.key, "5d0f6c1e-8a27-4b93-9e41-0c7db2a8f356/3c91ae07d2f4b865");
    assert_eq!(credit.thing, "3c91ae07d2f4b865");
    assert_eq!((credit.amount.to_string().as_str(), credit.state), ("7.40 USD", CreditState::Credited));
    assert_eq!(event(&second()).observation.unwrap().credits[0].amount, dollars("12.15"));
}

#[test]
fn a_form_is_taken_as_well() {
    assert_eq!(verify_in("", FIRST.as_bytes()), Ok(WebhookTrust::Binding));
    assert_eq!(verify_in("", format!("\r\n{FIRST}\r\n").as_bytes()), Ok(WebhookTrust::Binding));
    // A query that the merchant's own address has.
    assert_eq!(verify_in("site=7", FIRST.as_bytes()), Ok(WebhookTrust::Binding));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let webhook = WebhookRequest { headers: &headers, query: "", body: FIRST.as_bytes() };
    assert_eq!(webhooks().read(&webhook, WebhookTrust::Binding).unwrap().event_key, event(FIRST).event_key);
}

#[test]
fn nothing_that_is_signed_can_be_changed() {
    for (from, to, reason) in [
        // Re-formatted.
        ("amount=7.40", "amount=7.4", "wrong_signature"),
        ("amount=7.40", "amount=7.400", "wrong_signature"),
        ("amount=7.40", "amount=7.41", "wrong_signature"),
        ("amount=7.40", "amount=74.0", "wrong_signature"),
        ("DEP-000417-x", "DEP-000418-x", "wrong_signature"),
        ("DEP-000417-x", "dep-000417-x", "wrong_signature"),
        ("3c91ae07d2f4b865", "3c91ae07d2f4b866", "wrong_signature"),
        ("trade_id=3c91ae07d2f4b865", "trade_id=3c91ae07d2f4b865%20", "wrong_signature"),
        (FIRST_HASH, SECOND_HASH, "wrong_signature"),
        (FIRST_HASH, "", "wrong_signature"),
        (&FIRST_HASH[1..], "", "wrong_signature"),
        (&FIRST_HASH[32..], "", "wrong_signature"),
        (FIRST_HASH, "A9D207ABA736592360C9EBD193E005F1B49F1F853F597487654655C5DA687724", "wrong_signature"),
        ("&hash=", "&Hash=", "no_signature"),
        ("&hash=", "&hash[]=", "no_signature"),
        ("currency=USD", "currency=usd", "other_currency"),
        ("currency=USD", "currency=EUR", "other_currency"),
        ("currency=USD", "currency=", "other_currency"),
        ("&currency=USD", "", "other_currency"),
    ] {
        assert_eq!(verify(&with(FIRST, from, to)), Err(reason), "{to}");
    }
}

#[test]
fn what_is_missing_or_of_another_form_is_refused() {
    let transaction = "transaction_id=5d0f6c1e-8a27-4b93-9e41-0c7db2a8f356";
    let token = "token=b1e0c7a94d2f58360d7ce4519a83f26b";
    for (from, to, reason) in [
        ("type=payment", "type=payout", "other_type"),
        ("status=complete", "status=completed", "other_status"),
        ("status=complete", "status=", "other_status"),
        ("&status=complete", "", "other_status"),
        ("order_id=DEP-000417-x", "order_id=", "order_id"),
        ("&order_id=DEP-000417-x", "", "order_id"),
        ("order_id=DEP-000417-x", "order_id=not+ours", "order_id"),
        ("order_id=DEP-000417-x", "order_id=%ff-x", "order_id"),
        ("amount=7.40", "amount=", "amount"),
        ("amount=7.40&", "", "amount"),
        ("trade_id=3c91ae07d2f4b865", "trade_id=", "trade_id"),
        ("&trade_id=3c91ae07d2f4b865", "", "trade_id"),
        ("trade_id=3c91ae07d2f4b865", "trade_id=0", "trade_id"),
        ("trade_id=3c91ae07d2f4b865", "trade_id=3c91%00", "trade_id"),
        ("trade_id=3c91ae07d2f4b865", "trade_id=3c91/b865", "trade_id"),
        (transaction, "transaction_id=", "transaction_id"),
        (transaction, "x=1", "transaction_id"),
        (token, "token=", "token"),
        (token, "x=1", "token"),
    ] {
        assert_eq!(verify(&with(FIRST, from, to)), Err(reason), "{to}");
    }
    // What is documented as constant is not in the documented call.
    assert_eq!(verify(&with(FIRST, "type=payment&", "")), Ok(WebhookTrust::Binding));
    assert_eq!(verify(""), Err("no_signature"));
    assert_eq!(verify_in("", b"\xff"), Err("unreadable"));
    let json = format!(r#"{{"hash": "{FIRST_HASH}", "order_id": "DEP-000417-x"}}"#);
    assert_eq!(verify_in("", json.as_bytes()), Err("no_signature"));
}

/// Each with a right hash.
#[test]
fn only_amounts_of_one_form_are_taken() {
    for amount in ["0.5", "0.05", "7.4", "7.40", "7.401", "10.00", "345.00", "0.00"] {
        assert_eq!(verify(&signed("DEP-x", amount, "t")), Ok(WebhookTrust::Binding), "{amount}");
    }
    for amount in [
        "7",
        "7.",
        ".5",
        "07.40",
        "00.40",
        "7.4000",
        "-7.40",
        "+7.40",
        "7,40",
        "7.4e1",
        " 7.40",
        "7.40 ",
        "7.4.0",
        "1 000.00",
        "٧.40",
        "12345678901234567890123456789.00",
    ] {
        assert_eq!(verify(&signed("DEP-x", amount, "t")), Err("amount"), "{amount}");
    }
}

/// Order 1234 with 5.00 and order 12 with 345.00 have one hash.
#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    let hash = "10ab883eef9847f041a647ffe5b958676838b853c2b98a02a1ed8187958ca687";
    for (order_id, amount) in [("1234", "5.00"), ("12", "345.00")] {
        let query = signed(order_id, amount, "3c91ae07d2f4b865");
        assert!(query.ends_with(hash), "{query}");
        assert_eq!(verify(&query), Err("ambiguous_order_id"));
    }
    // Digits and currencies that could wander between the values.
    for order_id in ["DEP-1", "a.b", "a.", "aUSD", "USDa", "a7.40USDb"] {
        assert_eq!(verify(&signed(order_id, "7.40", "t")), Err("ambiguous_order_id"), "{order_id}");
    }
    assert_eq!(verify(&signed("aUS", "7.40", "DUSD")), Ok(WebhookTrust::Binding));
}

/// The signature of a link is the hash of a notification without a trade.
#[test]
fn the_signature_of_a_link_proves_no_payment() {
    let link_signature = "71bc9e01976119e537770e72d24558cd263254f7ed9b97da3bac3655c7ec0fd2";
    let query = with(FIRST, FIRST_HASH, link_signature);
    let query = with(&with(&query, "7.40", "25.00"), "trade_id=3c91ae07d2f4b865", "trade_id=");
    assert!(signed("DEP-000417-x", "25.00", "").ends_with(link_signature));
    assert_eq!(verify(&query), Err("trade_id"));
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    for repeated in ["amount=7.40", "amount=99.00", "order_id=DEP-000418-x", "hash=x", "ip=1", "token=x"] {
        assert_eq!(verify(&format!("{FIRST}&{repeated}")), Err("repeated_field"), "{repeated}");
        assert_eq!(verify_in(repeated, FIRST.as_bytes()), Err("repeated_field"), "{repeated}");
    }
}

#[test]
fn another_secret_or_none_proves_nothing() {
    let headers = HeaderMap::new();
    let webhook = WebhookRequest { headers: &headers, query: FIRST, body: b"" };
    let reason = |secret: &str| ShadowpayWebhooks::new(secret.into()).verify(&webhook).unwrap_err().reason;
    assert_eq!(reason("demo-secret-hash-7Q2y"), "wrong_signature");
    assert_eq!(reason(""), "no_secret");
    // Everybody can make the hash of a merchant without a secret.
    let hash =
        crate::shadowpay::signing::of_notification(&"".into(), "DEP-000417-x", "7.40", "3c91ae07d2f4b865");
    let query = with(FIRST, FIRST_HASH, &hash);
    let webhook = WebhookRequest { headers: &headers, query: &query, body: b"" };
    let webhooks = ShadowpayWebhooks::new("".into());
    assert_eq!(webhooks.verify(&webhook).unwrap_err().reason, "no_secret");
}

#[test]
fn one_event_has_one_key() {
    let key = |query: &str| event(query).event_key;
    let first = key(FIRST);
    // Sent again: later, from elsewhere, in another order.
    assert_eq!(key(&with(FIRST, "09%3A15%3A44", "09%3A16%3A44")), first);
    assert_eq!(key(&with(FIRST, "203.0.113.7", "203.0.113.8")), first);
    assert_eq!(key(&FIRST.split('&').rev().collect::<Vec<_>>().join("&")), first);
    // A replay with another value that nothing proves is another event, so it cannot stand in for the real one.
    for (from, to) in [
        ("DEP-000417-x", "DEP-000418-x"),
        ("7.40", "7.41"),
        ("3c91ae07d2f4b865", "3c91ae07d2f4b866"),
        ("5d0f6c1e", "6d0f6c1e"),
        ("b1e0c7a9", "c1e0c7a9"),
    ] {
        assert_ne!(key(&with(FIRST, from, to)), first, "{to}");
    }
    let moved = with(&with(FIRST, "trade_id=3c", "trade_id=c"), "0c7db2a8f356", "0c7db2a8f3563");
    assert_ne!(key(&moved), first);
}

/// The unsigned half of the key does not make a second credit: the thing is the same.
#[test]
fn a_replay_under_another_transaction_is_about_the_same_thing() {
    let replay = with(FIRST, "5d0f6c1e", "6d0f6c1e");
    assert_eq!(verify(&replay), Ok(WebhookTrust::Binding));
    let [first, second] = [FIRST, &replay].map(|query| event(query).observation.unwrap().credits.remove(0));
    assert_ne!(first.key, second.key);
    assert_eq!(first.thing, second.thing);
}

#[test]
fn what_it_says_is_kept_without_the_proof() {
    let event = event(FIRST);
    let kept: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
    assert_eq!(kept["create_date"], "2025-03-02 09:15:44");
    assert_eq!(kept["amount"], "7.40");
    assert_eq!(kept.get("hash"), None);
    assert!(!format!("{event:?}").contains(FIRST_HASH));
}

#[test]
fn only_what_binds_is_an_observation() {
    let headers = HeaderMap::new();
    let webhook = WebhookRequest { headers: &headers, query: FIRST, body: b"" };
    assert_eq!(webhooks().read(&webhook, WebhookTrust::Hint).unwrap().observation, None);
    let webhook = WebhookRequest { headers: &headers, query: "order_id=DEP-x", body: b"" };
    assert_eq!(webhooks().read(&webhook, WebhookTrust::Binding), None);
}

#[test]
fn how_it_is_sent_and_answered() {
    assert!(webhooks().takes_get());
    assert_eq!(webhooks().refusal(), "error");
}

proptest! {
    #[test]
    fn two_payments_never_have_one_signed_text(
        order_id in "[A-Z0-9_-]{1,8}", amount in "[0-9]{1,3}\\.[0-9]{1,3}", trade_id in "[A-Z0-9.]{1,8}",
    ) {
        let text = format!("{order_id}{amount}USD{trade_id}");
        let is_taken = verify(&signed(&order_id, &amount, &trade_id)).is_ok();
        let mut taken = 0;
        // Every way to cut the same text into an order, an amount and a trade.
        for (currency, _) in text.match_indices("USD") {
            for cut in 1..currency {
                let query = signed(&text[..cut], &text[cut..currency], &text[currency + 3..]);
                taken += usize::from(verify(&query).is_ok());
            }
        }
        prop_assert!(taken <= 1, "{text}");
        prop_assert!(!is_taken || taken == 1, "{text}");
    }

    #[test]
    fn garbage_proves_nothing(query in "\\PC{0,200}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_in(&query, &body).is_err());
    }
}
