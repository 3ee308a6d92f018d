//! Commands: a listing is taken off sale, or gets another price.

use skinbus_domain::{Command, CommandOutcome};

use super::*;
use crate::provider::CommandAnswer;

const CANCELED: &str = r#"{"cancelled_items": [{"assetid": "15778802746", "project": "csgo", "state": "cancelled"}], "not_cancelled_items": [], "status": "success"}"#;
const REPRICED: &str = r#"{"id": "5511020", "new_price": 2.35, "price_rate": 2.35, "status": "success"}"#;

fn answer(command: &Command, status: u16, body: &str) -> CommandAnswer {
    shadowpay().read_commanded(command, &response(status, body), now())
}

fn reprice() -> Command {
    Command::ChangePrice { price: dollars("2.350") }
}

/// `done`, or the kind and code of the outcome.
fn outcome_of(command: &Command, body: &str) -> String {
    match answer(command, 200, body).outcome {
        CommandOutcome::Done => "done".to_owned(),
        CommandOutcome::Refused(reason) => format!("refused {}", reason.code),
        CommandOutcome::Unknown(reason) => format!("unknown {}", reason.code),
    }
}

#[test]
fn an_item_is_off_sale() {
    let cancel = |body: &str| outcome_of(&Command::Cancel, body);
    assert_eq!(cancel(CANCELED), "done");
    let row = r#"[{"assetid": "15778802746", "project": "csgo", "state": "cancelled"}]"#;
    for (from, to, outcome) in [
        ("\"not_cancelled_items\": [],", "", "done"),
        ("\"not_cancelled_items\": []", "\"not_cancelled_items\": {}", "done"),
        ("\"not_cancelled_items\": []", "\"not_cancelled_items\": null", "done"),
        ("\"project\": \"csgo\", ", "", "done"),
        ("\"state\": \"cancelled\"", "\"state\": \"pending\"", "unknown unreadable_item"),
        (", \"state\": \"cancelled\"", "", "unknown unreadable_item"),
        (row, "[]", "unknown other_count"),
        (row, "[7]", "unknown unreadable_item"),
        (row, "null", "unknown unreadable_answer"),
        ("\"not_cancelled_items\": []", "\"not_cancelled_items\": [\"15778802746\"]", "unknown other_count"),
        ("}]", "}, {\"state\": \"cancelled\"}]", "unknown other_count"),
        (", \"status\": \"success\"", "", "unknown unreadable_answer"),
        ("\"success\"", "\"error\"", "unknown unreadable_answer"),
        ("\"success\"", "\"error\", \"error_message\": \"no_access\"", "unknown unreadable_answer"),
    ] {
        assert_eq!(cancel(&with(CANCELED, from, to)), outcome, "{to}");
    }
    for refused in ["[\"5511020\"]", "[{\"id\": \"5511020\"}]", "{\"5511020\": \"pending\"}"] {
        let body = with(
            &with(CANCELED, row, "[]"),
            "\"not_cancelled_items\": []",
            &format!("\"not_cancelled_items\": {refused}"),
        );
        assert_eq!(cancel(&body), "refused not_cancelable", "{refused}");
    }
}

#[test]
fn a_price_is_changed_to_the_one_asked_for() {
    for (from, to, outcome) in [
        ("x", "x", "done"),
        ("\"new_price\": 2.35", "\"new_price\": \"2.35\"", "done"),
        ("\"new_price\": 2.35", "\"new_price\": \"2.350000\"", "done"),
        ("\"price_rate\": 2.35, ", "", "done"),
        ("\"new_price\": 2.35", "\"new_price\": 2.36", "unknown other_price"),
        ("\"new_price\": 2.35", "\"new_price\": 2.34", "unknown other_price"),
        ("\"new_price\": 2.35", "\"new_price\": 235", "unknown other_price"),
        ("\"new_price\": 2.35", "\"new_price\": \"x\"", "unknown unreadable_price"),
        ("\"new_price\": 2.35", "\"new_price\": null", "unknown unreadable_answer"),
        ("\"new_price\": 2.35, ", "", "unknown unreadable_answer"),
    ] {
        let body = if from == "x" { REPRICED.to_owned() } else { with(REPRICED, from, to) };
        assert_eq!(outcome_of(&reprice(), &body), outcome, "{to}");
    }
}

#[test]
fn errors() {
    for (word, outcome) in [
        ("wrong_params", "refused invalid_request"),
        ("validation_error", "refused invalid_request"),
        ("wrong_method", "refused invalid_request"),
        ("wrong_token", "refused unauthorized"),
        ("no_access", "refused unauthorized"),
        ("internal_error", "unknown provider_error"),
        ("disabled", "unknown provider_closed"),
        ("something_new", "unknown refused"),
    ] {
        for command in [Command::Cancel, reprice()] {
            assert_eq!(outcome_of(&command, &error(word)), outcome, "{word}");
        }
    }
    for command in [Command::Cancel, reprice()] {
        for status in [302, 404, 500, 503] {
            for body in [CANCELED, REPRICED, "<html>"] {
                let told = answer(&command, status, body).outcome;
                assert!(matches!(told, CommandOutcome::Unknown(_)), "{status} {told:?}");
            }
        }
        assert_eq!(answer(&command, 429, "").closed.unwrap().until, in_seconds(60));
        assert_eq!(answer(&command, 200, &error("disabled")).closed.unwrap().reason, "disabled");
        assert!(matches!(answer(&command, 500, &error("no_access")).outcome, CommandOutcome::Unknown(_)));
    }
}

#[test]
fn only_known_listings_are_changed() {
    let token = TRADE_TOKEN.parse().unwrap();
    let euros = Command::ChangePrice { price: Money::parse("EUR".parse().unwrap(), "1").unwrap() };
    for (command, trade) in [
        (Command::Cancel, trade(listing(), None)),
        (Command::Cancel, trade(purchase(), Some("771204"))),
        (Command::Cancel, trade(link(None), Some("b1e0"))),
        (Command::ApproveHold, trade(listing(), Some("5511020"))),
        (Command::UpdateTradeToken { trade_token: token }, trade(listing(), Some("5511020"))),
        (euros, trade(listing(), Some("5511020"))),
        (reprice(), Trade { order: None, ..trade(listing(), Some("5511020")) }),
    ] {
        assert!(shadowpay().command(&command, &trade).is_err(), "{command:?}");
    }
}
