//! Taking the risk of a hold early.

use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::{Attempt, Reason};
use skinbus_domain::{Command, CommandOutcome, Trade, TradeState};

use super::{TRADE_TOKEN, dollars, error, order_of, reopens, response, skinsback};
use crate::provider::{CommandAnswer, Provider};
use crate::test_support;

fn trade(kind: OrderKind) -> Trade {
    let (order, reference) = order_of(kind);
    Trade {
        state: TradeState::OnHold { hold_ends_at: super::now() },
        attempt: Some(Attempt { number: 1, reference, lease_until: super::now() }),
        ..test_support::trade("dep-2041", order, None)
    }
}

fn read(status: u16, body: &str) -> CommandAnswer {
    skinsback().read_commanded(&Command::ApproveHold, &response(status, body), super::now())
}

#[test]
fn approving_a_hold() {
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
        let request = skinsback().command(&Command::ApproveHold, &trade(kind)).unwrap();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        assert_eq!(body, r#"{"method":"offer_approve","order_id":"dep-2041"}"#);
    }
    assert!(skinsback().command(&Command::ApproveHold, &trade(OrderKind::Purchase)).is_err());
    let unsent = Trade { attempt: None, ..trade(OrderKind::DepositLink) };
    assert!(skinsback().command(&Command::ApproveHold, &unsent).is_err());
}

#[test]
fn there_is_no_other_command() {
    let trade = trade(OrderKind::DepositItems);
    for command in [
        Command::Cancel,
        Command::ChangePrice { price: dollars("1") },
        Command::UpdateTradeToken { trade_token: TRADE_TOKEN.parse().unwrap() },
    ] {
        assert!(skinsback().command(&command, &trade).is_err());
    }
}

#[test]
fn what_the_answer_means() {
    assert_eq!(read(200, r#"{"status":"success"}"#).outcome, CommandOutcome::Done);
    for (word, code) in [
        ("order_id_or_transaction_id_missing", "invalid_request"),
        ("invalid_order_id", "invalid_request"),
        ("invalid_transaction_id", "invalid_request"),
        ("transaction_not_found", "not_found"),
        ("invalid_client_secret", "unauthorized"),
        ("invalid_method", "invalid_request"),
    ] {
        let refused = CommandOutcome::Refused(Reason::from_provider(code, word));
        assert_eq!(read(200, &error(word)).outcome, refused);
    }
    for (word, code) in [
        // Approved or canceled: the provider does not say which.
        ("offer_already_approved_or_canceled", "already_decided"),
        ("internal_error", "refused"),
        ("something_new", "refused"),
    ] {
        let unknown = CommandOutcome::Unknown(Reason::from_provider(code, word));
        assert_eq!(read(200, &error(word)).outcome, unknown);
    }
    for (status, body) in [
        (200, ""),
        (200, "<html></html>"),
        (200, "{}"),
        (200, r#"{"status":"success","error_code":4}"#),
        (200, r#"{"status":"in_hold"}"#),
        (500, r#"{"status":"success"}"#),
        (502, ""),
        (403, r#"{"status":"error","error_message":"transaction_not_found"}"#),
    ] {
        let outcome = read(status, body).outcome;
        assert!(matches!(outcome, CommandOutcome::Unknown(_)), "{outcome:?}: {body}");
    }
    let limited = read(200, &error("request_limit_reached"));
    assert_eq!(limited.closed.map(|closed| closed.until), Some(reopens()));
    assert!(matches!(limited.outcome, CommandOutcome::Refused(_)));
}
