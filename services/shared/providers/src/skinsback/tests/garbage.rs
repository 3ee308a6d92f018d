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
use crate::test_support::{damaged, enlarged, garbage, start, truncated};

fn bodies() -> Vec<Vec<u8>> {
    garbage(&[BUY, OFFER, INFO, DEPOSIT])
}

#[test]
fn it_is_neither_success_nor_failure() {
    let deposit = [target("dep-2041", OrderKind::DepositLink, None)];
    for body in bodies() {
        let start = start(&body);
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
        for body in truncated(sample).chain(truncated(&refusal)) {
            let told = placed(kind, body);
            assert_eq!(unknown(&told), Some(("unreadable_answer", false)), "{}", body.escape_ascii());
        }
        assert_eq!(unknown(&placed(kind, sample)), None, "the whole answer is definite");
    }
    for body in truncated(INFO) {
        let told = look_up(&bought_targets(), 200, body);
        assert!(matches!(told, LookedUp::Unreadable { .. }), "{}", body.len());
    }
    let asked = [target("dep-2041", OrderKind::DepositLink, None)];
    for body in truncated(DEPOSIT) {
        assert!(matches!(look_up(&asked, 200, body), LookedUp::Unreadable { .. }), "{}", body.len());
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    // One byte in the place of another: whatever that makes of the answer, the order is not called refused.
    for (kind, sample) in KINDS {
        for body in damaged(sample) {
            let told = placed(kind, &body);
            let is_open = matches!(told, Outcome::Unknown { refusal_unproved: false, .. });
            assert!(is_open || matches!(told, Outcome::Placed(_)), "{told:?}");
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    for body in enlarged(BUY) {
        assert!(matches!(placed(OrderKind::Purchase, &body), Outcome::Placed(_)));
    }
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
