//! SkinsBack: a hold of eight days that only SkinsBack ends, with an advance for who asks; purchases that our own clock ends.

use http::HeaderName;
use skinbus_runtime::config::ProviderName::Skinsback;
use skinbus_sim::lives::{DAY, Life, Proof, altered, order};
use skinbus_sim::orders::Kind::{Items, Page, Purchase, PurchaseByName};
use skinbus_sim::queue::{HOUR, MINUTE};

use crate::told::{self, Webhooks, held};

#[test]
fn a_page_is_held_to_the_end_and_credited() {
    told::is_always(
        Skinsback,
        Page,
        &[("hold", 8), ("pay", 1)],
        &[
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: SUBMITTED",
            "day 0: ON_HOLD, 19.55 USD pending",
            "day 8: COMPLETED, 19.55 USD credited",
        ],
    );
}

#[test]
fn items_are_quoted_held_and_credited() {
    told::is_always(
        Skinsback,
        Items,
        &[("hold", 8), ("pay", 1)],
        &[
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: OFFER_SENT, 19.55 USD pending",
            "day 0: ON_HOLD, 19.55 USD pending",
            "day 8: COMPLETED, 19.55 USD credited",
        ],
    );
}

#[test]
fn a_hold_that_the_user_takes_back_on_day_6_is_reversed() {
    told::is_always(
        Skinsback,
        Page,
        &[("hold", 6), ("return", 1)],
        &[
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: SUBMITTED",
            "day 0: ON_HOLD, 19.55 USD pending",
            "day 6: REVERTED, 19.55 USD reversed",
        ],
    );
}

/// SkinsBack counts it as paid from the approval on, at the merchant's risk: one credit, visibly advanced, and closed once.
#[test]
fn an_advance_is_closed_by_the_end_of_the_hold() {
    told::is_always(
        Skinsback,
        Page,
        &[("hold", 1), ("approve", 7), ("pay", 1)],
        &[
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: SUBMITTED",
            "day 0: ON_HOLD, 19.55 USD pending",
            "day 1: ON_HOLD, 19.55 USD pending advance",
            "day 8: COMPLETED, 19.55 USD credited advance",
        ],
    );
}

#[test]
fn an_advance_is_returned_on_day_6() {
    told::is_always(
        Skinsback,
        Page,
        &[("hold", 1), ("approve", 5), ("return", 1)],
        &[
            "day 0: ACCEPTED",
            "day 0: DISPATCHING",
            "day 0: SUBMITTED",
            "day 0: ON_HOLD, 19.55 USD pending",
            "day 1: ON_HOLD, 19.55 USD pending advance",
            "day 6: REVERTED, 19.55 USD reversed advance",
        ],
    );
}

/// The end of the hold comes first, then the approval, then the hold: the same end, and the same credit. All is over before
/// anybody has looked.
#[test]
fn webhooks_in_any_order_give_the_same_credit() {
    for (ending, last) in
        [("pay", "COMPLETED, 19.55 USD credited advance"), ("return", "REVERTED, 19.55 USD reversed advance")]
    {
        for arrival in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let life = Life::of(order(Skinsback, Page, "accepted"), &told::send_pending(Skinsback));
            life.deposit("hold", Some("19.55"));
            life.deposit("approve", None);
            life.deposit(ending, None);
            let sent = life.webhooks();
            for index in arrival {
                assert_eq!(life.arrives(&sent[index]), Proof::Binding);
            }
            life.passes(DAY);
            // A return tells no amount. Where it comes first there is nothing to take back, and nothing is ever credited.
            let last = if ending == "return" && arrival[0] == 2 { "REVERTED" } else { last };
            assert_eq!(life.now(), last, "{arrival:?}");
            assert_eq!(life.alerts(), Vec::<String>::new());
            life.ended();
        }
    }
}

/// The merchant asks for it as soon as the hold is seen.
#[test]
fn an_approval_is_an_advance_and_no_end() {
    let (life, _) = held(Skinsback, Items);
    life.approve_hold();
    assert_eq!(life.receives(&life.webhook()), Proof::Binding);
    assert_eq!(life.now(), "ON_HOLD, 19.55 USD pending advance");
    // Where its webhook is lost, a planned look tells.
    let (life, _) = held(Skinsback, Items);
    life.approve_hold();
    life.passes(7 * HOUR);
    assert_eq!(life.now(), "ON_HOLD, 19.55 USD pending advance");
    life.deposit("pay", None);
    life.passes(9 * DAY);
    assert_eq!(life.now(), "COMPLETED, 19.55 USD credited advance");
}

/// A signed word that takes back what was final; somebody is told, since nobody documents it.
#[test]
fn a_late_reversal_is_seen_by_its_webhook() {
    let life = told::deposit(Skinsback, Page, &[("hold", 8), ("pay", 1), ("return", 1)], Webhooks::Arrive);
    assert_eq!(life.now(), "REVERTED, 19.55 USD reversed");
    assert_eq!(life.alerts(), ["the trade is COMPLETED, but the provider now says fail"]);
}

/// `sign` covers every text and number. With one of them changed it binds nothing; beside the constant it is a hint.
#[test]
fn a_signed_webhook_with_a_changed_field_binds_nothing() {
    let (life, webhook) = held(Skinsback, Page);
    let before = (life.version(), life.now());
    for (from, to) in [("in_hold", "success"), ("19.55", "99.55"), ("\"sign\":", "\"sing\":")] {
        let changed = altered(&webhook, from, to);
        assert_eq!(life.receives(&changed), Proof::Hint, "{from}");
        life.passes(5 * MINUTE);
        let mut alone = altered(&webhook, from, to);
        assert!(alone.request.headers_mut().remove(HeaderName::from_static("x-sign")).is_some());
        assert_eq!(life.receives(&alone), Proof::Refused, "{from}");
        life.passes(HOUR);
        assert_eq!((life.version(), life.now()), before, "{from}");
    }
    assert_eq!(life.alerts(), Vec::<String>::new());
}

/// `X-SIGN` is a constant, known to whoever saw one webhook.
#[test]
fn a_constant_beside_false_words_changes_nothing() {
    told::false_words_change_nothing(
        Skinsback,
        Page,
        &[("in_hold", "success"), ("in_hold", "hold_returned"), ("in_hold", "fail"), ("19.55", "1955.00")],
    );
}

#[test]
fn a_page_paid_before_its_answer_came_is_credited_once() {
    let story = told::before_the_answer(Skinsback, Page);
    assert_eq!(story, ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: COMPLETED, 19.55 USD credited"]);
}

#[test]
fn a_page_paid_after_its_end_is_credited_and_taken_back() {
    let until_paid = [
        "day 0: ACCEPTED",
        "day 0: DISPATCHING",
        "day 0: SUBMITTED",
        "day 7: EXPIRED",
        "day 9: EXPIRED, 19.55 USD pending",
        "day 10: EXPIRED, 19.55 USD credited",
    ];
    assert_eq!(told::paid_after_the_end(Skinsback, Webhooks::Lost), until_paid);
    let story = told::paid_after_the_end(Skinsback, Webhooks::Arrive);
    assert_eq!(story, [&until_paid[..], &["day 11: EXPIRED, 19.55 USD reversed"]].concat());
}

const BOUGHT: [&str; 5] =
    ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: SUBMITTED", "day 0: OFFER_SENT", "day 0: ON_HOLD"];

#[test]
fn purchases() {
    for kind in [Purchase, PurchaseByName] {
        for (fate, end) in [
            ("accepted_protected", "day 8: COMPLETED"),
            ("rolled_back_by_user", "day 6: REVERTED by the user"),
            ("rolled_back_by_provider", "day 6: REVERTED by the provider"),
        ] {
            let story = told::purchase(Skinsback, kind, fate, &told::send_pending(Skinsback));
            assert_eq!(story, [&BOUGHT[..], &[end]].concat(), "{fate}");
        }
        let late = told::purchase(Skinsback, kind, "rolled_back_by_user", &told::taken_back_late());
        assert_eq!(late, [&BOUGHT[..], &["day 8: COMPLETED", "day 9: REVERTED by the user"]].concat());
    }
}

/// One order, one life: two of a kind do not meet.
#[test]
fn a_life_is_the_same_each_time() {
    let story = |life: &Life| (life.version(), life.story());
    assert_eq!(story(&held(Skinsback, Page).0), story(&held(Skinsback, Page).0));
}
