//! Skinout: pages, and purchases. No webhook proves its content, and a hold tells no amount.

use skinbus_runtime::config::ProviderName::Skinout;
use skinbus_sim::orders::Kind::{Page, Purchase};

use crate::told::{self, Webhooks};

const HELD: [&str; 4] = ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: SUBMITTED", "day 0: ON_HOLD"];

#[test]
fn a_page_is_held_to_the_end_and_credited() {
    let story = [&HELD[..], &["day 8: COMPLETED, 19.550 USD credited"]].concat();
    told::is_always(Skinout, Page, &[("hold", 8), ("pay", 1)], &story);
}

#[test]
fn a_hold_that_the_user_takes_back_on_day_6_is_reversed() {
    let story = [&HELD[..], &["day 6: REVERTED"]].concat();
    told::is_always(Skinout, Page, &[("hold", 6), ("return", 1)], &story);
}

#[test]
fn a_late_reversal_is_seen_by_its_webhook() {
    let life = told::deposit(Skinout, Page, &[("hold", 8), ("pay", 1), ("return", 1)], Webhooks::Arrive);
    assert_eq!(life.now(), "REVERTED, 19.550 USD reversed");
    assert_eq!(life.alerts(), ["the trade is COMPLETED, but the provider now says failed"]);
}

/// `signature` is a constant.
#[test]
fn a_constant_beside_false_words_changes_nothing() {
    let lies = [("in_hold", "success"), ("in_hold", "failed"), ("in_hold", "reverted")];
    told::false_words_change_nothing(Skinout, Page, &lies);
}

#[test]
fn a_page_paid_before_its_answer_came_is_credited_once() {
    let story = told::before_the_answer(Skinout, Page);
    assert_eq!(story.last().map(String::as_str), Some("day 0: COMPLETED, 19.550 USD credited"));
}

/// Without an amount nobody knows what is held, so that somebody is told; the webhook of its end has it credited.
#[test]
fn a_page_paid_after_its_end_is_credited_and_taken_back() {
    let story = told::paid_after_the_end(Skinout, Webhooks::Arrive);
    assert_eq!(
        story[2..],
        [
            "day 0: SUBMITTED",
            "day 7: EXPIRED",
            "day 10: EXPIRED, 19.550 USD credited",
            "day 11: EXPIRED, 19.550 USD reversed",
        ]
    );
}

#[test]
fn purchases() {
    let bought =
        ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: SUBMITTED", "day 0: OFFER_SENT", "day 0: ON_HOLD"];
    for (fate, end) in [
        ("accepted_protected", "day 8: COMPLETED"),
        ("rolled_back_by_user", "day 6: REVERTED by the user"),
        ("rolled_back_by_provider", "day 6: REVERTED by the provider"),
    ] {
        let story = told::purchase(Skinout, Purchase, fate, &told::send_pending(Skinout));
        assert_eq!(story, [&bought[..], &[end]].concat(), "{fate}");
    }
}
