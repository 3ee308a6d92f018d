//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::CommandOutcome;
use skinbus_domain::query::Query;

use super::*;
use crate::provider::Queried;

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
        "{\"success\":true}",
        "OK",
        "<!DOCTYPE html><html><body>Just a moment...</body></html>",
        "\u{feff}{\"status\":\"success\"}",
        &deep_list,
        &deep_object,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    for sample in [BOUGHT, LINKED, CREATED, INFO, HISTORY] {
        bodies.push(format!("[{sample}]").into_bytes());
        bodies.push(format!("{sample}{sample}").into_bytes());
        bodies.push(format!("for(;;);{sample}").into_bytes());
    }
    bodies.push(vec![0; 1 << 16]);
    bodies.push(b"{\"status\":\"success\xff\"}".to_vec());
    bodies
}

fn orders() -> [(Order, u32, &'static str); 3] {
    [(purchase(), 2, BOUGHT), (link(None), 1, LINKED), (listing(), 1, CREATED)]
}

#[test]
fn it_leaves_the_outcome_open() {
    for body in bodies() {
        for (order, call, _) in orders() {
            let answer = outcome(read(&order, call, 200, &body));
            assert_eq!(unknown(&answer), Some(("unreadable_answer", false)));
            for status in [302, 403, 500, 503] {
                let code = format!("http_{status}");
                let answer = outcome(read(&order, call, status, &body));
                assert_eq!(unknown(&answer), Some((code.as_str(), false)));
            }
        }
    }
}

#[test]
fn it_tells_nothing_else_either() {
    for body in bodies() {
        for status in [200, 404, 500] {
            for kind in [OrderKind::Purchase, OrderKind::Listing, OrderKind::DepositLink] {
                let told = look_up(kind, status, &body);
                assert!(matches!(told, LookedUp::Unreadable { .. }), "{told:?}");
                assert!(!format!("{told:?}").contains("html"));
            }
            let told = shadowpay().read_queried(&Query::Balance, &response(status, &body), now());
            assert!(matches!(told, Queried::Unreadable { .. }), "{told:?}");
            let told =
                shadowpay().read_commanded(&skinbus_domain::Command::Cancel, &response(status, &body), now());
            assert!(matches!(told.outcome, CommandOutcome::Unknown(_)), "{told:?}");
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    for (order, call, sample) in orders() {
        let sample = sample.trim_end();
        for end in 0..sample.len() {
            let answer = outcome(read(&order, call, 200, &sample.as_bytes()[..end]));
            assert_eq!(unknown(&answer), Some(("unreadable_answer", false)), "{end}");
        }
        assert_eq!(unknown(&outcome(read(&order, call, 200, sample))), None, "the whole answer is definite");
        let refusal = error("wrong_params");
        for end in 0..refusal.len() {
            let answer = outcome(read(&order, call, 200, &refusal.as_bytes()[..end]));
            assert_eq!(unknown(&answer), Some(("unreadable_answer", false)), "{end}");
        }
    }
    for (kind, sample) in [(OrderKind::Purchase, INFO), (OrderKind::Listing, HISTORY)] {
        for end in 0..sample.trim_end().len() {
            assert!(matches!(look_up(kind, 200, &sample[..end]), LookedUp::Unreadable { .. }), "{end}");
        }
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    for (order, call, sample) in orders() {
        for index in 0..sample.len() {
            for byte in *b"\"{}[],:0x \0\xff" {
                let mut body = sample.as_bytes().to_vec();
                body[index] = byte;
                let answer = outcome(read(&order, call, 200, body));
                let is_open = matches!(answer, Outcome::Unknown { refusal_unproved: false, .. });
                assert!(is_open || matches!(answer, Outcome::Placed(_)), "{answer:?}");
            }
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    let padding = "x".repeat(1 << 20);
    let body = BOUGHT.replacen('{', &format!("{{\"padding\": \"{padding}\", "), 1);
    assert!(matches!(bought(&body), Outcome::Placed(_)));
}
