//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::Outcome;

use super::{BUY_NEWER, BUY_OLDER, INFO_OLDER, bought, look_up, place, unknown};
use crate::provider::LookedUp;

const HTML: &str = "<!DOCTYPE html><html><body>Just a moment...</body></html>";

pub(super) fn bodies() -> Vec<Vec<u8>> {
    let deep_list = "[".repeat(200_000);
    let deep_object = r#"{"status":"#.repeat(50_000);
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
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
        "{\"success\":true}",
        "OK",
        "success",
        HTML,
        "\u{feff}{\"status\":\"success\"}",
        &deep_list,
        &deep_object,
        &closed,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![b'a'; 1 << 20]);
    bodies.push(vec![0; 1 << 20]);
    bodies.push(format!("[{BUY_OLDER}]").into_bytes());
    bodies.push(format!("{BUY_OLDER}{BUY_OLDER}").into_bytes());
    bodies.push(format!("\u{feff}{BUY_OLDER}").into_bytes());
    bodies.push(format!("for(;;);{BUY_OLDER}").into_bytes());
    bodies.push(b"{\"status\":\"success\xff\"}".to_vec());
    bodies
}

fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned()
}

#[test]
fn it_leaves_the_outcome_of_a_purchase_open() {
    for body in bodies() {
        let told = place(200, &body);
        assert_eq!(unknown(&told.outcome), Some(("unreadable_answer", false)), "{}", start(&body));
        assert_eq!(told.closed, None);
        for status in [403, 404, 500, 503] {
            let code = format!("http_{status}");
            assert_eq!(unknown(&place(status, &body).outcome), Some((code.as_str(), false)));
        }
    }
}

#[test]
fn it_tells_nothing_about_what_was_looked_up() {
    for body in bodies() {
        for status in [200, 403, 404, 500, 503] {
            let told = look_up(status, &body);
            assert!(matches!(told, LookedUp::Unreadable { .. }), "{status} {told:?}: {}", start(&body));
            assert!(!format!("{told:?}").contains("html"), "{told:?}");
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    let refusal = r#"{"status":"error","error_message":"name_too_short"}"#;
    let limit = r#"{"status":"error","error_message":"request_limit_exceeded"}"#;
    for whole in [BUY_OLDER.trim_end(), BUY_NEWER.trim_end(), refusal, limit] {
        for end in 0..whole.len() {
            let body = &whole.as_bytes()[..end];
            let told = place(200, body);
            assert_eq!(unknown(&told.outcome), Some(("unreadable_answer", false)), "{}", start(body));
            assert_eq!(told.closed, None);
        }
        assert_eq!(unknown(&bought(whole)), None, "the whole answer is definite");
    }
    for end in 0..INFO_OLDER.trim_end().len() {
        assert!(matches!(look_up(200, &INFO_OLDER[..end]), LookedUp::Unreadable { .. }), "{end}");
    }
}

#[test]
fn a_damaged_answer_is_placed_only_with_the_same_purchase() {
    // One byte in the place of another: whatever that makes of the answer, it is no refusal.
    for index in 0..BUY_OLDER.len() {
        for byte in *b"\"{}[],:0x \0\xff" {
            let mut body = BUY_OLDER.as_bytes().to_vec();
            body[index] = byte;
            let outcome = bought(&body);
            assert!(matches!(outcome, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    let padding = "x".repeat(1 << 20);
    let body = BUY_OLDER.replacen('{', &format!("{{\"padding\": \"{padding}\", "), 1);
    assert!(matches!(bought(&body), Outcome::Placed(_)));
    // Deep, but in a field that nobody reads.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = BUY_OLDER.replacen('{', &format!("{{\"deep\": {deep}, "), 1);
    assert!(matches!(bought(&body), Outcome::Placed(_)));
}
