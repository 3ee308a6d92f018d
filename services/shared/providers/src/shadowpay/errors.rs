//! ShadowPay's error words: which of them come before anything is done, and which leave it open.

use http::StatusCode;
use jiff::Timestamp;
use skinbus_domain::Outcome;

use super::DEFAULTS;
use super::wire::{DISABLED, WRONG_PARAMS};
use crate::envelope::Envelope;
use crate::outcome::{self, refused, unproved};
use crate::provider::{Closed, PlaceAnswer};

/// What the documentation's general errors mean where they surely come before anything is done.
pub(super) fn before_anything(word: &str) -> Option<&'static str> {
    match word {
        WRONG_PARAMS | "validation_error" | "wrong_method" => Some("invalid_request"),
        "wrong_token" | "no_access" => Some("unauthorized"),
        _ => None,
    }
}

/// What an error most likely means that does not say whether anything was done.
pub(super) fn likely(word: &str) -> &'static str {
    match word {
        DISABLED => "provider_closed",
        "internal_error" | "error_steam_or_bot" => "provider_error",
        _ => "refused",
    }
}

/// What an error of a call that changes something means: a refusal, or words that do not tell whether anything was done.
pub(super) fn outcome(word: &str) -> Outcome {
    before_anything(word).map_or_else(|| open(word), |code| refused(code, word))
}

/// The provider refused in words that do not tell whether anything was done before.
pub(super) fn open(word: &str) -> Outcome {
    unproved(likely(word), word)
}

/// What the answer to a placing call means.
pub(super) fn placed<T>(
    answer: &Envelope<T>,
    status: StatusCode,
    now: Timestamp,
    on_success: impl FnOnce(&T) -> Outcome,
    on_error: impl FnOnce(&str) -> Outcome,
) -> PlaceAnswer {
    let outcome = answer.judge(status, on_success, on_error, outcome::unknown);
    PlaceAnswer { verdict: outcome.into(), closed: closed(answer, status, now) }
}

/// Until when the account is closed after this answer, and why. No limit is documented.
pub(super) fn closed<T>(answer: &Envelope<T>, status: StatusCode, now: Timestamp) -> Option<Closed> {
    outcome::closed(answer.error_among(&[DISABLED]), status, now, DEFAULTS.limit_pause)
}
