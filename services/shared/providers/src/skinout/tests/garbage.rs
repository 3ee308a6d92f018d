//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::order::OrderKind;
use skinbus_domain::{Order, Outcome};

use super::{
    BUY, CREATE, DEPOSIT_SUCCESS, PURCHASES_NEWER, bought, created, deposit, look_up, look_up_deposit, now,
    outcome, placed, purchase, response, skinout, target, unknown,
};
use crate::provider::{LookedUp, Provider};

const HTML: &str = "<!DOCTYPE html><html><body>Just a moment...</body></html>";

fn bodies() -> Vec<Vec<u8>> {
    let deep_list = "[".repeat(200_000);
    let deep_object = r#"{"success":"#.repeat(50_000);
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
        "{\"success\":true}",
        "{\"success\":{}}",
        "OK",
        HTML,
        "\u{feff}{\"success\":true}",
        &deep_list,
        &deep_object,
        &closed,
    ];
    let mut bodies: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.push(vec![b'a'; 1 << 20]);
    bodies.push(vec![0; 1 << 20]);
    for sample in [BUY, CREATE, DEPOSIT_SUCCESS, PURCHASES_NEWER] {
        bodies.push(format!("[{sample}]").into_bytes());
        bodies.push(format!("{sample}{sample}").into_bytes());
        bodies.push(format!("\u{feff}{sample}").into_bytes());
        bodies.push(format!("for(;;);{sample}").into_bytes());
    }
    bodies.push(b"{\"success\":true,\"x\":\"\xff\"}".to_vec());
    bodies
}

fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned()
}

fn orders() -> [Order; 2] {
    [purchase(), deposit()]
}

#[test]
fn it_leaves_the_outcome_open() {
    for body in bodies() {
        for order in orders() {
            let told = outcome(placed(&order, 200, &body));
            let Some((code, false)) = unknown(&told) else { panic!("{told:?}: {}", start(&body)) };
            assert!(code.starts_with("unreadable_"), "{code}");
            for status in [204, 403, 404, 500, 503] {
                let told = outcome(placed(&order, status, &body));
                assert!(matches!(unknown(&told), Some((_, false))), "{status}: {}", start(&body));
                assert!(!format!("{told:?}").contains("html"), "{told:?}");
            }
        }
    }
}

#[test]
fn it_tells_nothing_about_what_was_looked_up() {
    for body in bodies() {
        for status in [200, 403, 404, 500, 503] {
            let unconfirmed = [target(OrderKind::DepositLink, "dep-7781")];
            for told in [
                look_up(status, &body),
                look_up_deposit(status, &body),
                skinout().read_looked_up(&unconfirmed, &response(status, &body), now()),
            ] {
                assert!(matches!(told, LookedUp::Unreadable { .. }), "{status} {told:?}: {}", start(&body));
                assert!(!format!("{told:?}").contains("html"), "{told:?}");
            }
        }
    }
}

#[test]
fn a_truncated_answer_is_never_definite() {
    for end in 0..BUY.trim_end().len() {
        assert_eq!(unknown(&bought(&BUY[..end])), Some(("unreadable_answer", false)), "{end}");
    }
    for end in 0..CREATE.trim_end().len() {
        assert_eq!(unknown(&created(&CREATE[..end])), Some(("unreadable_answer", false)), "{end}");
    }
    let refusal = r#"{"success":false,"error":"Not enough funds on project balance to buy this skin"}"#;
    for end in 0..refusal.len() {
        assert_eq!(unknown(&bought(&refusal[..end])), Some(("unreadable_answer", false)), "{end}");
    }
    for end in 0..PURCHASES_NEWER.trim_end().len() {
        assert!(matches!(look_up(200, &PURCHASES_NEWER[..end]), LookedUp::Unreadable { .. }), "{end}");
    }
    for end in 0..DEPOSIT_SUCCESS.trim_end().len() {
        assert!(
            matches!(look_up_deposit(200, &DEPOSIT_SUCCESS[..end]), LookedUp::Unreadable { .. }),
            "{end}"
        );
    }
}

#[test]
fn a_damaged_answer_is_placed_or_unknown() {
    // One byte in the place of another: whatever that makes of the answer, it is no refusal.
    damage(BUY, bought);
    damage(CREATE, created);
}

fn damage(sample: &str, read: fn(Vec<u8>) -> Outcome) {
    for index in 0..sample.len() {
        for byte in *b"\"{}[],:0x \0\xff" {
            let mut body = sample.as_bytes().to_vec();
            body[index] = byte;
            let told = read(body);
            assert!(matches!(told, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    let padding = "x".repeat(1 << 20);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for extra in [format!("\"padding\": \"{padding}\", "), format!("\"deep\": {deep}, ")] {
        let body = BUY.replacen('{', &format!("{{{extra}"), 1);
        assert!(matches!(bought(&body), Outcome::Placed(_)));
        let body = DEPOSIT_SUCCESS.replacen('{', &format!("{{{extra}"), 1);
        assert!(matches!(look_up_deposit(200, &body), LookedUp::Rows { unreadable: 0, .. }));
    }
}
