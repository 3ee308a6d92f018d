//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::CommandOutcome;
use skinbus_domain::query::Query;

use super::*;
use crate::provider::Queried;
use crate::test_support::{damaged, enlarged, garbage, truncated};

fn bodies() -> Vec<Vec<u8>> {
    garbage(&[BOUGHT, LINKED, CREATED, INFO, HISTORY])
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
                // At this provider a success without rows says "nothing found".
                if kind == OrderKind::Purchase && status == 200 && body == b"{\"status\":\"success\"}" {
                    assert_eq!(test_support::rows(told), (Vec::new(), 0));
                    continue;
                }
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
        for body in truncated(sample) {
            let answer = outcome(read(&order, call, 200, body));
            assert_eq!(unknown(&answer), Some(("unreadable_answer", false)), "{}", body.len());
        }
        assert_eq!(unknown(&outcome(read(&order, call, 200, sample))), None, "the whole answer is definite");
        for body in truncated(&error("wrong_params")) {
            let answer = outcome(read(&order, call, 200, body));
            assert_eq!(unknown(&answer), Some(("unreadable_answer", false)), "{}", body.len());
        }
    }
    for (kind, sample) in [(OrderKind::Purchase, INFO), (OrderKind::Listing, HISTORY)] {
        for body in truncated(sample) {
            assert!(matches!(look_up(kind, 200, body), LookedUp::Unreadable { .. }), "{}", body.len());
        }
    }
}

#[test]
fn a_damaged_answer_is_no_refusal() {
    for (order, call, sample) in orders() {
        for body in damaged(sample) {
            let answer = outcome(read(&order, call, 200, body));
            let is_open = matches!(answer, Outcome::Unknown { refusal_unproved: false, .. });
            assert!(is_open || matches!(answer, Outcome::Placed(_)), "{answer:?}");
        }
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    for body in enlarged(BOUGHT) {
        assert!(matches!(bought(&body), Outcome::Placed(_)));
    }
}
