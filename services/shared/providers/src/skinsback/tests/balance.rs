//! The balance, the currencies, the status.

use skinbus_domain::Money;
use skinbus_domain::query::{Balance, Query, QueryAnswer, ServerStatus};

use super::{dollars, queried, with};
use crate::provider::Queried;

const BALANCE: &str = r#"{"status": "success", "balance": "1520.115", "balance_in_currencies": {"usd": "1520.115", "eur": "1401.300"},
 "deals_sum": "9000.000", "deals_sum_in_currencies": {"usd": "9000.000"}, "withdraw_sum": 100, "withdraw_sum_in_currencies": []}"#;

fn balance(body: &str) -> Balance {
    let told = queried(&Query::Balance, body);
    let Queried::Answer(QueryAnswer::Balance(balance)) = told else { panic!("{told:?}: {body}") };
    balance
}

fn available(body: &str) -> Option<Money> {
    let balance = balance(body);
    assert_eq!(balance.lines[0].name, "available");
    balance.lines[0].amount
}

#[test]
fn the_currency_is_the_one_with_the_same_number() {
    let told = balance(BALANCE);
    let lines: Vec<_> = told.lines.iter().map(|line| (line.name.as_str(), line.amount)).collect();
    let expected = [
        ("available", Some(dollars("1520.115"))),
        ("deals_sum", Some(dollars("9000.000"))),
        ("withdraw_sum", None),
    ];
    assert_eq!(lines, expected);
    assert_eq!(told.details["balance"], "1520.115");
    assert_eq!(told.details["balance_in_currencies.eur"], "1401.300");
    assert_eq!(told.details["withdraw_sum"], "100");
    let roubles = with(BALANCE, "\"balance\": \"1520.115\"", "\"balance\": 120000.5");
    let roubles = with(&roubles, "\"eur\"", "\"rub\": 120000.500, \"eur\"");
    assert_eq!(available(&roubles).map(|money| money.to_string()).as_deref(), Some("120000.5 RUB"));
}

#[test]
fn without_one_equal_number_the_currency_is_not_told() {
    for (from, to) in [
        ("{\"usd\": \"1520.115\"", "{\"usd\": \"1520.116\""),
        ("\"eur\": \"1401.300\"", "\"eur\": \"1520.1150\""),
        ("{\"usd\": \"1520.115\", \"eur\": \"1401.300\"}", "[]"),
        ("{\"usd\": \"1520.115\", \"eur\": \"1401.300\"}", "null"),
        ("\"balance\": \"1520.115\"", "\"balance\": \"-3\""),
        ("\"balance\": \"1520.115\"", "\"balance\": \"none\""),
        ("{\"usd\": \"1520.115\"", "{\"points\": \"1520.115\""),
    ] {
        assert_eq!(available(&with(BALANCE, from, to)), None, "{to}");
    }
    // All sums of nothing are the same nothing.
    let zero = r#"{"status":"success","balance":"0.000","balance_in_currencies":{"usd":0,"eur":"0.00"}}"#;
    assert_eq!(available(zero), None);
    assert_eq!(balance(zero).details["balance"], "0.000");
}

#[test]
fn a_balance_that_is_none() {
    for body in [r#"{"status":"success"}"#, r#"{"status":"success","balance":null}"#, r#"{"balance":"1"}"#] {
        assert!(matches!(queried(&Query::Balance, body), Queried::Unreadable { .. }), "{body}");
    }
}

#[test]
fn currencies() {
    for body in [
        r#"{"status":"success","usd":1,"eur":"0.92","rub":"80.5"}"#,
        r#"{"status":"success","data":{"usd":1,"eur":"0.92","rub":"80.5"}}"#,
        r#"{"status":"success","currencies":{"usd":1,"eur":"0.92","rub":"80.5","error_code":1,"x":{}}}"#,
    ] {
        let Queried::Answer(QueryAnswer::Currencies(rates)) = queried(&Query::Currencies, body) else {
            panic!("{body}")
        };
        // Whether it is 0.92 for a dollar or dollars for one is not documented.
        assert!(rates.iter().all(|rate| rate.rate.is_none()));
        let codes: Vec<_> = rates.iter().map(|rate| rate.code.as_str()).collect();
        assert_eq!(codes, ["EUR", "RUB", "USD"]);
    }
    for body in [r#"{"status":"success"}"#, r#"{"status":"success","items":["usd"]}"#] {
        assert!(matches!(queried(&Query::Currencies, body), Queried::Unreadable { .. }), "{body}");
    }
}

#[test]
fn the_status() {
    let status = |body: &str| {
        let Queried::Answer(QueryAnswer::Status(status)) = queried(&Query::Status, body) else { return None };
        Some(status)
    };
    let closed = status(r#"{"status": "success", "available": false, "reason": "no_bots"}"#);
    let expected =
        ServerStatus { is_available: false, reason: Some("no_bots".to_owned()), ..ServerStatus::default() };
    assert_eq!(closed, Some(expected));
    for available in ["true", "1", "\"1\""] {
        let body = format!(r#"{{"status":"success","available":{available}}}"#);
        let expected = ServerStatus { is_available: true, ..ServerStatus::default() };
        assert_eq!(status(&body), Some(expected));
    }
    for body in [r#"{"status":"success"}"#, r#"{"status":"success","available":"perhaps"}"#] {
        assert_eq!(status(body), None, "{body}");
    }
}
