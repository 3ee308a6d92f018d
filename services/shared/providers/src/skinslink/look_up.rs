//! Looking orders up, one at a time.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, Observation};

use super::wire::{self, Envelope, Named, Row};
use super::{errors, status};
use crate::outcome::http_problem;
use crate::provider::{LookUp, LookUpTarget, LookedUp, NotBuildable};
use crate::request::Api;
use crate::rows;
use crate::values::id;
use crate::wire::Text;

pub(super) fn request(api: &Api, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
    let target = targets.first().ok_or(NotBuildable("a look-up needs a reference"))?;
    let path = match target.kind {
        OrderKind::Purchase => "/merchant/purchase/status",
        OrderKind::DepositLink | OrderKind::DepositItems => "/merchant/deposit/status",
        OrderKind::Listing => return Err(NotBuildable("Skinslink has no listings")),
    };
    // Which of the two ids wins where both are given is not documented; ours is always known.
    let request = api.get(path, &vec![("merchant_tx_id", target.reference.as_str())])?;
    Ok(LookUp { request, asked: 1 })
}

/// What the answer to a look-up says. HTTP 404 with Skinslink's own error is the documented "nothing under that id".
pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    if let Some(closed) = errors::closed(response, now) {
        return LookedUp::Closed(closed);
    }
    let status = response.status();
    let Some(target) = asked.first() else {
        return LookedUp::unreadable("an answer to nothing");
    };
    match wire::envelope(response.body()) {
        Envelope::Success(data) if status == StatusCode::OK => match row(data, target, now) {
            Ok(row) => LookedUp::row(row),
            Err(problem) => LookedUp::unreadable(problem),
        },
        Envelope::Error(_) if status == StatusCode::NOT_FOUND => LookedUp::nothing(),
        Envelope::Error(refusal) => LookedUp::unreadable(format!("the error {}", errors::word(&refusal))),
        Envelope::Unrecognised(problem) if status.is_success() => LookedUp::unreadable(problem),
        Envelope::Success(_) | Envelope::Unrecognised(_) => LookedUp::unreadable(http_problem(status)),
    }
}

/// The one row of an answer, which has to be of the order that was asked for.
fn row(data: &str, target: &LookUpTarget, now: Timestamp) -> Result<Observation, &'static str> {
    let named: Named = wire::data(data, "row").map_err(|_| "an answer without a reference")?;
    if named.merchant_tx_id.0 != target.reference.as_str() {
        return Err("an answer to another reference");
    }
    let named_id = named.id.and_then(|text| id(&Text(text.0?))).filter(|id| status::is_digits(id));
    let read = wire::data::<Row>(data, "row");
    let told =
        read.and_then(|row| status::observation(&row, &target.reference, target.kind, Cause::LookUp, now));
    // The id of a page may not be that of the deposit that comes of it.
    let provider_id = named_id.filter(|_| target.kind != OrderKind::DepositLink);
    Ok(told.unwrap_or_else(|bad| rows::unreadable(target.reference.clone(), provider_id, bad)))
}
