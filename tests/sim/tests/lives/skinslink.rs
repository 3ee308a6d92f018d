//! Skinslink: pages, trade offers for named items, purchases. The proof of a webhook covers the trade's id alone.

use skinbus_runtime::config::ProviderName::Skinslink;
use skinbus_sim::orders::Kind::{self, NamedItems, Page, Purchase};

use crate::told::{self, Webhooks};

/// The way to the hold: named items are quoted in the answer.
fn held(kind: Kind) -> Vec<&'static str> {
    let first = ["day 0: ACCEPTED", "day 0: DISPATCHING"];
    let way: &[&str] =
        if kind == Page { &["day 0: SUBMITTED"] } else { &["day 0: OFFER_SENT, 19.55 USD pending"] };
    [&first[..], way, &["day 0: ON_HOLD, 19.55 USD pending"]].concat()
}

#[test]
fn a_deposit_is_held_to_the_end_and_credited() {
    for kind in [Page, NamedItems] {
        let story = [held(kind), vec!["day 8: COMPLETED, 19.55 USD credited"]].concat();
        told::is_always(Skinslink, kind, &[("hold", 8), ("pay", 1)], &story);
    }
}

#[test]
fn a_hold_that_the_user_takes_back_on_day_6_is_reversed() {
    for kind in [Page, NamedItems] {
        let story = [held(kind), vec!["day 6: REVERTED, 19.55 USD reversed"]].concat();
        told::is_always(Skinslink, kind, &[("hold", 6), ("return", 1)], &story);
    }
}

/// It has a word for that, so nobody has to be told.
#[test]
fn a_late_reversal_is_seen_by_its_webhook() {
    for kind in [Page, NamedItems] {
        let life =
            told::deposit(Skinslink, kind, &[("hold", 8), ("pay", 1), ("return", 1)], Webhooks::Arrive);
        assert_eq!(life.now(), "REVERTED, 19.55 USD reversed");
        assert_eq!(life.alerts(), Vec::<String>::new());
    }
}

/// `sign` is the same for every webhook of one trade.
#[test]
fn the_proof_of_an_id_beside_false_words_changes_nothing() {
    for kind in [Page, NamedItems] {
        let lies = [("\"hold\"", "\"completed\""), ("\"hold\"", "\"reverted\""), ("19.55", "1955.00")];
        told::false_words_change_nothing(Skinslink, kind, &lies);
    }
}

#[test]
fn a_page_paid_before_its_answer_came_is_credited_once() {
    let story = told::before_the_answer(Skinslink, Page);
    assert_eq!(story.last().map(String::as_str), Some("day 0: COMPLETED, 19.55 USD credited"));
}

#[test]
fn a_page_paid_after_its_end_is_credited_and_taken_back() {
    let late = ["day 7: EXPIRED", "day 9: EXPIRED, 19.55 USD pending", "day 10: EXPIRED, 19.55 USD credited"];
    assert_eq!(told::paid_after_the_end(Skinslink, Webhooks::Lost)[3..], late);
    let story = told::paid_after_the_end(Skinslink, Webhooks::Arrive);
    assert_eq!(story[3..], [&late[..], &["day 11: EXPIRED, 19.55 USD reversed"]].concat());
}

#[test]
fn purchases() {
    for (fate, end) in [
        ("accepted_protected", "day 8: COMPLETED"),
        // Nobody says by whom.
        ("rolled_back_by_user", "day 6: REVERTED"),
        ("rolled_back_by_provider", "day 6: REVERTED"),
    ] {
        let story = told::purchase(Skinslink, Purchase, fate, &told::send_pending(Skinslink));
        let bought = [
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: SUBMITTED",
            "day 0: OFFER_SENT",
            "day 0: ON_HOLD",
            end,
        ];
        assert_eq!(story, bought, "{fate}");
    }
}
