//! ShadowPay: payment links that bring one credit for each sold item, known from signed webhooks alone; listings; purchases.

use serde_json::json;
use skinbus_runtime::config::ProviderName::Shadowpay;
use skinbus_sim::lives::{DAY, Life, Proof, altered, order};
use skinbus_sim::orders::Kind::{Listing, Page, Purchase};
use skinbus_sim::queue::{MINUTE, SECOND};

use crate::told;

fn link() -> Life {
    Life::of(order(Shadowpay, Page, "accepted"), &json!({}))
}

const OPEN: [&str; 3] = ["day 0: ACCEPTED", "day 0: DISPATCHING", "day 0: SUBMITTED"];

#[test]
fn a_link_brings_a_credit_for_each_item_until_it_ends() {
    let life = link();
    life.deposit("credit", Some("7.40"));
    let first = life.webhook();
    assert_eq!(life.receives(&first), Proof::Binding);
    life.passes(2 * DAY);
    life.deposit("credit", Some("1.25"));
    let second = life.webhook();
    // It comes three times, and the first one again after the second.
    for webhook in [&second, &second, &first, &second] {
        assert_eq!(life.receives(webhook), Proof::Binding);
        life.passes(5 * MINUTE);
    }
    life.passes(8 * DAY);
    assert_eq!(
        life.ended()[3..],
        [
            "day 0: SUBMITTED, 7.40 USD credited",
            "day 2: SUBMITTED, 7.40 USD credited, 1.25 USD credited",
            "day 7: COMPLETED, 7.40 USD credited, 1.25 USD credited",
        ]
    );
    assert_eq!(life.alerts(), Vec::<String>::new());
}

/// There is no look-up: that credit is only as late as ShadowPay's repeats.
#[test]
fn a_webhook_that_comes_after_the_links_end_is_credited() {
    let life = link();
    life.deposit("credit", Some("7.40"));
    let webhook = life.webhook();
    life.passes(9 * DAY);
    assert_eq!(life.story(), [&OPEN[..], &["day 7: EXPIRED"]].concat());
    assert_eq!(life.receives(&webhook), Proof::Binding);
    assert_eq!(life.now(), "EXPIRED, 7.40 USD credited");
    assert_eq!(life.alerts(), Vec::<String>::new());
    life.ended();
}

#[test]
fn a_payment_before_the_answer_came_is_credited_once() {
    let life = Life::of_slow_provider(order(Shadowpay, Page, "accepted"));
    // Nothing is asked of ShadowPay to make a link: the intent is all there is to wait for.
    life.passes(10 * SECOND);
    life.deposit("credit", Some("7.40"));
    let webhook = life.webhook();
    life.receives(&webhook);
    life.passes(8 * DAY);
    life.receives(&webhook);
    assert_eq!(life.now(), "COMPLETED, 7.40 USD credited");
    life.ended();
}

/// `hash` covers order, amount, currency and trade: each of them changed is refused.
#[test]
fn a_signed_webhook_with_a_changed_field_is_refused() {
    let life = link();
    life.deposit("credit", Some("7.40"));
    let webhook = life.webhook();
    let before = life.version();
    for (from, to) in [
        ("amount=7.40", "amount=97.40"),
        ("currency=USD", "currency=EUR"),
        ("trade_id=", "trade_id=9"),
        ("order_id=", "order_id=another-"),
    ] {
        assert_eq!(life.receives(&altered(&webhook, from, to)), Proof::Refused, "{from}");
        life.passes(5 * MINUTE);
    }
    assert_eq!(life.version(), before);
}

/// The transaction's id is not covered. One traded item is one credit, whatever a replay says; somebody is told.
#[test]
fn a_replay_under_another_transaction_is_no_second_credit() {
    let life = link();
    life.deposit("credit", Some("7.40"));
    let webhook = life.webhook();
    assert_eq!(life.receives(&webhook), Proof::Binding);
    life.receives(&altered(&webhook, "transaction_id=", "transaction_id=9"));
    assert_eq!(life.now(), "SUBMITTED, 7.40 USD credited");
    assert_eq!(life.alerts().len(), 1);
    // The token is the link's own.
    life.receives(&altered(&webhook, "token=", "token=9"));
    life.passes(8 * DAY);
    assert_eq!(life.now(), "COMPLETED, 7.40 USD credited");
}

#[test]
fn listings() {
    let listed = |fate: &str| {
        let life = Life::of(
            order(Shadowpay, Listing, "accepted"),
            &json!({ "shadowpay": { "listing_fate": fate } }),
        );
        life.passes(12 * DAY);
        life.story()
    };
    let sold = [&OPEN[..], &["day 0: OFFER_SENT", "day 0: ON_HOLD, 12.50 USD pending"]].concat();
    let story = [&sold[..], &["day 8: COMPLETED, 12.50 USD credited"]].concat();
    assert_eq!(listed("sold"), story);
    let story = [&sold[..], &["day 6: REVERTED by the provider, 12.50 USD reversed"]].concat();
    assert_eq!(listed("reverted"), story);
}

#[test]
fn purchases() {
    let bought = [&OPEN[..], &["day 0: OFFER_SENT", "day 0: ON_HOLD"]].concat();
    for (fate, end) in [
        ("accepted_protected", "day 8: COMPLETED"),
        ("rolled_back_by_user", "day 6: REVERTED by the user"),
        ("rolled_back_by_provider", "day 6: REVERTED by the provider"),
    ] {
        let story = told::purchase(Shadowpay, Purchase, fate, &told::send_pending(Shadowpay));
        assert_eq!(story, [&bought[..], &[end]].concat(), "{fate}");
    }
    let late = told::purchase(Shadowpay, Purchase, "rolled_back_by_user", &told::taken_back_late());
    assert_eq!(late, [&bought[..], &["day 8: COMPLETED", "day 9: REVERTED by the user"]].concat());
}
