//! Answers that say no. Only what surely comes before execution is a refusal.

use skinbus_domain::Outcome;
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::Reason;

use super::{KINDS, error, outcome, place, placed, reopens, unknown};
use crate::provider::Closed;

const STANDARD: [(&str, &str); 7] = [
    ("please_use_post_method", "invalid_request"),
    ("invalid_method", "invalid_request"),
    ("invalid_shopid", "unauthorized"),
    ("invalid_signature", "unauthorized"),
    ("shop_not_active", "unauthorized"),
    ("invalid_ip_address", "unauthorized"),
    ("invalid_client_secret", "unauthorized"),
];

const OF_BUY: [(&str, &str); 3] = [
    ("missing_name_and_id", "invalid_request"),
    ("name_min_length_3", "name_too_short"),
    ("missing_partner_or_token", "invalid_request"),
];

const OF_PAGE: [(&str, &str); 5] = [
    ("invalid_order_id", "invalid_request"),
    ("invalid_steam_id", "invalid_request"),
    ("invalid_trade_token", "invalid_trade_url"),
    ("min_amount_requires_currency", "invalid_request"),
    ("invalid_currency", "invalid_request"),
];

const OF_OFFER: [(&str, &str); 16] = [
    ("invalid_game", "invalid_request"),
    ("invalid_steam_id", "invalid_request"),
    ("invalid_trade_token", "invalid_trade_url"),
    ("invalid_item_asset_ids", "invalid_request"),
    ("invalid_order_id", "invalid_request"),
    ("invalid_result_url", "invalid_request"),
    ("invalid_currency", "invalid_request"),
    ("deposit_amount_less_minimum", "below_minimum"),
    ("inventory_is_outdated", "inventory_outdated"),
    ("items_overstock", "item_not_accepted"),
    ("user_not_tradable", "user_not_tradable"),
    ("some_item_not_found", "item_unavailable"),
    ("one_of_selected_items_is_not_acceptable", "item_not_accepted"),
    ("invalid_custom_currency", "invalid_request"),
    ("invalid_custom_currency_rate", "invalid_request"),
    ("invalid_custom_multiplier", "invalid_request"),
];

fn refusals(kind: OrderKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        OrderKind::Purchase => &OF_BUY,
        OrderKind::DepositLink => &OF_PAGE,
        OrderKind::DepositItems => &OF_OFFER,
        OrderKind::Listing => &[],
    }
}

#[test]
fn every_documented_refusal() {
    for (kind, _) in KINDS {
        for (word, code) in STANDARD.iter().chain(refusals(kind)) {
            let refused = Outcome::Refused(Reason::from_provider(code, word));
            assert_eq!(placed(kind, error(word)), refused, "{kind:?}");
            // The documentation's own numbers contradict each other.
            assert_eq!(placed(kind, error(word).replace(":1,", ":\"-7\",")), refused);
            assert_eq!(placed(kind, error(word).replace("\"error_code\":1,", "")), refused);
            for status in [302, 400, 403, 429, 500, 503] {
                let code = format!("http_{status}");
                let told = outcome(place(kind, status, error(word)));
                assert_eq!(unknown(&told), Some((code.as_str(), false)));
            }
        }
    }
}

#[test]
fn a_refusal_of_another_method_proves_nothing() {
    for (kind, _) in KINDS {
        for (of, _) in KINDS {
            let own: Vec<_> = refusals(kind).iter().map(|(word, _)| *word).collect();
            for (word, _) in refusals(of).iter().filter(|(word, _)| !own.contains(word)) {
                assert!(matches!(unknown(&placed(kind, error(word))), Some((_, true))), "{kind:?} {word}");
            }
        }
    }
}

/// The skin or the money may be gone because an earlier request of ours was executed and its answer lost.
#[test]
fn what_our_own_request_may_have_caused_is_not_proved() {
    for (word, code) in [
        ("insufficient_funds", "insufficient_funds"),
        ("skin_unavailable", "item_unavailable"),
        ("skins_not_found_at_specified_price", "price_above_max"),
        ("invalid_partner_value", "invalid_trade_url"),
        ("something_new", "refused"),
        ("Skin_Unavailable", "refused"),
        (" missing_name_and_id", "refused"),
        ("request_limit_reached_soon", "refused"),
        ("transaction_not_found", "refused"),
    ] {
        let answer = place(OrderKind::Purchase, 200, error(word));
        assert_eq!(answer.closed, None, "{word}");
        assert_eq!(unknown(&outcome(answer)), Some((code, true)), "{word}");
    }
}

#[test]
fn a_known_reference_is_looked_up() {
    for (kind, _) in KINDS {
        for word in ["order_id_already_exists", "custom_id_already_exists"] {
            let known = Outcome::Unknown {
                reason: Reason::from_provider("reference_known", word),
                refusal_unproved: false,
            };
            // The documentation's example gives it the number of another error.
            assert_eq!(placed(kind, error(word).replace(":1,", ":7,")), known);
        }
    }
}

#[test]
fn an_internal_error_says_nothing() {
    for (kind, _) in KINDS {
        assert_eq!(unknown(&placed(kind, error("internal_error"))), Some(("provider_error", false)));
    }
}

#[test]
fn a_closed_provider_closes_the_account() {
    for (word, code) in [("request_limit_reached", "rate_limited"), ("under_maintenance", "provider_closed")]
    {
        let reason = match word {
            "request_limit_reached" => "request_limit_reached",
            _ => "under_maintenance",
        };
        let closed = Some(Closed { until: reopens(), reason });
        for (kind, _) in KINDS {
            let answer = place(kind, 200, error(word));
            assert_eq!(answer.closed, closed);
            let not_sent =
                Outcome::NotSent { reason: Reason::from_provider(code, word), retry_at: reopens() };
            assert_eq!(outcome(answer), not_sent);
            // Behind a server error the word closes the account and proves nothing.
            let answer = place(kind, 503, error(word));
            assert_eq!(answer.closed, closed);
            assert_eq!(unknown(&outcome(answer)), Some(("http_503", false)));
        }
    }
    let limited = outcome(place(OrderKind::Purchase, 429, error("request_limit_reached")));
    assert!(matches!(limited, Outcome::NotSent { .. }), "{limited:?}");
}

#[test]
fn a_closed_market_closes_no_account() {
    let answer = place(OrderKind::Purchase, 200, error("market_disabled"));
    assert_eq!(answer.closed, None);
    let not_sent = Outcome::NotSent {
        reason: Reason::from_provider("provider_closed", "market_disabled"),
        retry_at: "2026-01-02T03:09:05Z".parse().unwrap(),
    };
    assert_eq!(outcome(answer), not_sent);
}

#[test]
fn a_limit_without_the_documented_word_closes_the_account_and_proves_nothing() {
    for body in ["<html><h1>429 Too Many Requests</h1></html>", "", "{}", &error("slow_down")] {
        let answer = place(OrderKind::Purchase, 429, body);
        assert_eq!(answer.closed, Some(Closed { until: reopens(), reason: "http_429" }));
        assert_eq!(unknown(&outcome(answer)), Some(("http_429", false)));
    }
}

#[test]
fn contradictions_and_half_errors_leave_the_outcome_open() {
    for body in [
        r#"{"status":"error"}"#,
        r#"{"status":"error","error_code":-7}"#,
        r#"{"status":"error","error_message":null}"#,
        r#"{"status":"error","error_message":""}"#,
        r#"{"status":"error","error_message":["missing_name_and_id"]}"#,
        r#"{"status":"error","error_message":1}"#,
        r#"{"status":"fail","error_message":"missing_name_and_id"}"#,
        r#"{"status":"success","error_code":1,"error_message":"missing_name_and_id"}"#,
        r#"{"error_message":"missing_name_and_id"}"#,
        r#"{"status":"error","error_message":"missing_name_and_id","buy_id":880021}"#,
        r#"{"status":"error","error_message":"invalid_game","data":{"transaction_id":1}}"#,
        r#"{"status":"error","error_message":"invalid_game","transaction_id":"1"}"#,
        r#"{"status":"error","error_message":"request_limit_reached","purchased":[{}]}"#,
        r#"{"status":"error","status":"error","error_message":"missing_name_and_id"}"#,
        r#"{"status":"error","error_message":"missing_name_and_id"} {}"#,
        r#"["error",1,"missing_name_and_id"]"#,
        r#"[{"status":"error","error_message":"missing_name_and_id"}]"#,
    ] {
        for (kind, _) in KINDS {
            let answer = place(kind, 200, body);
            assert_eq!(answer.closed, None, "{body}");
            assert_eq!(unknown(&outcome(answer)), Some(("unreadable_answer", false)), "{body}");
        }
    }
    // Documented: an error_code makes an error of what has no status.
    let bare = r#"{"error_code":1,"error_message":"missing_name_and_id"}"#;
    assert!(matches!(placed(OrderKind::Purchase, bare), Outcome::Refused(_)));
}

#[test]
fn a_text_that_may_quote_what_we_sent_is_not_kept() {
    let kept = |word: &str| match placed(OrderKind::Purchase, error(word)) {
        Outcome::Unknown { reason, .. } => reason.provider_code.unwrap(),
        Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. } => panic!("{word} is definite"),
    };
    assert_eq!(kept("skin_unavailable"), "skin_unavailable");
    let long = "x".repeat(65);
    for text in ["token Zx9_pQ2a is wrong", "token=Zx9_pQ2a", "a\nb", &long, "жетон"] {
        assert_eq!(kept(text), "(no word)", "{text}");
    }
}
