//! Every error word of the documentation, for each call that changes something.

use super::*;

enum Told {
    /// Surely not done.
    Refused(&'static str),
    /// Surely not done, and to be sent again.
    Later(&'static str),
    /// A look-up decides; a word refused it.
    Open(&'static str),
    /// A look-up or a person decides.
    Unknown(&'static str),
}
use Told::{Later, Open, Refused, Unknown};

fn check(order: &Order, call: u32, word: &str, expected: &Told) {
    for status in [200, 400, 403, 404] {
        let answer = outcome(read(order, call, status, error(word)));
        match (&answer, expected) {
            (Outcome::Refused(reason), Refused(code)) => {
                assert_eq!((reason.code.as_str(), reason.provider_code.as_deref()), (*code, Some(word)));
            }
            (Outcome::NotSent { reason, retry_at }, Later(code)) => {
                assert_eq!((reason.code.as_str(), *retry_at), (*code, in_seconds(60)), "{word}");
            }
            (Outcome::Unknown { reason, refusal_unproved }, Open(code)) => {
                assert_eq!((reason.code.as_str(), *refusal_unproved), (*code, true), "{word}");
                assert_eq!(reason.provider_code.as_deref(), Some(word));
            }
            (Outcome::Unknown { reason, refusal_unproved }, Unknown(code)) => {
                assert_eq!((reason.code.as_str(), *refusal_unproved), (*code, false), "{word}");
            }
            (_, Refused(_) | Later(_) | Open(_) | Unknown(_)) => panic!("{status} {word}: {answer:?}"),
        }
    }
    // After a server error anything may have happened, whatever the body says.
    for status in [302, 500, 502, 503] {
        let code = format!("http_{status}");
        let answer = outcome(read(order, call, status, error(word)));
        assert_eq!(unknown(&answer), Some((code.as_str(), false)), "{word}");
    }
}

const GENERAL: [(&str, Told); 5] = [
    ("wrong_params", Refused("invalid_request")),
    ("validation_error", Refused("invalid_request")),
    ("wrong_method", Refused("invalid_request")),
    ("wrong_token", Refused("unauthorized")),
    ("no_access", Refused("unauthorized")),
];

#[test]
fn of_a_purchase() {
    for (word, expected) in GENERAL.into_iter().chain([
        ("buy_items_disabled", Later("provider_closed")),
        ("no_item", Refused("item_unavailable")),
        ("buyer_has_buy_items_ban", Refused("user_not_tradable")),
        ("need_sum", Refused("insufficient_funds")),
        ("internal_error", Open("provider_error")),
        ("no_item_in_inventory", Refused("item_unavailable")),
        ("trade_yourself", Refused("item_unavailable")),
        ("seller_offline_error", Refused("item_unavailable")),
        ("need_apikey", Refused("item_unavailable")),
        ("invalid_trade_seller_link", Refused("item_unavailable")),
        ("invalid_tradelink", Refused("invalid_trade_url")),
        ("empty_user_data", Refused("user_not_tradable")),
        ("custom_id_exist", Unknown("reference_known")),
        ("error_steam_or_bot", Open("provider_error")),
        ("disabled", Open("provider_closed")),
        ("something_new", Open("refused")),
        ("need_sum_", Open("refused")),
        ("NEED_SUM", Open("refused")),
    ]) {
        check(&purchase(), 2, word, &expected);
    }
}

#[test]
fn of_a_payment_link() {
    for (word, expected) in GENERAL.into_iter().chain([
        ("internal_error", Open("provider_error")),
        ("disabled", Open("provider_closed")),
        // A word of purchases says nothing about links.
        ("need_sum", Open("refused")),
        ("something_new", Open("refused")),
    ]) {
        check(&link(None), 1, word, &expected);
    }
}

/// No look-up can close what is open here, so none of it may be closed by one.
#[test]
fn of_a_listing() {
    for (word, expected) in GENERAL.into_iter().chain([
        ("internal_error", Unknown("provider_error")),
        ("disabled", Unknown("provider_closed")),
        ("something_new", Unknown("refused")),
    ]) {
        check(&listing(), 1, word, &expected);
    }
}

#[test]
fn with_more_fields() {
    let banned = r#"{"status":"error","error_message":"buyer_has_buy_items_ban",
        "ban_until":"2025-03-03 00:00:00","ban_reason":"scam","success":false}"#;
    let Outcome::Refused(reason) = bought(banned) else { panic!() };
    assert_eq!(reason.code, "user_not_tradable");
}

#[test]
fn what_is_no_clear_error() {
    for body in [
        r#"{"status":"error"}"#,
        r#"{"status":"error","error_message":""}"#,
        r#"{"status":"error","error_message":null}"#,
        r#"{"status":"error","error_message":["need_sum"]}"#,
        r#"{"error_message":"need_sum"}"#,
        r#"{"status":"error","error_message":"need_sum","success":true}"#,
        r#"{"status":"error","error_message":"need_sum","success":"false"}"#,
        r#"{"status":"error","error_message":"need_sum","error_message":"x"}"#,
        r#"{"status":"error","error_message":"need_sum","trade_data":{}}"#,
        r#"{"status":"fail","error_message":"need_sum"}"#,
        r#"[{"status":"error","error_message":"need_sum"}]"#,
    ] {
        assert_eq!(unknown(&bought(body)), Some(("unreadable_answer", false)), "{body}");
    }
    for body in [
        r#"{"status":"error","error_message":"wrong_params","created_bid_ids":["1"]}"#,
        r#"{"status":"error","error_message":"wrong_params","url":"https://x"}"#,
    ] {
        for order in [listing(), link(None)] {
            assert!(unknown(&outcome(read(&order, 1, 200, body))).is_some(), "{body}");
        }
    }
}

#[test]
fn words_are_shown_only_where_they_are_words() {
    let answer = bought(error("bad token Kq3_vT9a"));
    assert!(!format!("{answer:?}").contains(TRADE_TOKEN), "{answer:?}");
    let long = bought(error(&"x".repeat(500)));
    assert!(!format!("{long:?}").contains("xxx"));
}

#[test]
fn an_account_that_is_closed_for_a_while() {
    for order in [purchase(), link(None), listing()] {
        let closed = |status, body: &str| read(&order, 2, status, body).closed;
        assert_eq!(closed(200, &error("disabled")).unwrap().reason, "disabled");
        assert_eq!(closed(429, "slow down").unwrap().until, in_seconds(60));
        assert_eq!(closed(200, &error("buy_items_disabled")), None, "only purchases are off");
        assert_eq!(closed(503, ""), None);
        let limited = outcome(read(&order, 2, 429, "slow down"));
        assert_eq!(unknown(&limited), Some(("http_429", false)), "the limit is not documented");
    }
}
