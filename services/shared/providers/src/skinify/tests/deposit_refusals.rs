//! Errors of the two calls that take a user's items: every documented word, and those that are not.

use skinbus_domain::Outcome;
use skinbus_domain::trade::Reason;

use super::deposit_placed::{first, page, second};
use super::{Answered, error, reopens, unknown};
use crate::provider::Verdict;

const LIMIT: &str = "request_limit_exceeded";

/// What the first answer to either kind of deposit comes to.
fn created(status: u16, body: &str) -> Answered {
    let page = page(status, body);
    assert_eq!(page, first(status, body).into(), "{body}");
    page
}

#[test]
fn documented_errors_of_the_creation_are_refusals() {
    for word in ["invalid_deposit_id", "invalid_steam_id", "invalid_priority_game"] {
        let refused = Outcome::Refused(Reason::from_provider("invalid_request", word));
        for status in [200, 400, 422] {
            assert_eq!(created(status, &error(word)), Answered { outcome: refused.clone(), closed: None });
        }
        assert_eq!(created(200, &error(word).replace("\"error\"", "\"fail\"")).outcome, refused);
        for status in [302, 500, 503] {
            let code = format!("http_{status}");
            assert_eq!(unknown(&created(status, &error(word)).outcome), Some((code.as_str(), false)));
        }
    }
}

#[test]
fn a_used_deposit_id_means_that_the_deposit_is_there() {
    let answer = page(200, error("deposit_id_already_exists"));
    let reason = Reason::from_provider("reference_known", "deposit_id_already_exists");
    assert_eq!(answer.outcome, Outcome::Unknown { reason, refusal_unproved: false });
}

#[test]
fn items_whose_deposit_is_there_go_on_to_their_offer() {
    // An order is placed again only after its offer surely was not sent.
    let answer = first(200, error("deposit_id_already_exists"));
    let Verdict::Next(request) = answer.verdict else { panic!("{answer:?}") };
    assert_eq!(request.uri().path(), "/api/create-steam-offer");
}

#[test]
fn any_other_error_of_the_creation_is_not_proved() {
    for (word, code) in [
        ("invalid_currency", "invalid_request"),
        ("invalid_token", "unauthorized"),
        ("min_deal_sum", "below_minimum"),
        ("deposit_not_found", "not_found"),
        ("order_changed_state", "refused"),
        ("Invalid_Steam_Id", "refused"),
        ("maintenance", "provider_closed"),
    ] {
        assert_eq!(unknown(&created(200, &error(word)).outcome), Some((code, true)), "{word}");
    }
}

#[test]
fn over_the_limit_nothing_is_created_and_the_account_closes() {
    let reason = Reason::from_provider("rate_limited", LIMIT);
    let outcome = Outcome::NotSent { reason, retry_at: reopens() };
    for status in [200, 403, 429] {
        let expected = Answered { outcome: outcome.clone(), closed: Some((reopens(), LIMIT)) };
        assert_eq!(created(status, &error(LIMIT)), expected);
    }
    let answer = created(503, &error(LIMIT));
    assert_eq!(unknown(&answer.outcome), Some(("http_503", false)));
    assert_eq!(answer.closed, Some((reopens(), LIMIT)));
}

#[test]
fn documented_errors_before_the_offer_are_refusals() {
    for (word, code) in [
        ("invalid_game", "invalid_request"),
        ("deposit_id_or_transaction_id_missing", "invalid_request"),
        ("invalid_transaction_id", "invalid_request"),
        ("deposit_not_found", "not_found"),
        ("request_deposit_inventory", "invalid_request"),
        ("nothing_things_selected", "invalid_request"),
        ("required_params_missing", "invalid_request"),
        ("inventory_updated", "inventory_outdated"),
        ("min_deal_sum", "below_minimum"),
        ("account_cant_trading", "user_not_tradable"),
        ("private_inventory", "private_inventory"),
        ("unavaliable_inventory", "refused"),
        ("invalid_tradeurl", "invalid_trade_url"),
        ("empty_inventory", "empty_inventory"),
        ("trade_unavailable", "trade_unavailable"),
        ("you_have_vac_ban", "user_not_tradable"),
    ] {
        let outcome = Outcome::Refused(Reason::from_provider(code, word));
        assert_eq!(second(200, error(word)), Answered { outcome: outcome.clone(), closed: None });
        let other_envelope = format!(r#"{{"success": false, "error_message": "{word}"}}"#);
        assert_eq!(second(400, other_envelope).outcome, outcome);
        assert_eq!(unknown(&second(502, error(word)).outcome), Some(("http_502", false)));
    }
}

#[test]
fn a_changed_state_means_that_the_offer_is_there() {
    let answer = second(200, error("order_changed_state"));
    let reason = Reason::from_provider("reference_known", "order_changed_state");
    assert_eq!(answer.outcome, Outcome::Unknown { reason, refusal_unproved: false });
}

#[test]
fn an_error_that_may_come_after_the_offer_is_not_proved() {
    for word in ["steam_error", "internal_error", "invalid_deposit_id_", "Invalid_Game"] {
        assert_eq!(unknown(&second(200, error(word)).outcome), Some(("refused", true)), "{word}");
    }
    assert_eq!(unknown(&second(200, error("token AbCd_-12 is wrong")).outcome), Some(("refused", true)));
    assert!(!format!("{:?}", second(200, error("token AbCd_-12 is wrong"))).contains("AbCd"));
}

/// The word is not documented: what became of the order is for a look-up to tell, once the account is open again.
#[test]
fn a_maintenance_closes_the_account_and_proves_nothing() {
    for word in ["maintenance", "under_maintenance", "Site_Maintenance"] {
        for answer in [created(200, &error(word)), second(200, error(word)), page(200, error(word))] {
            assert_eq!(unknown(&answer.outcome), Some(("provider_closed", true)), "{word}");
            // The limit's pause is 60 seconds.
            let until = reopens() - std::time::Duration::from_secs(50);
            assert_eq!(answer.closed, Some((until, "maintenance")), "{word}");
        }
    }
}

#[test]
fn an_offer_that_the_limit_kept_back_is_sent_later() {
    let reason = Reason::from_provider("rate_limited", LIMIT);
    let outcome = Outcome::NotSent { reason, retry_at: reopens() };
    let expected = Answered { outcome, closed: Some((reopens(), LIMIT)) };
    assert_eq!(second(200, error(LIMIT)), expected);
    let page = second(429, "<html>Too Many Requests</html>");
    assert_eq!(unknown(&page.outcome), Some(("http_429", false)));
    assert_eq!(page.closed, Some((reopens(), "http_429")));
}

#[test]
fn contradictions_leave_the_outcome_open() {
    for body in [
        r#"{"status":"error","error_message":"invalid_steam_id","transaction_id":700412}"#,
        r#"{"status":"error","error_message":"invalid_steam_id","url":"https://skinify.io/pay?hash=1"}"#,
        r#"{"status":"error","error_message":"invalid_game","tradeofferid":"8123000222"}"#,
        r#"{"success":true,"error_message":"invalid_game"}"#,
        r#"{"success":true,"status":"error","error_message":"invalid_game"}"#,
        r#"{"error_message":"invalid_game"}"#,
        r#"{"status":"error"}"#,
        r#"["error",null,"invalid_game"]"#,
    ] {
        for answer in [created(200, body), second(200, body)] {
            assert_eq!(unknown(&answer.outcome), Some(("unreadable_answer", false)), "{body}");
        }
    }
}
