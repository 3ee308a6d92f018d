//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use proptest::prelude::*;
use skinbus_domain::Outcome;
use skinbus_domain::order::OrderKind;
use skinbus_domain::query::Query;

use super::{
    BUY, DEPOSIT, INFO, KINDS, OFFER, bought_targets, error, look_up, outcome, place, placed, queried,
    target, unknown,
};
use crate::provider::{LookedUp, Queried};

fn bodies() -> Vec<Vec<u8>> {
    let deep_list = "[".repeat(200_000);
    let deep_object = r#"{"status":"#.repeat(50_000);
    let texts = [
        "",
        " ",
        "null",
        "true",
        "42",
        "\"success\"",
        "[]",
        "{}",
        "{\"status\":\"success\"}",
        "OK",
        "<!DOCTYPE html><html><body>Just a moment...</body></html>",
        "\u{feff}{\"status\":\"success\"}",
        &deep_list,
        &deep_object,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![0; 1 << 20]);
    bodies.push(b"{\"status\":\"success\xff\"}".to_vec());
    for sample in [BUY, OFFER, INFO, DEPOSIT] {
        bodies.push(format!("[{sample}]").into_bytes());
        bodies.push(format!("{sample}{sample}").into_bytes());
        bodies.push(format!("for(;;);{sample}").into_bytes());
    }
    bodies
}

#[test]
fn it_is_neither_success_nor_failure() {
    let deposit = [target("dep-2041", OrderKind::DepositLink, None)];
    for body in bodies() {
        let start = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        for (kind, _) in KINDS {
            let answer = place(kind, 200, &body);
            assert_eq!(answer.closed, None);
            assert_eq!(unknown(&outcome(answer)), Some(("unreadable_answer", false)), "{start}");
        }
        for asked in [&bought_targets()[..], &deposit] {
            let told = look_up(asked, 200, &body);
            assert!(matches!(told, LookedUp::Unreadable { .. }), "{told:?}: {start}");
            assert!(!format!("{told:?}").contains("html"), "{told:?}");
        }
        for query in
            [Query::Balance, Query::Status, Query::Currencies, Query::FailedWebhooks { cursor: None }]
        {
            if !start.contains("balance") && !start.contains("items") {
                assert!(matches!(queried(&query, &body), Queried::Unreadable { .. }), "{query:?} {start}");
            }
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    let refusal = error("invalid_trade_token");
    for (kind, sample) in KINDS {
        for whole in [sample.trim_end(), &refusal] {
            for end in 0..whole.len() {
                let told = placed(kind, &whole.as_bytes()[..end]);
                assert_eq!(
                    unknown(&told),
                    Some(("unreadable_answer", false)),
                    "{}",
                    &whole.as_bytes()[..end].escape_ascii()
                );
            }
        }
        assert_eq!(unknown(&placed(kind, sample)), None, "the whole answer is definite");
    }
    for end in 0..INFO.trim_end().len() {
        assert!(
            matches!(look_up(&bought_targets(), 200, &INFO[..end]), LookedUp::Unreadable { .. }),
            "{end}"
        );
    }
    let asked = [target("dep-2041", OrderKind::DepositLink, None)];
    for end in 0..DEPOSIT.trim_end().len() {
        assert!(matches!(look_up(&asked, 200, &DEPOSIT[..end]), LookedUp::Unreadable { .. }), "{end}");
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    // One byte in the place of another: whatever that makes of the answer, the order is not called refused.
    for (kind, sample) in KINDS {
        for index in 0..sample.len() {
            for byte in *b"\"{}[],:0x \0\xff" {
                let mut body = sample.as_bytes().to_vec();
                body[index] = byte;
                let told = placed(kind, &body);
                assert!(
                    matches!(told, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }),
                    "{told:?}"
                );
            }
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    let padding = "x".repeat(1 << 20);
    let body = BUY.replacen('{', &format!("{{\"padding\": \"{padding}\", "), 1);
    assert!(matches!(placed(OrderKind::Purchase, &body), Outcome::Placed(_)));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = BUY.replacen('{', &format!("{{\"deep\": {deep}, "), 1);
    assert!(matches!(placed(OrderKind::Purchase, &body), Outcome::Placed(_)));
}

proptest! {
    #[test]
    fn no_text_is_definite(body in "[ -~]{0,200}") {
        for (kind, _) in KINDS {
            let told = placed(kind, &body);
            prop_assert_eq!(unknown(&told), Some(("unreadable_answer", false)));
        }
    }
}
