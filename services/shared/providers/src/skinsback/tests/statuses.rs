//! Every documented status word.

use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{CreditState, Hold, Progress};

use super::{BUY, DEPOSIT, INFO, bought_targets, look_up, observed, target, with};
use crate::provider::LookedUp;

fn ended(code: &str, word: &str) -> Reason {
    Reason::from_provider(code, word)
}

#[test]
fn every_word_of_a_purchase() {
    let reverted = |code: &str, word: &str, by| Progress::Reverted { reason: ended(code, word), by };
    let failed = |code: &str, word: &str| Progress::Failed(ended(code, word));
    for (word, progress) in [
        ("creating_trade", Progress::Submitted),
        ("waiting_accept", Progress::OfferSent),
        ("accepted", Progress::Delivered { hold: Hold::Unknown }),
        ("canceled", Progress::Canceled(ended("declined_by_user", "canceled"))),
        ("timeout", Progress::Expired(ended("offer_timed_out", "timeout"))),
        ("invalid_trade_token", failed("invalid_trade_url", "invalid_trade_token")),
        ("user_not_tradable", failed("user_not_tradable", "user_not_tradable")),
        ("trade_create_error", failed("provider_error", "trade_create_error")),
        ("rollback_user", reverted("reversed_by_user", "rollback_user", ReversedBy::User)),
        ("rollback_supplier", reverted("reversed_by_provider", "rollback_supplier", ReversedBy::Provider)),
        ("success", Progress::Unknown),
        ("Accepted", Progress::Unknown),
        ("accepted_", Progress::Unknown),
        ("in_hold", Progress::Unknown),
        ("something_new", Progress::Unknown),
        ("", Progress::Unknown),
    ] {
        let told = observed(OrderKind::Purchase, &with(BUY, "creating_trade", word));
        assert_eq!(told.progress, progress, "{word}");
        let body = with(INFO, "waiting_accept", word);
        let LookedUp::Rows { rows, .. } = look_up(&bought_targets(), 200, body) else { panic!("{word}") };
        assert_eq!(rows[0].progress, progress, "{word}");
        if !word.is_empty() {
            assert_eq!(rows[0].facts.provider_status.as_deref(), Some(word));
        }
    }
}

#[test]
fn every_word_of_a_deposit() {
    use CreditState::{Credited, Pending, Reversed};
    let held = Progress::Held { until: None };
    let returned =
        Progress::Reverted { reason: ended("hold_returned", "hold_returned"), by: ReversedBy::Unknown };
    for (word, progress, credit) in [
        ("pending", Progress::Submitted, None),
        ("in_hold", held.clone(), Some((Pending, false))),
        // Approved is not paid: what was advanced may still be taken back.
        ("hold_approved", held, Some((Pending, true))),
        ("success", Progress::Delivered { hold: Hold::None }, Some((Credited, false))),
        ("fail", Progress::Failed(ended("deposit_failed", "fail")), None),
        ("hold_returned", returned, Some((Reversed, true))),
        ("Success", Progress::Unknown, None),
        ("something_new", Progress::Unknown, None),
        ("accepted", Progress::Unknown, None),
    ] {
        let asked = [target("dep-2041", OrderKind::DepositItems, None)];
        let body = with(DEPOSIT, "in_hold", word);
        let LookedUp::Rows { rows, unreadable: 0 } = look_up(&asked, 200, body) else { panic!("{word}") };
        assert_eq!(rows[0].progress, progress, "{word}");
        let told = rows[0].credits.first().map(|credit| (credit.state, credit.is_advanced));
        assert_eq!(told, credit, "{word}");
        assert_eq!(rows[0].facts.provider_status.as_deref(), Some(word));
    }
}

/// Nobody documents an amount with it, and none, or one that makes no sense, is no reason to miss the reversal.
#[test]
fn an_advance_is_returned_whatever_amount_is_told() {
    let asked = [target("dep-2041", OrderKind::DepositItems, None)];
    for amount in ["", "\"amount\": \"many\", "] {
        let body = with(&with(DEPOSIT, "in_hold", "hold_returned"), "\"amount\": 18.4, ", amount);
        let LookedUp::Rows { rows, unreadable: 0 } = look_up(&asked, 200, body) else { panic!("{amount}") };
        assert!(matches!(rows[0].progress, Progress::Reverted { .. }), "{amount}");
        assert_eq!(rows[0].credits, [], "{amount}");
    }
}

#[test]
fn a_pending_deposit_with_its_offer() {
    let asked = [target("dep-2041", OrderKind::DepositItems, None)];
    let body = with(DEPOSIT, "\"in_hold\"", "\"pending\", \"trade_offer_id\": 7700112233");
    let LookedUp::Rows { rows, .. } = look_up(&asked, 200, body) else { panic!() };
    assert_eq!(rows[0].progress, Progress::OfferSent);
    assert_eq!(rows[0].facts.offer_id.as_deref(), Some("7700112233"));
}
