//! What the answer to a placing call means, whatever is placed.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde::Deserialize;
use skinbus_domain::Outcome;
use skinbus_domain::order::{Operation, OrderKind};
use skinbus_domain::trade::Reason;

use super::wire::{self, Envelope};
use super::{closed, deposit, may_refuse, purchase};
use crate::provider::{PlaceAnswer, Placing, Verdict};
use crate::request::Api;
use crate::values::shown;

pub(super) fn read(
    api: &Api,
    placing: &Placing<'_>,
    response: &Response<Bytes>,
    now: Timestamp,
) -> PlaceAnswer {
    let reference = placing.reference;
    match &placing.order.operation {
        Operation::Purchase(_) => judge(
            response,
            now,
            |bought| purchase::outcome(bought, reference).into(),
            |word| purchase::refused(word, now).into(),
        ),
        Operation::Deposit(_) if placing.call > 1 => judge(
            response,
            now,
            |offered| deposit::offered(offered, reference).into(),
            |word| deposit::offer_refused(word, now).into(),
        ),
        Operation::Deposit(wanted) if placing.order.operation.kind() == OrderKind::DepositItems => judge(
            response,
            now,
            |created| deposit::created_for_items(api, wanted, created, reference),
            |word| deposit::creation_for_items_refused(api, wanted, reference, word, now),
        ),
        Operation::Deposit(_) => judge(
            response,
            now,
            |created| deposit::created(created, reference).into(),
            |word| deposit::creation_refused(word, now).into(),
        ),
        Operation::Listing(_) => unknown("unreadable_answer").into(),
    }
}

/// Only a success in every respect is read as one, and only what may be a refusal as that.
fn judge<'a, T: Deserialize<'a>>(
    response: &'a Response<Bytes>,
    now: Timestamp,
    success: impl FnOnce(&T) -> Verdict,
    refused: impl FnOnce(&str) -> Verdict,
) -> PlaceAnswer {
    let status = response.status();
    let answer = wire::envelope::<T>(response.body());
    let closed = closed(&answer, status, now);
    let verdict = match &answer {
        Envelope::Success(fields) if status.is_success() => success(fields),
        Envelope::Error(word) if may_refuse(status) => refused(word),
        Envelope::Unrecognised(_) if status.is_success() => Verdict::Outcome(unknown("unreadable_answer")),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            Verdict::Outcome(unknown(&format!("http_{}", status.as_u16())))
        }
    };
    PlaceAnswer { verdict, closed }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

/// Nothing is known, not even that it was refused.
pub(super) fn unknown(code: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::new(code), refusal_unproved: false }
}

/// Refused in words that are not documented to come before the work.
pub(super) fn unproved(code: &str, word: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::from_provider(code, &shown(word)), refusal_unproved: true }
}

/// The provider has something under this reference: a look-up tells what.
pub(super) fn reference_known(word: &str) -> Outcome {
    Outcome::Unknown {
        reason: Reason::from_provider("reference_known", &shown(word)),
        refusal_unproved: false,
    }
}
