//! Looking orders up: purchases by lists of `custom_id`, deposits one by one.

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use skinbus_domain::OrderKind;

use super::wire::{self, Envelope};
use super::{DEFAULTS, closed, deposit_status, may_refuse, status, words};
use crate::provider::{LookUp, LookUpTarget, LookedUp, NotBuildable};
use crate::request::Api;
use crate::values::shown;

/// Longest address of a look-up. Nothing is documented; 2,000 characters pass everywhere.
const ADDRESS_MAX_BYTES: usize = 2000;
const PURCHASES: &str = "/withdraw/info";

/// Longest list of references in an address that begins so.
pub(super) fn references_max_bytes(base_url: &str) -> usize {
    let rest = base_url.trim_end_matches('/').len() + PURCHASES.len() + "?custom_ids=".len();
    ADDRESS_MAX_BYTES.saturating_sub(rest)
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
    let mut references = String::new();
    let mut asked = 0;
    let purchases = targets.iter().take_while(|target| target.kind == OrderKind::Purchase);
    for target in purchases.take(DEFAULTS.look_up_batch) {
        let comma = if asked == 0 { "" } else { "," };
        // A comma takes three bytes in the address, and one in the list.
        let commas_bytes = 2 * asked + comma.len();
        if references.len() + commas_bytes + target.reference.as_str().len() > references_max_bytes {
            break;
        }
        references.push_str(comma);
        references.push_str(target.reference.as_str());
        asked += 1;
    }
    if asked == 0 {
        return Err(NotBuildable("a look-up needs a reference that fits into its address"));
    }
    let request = api.get(PURCHASES, &vec![("custom_ids", references.as_str())])?;
    Ok(LookUp { request, asked })
}

pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    match asked.first() {
        Some(target) => match target.kind {
            OrderKind::Purchase => read_purchases(response, now),
            OrderKind::DepositLink | OrderKind::DepositItems => read_deposit(target, response, now),
            OrderKind::Listing => LookedUp::Unreadable { problem: "nothing was asked for".to_owned() },
        },
        None => LookedUp::Unreadable { problem: "nothing was asked for".to_owned() },
    }
}

fn read_purchases(response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let http_status = response.status();
    let answer = wire::envelope::<wire::Items<'_>>(response.body());
    if let Some(closed) = closed(&answer, http_status, now) {
        return LookedUp::Closed(closed);
    }
    // Rows that are missing count as well: only an answer that is a success in every respect proves an absence.
    if !http_status.is_success() {
        return LookedUp::Unreadable { problem: format!("HTTP status {}", http_status.as_u16()) };
    }
    match answer {
        Envelope::Success(items) => status::rows(&items),
        Envelope::Error(word) => LookedUp::Unreadable { problem: format!("the error {}", shown(&word)) },
        Envelope::Unrecognised(problem) => LookedUp::Unreadable { problem: problem.to_owned() },
    }
}

fn read_deposit(target: &LookUpTarget, response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let http_status = response.status();
    let answer = wire::envelope::<wire::DepositStatus<'_>>(response.body());
    if let Some(closed) = closed(&answer, http_status, now) {
        return LookedUp::Closed(closed);
    }
    match answer {
        Envelope::Success(answer) if http_status.is_success() => {
            deposit_status::looked_up(answer.deposit.get(), &target.reference)
        }
        // Documented, and the HTTP status of errors is not.
        Envelope::Error(word) if word == words::DEPOSIT_NOT_FOUND && may_refuse(http_status) => {
            LookedUp::Rows { rows: Vec::new(), unreadable: 0 }
        }
        Envelope::Error(word) if http_status.is_success() => {
            LookedUp::Unreadable { problem: format!("the error {}", shown(&word)) }
        }
        Envelope::Unrecognised(problem) if http_status.is_success() => {
            LookedUp::Unreadable { problem: problem.to_owned() }
        }
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            LookedUp::Unreadable { problem: format!("HTTP status {}", http_status.as_u16()) }
        }
    }
}
