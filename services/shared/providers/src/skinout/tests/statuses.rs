//! Every documented status word, from each answer that has one.

use jiff::Timestamp;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Hold, Outcome, Progress};

use super::{
    BUY, DEPOSIT_IN_HOLD, DEPOSIT_PENDING, DEPOSIT_SUCCESS, PURCHASES_OLDER, bought, look_up,
    look_up_deposit, row, rows, with,
};

fn placed(word: &str) -> Progress {
    let outcome = bought(with(BUY, "\"pending\"", &format!("\"{word}\"")));
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}") };
    assert_eq!(observation.facts.provider_status.as_deref(), Some(word));
    observation.progress
}

fn looked_up(word: &str) -> Progress {
    let body = with(PURCHASES_OLDER, "\"accepted\"", &format!("\"{word}\""));
    rows(look_up(200, body)).remove(0).progress
}

#[test]
fn every_word_of_a_purchase() {
    let ended = |code: &str, word: &str| Reason::from_provider(code, word);
    let failed = |code: &str, word: &str| Progress::Failed(ended(code, word));
    let reverted = |code: &str, word: &str, by| Progress::Reverted { reason: ended(code, word), by };
    for (word, progress) in [
        ("pending", Progress::Submitted),
        ("sent", Progress::OfferSent),
        ("accepted", Progress::Delivered { hold: Hold::Unknown }),
        ("canceled", Progress::Canceled(ended("canceled_or_expired", "canceled"))),
        ("error_invalid_token", failed("invalid_trade_url", "error_invalid_token")),
        ("error_user_not_tradable", failed("user_not_tradable", "error_user_not_tradable")),
        ("error_inventory_private", failed("inventory_private", "error_inventory_private")),
        ("error", failed("provider_error", "error")),
        ("rollback_user", reverted("reversed_by_user", "rollback_user", ReversedBy::User)),
        ("rollback_provider", reverted("reversed_by_provider", "rollback_provider", ReversedBy::Provider)),
    ] {
        assert_eq!(placed(word), progress, "{word}");
        assert_eq!(looked_up(word), progress, "{word}");
    }
}

#[test]
fn any_other_word_of_a_purchase_is_neither_success_nor_failure() {
    for word in [
        "success",
        "failed",
        "in_hold",
        "cancelled",
        "expired",
        "Accepted",
        "accepted_",
        "error_",
        "error_other",
        "rollback",
        "completed",
    ] {
        assert_eq!(placed(word), Progress::Unknown, "{word}");
        assert_eq!(looked_up(word), Progress::Unknown, "{word}");
    }
    // A word that is none is not kept.
    let body = with(PURCHASES_OLDER, "\"accepted\"", "\"sent to AbCd_-12\"");
    let told = rows(look_up(200, body)).remove(0);
    assert_eq!(told.progress, Progress::Unknown);
    assert_eq!(told.facts.provider_status.as_deref(), Some("(no word)"));
}

#[test]
fn a_purchase_is_held_until_the_provider_says() {
    let until = |text: &str| Progress::Delivered { hold: Hold::Until(text.parse::<Timestamp>().unwrap()) };
    let unknown = Progress::Delivered { hold: Hold::Unknown };
    for (settlement, progress) in [
        ("1760691600", until("2025-10-17T09:00:00Z")),
        ("\"1760691600\"", until("2025-10-17T09:00:00Z")),
        ("null", unknown.clone()),
        ("\"\"", unknown.clone()),
        // Not 1970: that would be a trade that nobody can reverse any more.
        ("0", unknown.clone()),
        ("\"0\"", unknown),
    ] {
        let field = format!("\"accepted\", \"time_settlement\": {settlement}");
        let body = with(PURCHASES_OLDER, "\"accepted\"", &field);
        assert_eq!(rows(look_up(200, body)).remove(0).progress, progress, "{settlement}");
    }
    // Before the user accepts, it means nothing yet.
    let body = with(PURCHASES_OLDER, "\"accepted\"", "\"sent\", \"time_settlement\": 1760691600");
    assert_eq!(rows(look_up(200, body)).remove(0).progress, Progress::OfferSent);
}

fn deposit(word: &str) -> Progress {
    let told = row(look_up_deposit(200, with(DEPOSIT_SUCCESS, "\"success\",", &format!("\"{word}\","))));
    assert_eq!(told.facts.provider_status.as_deref(), Some(word));
    assert_eq!(told.facts.provider_id.as_deref(), Some("903117"));
    told.progress
}

#[test]
fn every_word_of_a_deposit() {
    assert_eq!(deposit("pending"), Progress::Submitted);
    assert_eq!(deposit("in_hold"), Progress::Held { until: None });
    assert_eq!(deposit("success"), Progress::Delivered { hold: Hold::None });
    assert_eq!(deposit("failed"), Progress::Failed(Reason::from_provider("deposit_failed", "failed")));
    for word in ["accepted", "canceled", "Success", "hold", "rollback_user", "completed"] {
        assert_eq!(deposit(word), Progress::Unknown, "{word}");
    }
}

#[test]
fn a_deposit_is_held_until_the_provider_says_so_again() {
    let held = |text: &str| Progress::Held { until: Some(text.parse().unwrap()) };
    assert_eq!(row(look_up_deposit(200, DEPOSIT_IN_HOLD)).progress, held("2025-10-17T09:00:00Z"));
    let body = with(DEPOSIT_IN_HOLD, "\"1760691600\"", "\"0\"");
    assert_eq!(row(look_up_deposit(200, body)).progress, Progress::Held { until: None });
}

#[test]
fn the_time_is_told_only_of_the_first_status() {
    let pending = row(look_up_deposit(200, DEPOSIT_PENDING));
    assert_eq!(pending.occurred_at.unwrap().as_second(), 1_760_000_000);
    for body in [DEPOSIT_IN_HOLD, DEPOSIT_SUCCESS] {
        assert_eq!(row(look_up_deposit(200, body)).occurred_at, None);
    }
    assert_eq!(rows(look_up(200, PURCHASES_OLDER)).remove(0).occurred_at, None);
}
