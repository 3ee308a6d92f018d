//! What the answers to placing calls mean.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::order::{Deposit, Operation, OrderKind};
use skinbus_domain::rules::after;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Outcome, Progress, ProviderFacts};

use super::errors::{self, Meaning, closed, meaning};
use super::requests::{self, Way, way};
use super::status;
use super::wire::{self, Draft, Envelope, Intent, Refusal, Row};
use crate::outcome::{UNREADABLE_ANSWER, http, placed, reference_known, unknown, unreadable};
use crate::provider::{PlaceAnswer, Placing, Verdict};
use crate::request::Api;
use crate::values::{BadField, id, url};

/// Pause before prices are asked for again. A draft costs nothing and lapses after five minutes.
const PRICES_PAUSE: Duration = Duration::from_secs(15);

pub(super) fn read(
    api: &Api,
    result_url: Option<&str>,
    placing: &Placing<'_>,
    response: &Response<Bytes>,
    now: Timestamp,
) -> PlaceAnswer {
    let closed = closed(response, now);
    let verdict = match &placing.order.operation {
        Operation::Deposit(deposit) if way(deposit) == Way::Names && placing.call <= 1 => {
            let retry_at = closed.map_or_else(|| after(now, PRICES_PAUSE), |closed| closed.until);
            drafted(api, result_url, deposit, placing, response, retry_at)
        }
        Operation::Deposit(_) | Operation::Purchase(_) | Operation::Listing(_) => {
            created(placing, response, now).into()
        }
    };
    PlaceAnswer { verdict, closed }
}

/// The answer of `get-prices`. Nothing but a draft is made by it, so whatever went wrong, no deposit was made.
fn drafted(
    api: &Api,
    result_url: Option<&str>,
    deposit: &Deposit,
    placing: &Placing<'_>,
    response: &Response<Bytes>,
    retry_at: Timestamp,
) -> Verdict {
    let status = response.status();
    let again = |code: &str| Verdict::from(Outcome::NotSent { reason: Reason::new(code), retry_at });
    match wire::envelope(response.body()) {
        Envelope::Success(data) if status == StatusCode::OK => {
            let Some(draft_id) = draft_id(data) else {
                return again("unreadable_draft");
            };
            match requests::names(api, deposit, placing.reference, draft_id, result_url) {
                Ok(request) => Verdict::Next(request),
                Err(_) => Outcome::Refused(Reason::new("not_buildable")).into(),
            }
        }
        Envelope::Error(refusal) if is_clear(status) => {
            let reason = match meaning(status, &refusal, OrderKind::DepositItems) {
                // There is no reference in this call that could be known.
                Meaning::ReferenceKnown(_) => Reason::from_provider("refused", &errors::word(&refusal)),
                Meaning::Refused(reason) | Meaning::Undocumented(reason) => reason,
            };
            Outcome::Refused(reason).into()
        }
        Envelope::Unrecognised(_) if status == StatusCode::OK => again(UNREADABLE_ANSWER),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => again(&http(status)),
    }
}

fn draft_id(data: &str) -> Option<u64> {
    let draft: Draft = wire::data(data, "draft").ok()?;
    id(&draft.id)?.parse().ok()
}

/// Whether an error with this status says something about the request. Documented: 408 is a time-out on their side; 429
/// and 5xx may come after the trade was made.
fn is_clear(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

/// The answer of a call that makes a deposit or a purchase.
fn created(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> Outcome {
    let status = response.status();
    let kind = placing.order.operation.kind();
    match wire::envelope(response.body()) {
        Envelope::Success(data) if status.is_success() => {
            let read = if kind == OrderKind::DepositLink {
                page(data, placing)
            } else {
                trade(data, placing, kind, now)
            };
            read.unwrap_or_else(unreadable)
        }
        Envelope::Error(refusal) if is_clear(status) => refused(status, &refusal, kind),
        // An error in words that comes with the wrong status: nothing is documented about it.
        Envelope::Error(refusal) if status.is_success() => match meaning(status, &refusal, kind) {
            Meaning::ReferenceKnown(reason) => Outcome::Unknown { reason, refusal_unproved: false },
            Meaning::Refused(reason) | Meaning::Undocumented(reason) => {
                Outcome::Unknown { reason, refusal_unproved: true }
            }
        },
        // Documented for a reference that was used, whatever its body says.
        Envelope::Success(_) | Envelope::Unrecognised(_) if status == StatusCode::CONFLICT => {
            reference_known(&http(status))
        }
        Envelope::Unrecognised(_) if status.is_success() => unknown(UNREADABLE_ANSWER),
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => unknown(&http(status)),
    }
}

fn refused(status: StatusCode, refusal: &Refusal, kind: OrderKind) -> Outcome {
    match meaning(status, refusal, kind) {
        Meaning::ReferenceKnown(reason) => Outcome::Unknown { reason, refusal_unproved: false },
        Meaning::Refused(reason) => Outcome::Refused(reason),
        Meaning::Undocumented(reason) => Outcome::Unknown { reason, refusal_unproved: true },
    }
}

/// A deposit of items or a purchase. That it failed is told in its status, not by an error.
fn trade(data: &str, placing: &Placing<'_>, kind: OrderKind, now: Timestamp) -> Result<Outcome, BadField> {
    let row: Row = wire::data(data, "answer")?;
    if row.merchant_tx_id.as_ref().is_none_or(|echo| echo.0 != placing.reference.as_str()) {
        // An answer to something else. What became of ours is for a look-up to find.
        return Ok(unknown("other_reference"));
    }
    if row.fail_reason.as_deref() == Some("duplicate_purchase") {
        return Ok(reference_known("duplicate_purchase"));
    }
    status::observation(&row, placing.reference, kind, Cause::Dispatch, now).map(Outcome::Placed)
}

/// A hosted page. Its id is not told on: whether the deposit that comes of it has the same one is not documented.
fn page(data: &str, placing: &Placing<'_>) -> Result<Outcome, BadField> {
    let intent: Intent = wire::data(data, "answer")?;
    if intent.merchant_tx_id.0 != placing.reference.as_str() {
        return Ok(unknown("other_reference"));
    }
    if intent.status.as_deref().is_some_and(|status| !matches!(status, "" | "new")) {
        // No status is documented here. The look-up reads whatever it means.
        return Ok(unknown("unexpected_status"));
    }
    let redirect_url = intent.url.as_deref().and_then(url).ok_or(BadField("url"))?;
    let facts = ProviderFacts { redirect_url: Some(redirect_url), ..ProviderFacts::default() };
    Ok(placed(placing.reference, Progress::Submitted, facts, Vec::new()))
}
