//! Orders in JSON, as a person types them.

use super::samples::{TOKEN, order_request};
use crate::json::{self, JsonError};
use crate::v1;

const SNAKE: &str = r#"{
  "order_id": "wd-1",
  "account": "skinify_main",
  "purchase": {
    "recipient": {"steam_id": "76561198000000042", "trade_token": "AbCd_-12"},
    "game": "GAME_CS2",
    "market_hash_name": "P250 | Sand Dune (Field-Tested)",
    "max_price": {"currency": "USD", "amount": "12.50"}
  },
  "expires_at": "2027-01-15T08:00:00.000000005Z",
  "metadata": {"shop": "b", "cart": "7"}
}"#;

fn read(text: &str) -> Result<v1::OrderRequest, JsonError> {
    json::read(text.as_bytes())
}

/// The sample with one text in the place of another.
fn with(from: &str, to: &str) -> String {
    assert!(SNAKE.contains(from), "{from}");
    SNAKE.replace(from, to)
}

#[test]
fn both_forms_of_every_name_are_read() {
    assert_eq!(read(SNAKE).unwrap(), order_request());
    let mut camel = SNAKE.to_owned();
    for (snake, name) in [
        ("order_id", "orderId"),
        ("steam_id", "steamId"),
        ("trade_token", "tradeToken"),
        ("market_hash_name", "marketHashName"),
        ("max_price", "maxPrice"),
        ("expires_at", "expiresAt"),
    ] {
        assert!(camel.contains(snake));
        camel = camel.replace(snake, name);
    }
    assert_eq!(read(&camel).unwrap(), order_request());
}

#[test]
fn one_content_may_be_written_in_several_ways() {
    for text in [
        with("\"GAME_CS2\"", "1"),
        with("2027-01-15T08:00:00.000000005Z", "2027-01-15T09:00:00.000000005+01:00"),
        with("\"account\"", "\"listing\": null, \"account\""),
        with("wd-1", "\\u0077d-1"),
        with("\n", " "),
    ] {
        assert_eq!(read(&text).unwrap(), order_request(), "{text}");
    }
    // A number that is no game yet is judged with the rest of the request.
    let unknown = read(&with("\"GAME_CS2\"", "99")).unwrap();
    assert!(super::samples::read(&unknown).unwrap().order.is_err());
}

#[test]
fn what_is_not_exactly_an_order_is_refused() {
    let not_json = "not JSON";
    let early = "the text ends too early";
    let data = "an unknown or repeated field, or a value of the wrong type";
    for (text, expected) in [
        (with("order_id", "order_no"), data),
        (with("max_price", "maxprice"), data),
        (with("\"GAME_CS2\"", "\"CS2\""), data),
        (with("\"12.50\"", "12.50"), data),
        (with("\"wd-1\"", "1"), data),
        (with("\"7\"", "7"), data),
        (with("2027-01-15T08:00:00.000000005Z", "tomorrow"), data),
        (with("\"2027-01-15T08:00:00.000000005Z\"", "1800000000"), data),
        (with("{\"currency\": \"USD\", \"amount\": \"12.50\"}", "\"12.50\""), data),
        (with("{\"currency\": \"USD\", \"amount\": \"12.50\"}", "[]"), data),
        (with("\"purchase\"", "\"deposit\": {}, \"purchase\""), data),
        (with("\"game\"", "\"offer_id\": \"1\", \"game\""), data),
        ("null".to_owned(), data),
        ("[]".to_owned(), data),
        ("\"wd-1\"".to_owned(), data),
        (String::new(), early),
        ("order".to_owned(), not_json),
        (with("\"wd-1\",", "\"wd-1\""), not_json),
        (format!("{SNAKE} {{}}"), not_json),
    ] {
        let error = read(&text).unwrap_err();
        assert!(
            matches!(&error, JsonError::Invalid { problem, .. } if *problem == expected),
            "{error}: {text}"
        );
    }
}

#[test]
fn a_field_that_is_given_twice_is_refused() {
    for (from, to) in [
        ("\"account\"", "\"order_id\": \"wd-2\", \"account\""),
        ("\"account\"", "\"orderId\": \"wd-1\", \"account\""),
        ("\"game\"", "\"maxPrice\": {\"currency\": \"USD\", \"amount\": \"99\"}, \"game\""),
        ("\"amount\"", "\"amount\": \"99\", \"amount\""),
        ("\"shop\"", "\"cart\": \"8\", \"shop\""),
        ("\"account\"", "\"expiresAt\": \"2030-01-01T00:00:00Z\", \"account\""),
    ] {
        let error = read(&with(from, to)).unwrap_err();
        assert!(matches!(error, JsonError::Invalid { line: 2.., .. }), "{error}: {to}");
    }
    // Notes have no names but their own.
    let notes = read(&with("\"shop\": \"b\"", "\"order_id\": \"1\", \"orderId\": \"2\"")).unwrap();
    assert_eq!(notes.metadata.len(), 3);
    let listing = r#"{"listing": {"items": [{"asset_id": "1"}, {"asset_id": "2", "assetId": "3"}]}}"#;
    assert!(read(listing).is_err());
    assert!(read(&listing.replace(", \"assetId\": \"3\"", "")).is_ok());
}

#[test]
fn a_truncated_order_is_refused_at_every_byte() {
    for end in 0..SNAKE.len() {
        let error = read(&SNAKE[..end]).unwrap_err();
        assert!(
            matches!(error, JsonError::Invalid { problem: "the text ends too early", .. }),
            "{end}: {error}"
        );
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    for text in ["[".repeat(100_000), "{\"purchase\":".repeat(100_000)] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn an_error_says_where_and_never_what() {
    for (from, to) in [
        ("\"AbCd_-12\"", "[\"AbCd_-12\"]"),
        ("\"trade_token\": \"AbCd_-12\"", "\"AbCd_-12\": \"x\""),
        ("\"GAME_CS2\"", "\"AbCd_-12\""),
        ("2027-01-15T08:00:00.000000005Z", "AbCd_-12"),
        ("\"AbCd_-12\"}", "\"AbCd_-12\" AbCd_-12}"),
    ] {
        let error = read(&with(from, to)).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(TOKEN), "{text}");
        assert!(text.starts_with("reading skinbus.v1.OrderRequest as JSON: line "), "{text}");
    }
    let error = read(&with("\"GAME_CS2\"", "\"CS2\"")).unwrap_err();
    assert!(error.to_string().contains("line 6, column"), "{error}");
}
