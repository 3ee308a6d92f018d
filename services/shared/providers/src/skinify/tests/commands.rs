//! Changes of reserved purchases.

use bytes::Bytes;
use http::Request;
use skinbus_domain::order::{Item, Operation};
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, Currency, Money, Order, Trade};

use super::{error, link, now, order, ordered, reopens, response, shown, skinify, with};
use crate::provider::{Closed, CommandAnswer, NotBuildable, Provider};
use crate::test_support;

const CANCELED: &str = r#"{"status": "success", "skin": {"id": "88102"}, "purchase_id": 90560, "purchase_status": "reservation_canceled"}"#;
const DONE: &str = r#"{"status":"success"}"#;

fn trade(order: Order) -> Trade {
    test_support::trade("wd-20431", order, Some("90560"))
}

fn purchase() -> Trade {
    trade(order(Item::Offer("88102".to_owned()), None))
}

fn update() -> Command {
    // The same token as the order's, so that it is not shown.
    Command::UpdateTradeToken { trade_token: super::TRADE_TOKEN.parse().unwrap() }
}

fn build(command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
    skinify().command(command, trade)
}

fn answered(command: &Command, status: u16, body: impl AsRef<[u8]>) -> CommandAnswer {
    skinify().read_commanded(command, &response(status, body), now())
}

fn outcome(command: &Command, body: &str) -> CommandOutcome {
    let answer = answered(command, 200, body);
    assert_eq!(answer.closed, None);
    answer.outcome
}

#[test]
fn a_reservation_is_given_up_by_the_providers_id() {
    let request = build(&Command::Cancel, &purchase()).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/withdraw/cancel-reservation
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    purchase_id=90560
    "#);
}

#[test]
fn a_new_trade_token_is_told_for_the_user() {
    let request = build(&update(), &purchase()).unwrap();
    insta::assert_snapshot!(shown(&request), @r#"
    POST https://skinify.io/api/withdraw/update-trade-token
    accept: "application/json"
    token: Sensitive
    content-type: "application/x-www-form-urlencoded"

    partner=39734314&token=<trade token>
    "#);
    // It goes out as it is given.
    let other = Command::UpdateTradeToken { trade_token: "Zz-_0099".parse().unwrap() };
    let request = build(&other, &purchase()).unwrap();
    assert_eq!(request.body().as_ref(), b"partner=39734314&token=Zz-_0099");
}

#[test]
fn what_cannot_be_changed_is_not_asked_for() {
    let mut unknown = purchase();
    unknown.facts.provider_id = None;
    assert!(build(&Command::Cancel, &unknown).is_err());
    assert!(build(&update(), &unknown).is_ok());
    let deposit = trade(ordered(Operation::Deposit(link())));
    let rejected = Trade { order: None, ..purchase() };
    for command in [Command::Cancel, update()] {
        assert!(build(&command, &deposit).is_err());
        assert!(build(&command, &rejected).is_err());
    }
    let price = Money::parse(Currency::USD, "1").unwrap();
    for command in [Command::ApproveHold, Command::ChangePrice { price }] {
        assert!(build(&command, &purchase()).is_err());
        assert!(matches!(outcome(&command, DONE), CommandOutcome::Unknown(_)));
    }
}

#[test]
fn done_is_what_says_so() {
    assert_eq!(outcome(&Command::Cancel, CANCELED), CommandOutcome::Done);
    assert_eq!(outcome(&Command::Cancel, &with(CANCELED, "90560", "\"90560\"")), CommandOutcome::Done);
    assert_eq!(outcome(&update(), DONE), CommandOutcome::Done);
    assert_eq!(outcome(&update(), r#"{"success":true,"new":[]}"#), CommandOutcome::Done);
}

#[test]
fn the_documented_refusals() {
    let refused = |code: &str, word: &str| CommandOutcome::Refused(Reason::from_provider(code, word));
    for (word, code) in [
        ("missing_one_of_required_params", "invalid_request"),
        ("cancel_reservation_unavailable", "cancel_unavailable"),
        ("missing_partner_or_token", "invalid_request"),
        ("invalid_trade_token", "invalid_trade_url"),
    ] {
        for command in [Command::Cancel, update()] {
            assert_eq!(outcome(&command, &error(word)), refused(code, word));
            assert_eq!(answered(&command, 400, error(word)).outcome, refused(code, word));
            let answer = answered(&command, 500, error(word));
            assert_eq!(answer.outcome, CommandOutcome::Unknown(Reason::new("http_500")));
        }
    }
    let limit = "request_limit_exceeded";
    let closed = Some(Closed { until: reopens(), reason: limit });
    let expected = CommandAnswer { outcome: refused("rate_limited", limit), closed };
    assert_eq!(answered(&update(), 200, error(limit)), expected);
}

#[test]
fn a_reservation_that_is_not_found_may_have_been_given_up_before() {
    let expected = Reason::from_provider("not_reserved", "reservation_not_found");
    assert_eq!(outcome(&Command::Cancel, &error("reservation_not_found")), CommandOutcome::Unknown(expected));
}

#[test]
fn anything_else_leaves_it_open() {
    for body in [
        error("something_new"),
        error("token AbCd_-12 is wrong"),
        with(CANCELED, "reservation_canceled", "reserved"),
        with(CANCELED, "\"reservation_canceled\"", "null"),
        with(CANCELED, "\"success\"", "\"ok\""),
        with(CANCELED, "\"success\"", "\"error\""),
        r#"{"status":"success"}"#.to_owned(),
    ] {
        let told = outcome(&Command::Cancel, &body);
        assert!(matches!(told, CommandOutcome::Unknown(_)), "{body}");
        assert!(!format!("{told:?}").contains("AbCd"));
    }
    for (status, body) in [(302, DONE), (404, DONE), (500, DONE), (200, "<html>"), (200, ""), (200, "[]")] {
        assert!(matches!(answered(&update(), status, body).outcome, CommandOutcome::Unknown(_)), "{body}");
    }
    for body in super::garbage::bodies() {
        assert!(matches!(answered(&Command::Cancel, 200, &body).outcome, CommandOutcome::Unknown(_)));
    }
    for end in 0..CANCELED.len() {
        let told = answered(&Command::Cancel, 200, &CANCELED[..end]);
        assert!(matches!(told.outcome, CommandOutcome::Unknown(_)));
    }
}
