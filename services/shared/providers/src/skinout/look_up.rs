//! Looking trades up.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::value::RawValue;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, Observation, Reference};

use super::wire::{self, Deposit, Named, Purchase, Rows};
use super::{DEFAULTS, deposits, purchases};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::{error_problem, http_problem};
use crate::provider::{LookUp, LookUpTarget, LookedUp, NotBuildable};
use crate::request::{Api, references};
use crate::rows;
use crate::values::{BadField, id};
use crate::wire::object;

/// Longest list of references in a look-up. Nothing is documented; addresses of 2,000 characters pass everywhere.
const REFERENCES_MAX_BYTES: usize = 1900;

pub(super) fn request(api: &Api, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
    let first = targets.first().ok_or(NotBuildable("a look-up needs a reference"))?;
    match first.kind {
        OrderKind::Purchase => purchases_request(api, targets, first),
        OrderKind::DepositLink => {
            // No list of ids is documented here.
            let request = api.get("/deposit/status", &vec![("payment_id", first.reference.as_str())])?;
            Ok(LookUp { request, asked: 1 })
        }
        OrderKind::DepositItems | OrderKind::Listing => Err(NotBuildable("Skinout has no such orders")),
    }
}

/// What an unknown id does to the answer about the others is not documented. So purchases that Skinout surely has are
/// not asked for together with some that it may never have seen.
fn purchases_request(
    api: &Api,
    targets: &[LookUpTarget],
    first: &LookUpTarget,
) -> Result<LookUp, NotBuildable> {
    let goes_with = |target: &&LookUpTarget| {
        target.kind == first.kind && target.provider_id.is_some() == first.provider_id.is_some()
    };
    let targets = targets.iter().take(DEFAULTS.look_up_batch.purchase).take_while(goes_with);
    let (references, asked) = references(targets, REFERENCES_MAX_BYTES)?;
    let request = api.get("/withdraw/status", &vec![("payment_id", references.as_str())])?;
    Ok(LookUp { request, asked })
}

pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let status = response.status();
    if let Some(closed) = super::closed(status, now) {
        return LookedUp::Closed(closed);
    }
    match asked.first() {
        Some(first) if first.kind == OrderKind::Purchase => read_purchases(asked, response),
        Some(first) if first.kind == OrderKind::DepositLink => read_deposit(first, response),
        Some(_) | None => LookedUp::unreadable("an answer to no question"),
    }
}

/// What is wrong with an answer that is no success in every respect: only such a one proves an absence.
fn problem<T>(status: StatusCode, answer: &Envelope<T>) -> Option<LookedUp> {
    if !status.is_success() {
        return Some(LookedUp::unreadable(http_problem(status)));
    }
    match answer {
        Envelope::Success(_) => None,
        Envelope::Error(sentence) => Some(LookedUp::unreadable(error_problem(sentence))),
        Envelope::Unrecognised(problem) => Some(LookedUp::unreadable(*problem)),
    }
}

/// The rows of `GET /withdraw/status`, in any order.
fn read_purchases(asked: &[LookUpTarget], response: &Response<Bytes>) -> LookedUp {
    let answer = wire::envelope::<Rows<'_>>(response.body());
    if let Some(problem) = problem(response.status(), &answer) {
        return problem;
    }
    let Envelope::Success(rows) = answer else {
        return LookedUp::unreadable("no success");
    };
    rows::looked_up(rows.items.iter().map(|raw| purchase_row(asked, raw)))
}

fn purchase_row(asked: &[LookUpTarget], raw: &RawValue) -> Option<Observation> {
    let raw = raw.get().as_bytes();
    let (reference, provider_id) = named(raw)?;
    let recipient = asked.iter().find(|target| target.reference == reference).map(|target| target.user);
    let read = object::<Purchase>(raw)
        .map_err(|_| BadField("row"))
        .and_then(|purchase| purchases::observation(&purchase, reference.clone(), Cause::LookUp, recipient));
    Some(read.unwrap_or_else(|bad| rows::unreadable(reference, Some(provider_id), bad)))
}

/// Whose row this is: our reference and the provider's id.
fn named(raw: &[u8]) -> Option<(Reference, String)> {
    let named: Named = object(raw).ok()?;
    Some((named.payment_id.0.parse().ok()?, id(&named.transaction_id)?))
}

/// The answer of `GET /deposit/status`, which is one flat row.
fn read_deposit(target: &LookUpTarget, response: &Response<Bytes>) -> LookedUp {
    let (status, body) = (response.status(), response.body());
    let answer = wire::envelope::<Named>(body);
    if matches!(answer, Envelope::Error(_)) && tells_of_absence(target, status) {
        return LookedUp::nothing();
    }
    if let Some(problem) = problem(status, &answer) {
        return problem;
    }
    let Some((reference, provider_id)) = named(body) else {
        return LookedUp::unreadable("a deposit without ids");
    };
    if reference != target.reference {
        return LookedUp::unreadable("another deposit than the one asked for");
    }
    let read = object::<Deposit<'_>>(body)
        .map_err(|_| BadField("row"))
        .and_then(|deposit| deposits::observation(&deposit, reference.clone()));
    let row = read.unwrap_or_else(|bad| rows::unreadable(reference, Some(provider_id), bad));
    LookedUp::row(row)
}

/// Whether an error in words may be taken for "there is no such deposit"; how Skinout says that is not documented.
///
/// It says nothing about a deposit that Skinout has told us of. One that it never confirmed has no address that anybody
/// could pay at: to take it for absent loses nothing, and no error would ever end its look-ups.
fn tells_of_absence(target: &LookUpTarget, status: StatusCode) -> bool {
    let is_about_us = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    target.provider_id.is_none() && may_refuse(status) && !is_about_us
}
