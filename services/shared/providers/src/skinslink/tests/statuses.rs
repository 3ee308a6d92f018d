//! Every documented status word and reason.

use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Hold, Progress};

use super::*;

const KINDS: [OrderKind; 3] = [OrderKind::Purchase, OrderKind::DepositLink, OrderKind::DepositItems];

/// A deposit's status, with nothing that belongs to other states.
fn deposit(status: &str, reason: &str) -> String {
    let body = with(DEPOSIT_STATUS, "\"hold\"", &format!("\"{status}\""));
    with(&body, "\"fail_reason\": null", &format!("\"fail_reason\": {reason}"))
}

fn told_at(at: Timestamp, kind: OrderKind, status: &str, reason: &str) -> Progress {
    let body = if kind == OrderKind::Purchase {
        with(PURCHASE_STATUS, "\"active\"", &format!("\"{status}\", \"fail_reason\": {reason}"))
    } else {
        deposit(status, reason)
    };
    let told = look_up_at(at, kind, 200, &body);
    let LookedUp::Rows { mut rows, unreadable: 0 } = told else { panic!("{told:?}") };
    rows.remove(0).progress
}

fn told(kind: OrderKind, status: &str, reason: &str) -> Progress {
    told_at(now(), kind, status, reason)
}

fn because(code: &str, word: &str) -> Reason {
    Reason::from_provider(code, word)
}

#[test]
fn every_documented_status() {
    for kind in KINDS {
        for (status, progress) in [
            ("new", Progress::Submitted),
            // The samples have an offer.
            ("pending", Progress::OfferSent),
            ("active", Progress::OfferSent),
            ("completed", Progress::Delivered { hold: Hold::None }),
            ("failed", Progress::Failed(because("failed", "failed"))),
            ("canceled", Progress::Canceled(because("canceled", "canceled"))),
            (
                "reverted",
                Progress::Reverted { reason: because("reverted", "reverted"), by: ReversedBy::Unknown },
            ),
        ] {
            assert_eq!(told(kind, status, "null"), progress, "{kind:?} {status}");
            assert_eq!(told(kind, status, "\"\""), progress, "{kind:?} {status}");
        }
    }
}

#[test]
fn pending_without_an_offer_is_only_submitted() {
    for (from, to) in [("\"7120099001\"", "null"), ("\"7120099001\"", "\"\""), ("trade_offer_id", "x")] {
        let body = with(&deposit("pending", "null"), from, to);
        assert_eq!(row(OrderKind::DepositItems, &body).progress, Progress::Submitted, "{to}");
    }
    // Never accepted by the user, whatever one page says; never less than sent, without its offer's id.
    let body = with(&deposit("active", "null"), "\"7120099001\"", "null");
    assert_eq!(row(OrderKind::DepositItems, &body).progress, Progress::OfferSent);
}

#[test]
fn a_hold_is_the_providers_to_end() {
    let until = Progress::Held { until: Some("2026-03-09T10:31:12Z".parse().unwrap()) };
    let open = Progress::Held { until: None };
    for (to, progress) in [
        ("\"2026-03-09T10:31:12Z\"", &until),
        ("\"2026-03-09T13:31:12.000+03:00\"", &until),
        ("null", &open),
        ("\"\"", &open),
    ] {
        let body = with(DEPOSIT_STATUS, "\"2026-03-09T10:31:12Z\"", to);
        assert_eq!(&row(OrderKind::DepositItems, &body).progress, progress, "{to}");
    }
    let body = with(PURCHASE_STATUS, "\"active\"", "\"hold\", \"hold_end_date\": \"2026-03-09T10:31:12Z\"");
    assert_eq!(row(OrderKind::Purchase, &body).progress, until);
    let body = with(PURCHASE_STATUS, "\"active\"", "\"hold\"");
    assert_eq!(row(OrderKind::Purchase, &body).progress, open);
}

#[test]
fn every_reason_of_a_failure() {
    for (word, of_deposit, of_purchase) in [
        ("provider_unavailable", "provider_unavailable", "provider_unavailable"),
        ("insufficient_balance", "provider_insufficient_funds", "insufficient_funds"),
        ("price_changed", "price_changed", "price_changed"),
        ("item_not_available", "item_unavailable", "item_unavailable"),
        ("item_sold", "item_unavailable", "item_unavailable"),
        ("item_specified_price_not_found", "price_below_min", "price_above_max"),
        ("trade_link_revoked", "invalid_trade_url", "invalid_trade_url"),
        ("trade_link_invalid", "invalid_trade_url", "invalid_trade_url"),
        ("trade_banned", "user_not_tradable", "user_not_tradable"),
        ("profile_private", "private_inventory", "private_inventory"),
        ("limited_account", "user_not_tradable", "user_not_tradable"),
        ("hold", "user_not_tradable", "user_not_tradable"),
        ("permissions", "user_not_tradable", "user_not_tradable"),
        ("hold_and_permissions", "user_not_tradable", "user_not_tradable"),
        ("something_new", "failed", "failed"),
    ] {
        let reason = format!("\"{word}\"");
        for kind in KINDS {
            let code = if kind == OrderKind::Purchase { of_purchase } else { of_deposit };
            assert_eq!(
                told(kind, "failed", &reason),
                Progress::Failed(because(code, word)),
                "{kind:?} {word}"
            );
            let canceled =
                Progress::Canceled(because(if code == "failed" { "canceled" } else { code }, word));
            assert_eq!(told(kind, "canceled", &reason), canceled, "{kind:?} {word}");
        }
    }
}

#[test]
fn who_ended_it() {
    for kind in KINDS {
        for status in ["failed", "canceled"] {
            for (word, progress) in [
                ("canceled_by_user", Progress::Canceled(because("declined_by_user", "canceled_by_user"))),
                (
                    "canceled_by_provider",
                    Progress::Canceled(because("canceled_by_provider", "canceled_by_provider")),
                ),
            ] {
                assert_eq!(told(kind, status, &format!("\"{word}\"")), progress, "{status} {word}");
            }
        }
        for status in ["failed", "canceled", "reverted"] {
            for (word, code, by) in [
                ("user_reverted", "reversed_by_user", ReversedBy::User),
                ("provider_reverted", "reversed_by_provider", ReversedBy::Provider),
            ] {
                let progress = Progress::Reverted { reason: because(code, word), by };
                assert_eq!(told(kind, status, &format!("\"{word}\"")), progress, "{status} {word}");
            }
        }
    }
}

#[test]
fn an_offer_that_lapsed_has_no_word_of_its_own() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let (before, lapsed) = (at("2026-03-02T10:44:59Z"), at("2026-03-02T10:45:00Z"));
    for status in ["failed", "canceled"] {
        let ended = |code: &str, word: &str| Progress::Expired(because(code, word));
        let now = |at, reason: &str| told_at(at, OrderKind::DepositItems, status, reason);
        assert_eq!(now(lapsed, "null"), ended("offer_timed_out", status));
        assert_eq!(now(lapsed, "\"canceled_by_provider\""), ended("offer_timed_out", "canceled_by_provider"));
        assert!(!matches!(now(before, "null"), Progress::Expired(_)));
        assert!(!matches!(now(before, "\"canceled_by_provider\""), Progress::Expired(_)));
        // Somebody did something, before it could lapse.
        for reason in ["canceled_by_user", "price_changed", "something_new"] {
            let progress = now(lapsed, &format!("\"{reason}\""));
            assert!(!matches!(progress, Progress::Expired(_)), "{progress:?}");
        }
        let reverted = now(lapsed, "\"user_reverted\"");
        assert!(matches!(reverted, Progress::Reverted { .. }), "{reverted:?}");
        // Nothing lapses that was not there, or that has no end.
        for (from, to) in [("\"7120099001\"", "null"), ("\"2026-03-02T10:45:00Z\"", "null")] {
            let body = with(&deposit(status, "null"), from, to);
            let told = look_up_at(lapsed, OrderKind::DepositItems, 200, &body);
            let LookedUp::Rows { rows, .. } = told else { panic!("{told:?}") };
            assert!(!matches!(rows[0].progress, Progress::Expired(_)), "{to}");
        }
    }
    // What is done is done.
    let progress = told_at(lapsed, OrderKind::DepositItems, "completed", "null");
    assert_eq!(progress, Progress::Delivered { hold: Hold::None });
}

#[test]
fn any_other_word_is_neither_success_nor_failure() {
    for kind in KINDS {
        for word in ["accepted", "success", "cancelled", "Completed", "completed_", "expired", "holding", ""]
        {
            assert_eq!(told(kind, word, "null"), Progress::Unknown, "{word}");
            assert_eq!(told(kind, word, "\"user_reverted\""), Progress::Unknown, "{word}");
        }
        // Taken and taken back at the same time; a second purchase that is not the first.
        for (status, reason) in [
            ("completed", "user_reverted"),
            ("completed", "provider_reverted"),
            ("hold", "user_reverted"),
            ("failed", "duplicate_purchase"),
            ("canceled", "duplicate_purchase"),
        ] {
            assert_eq!(told(kind, status, &format!("\"{reason}\"")), Progress::Unknown, "{status} {reason}");
        }
    }
    let told = row(OrderKind::DepositItems, &deposit("completed", "\"user_reverted\""));
    assert_eq!(told.facts.provider_status.as_deref(), Some("completed_user_reverted"));
    assert_eq!(told.credits, []);
}
