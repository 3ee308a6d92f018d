//! What webhooks prove, and what they say.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use skinbus_domain::{Cause, CreditState, Hold, Progress};

use super::super::signing::{sign, sign_event};
use super::{CLIENT_ID, EVENT, SECRET, WEBHOOK, X_SIGN, dollars, with};
use crate::provider::{WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::skinsback::{SkinsbackWebhooks, signature_of};

const SIGN: &str = "02d12a0bdd5240579b9a1cf4741a353ba12826db";
const EVENT_SIGNATURE: &str = "c659cd713f2fdf1ba2161b4c17d1fe8218d59c3d290e48a5d319e4c8dc6196ec";
const SIGNED: &str = "amount:18.4;amount_currency:usd;date:1767262210;order_id:dep-2041;status:in_hold;steam_id:76561198165046861;transaction_id:731200455;user_amount:18.4;";
const FORM: &str = "sign=02d12a0bdd5240579b9a1cf4741a353ba12826db&status=in_hold&transaction_id=731200455&order_id=dep-2041&steam_id=76561198165046861&date=1767262210&amount=18.4&amount_currency=usd&user_amount=18.4&amount_in_currencies%5Busd%5D=18.4&skins[0][name]=AWP&skins[0][price]=18.4";

const BINDING: Result<WebhookTrust, &str> = Ok(WebhookTrust::Binding);
const HINT: Result<WebhookTrust, &str> = Ok(WebhookTrust::Hint);
const WRONG: Result<WebhookTrust, &str> = Err("wrong_signature");

/// An ingress with the Client Secret, and one with the constant alone.
fn webhooks() -> SkinsbackWebhooks {
    SkinsbackWebhooks::new(X_SIGN.into(), Some(SECRET.into()))
}

fn with_constant_alone() -> SkinsbackWebhooks {
    SkinsbackWebhooks::new(X_SIGN.into(), None)
}

fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    let mut headers = HeaderMap::new();
    for (name, value) in given.iter().map(header) {
        headers.append(name, value);
    }
    headers
}

fn verify_with(
    webhooks: &SkinsbackWebhooks,
    given: &[(&'static str, &str)],
    body: &[u8],
) -> Result<WebhookTrust, &'static str> {
    let headers = headers(given);
    let request = WebhookRequest { headers: &headers, query: "", body };
    webhooks.verify(&request).map_err(|forged| forged.reason)
}

fn verify(given: &[(&'static str, &str)], body: &str) -> Result<WebhookTrust, &'static str> {
    verify_with(&webhooks(), given, body.as_bytes())
}

fn read_as(trust: WebhookTrust, body: &str) -> Option<WebhookEvent> {
    let headers = HeaderMap::new();
    webhooks().read(&WebhookRequest { headers: &headers, query: "", body: body.as_bytes() }, trust)
}

fn bound(body: &str) -> WebhookEvent {
    read_as(WebhookTrust::Binding, body).unwrap()
}

/// A deposit webhook with these scalars, signed as the sender would.
fn signed(fields: &[(&str, &str)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let text: String = sorted.iter().map(|(name, value)| format!("{name}:{value};")).collect();
    let sign = sign(&SECRET.into(), &text).unwrap();
    let mut body: serde_json::Map<String, serde_json::Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    body.insert("sign".to_owned(), sign.into());
    serde_json::Value::Object(body).to_string()
}

#[test]
fn the_proofs_are_the_documented_ones() {
    assert_eq!(signature_of(CLIENT_ID, &SECRET.into()).expose_secret(), X_SIGN);
    assert_eq!(sign(&SECRET.into(), SIGNED).as_deref(), Some(SIGN));
    assert_eq!(EVENT.len(), 177);
    assert_eq!(sign_event(&SECRET.into(), EVENT.as_bytes()).as_deref(), Some(EVENT_SIGNATURE));
    assert!(WEBHOOK.contains(SIGN) && FORM.contains(SIGN));
}

#[test]
fn a_signed_deposit_binds() {
    let json = ("content-type", "application/json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (given, body) in [
        (&[][..], WEBHOOK),
        (&[json], WEBHOOK),
        (&[("content-type", "application/json; charset=utf-8")], WEBHOOK),
        (&[("content-type", "text/plain")], WEBHOOK),
        (&[("x-sign", X_SIGN)], WEBHOOK),
        (&[("x-sign", "wrong")], WEBHOOK),
        (&[], FORM),
        (&[form], FORM),
    ] {
        assert_eq!(verify(given, body), BINDING, "{given:?} {body}");
    }
    // A number and a text of the same digits are signed the same.
    assert_eq!(verify(&[], &with(WEBHOOK, "\"amount\": \"18.4\"", "\"amount\": 18.4")), BINDING);
    assert_eq!(verify(&[], &with(WEBHOOK, "\"date\": \"1767262210\"", "\"date\": 1767262210")), BINDING);
    // Lists and objects are not covered, in whatever number, and a null is nothing.
    assert_eq!(verify(&[], &with(WEBHOOK, "\"user_risk\"", "\"more\": [], \"user_risk\"")), BINDING);
    assert_eq!(verify(&[], &with(WEBHOOK, "\"user_risk\"", "\"more\": null, \"user_risk\"")), BINDING);
}

#[test]
fn nulls_and_flags_are_signed_in_either_documented_way() {
    let base = [("order_id", "dep-1"), ("status", "pending"), ("transaction_id", "7")];
    let with_empty = signed(&[&base[..], &[("reason", "")]].concat());
    assert_eq!(verify(&[], &with(&with_empty, "\"reason\":\"\"", "\"reason\":null")), BINDING);
    assert_eq!(verify(&[], &with(&with_empty, "\"reason\":\"\"", "\"reason\":false")), BINDING);
    let with_one = signed(&[&base[..], &[("test", "1")]].concat());
    assert_eq!(verify(&[], &with(&with_one, "\"test\":\"1\"", "\"test\":true")), BINDING);
    assert_eq!(verify(&[], &with(&with_one, "\"test\":\"1\"", "\"test\":false")), WRONG);
}

/// Whatever of the signed text changes, the signature is wrong; beside the constant it still is a reason to look.
#[test]
fn an_altered_deposit_binds_nothing() {
    for (from, to) in [
        ("in_hold", "success"),
        ("\"amount\": \"18.4\"", "\"amount\": \"184\""),
        // The same number, written in another way: nobody documents how the sender writes numbers.
        ("\"amount\": \"18.4\"", "\"amount\": \"18.40\""),
        ("\"amount\": \"18.4\"", "\"amount\": 1.84e1"),
        ("\"amount_currency\": \"usd\"", "\"amount_currency\": \"rub\""),
        ("dep-2041", "dep-2042"),
        ("731200455", "731200456"),
        ("731200455", ""),
        ("\"date\": \"1767262210\", ", ""),
        ("\"date\": \"1767262210\"", "\"date\": [\"1767262210\"]"),
        ("\"skins\"", "\"reason\": \"x\", \"skins\""),
        (SIGN, "02d12a0bdd5240579b9a1cf4741a353ba12826dc"),
        (SIGN, ""),
        (SIGN, &SIGN.to_uppercase()),
        (SIGN, &SIGN[..39]),
        (SIGN, SECRET),
        (SIGN, X_SIGN),
        ("\"sign\"", "\"Sign\""),
    ] {
        let body = with(WEBHOOK, from, to);
        assert_eq!(verify(&[("x-sign", X_SIGN)], &body), HINT, "{to}");
        let expected =
            if to.is_empty() && from == SIGN || from == "\"sign\"" { Err("no_signature") } else { WRONG };
        assert_eq!(verify(&[], &body), expected, "{to}");
        assert_eq!(verify(&[("x-sign", "53b6e586c8c1429e45c1a280c5ffd684")], &body), WRONG, "{to}");
    }
}

/// One signed text, cut into fields in another way: the signature is right, and what it says is not.
#[test]
fn a_text_that_is_cut_in_another_way_binds_nothing() {
    for body in [
        serde_json::json!({"amount": "18.4;amount_currency:usd;date:1767262210;order_id:dep-2041;status:in_hold;steam_id:76561198165046861;transaction_id:731200455;user_amount:18.4", "sign": SIGN}),
        serde_json::json!({"amount": "18.4", "amount_currency": "usd;date:1767262210", "order_id": "dep-2041",
            "status": "in_hold", "steam_id": "76561198165046861", "transaction_id": "731200455", "user_amount": "18.4", "sign": SIGN}),
        serde_json::json!({"amount:18.4;amount_currency": "usd", "date": "1767262210", "order_id": "dep-2041",
            "status": "in_hold", "steam_id": "76561198165046861", "transaction_id": "731200455", "user_amount": "18.4", "sign": SIGN}),
    ] {
        assert_eq!(verify(&[], &body.to_string()), WRONG, "{body}");
        assert_eq!(verify(&[("x-sign", X_SIGN)], &body.to_string()), HINT, "{body}");
    }
    // A sender's own semicolon cannot be told from that.
    let own =
        signed(&[("order_id", "dep-1"), ("status", "fail"), ("transaction_id", "7"), ("reason", "a;b")]);
    assert_eq!(verify(&[], &own), WRONG);
    let colon =
        signed(&[("order_id", "dep-1"), ("status", "fail"), ("transaction_id", "7"), ("at", "10:05")]);
    assert_eq!(verify(&[], &colon), BINDING);
}

#[test]
fn a_field_that_stands_there_twice_proves_nothing() {
    for body in [
        with(WEBHOOK, "\"status\": \"in_hold\"", "\"status\": \"in_hold\", \"status\": \"in_hold\""),
        with(WEBHOOK, "\"status\": \"in_hold\"", "\"status\": \"success\", \"status\": \"in_hold\""),
        with(WEBHOOK, "\"status\": \"in_hold\"", "\"status\": null, \"status\": \"in_hold\""),
        with(WEBHOOK, "\"status\": \"in_hold\"", "\"status\": [], \"status\": \"in_hold\""),
        with(WEBHOOK, "\"status\": \"in_hold\"", "\"\\u0073tatus\": \"success\", \"status\": \"in_hold\""),
        format!("{FORM}&status=success"),
        format!("status=success&{FORM}"),
        format!("{FORM}&sign={SIGN}"),
        format!("{WEBHOOK}{WEBHOOK}"),
        format!("[{WEBHOOK}]"),
        WEBHOOK[..WEBHOOK.len() - 3].to_owned(),
        "{".repeat(100_000),
    ] {
        assert_eq!(
            verify(&[("x-sign", X_SIGN)], &body),
            Err("unreadable"),
            "{}",
            &body[..body.len().min(99)]
        );
    }
    assert_eq!(verify_with(&webhooks(), &[("x-sign", X_SIGN)], b"\xff\xfe"), Err("unreadable"));
    assert_eq!(verify(&[("content-type", "application/json")], FORM), Err("unreadable"));
}

#[test]
fn the_constant_alone_gives_a_hint() {
    let unsigned = with(WEBHOOK, SIGN, "");
    for body in [WEBHOOK, FORM, EVENT, &unsigned, "order_id=dep-1"] {
        let given = [("x-sign", X_SIGN), ("signature", EVENT_SIGNATURE)];
        assert_eq!(verify_with(&with_constant_alone(), &given, body.as_bytes()), HINT, "{body}");
    }
    for body in [WEBHOOK, EVENT] {
        assert_eq!(verify_with(&with_constant_alone(), &[], body.as_bytes()), WRONG, "{body}");
        let given = [("signature", EVENT_SIGNATURE)];
        assert_eq!(verify_with(&with_constant_alone(), &given, body.as_bytes()), WRONG);
    }
    assert_eq!(verify(&[("x-sign", X_SIGN), ("x-sign", X_SIGN)], &unsigned), WRONG.or(Err("no_signature")));
}

#[test]
fn an_account_without_secrets_takes_nothing() {
    let text = sign(&"x".into(), SIGNED).unwrap();
    for webhooks in
        [SkinsbackWebhooks::new("".into(), None), SkinsbackWebhooks::new("".into(), Some("".into()))]
    {
        for body in [WEBHOOK, FORM, EVENT, "order_id=1&sign=", &with(WEBHOOK, SIGN, &text)] {
            for given in [&[][..], &[("x-sign", "")], &[("signature", "")], &[("x-sign", X_SIGN)]] {
                assert!(verify_with(&webhooks, given, body.as_bytes()).is_err(), "{body}");
            }
        }
        // The signature that an empty key would make.
        let of_empty = "d41d8cd98f00b204e9800998ecf8427e";
        assert!(verify_with(&webhooks, &[("x-sign", of_empty)], WEBHOOK.as_bytes()).is_err());
    }
}

#[test]
fn a_signed_event_binds() {
    assert_eq!(verify(&[("signature", EVENT_SIGNATURE)], EVENT), BINDING);
    // The documentation's text names another header than its table.
    assert_eq!(verify(&[("authorization", EVENT_SIGNATURE)], EVENT), BINDING);
    for wrong in [&[("signature", "wrong")][..], &[("signature", EVENT_SIGNATURE), ("signature", "wrong")]] {
        let given = [wrong, &[("authorization", EVENT_SIGNATURE)]].concat();
        assert_eq!(verify(&given, EVENT), WRONG, "{given:?}");
    }
    assert_eq!(verify(&[("signature", EVENT_SIGNATURE), ("signature", EVENT_SIGNATURE)], EVENT), WRONG);
    // One byte more, and it is another body.
    for body in
        [format!("{EVENT}\n"), with(EVENT, "waiting_accept", "accepted"), with(EVENT, "880021", "880022")]
    {
        assert_eq!(verify(&[("signature", EVENT_SIGNATURE)], &body), WRONG);
        assert_eq!(verify(&[("signature", EVENT_SIGNATURE), ("x-sign", X_SIGN)], &body), HINT);
    }
    assert_eq!(verify(&[], EVENT), WRONG);
    // The signature of one kind of webhook proves nothing of the other kind.
    let signature = sign_event(&SECRET.into(), WEBHOOK.as_bytes()).unwrap();
    let unsigned = with(WEBHOOK, SIGN, "0");
    assert_eq!(verify(&[("signature", &signature)], &unsigned), WRONG);
    let mixed = with(WEBHOOK, "\"user_risk\"", "\"event\": \"status_change\", \"data\": {}, \"user_risk\"");
    assert_eq!(verify(&[], &mixed), WRONG);
}

#[test]
fn what_a_bound_deposit_says() {
    for body in [WEBHOOK, FORM] {
        let event = bound(body);
        assert_eq!((event.reference.as_str(), event.provider_id.as_str()), ("dep-2041", "731200455"));
        assert_eq!(event.claimed_status, "in_hold");
        let told = event.observation.unwrap();
        assert_eq!((told.cause, told.reference.as_str()), (Cause::Webhook, "dep-2041"));
        assert_eq!(told.progress, Progress::Held { until: None });
        assert_eq!(told.credits[0].amount, dollars("18.4"));
        assert_eq!(
            (told.credits[0].key.as_str(), told.credits[0].state),
            ("731200455", CreditState::Pending)
        );
    }
    let paid = bound(&signed(&[
        ("status", "success"),
        ("order_id", "dep-1"),
        ("transaction_id", "7"),
        ("amount", "0.30"),
        ("amount_currency", "rub"),
    ]));
    let told = paid.observation.unwrap();
    assert_eq!(told.progress, Progress::Delivered { hold: Hold::None });
    assert_eq!(told.credits[0].amount.to_string(), "0.30 RUB");
    assert_eq!(told.credits[0].state, CreditState::Credited);
}

#[test]
fn only_what_is_signed_is_observed() {
    // The dollars beside the amount are not covered, so they stand in for nothing.
    let unnamed = with(WEBHOOK, ", \"amount_currency\": \"usd\"", "");
    let unnamed = with(&unnamed, "in_hold", "success");
    assert_eq!(bound(&unnamed).observation, None);
    for (from, to) in [
        ("\"status\": \"in_hold\"", "\"status\": [\"in_hold\"]"),
        ("\"order_id\": \"dep-2041\"", "\"order_id\": {}"),
        ("\"order_id\": \"dep-2041\"", "\"order_id\": \"not ours\""),
        ("\"transaction_id\": \"731200455\"", "\"transaction_id\": null"),
        ("\"transaction_id\": \"731200455\"", "\"transaction_id\": 0"),
        ("\"amount\": \"18.4\"", "\"amount\": \"much\""),
    ] {
        let event = read_as(WebhookTrust::Binding, &with(WEBHOOK, from, to));
        assert_eq!(event.unwrap().observation, None, "{to}");
    }
    let unknown = bound(&with(WEBHOOK, "in_hold", "new_word")).observation.unwrap();
    assert_eq!(unknown.progress, Progress::Unknown);
    // A success without its amount is no success.
    assert_eq!(
        bound(&signed(&[("status", "success"), ("order_id", "d"), ("transaction_id", "7")])).observation,
        None
    );
}

#[test]
fn a_hint_observes_nothing() {
    for body in [WEBHOOK, FORM, EVENT] {
        let event = read_as(WebhookTrust::Hint, body).unwrap();
        assert_eq!(event.observation, None);
        assert!(!event.reference.is_empty() && !event.provider_id.is_empty());
    }
}

#[test]
fn what_a_bound_event_says() {
    let form = "event=status_change&data[item][id]=5518&data[buy_id]=880021&data%5Boffer_status%5D=waiting_accept&data[tradeofferid]=7700112233&data[custom_id]=wd-7f3a-1";
    for body in [EVENT, form] {
        let event = bound(body);
        assert_eq!((event.reference.as_str(), event.provider_id.as_str()), ("wd-7f3a-1", "880021"));
        assert_eq!(event.claimed_status, "waiting_accept");
        let told = event.observation.unwrap();
        assert_eq!((told.cause, told.reference.as_str()), (Cause::Webhook, "wd-7f3a-1"));
        assert_eq!(told.progress, Progress::OfferSent);
        assert_eq!(told.facts.offer_id.as_deref(), Some("7700112233"));
    }
    let bought = r#"{"event":"buy_item","data":{"item":{"id":"1","name":"A","price":"0.4","classid":"2"},"buy_id":"8",
        "offer_status":"creating_trade","balance_debited_sum":"29.93","custom_id":"wd-1"}}"#;
    let told = bound(bought).observation.unwrap();
    assert_eq!((told.progress, told.facts.price_paid), (Progress::Submitted, Some(dollars("0.4"))));
}

#[test]
fn an_event_that_is_only_a_reason_to_look() {
    for (from, to) in [
        // A user may accept in the last moment.
        ("waiting_accept", "timeout"),
        ("\"custom_id\":\"wd-7f3a-1\"", "\"custom_id\":null"),
        ("\"custom_id\":\"wd-7f3a-1\"", "\"custom_id\":\"not ours\""),
        ("\"buy_id\":\"880021\"", "\"buy_id\":null"),
        ("\"buy_id\":\"880021\"", "\"buy_id\":\"0\""),
        ("\"offer_status\":\"waiting_accept\"", "\"offer_status\":3"),
        ("\"offer_status\":\"waiting_accept\",", ""),
        ("{\"id\":\"5518\"}", "{\"price\":\"free\"}"),
        ("\"tradeofferid\":\"7700112233\"", "\"tradeofferid\":{}"),
    ] {
        let event = bound(&with(EVENT, from, to));
        assert_eq!(event.observation, None, "{to}");
        assert!(!event.reference.is_empty() || !event.provider_id.is_empty());
    }
}

#[test]
fn what_names_nothing_is_no_event() {
    for body in [
        "",
        "{}",
        "status=success",
        r#"{"order_id":null,"transaction_id":[]}"#,
        r#"{"event":"balance_change","data":{"balance_value":"1"}}"#,
        r#"{"event":"buy_item","data":{"buy_id":"","custom_id":""}}"#,
        r#"{"event":"auth_success","data":[]}"#,
        "event=balance_change&data[balance_value]=1",
        "{\"order_id\"",
    ] {
        assert_eq!(read_as(WebhookTrust::Binding, body), None, "{body}");
        assert_eq!(read_as(WebhookTrust::Hint, body), None, "{body}");
    }
}

#[test]
fn what_it_says_is_kept_without_the_proof() {
    for body in [WEBHOOK, FORM] {
        let event = bound(body);
        let kept: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        assert_eq!(kept["transaction_id"], "731200455");
        assert!(kept.get("sign").is_none());
        assert!(!format!("{event:?}").contains(SIGN));
    }
    let kept: serde_json::Value = serde_json::from_slice(&bound(WEBHOOK).body).unwrap();
    assert!(kept["user_risk"].as_str().unwrap().contains("total_deposits_count"));
}

#[test]
fn one_event_has_one_key() {
    let key = |body: &str| bound(body).event_key;
    let hint = |body: &str| read_as(WebhookTrust::Hint, body).unwrap().event_key;
    // Neither the encoding nor what nobody signed makes it another event.
    assert_eq!(key(WEBHOOK), key(FORM));
    assert_eq!(key(WEBHOOK), key(&with(WEBHOOK, "40.1", "50.1")));
    assert_eq!(key(WEBHOOK), key(&with(WEBHOOK, "\"amount\": \"18.4\"", "\"amount\": 18.4")));
    assert_eq!(hint(WEBHOOK), hint(&with(WEBHOOK, SIGN, "")));
    for (from, to) in [("in_hold", "success"), ("731200455", "731200456"), ("dep-2041", "dep-2042")] {
        assert_ne!(key(&with(WEBHOOK, from, to)), key(WEBHOOK), "{to}");
        assert_ne!(hint(&with(WEBHOOK, from, to)), hint(WEBHOOK), "{to}");
    }
    assert_ne!(key(&with(EVENT, "waiting_accept", "accepted")), key(EVENT));
    // Whoever can only make hints cannot make one that is kept in the place of what is proved.
    for body in [WEBHOOK, FORM, EVENT] {
        assert_ne!(key(body), hint(body));
    }
}

#[test]
fn other_answers() {
    assert!(!webhooks().takes_get());
    assert!(!webhooks().refusal().to_ascii_lowercase().contains("ok"));
}

proptest! {
    /// No body of any kind binds without the secret.
    #[test]
    fn nothing_is_bound_by_chance(body in "[ -~]{0,200}", sign in "[0-9a-f]{40}") {
        prop_assert_ne!(verify(&[("signature", &sign)], &body), BINDING);
        prop_assert_ne!(verify(&[], &format!("sign={sign}&order_id=dep-1&status=success&transaction_id=1")), BINDING);
    }

    /// Fields that are signed are read back exactly, or not bound at all.
    #[test]
    fn a_bound_text_has_one_reading(order in "[A-Za-z0-9_;:-]{1,20}", amount in "[0-9.;:]{1,12}") {
        let body = signed(&[
            ("status", "success"),
            ("order_id", &order),
            ("transaction_id", "7"),
            ("amount", &amount),
            ("amount_currency", "usd"),
        ]);
        let is_plain = !order.contains(';') && !amount.contains(';');
        prop_assert_eq!(verify(&[], &body), if is_plain { BINDING } else { WRONG });
    }
}
