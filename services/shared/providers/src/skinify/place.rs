//! What the answer to a placing call means, whatever is placed.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde::Deserialize;
use skinbus_domain::order::{Operation, OrderKind};

use super::{deposit, errors, purchase, wire};
use crate::outcome::{UNREADABLE_ANSWER, unknown};
use crate::provider::{PlaceAnswer, Placing, Verdict};
use crate::request::Api;

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
            |bought| purchase::bought(bought, reference).into(),
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
        Operation::Listing(_) => unknown(UNREADABLE_ANSWER).into(),
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
    let verdict = answer.judge(status, success, refused, |code| unknown(code).into());
    PlaceAnswer { verdict, closed: errors::closed(&answer, status, now) }
}
