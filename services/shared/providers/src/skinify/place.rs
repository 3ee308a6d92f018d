//! What the answer to a purchase means.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use skinbus_domain::rules::after;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Outcome, Reference};

use super::wire::{self, Bought, Envelope};
use super::{DEFAULTS, status};
use crate::provider::PlaceAnswer;

pub(super) fn read(reference: &Reference, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let status = response.status();
    let answer = wire::envelope::<Bought>(response.body());
    let closed = super::closed(&answer, status, now);
    let outcome = match &answer {
        Envelope::Success(bought) if status.is_success() => bought_outcome(bought, reference),
        Envelope::Error(word) if status.is_success() || status.is_client_error() => refused(word, now),
        Envelope::Unrecognised(_) if status.is_success() => unknown("unreadable_answer"),
        // A server error may come after the purchase, whatever its body says.
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            unknown(&format!("http_{}", status.as_u16()))
        }
    };
    PlaceAnswer { outcome, closed }
}

fn bought_outcome(bought: &Bought, reference: &Reference) -> Outcome {
    if bought.custom_id.as_ref().is_some_and(|echo| echo.0 != reference.as_str()) {
        // An answer to something else. What became of ours is for a look-up to find.
        return unknown("other_reference");
    }
    match status::observation(bought, reference.clone(), Cause::Dispatch) {
        Ok(observation) => Outcome::Placed(observation),
        Err(field) => unknown(&format!("unreadable_{}", field.0)),
    }
}

/// The error words that are documented to come before any purchase. The list is cut in every copy of the documentation
/// that is known, so every other word leaves the outcome open until a look-up finds nothing.
fn refused(word: &str, now: Timestamp) -> Outcome {
    let refusal = |code: &str| Outcome::Refused(Reason::from_provider(code, word));
    match word {
        "missing_skin_parameters" | "missing_partner_or_token" => refusal("invalid_request"),
        "name_too_short" => refusal("name_too_short"),
        wire::LIMIT_EXCEEDED => Outcome::NotSent {
            reason: Reason::from_provider("rate_limited", word),
            retry_at: after(now, DEFAULTS.limit_pause),
        },
        _ if tells_of_reference(word) => Outcome::Unknown {
            reason: Reason::from_provider("reference_known", &wire::shown(word)),
            refusal_unproved: false,
        },
        _ => Outcome::Unknown {
            reason: Reason::from_provider(refusal_code(word), &wire::shown(word)),
            refusal_unproved: true,
        },
    }
}

/// "This reference exists" means that the purchase is there, not that it was refused. The word for it is not documented.
fn tells_of_reference(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["exist", "duplicate", "unique", "already", "custom_id"].iter().any(|part| word.contains(part))
}

/// What a refusal's word most likely means, for the merchant.
fn refusal_code(word: &str) -> &'static str {
    match word {
        "insufficient_funds" => "insufficient_funds",
        "skin_unavailable" => "item_unavailable",
        "skin_not_found_by_price" => "price_above_max",
        "market_disabled" => "provider_closed",
        _ => "refused",
    }
}

fn unknown(code: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::new(code), refusal_unproved: false }
}
