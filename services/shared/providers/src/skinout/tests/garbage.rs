//! Bodies that are not what is documented. Not one of them may pass for a definite outcome.

use skinbus_domain::order::OrderKind;
use skinbus_domain::{Order, Outcome};

use super::{
    BUY, CREATE, DEPOSIT_SUCCESS, PURCHASES_NEWER, bought, created, deposit, look_up, look_up_deposit, now,
    outcome, placed, purchase, response, skinout, target, unknown,
};
use crate::provider::{LookedUp, Provider};
use crate::test_support::{damaged, enlarged, garbage, start, truncated};

fn bodies() -> Vec<Vec<u8>> {
    garbage(&[BUY, CREATE, DEPOSIT_SUCCESS, PURCHASES_NEWER])
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
    let refusal = r#"{"success":false,"error":"Not enough funds on project balance to buy this skin"}"#;
    for body in truncated(BUY).chain(truncated(refusal)) {
        assert_eq!(unknown(&bought(body)), Some(("unreadable_answer", false)), "{}", body.len());
    }
    for body in truncated(CREATE) {
        assert_eq!(unknown(&created(body)), Some(("unreadable_answer", false)), "{}", body.len());
    }
    for body in truncated(PURCHASES_NEWER) {
        assert!(matches!(look_up(200, body), LookedUp::Unreadable { .. }), "{}", body.len());
    }
    for body in truncated(DEPOSIT_SUCCESS) {
        assert!(matches!(look_up_deposit(200, body), LookedUp::Unreadable { .. }), "{}", body.len());
    }
}

#[test]
fn a_damaged_answer_is_placed_or_unknown() {
    // One byte in the place of another: whatever that makes of the answer, it is no refusal.
    for told in damaged(BUY).map(bought).chain(damaged(CREATE).map(created)) {
        assert!(matches!(told, Outcome::Placed(_) | Outcome::Unknown { refusal_unproved: false, .. }));
    }
}

#[test]
fn a_large_answer_is_read_all_the_same() {
    for body in enlarged(BUY) {
        assert!(matches!(bought(&body), Outcome::Placed(_)));
    }
    for body in enlarged(DEPOSIT_SUCCESS) {
        assert!(matches!(look_up_deposit(200, &body), LookedUp::Rows { unreadable: 0, .. }));
    }
}
