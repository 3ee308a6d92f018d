//! Answers to a look-up of purchases.

use skinbus_domain::{Cause, Observation, Progress};

use super::*;

fn rows(body: &str) -> (Vec<Observation>, usize) {
    test_support::rows(look_up(OrderKind::Purchase, 200, body))
}

#[test]
fn the_documented_answer() {
    let (rows, unreadable) = rows(INFO);
    assert_eq!((rows.len(), unreadable), (1, 0));
    let row = &rows[0];
    assert_eq!((row.reference.as_str(), row.cause), ("WD-000093-a1", Cause::LookUp));
    assert_eq!(row.progress, Progress::OfferSent);
    assert_eq!(row.facts.provider_id, None, "the key may be anything");
    assert_eq!(row.facts.offer_id.as_deref(), Some("7120044518"));
    assert_eq!(row.facts.bot_steam_id.as_deref(), Some("76561198240011552"));
    assert_eq!(row.facts.price_paid.unwrap().to_string(), "18.47 USD");
    assert_eq!(row.occurred_at, None);
    assert!(!format!("{row:?}").contains(TRADE_TOKEN));
}

#[test]
fn the_same_in_other_forms() {
    let expected = rows(INFO);
    for (from, to) in [
        // The key is the trade's id, or a position.
        ("\"WD-000093-a1\": {", "\"771204\": {"),
        ("\"data\": {\n    \"WD-000093-a1\": {", "\"data\": [{"),
        ("\"18.47\"", "18.47"),
        ("\"7120044518\"", "7120044518"),
        ("\"time_created\": \"2025-03-02 09:20:11\"", "\"time_created\": null"),
        ("\"state\": \"pending\"", "\"state\": 7"),
        ("},\n  \"status\": \"success\"", "}"),
        ("      \"custom_id\": \"WD-000093-a1\",\n", ""),
        ("\"custom_id\": \"WD-000093-a1\"", "\"custom_id\": null"),
    ] {
        let mut body = with(INFO, from, to);
        if to.ends_with("[{") {
            body = with(&body, "    }\n  },\n  \"status\"", "    }],\n  \"status\"");
        }
        assert_eq!(rows(&body), expected, "{to}");
    }
    let told = with(INFO, "\"state\": \"active\"", "\"id\": 771204, \"state\": \"active\"");
    assert_eq!(rows(&told).0[0].facts.provider_id.as_deref(), Some("771204"));
}

#[test]
fn nothing_is_there() {
    for body in [
        r#"{"data": {}, "status": "success"}"#,
        r#"{"data": [], "status": "success"}"#,
        r#"{"data": null, "status": "success"}"#,
        r#"{"status": "success"}"#,
        r#"{"data": {}}"#,
        r#"{"data": []}"#,
    ] {
        assert_eq!(rows(body), (Vec::new(), 0), "{body}");
    }
    // The documented word for "nothing suitable found".
    for status in [200, 400, 404] {
        let told = look_up(OrderKind::Purchase, status, error("wrong_params"));
        assert_eq!(told, LookedUp::Rows { rows: Vec::new(), unreadable: 0 }, "{status}");
    }
}

#[test]
fn a_row_of_somebody_else_is_nobodys_here() {
    assert_eq!(rows(&with(INFO, "WD-000093-a1", "WD-000093-a2")), (Vec::new(), 0));
}

#[test]
fn a_row_that_may_be_anybodys_is_counted() {
    for (from, to) in [
        ("\"custom_id\": \"WD-000093-a1\"", "\"custom_id\": \"not ours\""),
        ("\"custom_id\": \"WD-000093-a1\"", "\"custom_id\": \"\""),
        ("\"custom_id\": \"WD-000093-a1\"", "\"custom_id\": [\"WD-000093-a1\"]"),
        ("\"custom_id\": \"WD-000093-a1\"", "\"custom_id\": \"x\", \"custom_id\": \"WD-000093-a1\""),
    ] {
        assert_eq!(rows(&with(INFO, from, to)), (Vec::new(), 1), "{to}");
    }
    // Without our id in the row its key would have to say whose it is, and a number may be the trade's.
    let unnamed = with(INFO, "      \"custom_id\": \"WD-000093-a1\",\n", "");
    let body = with(&unnamed, "\"WD-000093-a1\": {", "\"400\": {");
    let told = shadowpay().read_looked_up(&[target(OrderKind::Purchase, "400")], &response(200, body), now());
    assert_eq!(told, LookedUp::Rows { rows: Vec::new(), unreadable: 1 });
    for row in ["null", "7", "[]", "\"WD-000093-a1\""] {
        assert_eq!(rows(&format!(r#"{{"data": {{"x": {row}}}, "status": "success"}}"#)), (Vec::new(), 1));
    }
}

/// Something is bought under our reference, whatever the rest of the row means.
#[test]
fn a_row_of_ours_that_cannot_be_read_is_an_unknown_status() {
    for (from, to, field) in [
        ("      \"state\": \"active\",\n", "", "row"),
        ("\"state\": \"active\"", "\"state\": null", "row"),
        ("\"state\": \"active\"", "\"state\": \"active\", \"price\": \"1\"", "row"),
        ("\"7120044518\"", "{}", "row"),
        ("\"price\": \"18.47\",\n      \"steam", "\"price\": \"free\",\n      \"steam", "price"),
        ("\"price\": \"18.47\",\n      \"steam", "\"price\": -1,\n      \"steam", "price"),
        ("\"76561198015389178\"", "\"76561198015389179\"", "recipient"),
    ] {
        let (rows, unreadable) = rows(&with(INFO, from, to));
        assert_eq!((rows.len(), unreadable), (1, 0), "{to}");
        assert_eq!(rows[0].progress, Progress::Unknown, "{to}");
        assert_eq!(rows[0].reference, reference("WD-000093-a1"));
        assert_eq!(rows[0].facts.provider_status, Some(format!("unreadable_{field}")), "{to}");
        assert_eq!(rows[0].facts.price_paid, None, "{to}");
    }
}

#[test]
fn two_trades_under_one_reference_are_told_apart() {
    let one = &INFO[INFO.find("\"WD-000093-a1\": {").unwrap()..INFO.rfind("\n  },").unwrap()];
    for second in ["\"771205\": {", "\"WD-000093-a1\": {"] {
        let other = with(one, "\"WD-000093-a1\": {", second);
        let (rows, _) = rows(&format!(r#"{{"data": {{{one},{other}}}, "status": "success"}}"#));
        assert_eq!(rows.len(), 2);
        let ids: Vec<_> = rows.iter().map(|row| row.facts.provider_id.clone().unwrap()).collect();
        assert_ne!(ids[0], ids[1], "or nobody hears that something may have been bought twice");
    }
}

#[test]
fn each_trade_finds_its_own_row() {
    let asked = [target(OrderKind::Purchase, "WD-000093-a1"), target(OrderKind::Purchase, "400")];
    let one = &INFO[INFO.find("\"WD-000093-a1\": {").unwrap()..INFO.rfind("\n  },").unwrap()];
    let other = with(&with(one, "WD-000093-a1", "400"), "\"2\"", "\"3\"");
    let body = format!(r#"{{"data": {{{one},{other}}}, "status": "success"}}"#);
    let told = shadowpay().read_looked_up(&asked, &response(200, body), now());
    let LookedUp::Rows { rows, unreadable: 0 } = told else { panic!("{told:?}") };
    let told: Vec<_> = rows.iter().map(|row| (row.reference.as_str(), row.progress.clone())).collect();
    assert_eq!(told, [("WD-000093-a1", Progress::OfferSent), ("400", Progress::UserAccepted)]);
}

#[test]
fn an_error_proves_no_absence() {
    for word in ["internal_error", "wrong_token", "no_access", "validation_error", "wrong_method", "x"] {
        let told = look_up(OrderKind::Purchase, 200, error(word));
        assert_eq!(told, LookedUp::Unreadable { problem: format!("the error {word}") });
    }
    for status in [302, 400, 404, 500, 502] {
        let told = look_up(OrderKind::Purchase, status, r#"{"data": [], "status": "success"}"#);
        assert_eq!(told, LookedUp::Unreadable { problem: format!("HTTP status {status}") });
    }
    assert!(matches!(look_up(OrderKind::Purchase, 500, error("wrong_params")), LookedUp::Unreadable { .. }));
    for body in [
        "{}",
        r#"{"data": null}"#,
        r#"{"data": "x", "status": "success"}"#,
        r#"{"data": 7, "status": "success"}"#,
        r#"{"data": {}, "status": "ok"}"#,
        r#"{"data": {}, "status": "success", "error_message": "busy"}"#,
        r#"{"data": {}, "status": "success", "success": false}"#,
        r#"{"data": {}, "data": {}, "status": "success"}"#,
        r#"[{"data": {}, "status": "success"}]"#,
    ] {
        assert!(matches!(look_up(OrderKind::Purchase, 200, body), LookedUp::Unreadable { .. }), "{body}");
    }
}

#[test]
fn a_limit_closes_the_account() {
    let closed = |reason| LookedUp::Closed(crate::provider::Closed { until: in_seconds(60), reason });
    assert_eq!(look_up(OrderKind::Purchase, 429, "Too Many Requests"), closed("http_429"));
    assert_eq!(look_up(OrderKind::Purchase, 200, error("disabled")), closed("disabled"));
    assert_eq!(look_up(OrderKind::Listing, 200, error("disabled")), closed("disabled"));
}
