//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use proptest::prelude::*;

use super::*;

const HTML: &str = "<!DOCTYPE html><html><body>Just a moment...</body></html>";

fn bodies() -> Vec<Vec<u8>> {
    let deep_list = "[".repeat(200_000);
    let deep_object = r#"{"success":"#.repeat(50_000);
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
        "{\"success\":true,\"data\":[]}",
        "{\"success\":true,\"data\":{}}",
        "{\"success\":true,\"data\":\"x\"}",
        "OK",
        HTML,
        "\u{feff}{\"success\":true}",
        &deep_list,
        &deep_object,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![b'a'; 1 << 20]);
    bodies.push(vec![0; 1 << 20]);
    bodies.push(format!("[{PURCHASE}]").into_bytes());
    bodies.push(format!("{PURCHASE}{PURCHASE}").into_bytes());
    bodies.push(format!("for(;;);{PURCHASE}").into_bytes());
    bodies.push(b"{\"success\":true,\"message\":\"\xff\",\"data\":{}}".to_vec());
    bodies
}

fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned()
}

#[test]
fn it_leaves_the_outcome_open() {
    for body in bodies() {
        for (order, call, _) in writes() {
            let told = outcome_of(answered(&order, call, 200, &body));
            assert_eq!(unknown(&told), Some(("unreadable_answer", false)), "{}", start(&body));
            for status in [400, 401, 403, 404, 500, 503] {
                let code = format!("http_{status}");
                let told = outcome_of(answered(&order, call, status, &body));
                assert_eq!(unknown(&told), Some((code.as_str(), false)), "{}", start(&body));
            }
        }
    }
}

#[test]
fn it_tells_nothing_about_what_was_looked_up() {
    for body in bodies() {
        for status in [200, 403, 404, 500, 503] {
            let told = look_up(OrderKind::Purchase, status, &body);
            assert!(matches!(told, LookedUp::Unreadable { .. }), "{status} {told:?}: {}", start(&body));
            assert!(!format!("{told:?}").contains("html"), "{told:?}");
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    let refusal = broken_rule("trade_banned");
    for (order, call, success) in writes() {
        for whole in [success.trim_end(), refusal.trim_end()] {
            for end in 0..whole.len() {
                for status in [200, 400] {
                    let told = outcome_of(answered(&order, call, status, &whole.as_bytes()[..end]));
                    assert!(matches!(unknown(&told), Some((_, false))), "{told:?}");
                }
            }
        }
        assert!(matches!(outcome_of(answered(&order, call, 200, success)), Outcome::Placed(_)));
        assert!(matches!(outcome_of(answered(&order, call, 400, &refusal)), Outcome::Refused(_)));
    }
    for end in 0..PURCHASE_STATUS.trim_end().len() {
        let told = look_up(OrderKind::Purchase, 200, &PURCHASE_STATUS[..end]);
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{end}");
    }
    for end in 0..NOT_FOUND.len() {
        let told = look_up(OrderKind::Purchase, 404, &NOT_FOUND[..end]);
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{end}");
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    for index in 0..PURCHASE.len() {
        for byte in *b"\"{}[],:0x \0\xff" {
            let mut body = PURCHASE.as_bytes().to_vec();
            body[index] = byte;
            let told = outcome(&purchase(), 200, &body);
            assert!(matches!(told, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    let padding = "x".repeat(1 << 20);
    let body = PURCHASE.replacen('{', &format!("{{\"padding\": \"{padding}\", "), 1);
    assert!(matches!(outcome(&purchase(), 200, &body), Outcome::Placed(_)));
}

proptest! {
    #[test]
    fn noise_is_never_definite(body in proptest::collection::vec(any::<u8>(), 0..200), status in 200_u16..600) {
        for (order, call, _) in writes() {
            let told = outcome_of(answered(&order, call, status, &body));
            prop_assert!(matches!(unknown(&told), Some((_, false))), "{:?}", told);
        }
    }
}
