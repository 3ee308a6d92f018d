//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use proptest::prelude::*;

use super::*;
use crate::test_support::{damaged, enlarged, garbage, start, truncated};

fn bodies() -> Vec<Vec<u8>> {
    garbage(&[PURCHASE])
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
        for body in truncated(success).chain(truncated(&refusal)) {
            for status in [200, 400] {
                let told = outcome_of(answered(&order, call, status, body));
                assert!(matches!(unknown(&told), Some((_, false))), "{told:?}");
            }
        }
        assert!(matches!(outcome_of(answered(&order, call, 200, success)), Outcome::Placed(_)));
        assert!(matches!(outcome_of(answered(&order, call, 400, &refusal)), Outcome::Refused(_)));
    }
    for body in truncated(PURCHASE_STATUS) {
        let told = look_up(OrderKind::Purchase, 200, body);
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{}", body.len());
    }
    for body in truncated(NOT_FOUND) {
        let told = look_up(OrderKind::Purchase, 404, body);
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{}", body.len());
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    for body in damaged(PURCHASE) {
        let told = outcome(&purchase(), 200, &body);
        assert!(matches!(told, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    for body in enlarged(PURCHASE) {
        assert!(matches!(outcome(&purchase(), 200, &body), Outcome::Placed(_)));
    }
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
