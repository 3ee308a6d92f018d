//! Looking orders up: purchases by lists of `custom_id`, deposits one by one.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use skinbus_domain::OrderKind;

use super::{DEFAULTS, deposit_status, errors, status, wire};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::{error_problem, http_problem};
use crate::provider::{LookUp, LookUpTarget, LookedUp, NotBuildable};
use crate::request::{self, Api};

const PURCHASES: &str = "/withdraw/info";

/// Longest list of references in an address of this API.
pub(super) fn references_max_bytes(base_url: &str) -> usize {
    request::references_max_bytes(base_url, PURCHASES, "custom_ids")
}

pub(super) fn request(
    api: &Api,
    targets: &[LookUpTarget],
    references_max_bytes: usize,
) -> Result<LookUp, NotBuildable> {
    let first = targets.first().ok_or(NotBuildable("a look-up needs a reference"))?;
    match first.kind {
        OrderKind::Purchase => purchases(api, targets, references_max_bytes),
        OrderKind::DepositLink | OrderKind::DepositItems => {
            let request = api.get("/deposit-status", &vec![("deposit_id", first.reference.as_str())])?;
            Ok(LookUp { request, asked: 1 })
        }
        OrderKind::Listing => Err(NotBuildable("Skinify has no listings")),
    }
}

/// The purchases up to the first target that is none, as many as fit.
fn purchases(
    api: &Api,
    targets: &[LookUpTarget],
    references_max_bytes: usize,
) -> Result<LookUp, NotBuildable> {
    let purchases = targets.iter().take_while(|target| target.kind == OrderKind::Purchase);
    let (references, asked) =
        request::references(purchases.take(DEFAULTS.look_up_batch.purchase), references_max_bytes)?;
    let request = api.get(PURCHASES, &vec![("custom_ids", references.as_str())])?;
    Ok(LookUp { request, asked })
}

pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    match asked.first() {
        Some(target) => match target.kind {
            OrderKind::Purchase => read_purchases(response, now),
            OrderKind::DepositLink | OrderKind::DepositItems => read_deposit(target, response, now),
            OrderKind::Listing => LookedUp::unreadable("nothing was asked for"),
        },
        None => LookedUp::unreadable("nothing was asked for"),
    }
}

fn read_purchases(response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let http_status = response.status();
    let answer = wire::envelope::<wire::Items<'_>>(response.body());
    if let Some(closed) = errors::closed(&answer, http_status, now) {
        return LookedUp::Closed(closed);
    }
    // Rows that are missing count as well: only an answer that is a success in every respect proves an absence.
    if !http_status.is_success() {
        return LookedUp::unreadable(http_problem(http_status));
    }
    match answer {
        Envelope::Success(items) => status::looked_up(&items),
        Envelope::Error(word) => LookedUp::unreadable(error_problem(&word)),
        Envelope::Unrecognised(problem) => LookedUp::unreadable(problem),
    }
}

fn read_deposit(target: &LookUpTarget, response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let http_status = response.status();
    let answer = wire::envelope::<wire::DepositStatus<'_>>(response.body());
    if let Some(closed) = errors::closed(&answer, http_status, now) {
        return LookedUp::Closed(closed);
    }
    match answer {
        Envelope::Success(answer) if http_status.is_success() => {
            deposit_status::looked_up(answer.deposit.get(), &target.reference)
        }
        // Documented, and the HTTP status of errors is not.
        Envelope::Error(word) if word == errors::DEPOSIT_NOT_FOUND && may_refuse(http_status) => {
            LookedUp::nothing()
        }
        Envelope::Error(word) if http_status.is_success() => LookedUp::unreadable(error_problem(&word)),
        Envelope::Unrecognised(problem) if http_status.is_success() => LookedUp::unreadable(problem),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            LookedUp::unreadable(http_problem(http_status))
        }
    }
}
