//! ShadowPay's error words: which of them come before anything is done, and which leave it open.

use http::StatusCode;
use jiff::Timestamp;
use skinbus_domain::Outcome;
use skinbus_domain::rules::after;
use skinbus_domain::trade::Reason;

use super::DEFAULTS;
use super::wire::{DISABLED, Envelope, WRONG_PARAMS};
use crate::provider::{Closed, PlaceAnswer, Verdict};
use crate::values::shown;

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

/// A surely refused order.
pub(super) fn refused(code: &str, word: &str) -> Outcome {
    Outcome::Refused(Reason::from_provider(code, &shown(word)))
}

/// The provider refused in words that do not tell whether anything was done before.
pub(super) fn open(word: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::from_provider(likely(word), &shown(word)), refusal_unproved: true }
}

/// Nobody knows.
pub(super) fn unknown(code: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::new(code), refusal_unproved: false }
}

/// Reads the answer to a call that changes something. The body decides first, as HTTP codes of errors are not documented;
/// but after a server error anything may have happened, whatever its body says.
pub(super) fn placed<T>(
    answer: &Envelope<T>,
    status: StatusCode,
    now: Timestamp,
    on_success: impl FnOnce(&T) -> Outcome,
    on_error: impl FnOnce(&str) -> Outcome,
) -> PlaceAnswer {
    let outcome = match answer {
        Envelope::Success(fields) if status.is_success() => on_success(fields),
        Envelope::Error(word) if status.is_success() || status.is_client_error() => on_error(word),
        Envelope::Unrecognised(_) if status.is_success() => unknown("unreadable_answer"),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            unknown(&format!("http_{}", status.as_u16()))
        }
    };
    PlaceAnswer { verdict: Verdict::Outcome(outcome), closed: closed(answer, status, now) }
}

/// Until when the account is closed after this answer, and why. No limit is documented; to wait can do nothing twice.
pub(super) fn closed<T>(answer: &Envelope<T>, status: StatusCode, now: Timestamp) -> Option<Closed> {
    let reason = match answer {
        Envelope::Error(word) if word == DISABLED => DISABLED,
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            (status == StatusCode::TOO_MANY_REQUESTS).then_some("http_429")?
        }
    };
    Some(Closed { until: after(now, DEFAULTS.limit_pause), reason })
}
