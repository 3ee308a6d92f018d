//! Errors of the calls that make something.

use skinbus_domain::trade::Reason;

use super::*;
use crate::provider::Closed;

/// Every write, answered with this.
fn every(status: u16, body: &str, check: impl Fn(&Outcome, &Order)) {
    for (order, call, _) in writes() {
        check(&outcome_of(answered(&order, call, status, body)), &order);
    }
}

fn assert_refused(status: u16, body: &str, code: &str, word: &str) {
    every(status, body, |outcome, order| {
        assert_eq!(outcome, &Outcome::Refused(Reason::from_provider(code, word)), "{order:?} {body}");
    });
}

fn assert_unknown(status: u16, body: &str, code: &str, refusal_unproved: bool) {
    every(status, body, |outcome, order| {
        assert_eq!(unknown(outcome), Some((code, refusal_unproved)), "{order:?} {status} {body}");
    });
}

#[test]
fn errors_that_are_documented_to_come_first() {
    for (status, message, code) in [
        (400, "invalid request body", "invalid_request"),
        (400, "validation error", "invalid_request"),
        (400, "invalid game code", "invalid_request"),
        (401, "missing authorization header", "unauthorized"),
        (401, "invalid API key", "unauthorized"),
        (403, "merchant account is disabled", "unauthorized"),
    ] {
        assert_refused(status, &error(message), code, message);
    }
    assert_refused(403, &error("invalid IP: 203.0.113.9"), "unauthorized", "invalid IP");
    assert_refused(403, &error("IP not whitelisted: 203.0.113.9"), "unauthorized", "IP not whitelisted");
    assert_refused(400, &error("inventory_reload"), "inventory_outdated", "inventory_reload");
}

#[test]
fn codes_of_broken_rules() {
    for (code, canonical) in [
        ("trade_link_revoked", "invalid_trade_url"),
        ("trade_link_invalid", "invalid_trade_url"),
        ("trade_banned", "user_not_tradable"),
        ("profile_private", "private_inventory"),
        ("limited_account", "user_not_tradable"),
        ("hold", "user_not_tradable"),
        ("permissions", "user_not_tradable"),
        ("hold_and_permissions", "user_not_tradable"),
        ("inventory_reload", "inventory_outdated"),
        ("provider_unavailable", "provider_unavailable"),
        ("item_sold", "item_unavailable"),
    ] {
        assert_refused(400, &broken_rule(code), canonical, code);
    }
    assert_refused(400, &broken_rule("required"), "invalid_request", "validation error");
    assert_refused(400, &broken_rule("something_new"), "invalid_request", "validation error");
    for body in [error("item_specified_price_not_found"), broken_rule("item_specified_price_not_found")] {
        every(400, &body, |outcome, order| {
            let is_purchase = matches!(order.operation, Operation::Purchase(_));
            let code = if is_purchase { "price_above_max" } else { "price_below_min" };
            let reason = Reason::from_provider(code, "item_specified_price_not_found");
            assert_eq!(outcome, &Outcome::Refused(reason));
        });
    }
}

#[test]
fn a_known_reference_means_that_it_may_be_there() {
    assert_unknown(409, &error("already exist error"), "reference_known", false);
    assert_unknown(409, &error("something new"), "reference_known", false);
    assert_unknown(409, &broken_rule("required"), "reference_known", false);
    assert_unknown(409, "<html>Conflict</html>", "reference_known", false);
    assert_unknown(409, "", "reference_known", false);
    assert_unknown(400, &error("already exist error"), "reference_known", false);
    assert_unknown(400, &error("Duplicate merchant_tx_id"), "reference_known", false);
    assert_unknown(400, &broken_rule("duplicate_purchase"), "reference_known", false);
    assert_unknown(400, &broken_rule("unique"), "reference_known", false);
    assert_unknown(200, &error("duplicate_purchase"), "reference_known", false);
    for (order, call, success) in writes() {
        let told = outcome_of(answered(&order, call, 409, success));
        assert_eq!(unknown(&told), Some(("reference_known", false)));
    }
}

#[test]
fn any_other_error_is_not_proved() {
    for (status, message) in [
        (400, "something new"),
        (400, "Validation error"),
        (400, "asset does not exist"),
        (400, "maximum of 50 items per deposit exceeded"),
        (400, "invalid API key"),
        (401, "something new"),
        (401, "validation error"),
        (403, "something new"),
        (403, "invalid IPs"),
        (404, "not found error"),
        (402, "validation error"),
        (422, "validation error"),
        (200, "validation error"),
        (200, "something new"),
    ] {
        every(status, &error(message), |outcome, _| {
            assert!(matches!(unknown(outcome), Some((_, true))), "{status} {message}: {outcome:?}");
        });
    }
    // Words that are known of other answers say at least what it was.
    let told = outcome(&purchase(), 400, error("insufficient_balance"));
    assert_eq!(unknown(&told), Some(("insufficient_funds", true)));
    let told = outcome(&by_assets(), 400, error("insufficient_balance"));
    assert_eq!(unknown(&told), Some(("provider_insufficient_funds", true)));
}

/// Documented: these may come after the trade was made.
#[test]
fn a_time_out_a_limit_and_a_server_error_leave_the_outcome_open() {
    for status in [408, 429, 500, 502, 503, 504] {
        let code = format!("http_{status}");
        let bodies =
            ["internal error", "validation error", "already exist error", "invalid API key"].map(error);
        for body in bodies.iter().map(String::as_str).chain(["", "<html></html>", "{}"]) {
            assert_unknown(status, body, &code, false);
        }
        for (order, call, success) in writes() {
            let told = outcome_of(answered(&order, call, status, success));
            assert_eq!(unknown(&told), Some((code.as_str(), false)), "{status}");
        }
    }
}

#[test]
fn a_limit_closes_the_account() {
    let closed_after = |retry_after: Option<&str>| {
        let mut response = response(429, error("slow down"));
        if let Some(value) = retry_after {
            response.headers_mut().insert("retry-after", value.parse().unwrap());
        }
        let (order, reference) = (purchase(), reference("wd-1"));
        let placing = Placing { order: &order, reference: &reference, call: 1 };
        let closed = skinslink().read_placed(&placing, &response, now()).closed.unwrap();
        assert_eq!(closed.reason, "http_429");
        closed.until.duration_since(now()).as_secs()
    };
    for (told, seconds) in [
        (None, 60),
        (Some("7"), 7),
        (Some("0"), 1),
        (Some("999999999999"), 3600),
        (Some("-5"), 60),
        (Some("Mon, 02 Mar 2026 10:40:00 GMT"), 540),
    ] {
        assert_eq!(closed_after(told), seconds, "{told:?}");
    }
    for status in [200, 400, 403, 408, 500, 503] {
        assert_eq!(answered(&purchase(), 1, status, error("internal error")).closed, None, "{status}");
    }
    let until = now() + jiff::SignedDuration::from_secs(60);
    let closed = Closed { until, reason: "http_429" };
    assert_eq!(look_up(OrderKind::Purchase, 429, PURCHASE_STATUS), LookedUp::Closed(closed));
}

#[test]
fn contradictions_and_half_errors_leave_the_outcome_open() {
    for body in [
        r#"{"success": false}"#,
        r#"{"success": false, "message": ""}"#,
        r#"{"success": false, "message": null}"#,
        r#"{"success": false, "message": 1}"#,
        r#"{"success": false, "message": ["validation error"]}"#,
        r#"{"success": false, "message": "validation error", "data": {"id": 9077, "status": "pending"}}"#,
        r#"{"success": false, "message": "validation error", "data": "x"}"#,
        r#"{"success": false, "success": true, "message": "validation error"}"#,
        r#"{"success": true, "message": "validation error"}"#,
        r#"{"success": true, "message": "validation error", "data": null}"#,
        r#"{"message": "validation error"}"#,
        r#"[false, "validation error", null]"#,
        r#"{"success": false, "message": "validation error"} {}"#,
    ] {
        assert_unknown(400, body, "http_400", false);
        assert_unknown(200, body, "unreadable_answer", false);
    }
}

#[test]
fn details_in_other_forms_change_nothing() {
    for details in ["[]", "null", "[1, null, {}]", r#"[{"code": 1}]"#, r#"[["a", "hold", "b"]]"#] {
        let body = format!(r#"{{"success": false, "message": "validation error", "data": {details}}}"#);
        assert_refused(400, &body, "invalid_request", "validation error");
    }
}

#[test]
fn a_text_that_may_quote_what_we_sent_is_not_kept() {
    let kept = |body: &str| match outcome(&purchase(), 400, body) {
        Outcome::Unknown { reason, .. } | Outcome::Refused(reason) => reason.provider_code.unwrap(),
        other @ (Outcome::Placed(_) | Outcome::NotSent { .. }) => panic!("{other:?}"),
    };
    assert_eq!(kept(&error("token AbCd_-12 is wrong")), "(no word)");
    assert_eq!(kept(&error(&"x".repeat(65))), "(no word)");
    assert_eq!(kept(&broken_rule("is AbCd_-12 already")), "(no word)");
    assert_eq!(kept(&broken_rule("required")), "validation error");
}
