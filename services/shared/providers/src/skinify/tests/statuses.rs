//! Every documented status word, from the purchase as well as from the look-up.

use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Hold, Outcome, Progress};

use super::{BUY_OLDER, INFO_NEWER, bought, look_up, with};
use crate::provider::LookedUp;

fn placed(word: &str) -> Progress {
    let outcome = bought(with(BUY_OLDER, "\"processing\"", &format!("\"{word}\"")));
    let Outcome::Placed(observation) = outcome else { panic!("{outcome:?}") };
    assert_eq!(observation.facts.provider_status.as_deref(), Some(word));
    observation.progress
}

fn looked_up(body: &str) -> Progress {
    let told = look_up(200, body);
    let LookedUp::Rows { mut rows, unreadable: 0 } = told else { panic!("{told:?}") };
    assert_eq!(rows.len(), 1);
    rows.remove(0).progress
}

#[test]
fn every_documented_word() {
    let ended = |code: &str, word: &str| Reason::from_provider(code, word);
    let delivered = Progress::Delivered { hold: Hold::Unknown };
    let reverted = |code: &str, word: &str, by| Progress::Reverted { reason: ended(code, word), by };
    let failed = |code: &str, word: &str| Progress::Failed(ended(code, word));
    for (word, progress) in [
        ("processing", Progress::Submitted),
        ("reserved", Progress::Submitted),
        ("waiting_accept", Progress::OfferSent),
        ("accepted", delivered),
        ("canceled", Progress::Canceled(ended("declined_by_user", "canceled"))),
        ("reservation_canceled", Progress::Canceled(ended("reservation_canceled", "reservation_canceled"))),
        ("timeout", Progress::Expired(ended("offer_timed_out", "timeout"))),
        ("error_invalid_token", failed("invalid_trade_url", "error_invalid_token")),
        ("error_user_not_tradable", failed("user_not_tradable", "error_user_not_tradable")),
        ("error_create_failed", failed("provider_error", "error_create_failed")),
        ("error_item_unavailable", failed("item_unavailable", "error_item_unavailable")),
        ("rollback_user", reverted("reversed_by_user", "rollback_user", ReversedBy::User)),
        ("rollback_provider", reverted("reversed_by_provider", "rollback_provider", ReversedBy::Provider)),
    ] {
        assert_eq!(placed(word), progress, "{word}");
        let body = with(INFO_NEWER, "\"accepted\"", &format!("\"{word}\""));
        let body = with(&body, "\"settlement\": 1760691600", "\"settlement\": null");
        assert_eq!(looked_up(&body), progress, "{word}");
    }
}

#[test]
fn any_other_word_is_neither_success_nor_failure() {
    for word in [
        "creating_trade",
        "invalid_trade_token",
        "trade_create_error",
        "success",
        "failed",
        "Accepted",
        "accepted_",
        "error_something_new",
    ] {
        assert_eq!(placed(word), Progress::Unknown, "{word}");
        assert_eq!(looked_up(&with(INFO_NEWER, "\"accepted\"", &format!("\"{word}\""))), Progress::Unknown);
    }
}

#[test]
fn a_hold_ends_when_the_provider_says_so() {
    let until = Progress::Delivered { hold: Hold::Until("2025-10-17T09:00:00Z".parse().unwrap()) };
    let unknown = Progress::Delivered { hold: Hold::Unknown };
    for (settlement, progress) in [
        ("1760691600", &until),
        ("\"1760691600\"", &until),
        ("null", &unknown),
        ("\"\"", &unknown),
        // Not 1970: that would be a trade that nobody can reverse any more.
        ("0", &unknown),
        ("\"0\"", &unknown),
    ] {
        let body = with(INFO_NEWER, "1760691600", settlement);
        assert_eq!(&looked_up(&body), progress, "{settlement}");
    }
    let body = with(INFO_NEWER, "\"settlement\": 1760691600,", "");
    assert_eq!(looked_up(&body), unknown);
}
