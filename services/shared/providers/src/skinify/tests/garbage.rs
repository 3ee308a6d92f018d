//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::Outcome;

use super::{BUY_NEWER, BUY_OLDER, INFO_OLDER, bought, look_up, place, unknown};
use crate::provider::LookedUp;
use crate::test_support::{damaged, enlarged, garbage, start, truncated};

pub(super) fn bodies() -> Vec<Vec<u8>> {
    garbage(&[BUY_OLDER])
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
    for whole in [BUY_OLDER, BUY_NEWER, refusal, limit] {
        for body in truncated(whole) {
            let told = place(200, body);
            assert_eq!(unknown(&told.outcome), Some(("unreadable_answer", false)), "{}", start(body));
            assert_eq!(told.closed, None);
        }
        assert_eq!(unknown(&bought(whole)), None, "the whole answer is definite");
    }
    for body in truncated(INFO_OLDER) {
        assert!(matches!(look_up(200, body), LookedUp::Unreadable { .. }), "{}", body.len());
    }
}

#[test]
fn a_damaged_answer_is_placed_only_with_the_same_purchase() {
    // One byte in the place of another: whatever that makes of the answer, it is no refusal.
    for body in damaged(BUY_OLDER) {
        let outcome = bought(&body);
        assert!(matches!(outcome, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    for body in enlarged(BUY_OLDER) {
        assert!(matches!(bought(&body), Outcome::Placed(_)));
    }
}
