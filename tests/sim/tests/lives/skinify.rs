//! Skinify: pages, trade offers for items, purchases. Webhooks tell of deposits only, and none proves its content.

use skinbus_runtime::config::ProviderName::Skinify;
use skinbus_sim::orders::Kind::{self, Items, Page, Purchase, PurchaseByName};

use crate::told::{self, Webhooks};

/// The way to the hold: a page is submitted first, and items have their offer at once.
fn held(kind: Kind) -> Vec<&'static str> {
    let first = ["day 0: ACCEPTED", "day 0: DISPATCHING"];
    let way: &[&str] = if kind == Page { &["day 0: SUBMITTED"] } else { &["day 0: OFFER_SENT"] };
    [&first[..], way, &["day 0: ON_HOLD, 19.55 USD pending"]].concat()
}

#[test]
fn a_deposit_is_held_to_the_end_and_credited() {
    for kind in [Page, Items] {
        let story = [held(kind), vec!["day 8: COMPLETED, 19.55 USD credited"]].concat();
        told::is_always(Skinify, kind, &[("hold", 8), ("pay", 1)], &story);
    }
}

#[test]
fn a_hold_that_the_user_takes_back_on_day_6_is_reversed() {
    for kind in [Page, Items] {
        let story = [held(kind), vec!["day 6: REVERTED, 19.55 USD reversed"]].concat();
        told::is_always(Skinify, kind, &[("hold", 6), ("return", 1)], &story);
    }
}

#[test]
fn a_late_reversal_is_seen_by_its_webhook() {
    for kind in [Page, Items] {
        let life = told::deposit(Skinify, kind, &[("hold", 8), ("pay", 1), ("return", 1)], Webhooks::Arrive);
        assert_eq!(life.now(), "REVERTED, 19.55 USD reversed");
        assert_eq!(life.alerts(), ["the trade is COMPLETED, but the provider now says failed"]);
    }
}

/// `token_md5` is a constant.
#[test]
fn a_constant_beside_false_words_changes_nothing() {
    for kind in [Page, Items] {
        let lies =
            [("status=pending", "status=success"), ("status=pending", "status=failed"), ("19.55", "1955.00")];
        told::false_words_change_nothing(Skinify, kind, &lies);
    }
}

#[test]
fn a_page_paid_before_its_answer_came_is_credited_once() {
    let story = told::before_the_answer(Skinify, Page);
    assert_eq!(story.last().map(String::as_str), Some("day 0: COMPLETED, 19.55 USD credited"));
}

#[test]
fn a_page_paid_after_its_end_is_credited_and_taken_back() {
    let late = ["day 7: EXPIRED", "day 9: EXPIRED, 19.55 USD pending", "day 10: EXPIRED, 19.55 USD credited"];
    assert_eq!(told::paid_after_the_end(Skinify, Webhooks::Lost)[3..], late);
    let story = told::paid_after_the_end(Skinify, Webhooks::Arrive);
    assert_eq!(story[3..], [&late[..], &["day 11: EXPIRED, 19.55 USD reversed"]].concat());
}

#[test]
fn purchases() {
    let bought =
        ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: SUBMITTED", "day 0: OFFER_SENT", "day 0: ON_HOLD"];
    for kind in [Purchase, PurchaseByName] {
        for (fate, end) in [
            ("accepted_protected", "day 8: COMPLETED"),
            ("rolled_back_by_user", "day 6: REVERTED by the user"),
            ("rolled_back_by_provider", "day 6: REVERTED by the provider"),
        ] {
            let story = told::purchase(Skinify, kind, fate, &told::send_pending(Skinify));
            assert_eq!(story, [&bought[..], &[end]].concat(), "{fate}");
        }
    }
}
