//! The first answer of a purchase, which may only let it go on, refuse it, or have it asked again.

use skinbus_domain::order::{Game, Operation};
use skinbus_domain::{Currency, Money};

use super::*;

enum Told {
    Buys,
    Refused(&'static str),
    Again(&'static str),
}
use Told::{Again, Buys, Refused};

fn check(order: &Order, status: u16, body: &str, expected: &Told) {
    let answer = read(order, 1, status, body);
    match (answer.verdict, expected) {
        (Verdict::Next(request), Buys) => assert_eq!(request.uri().path(), "/api/v1/buy_item"),
        (Verdict::Outcome(Outcome::Refused(reason)), Refused(code)) => {
            assert_eq!(reason.code, *code, "{body}")
        }
        (Verdict::Outcome(Outcome::NotSent { reason, retry_at }), Again(code)) => {
            assert_eq!(reason.code, *code, "{body}");
            let seconds = if answer.closed.is_some() { 60 } else { 5 };
            assert_eq!(retry_at, in_seconds(seconds), "{body}");
        }
        (verdict, Buys | Refused(_) | Again(_)) => panic!("{status} {verdict:?}: {body}"),
    }
}

#[test]
fn an_offer_is_bought_only_as_it_was_ordered() {
    let changed = |from: &str, to: &str| with(CHECKED, from, to);
    let item_to = |to: &str| format!(r#"{{"item": {to}, "is_seller_online": true, "status": "success"}}"#);
    for (body, expected) in [
        (CHECKED.to_owned(), Buys),
        (changed("18.47", "\"18.47\""), Buys),
        (changed("18.47", "18.50"), Buys),
        (changed("18.47", "18.5"), Buys),
        (changed("\"5510932\"", "5510932"), Buys),
        (changed("\"csgo\"", "null"), Buys),
        (changed("  \"is_seller_online\": true,\n", ""), Buys),
        (changed("\"is_seller_online\": true,\n  \"status\": \"success\"", "\"new\": []"), Buys),
        (changed("18.47", "18.51"), Refused("price_above_max")),
        (changed("18.47", "18.501"), Refused("price_above_max")),
        (changed("\"csgo\"", "\"dota2\""), Refused("game_mismatch")),
        (changed("true", "false"), Refused("item_unavailable")),
        (item_to("null"), Refused("item_unavailable")),
        (item_to("[]"), Refused("item_unavailable")),
        (item_to("{}"), Refused("item_unavailable")),
        (item_to("false"), Refused("item_unavailable")),
        (item_to("7"), Again("unreadable_item")),
        (item_to("[5510932]"), Again("unreadable_item")),
        (changed("\"5510932\"", "\"5510933\""), Again("other_item")),
        (changed("18.47", "1.8e1"), Again("unreadable_price")),
        (changed("18.47", "-1"), Again("unreadable_price")),
        (changed("18.47", "null"), Again("unreadable_item")),
        (changed("\"success\"", "\"error\""), Again("unreadable_answer")),
        (changed("\"success\"", "\"success\", \"error_message\": \"x\""), Again("unreadable_answer")),
        (String::new(), Again("unreadable_answer")),
        ("[]".to_owned(), Again("unreadable_answer")),
        ("{}".to_owned(), Again("unreadable_answer")),
        (r#"{"status":"success"}"#.to_owned(), Again("unreadable_answer")),
        ("<html></html>".to_owned(), Again("unreadable_answer")),
    ] {
        check(&purchase(), 200, &body, &expected);
    }
}

#[test]
fn errors_before_the_purchase() {
    for (word, expected) in [
        ("wrong_params", Refused("item_unavailable")),
        ("no_item", Refused("item_unavailable")),
        ("validation_error", Refused("invalid_request")),
        ("wrong_method", Refused("invalid_request")),
        ("wrong_token", Refused("unauthorized")),
        ("no_access", Refused("unauthorized")),
        ("internal_error", Again("provider_error")),
        ("disabled", Again("provider_closed")),
        ("something_new", Again("refused")),
    ] {
        for status in [200, 400, 403] {
            check(&purchase(), status, &error(word), &expected);
        }
        check(&purchase(), 500, &error(word), &Again("http_500"));
    }
    for status in [302, 403, 404, 500, 502] {
        let answer = outcome(read(&purchase(), 1, status, CHECKED));
        assert!(matches!(answer, Outcome::NotSent { .. }), "{status}");
    }
    let closed = read(&purchase(), 1, 429, "slow down").closed.unwrap();
    assert_eq!((closed.until, closed.reason), (in_seconds(60), "http_429"));
    let closed = read(&purchase(), 1, 200, error("disabled")).closed.unwrap();
    assert_eq!((closed.until, closed.reason), (in_seconds(60), "disabled"));
}

#[test]
fn what_cannot_be_compared_is_not_bought() {
    let mut order = purchase();
    let Operation::Purchase(purchase) = &mut order.operation else { panic!() };
    purchase.max_price = Money::parse("EUR".parse::<Currency>().unwrap(), "100").unwrap();
    check(&order, 200, CHECKED, &Refused("price_above_max"));
}

#[test]
fn a_purchase_without_a_game_takes_any() {
    let mut order = purchase();
    let Operation::Purchase(purchase) = &mut order.operation else { panic!() };
    purchase.game = None;
    check(&order, 200, &with(CHECKED, "csgo", "games"), &Buys);
    let Operation::Purchase(purchase) = &mut order.operation else { panic!() };
    purchase.game = Some(Game::Rust);
    check(&order, 200, &with(CHECKED, "csgo", "rust"), &Buys);
    check(&order, 200, CHECKED, &Refused("game_mismatch"));
}

#[test]
fn a_trade_that_ended_meanwhile_is_not_bought() {
    let mut order = purchase();
    order.operation.user_mut().trade_token = None;
    check(&order, 200, CHECKED, &Again("not_buildable"));
}

#[test]
fn no_first_answer_places_or_leaves_it_open() {
    for end in 0..CHECKED.trim_end().len() {
        let answer = outcome(read(&purchase(), 1, 200, &CHECKED.as_bytes()[..end]));
        assert!(matches!(answer, Outcome::NotSent { .. }), "{end}");
    }
    // The answer to a purchase is none to the question before it.
    assert!(matches!(outcome(read(&purchase(), 1, 200, BOUGHT)), Outcome::NotSent { .. }));
}
