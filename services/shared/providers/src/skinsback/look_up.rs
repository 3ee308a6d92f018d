//! Looking orders up: purchases many at a time by their `custom_id`, deposits one at a time.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::value::RawValue;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, Observation, Reference};

use super::request::Parameters;
use super::wire::{self, Answer, Deposit, NamedDeposit, NamedPurchase, Purchase, Rows};
use super::{DEFAULTS, errors, status};
use crate::outcome::{error_problem, http_problem};
use crate::provider::{LookUpTarget, LookedUp, NotBuildable};
use crate::rows;
use crate::values::{BadField, id};
use crate::wire::object;

/// The call that looks up the first of these, and how many it asks for.
pub(super) fn parameters(targets: &[LookUpTarget]) -> Result<(Parameters, usize), NotBuildable> {
    let first = targets.first().ok_or(NotBuildable("a look-up needs a reference"))?;
    match first.kind {
        OrderKind::Purchase => {
            let asked = asked_together(first, targets);
            let references = targets.iter().take(asked).map(|target| target.reference.to_string()).collect();
            Ok((Parameters::of("market_getinfo").with_texts("custom_ids", references), asked))
        }
        OrderKind::DepositLink | OrderKind::DepositItems => {
            Ok((Parameters::of("orderstatus").with("order_id", first.reference.as_str()), 1))
        }
        OrderKind::Listing => Err(NotBuildable("SkinsBack has no listings")),
    }
}

/// Purchases that the provider has told an id for are asked for together. One of which it has told nothing is asked for
/// alone: whether `offer_not_found` speaks of one or of all of several ids is not documented, and only of one it proves
/// that nothing is there.
fn asked_together(first: &LookUpTarget, targets: &[LookUpTarget]) -> usize {
    if first.provider_id.is_none() {
        return 1;
    }
    let known = |target: &&LookUpTarget| target.kind == OrderKind::Purchase && target.provider_id.is_some();
    targets.iter().take(DEFAULTS.look_up_batch.purchase).take_while(known).count()
}

/// What the answer says about those that were asked for.
pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    let Some(first) = asked.first() else {
        return LookedUp::unreadable("nothing was asked for");
    };
    let is_deposit = matches!(first.kind, OrderKind::DepositLink | OrderKind::DepositItems);
    let status = response.status();
    let answer =
        if is_deposit { wire::deposit_answer(response.body()) } else { wire::answer(response.body()) };
    if let Some(closed) = errors::closed(&answer, status, now) {
        return LookedUp::Closed(closed);
    }
    // Rows that are missing count as well: only an answer that is a success in every respect proves an absence.
    if status != StatusCode::OK {
        return LookedUp::unreadable(http_problem(status));
    }
    match answer {
        Answer::Success(fields) if is_deposit => deposit(fields, &first.reference),
        Answer::Success(fields) => purchases(fields, asked),
        Answer::Error(word) if is_absent(&word, is_deposit, asked) => LookedUp::nothing(),
        Answer::Error(word) => LookedUp::unreadable(error_problem(&word)),
        Answer::Unrecognised(problem) => LookedUp::unreadable(problem),
    }
}

fn is_absent(word: &str, is_deposit: bool, asked: &[LookUpTarget]) -> bool {
    if is_deposit { word == "transaction_not_found" } else { word == "offer_not_found" && asked.len() == 1 }
}

/// The rows of `market_getinfo`, in any order.
fn purchases(fields: &[u8], asked: &[LookUpTarget]) -> LookedUp {
    let Ok(list) = object::<Rows<'_>>(fields) else {
        return LookedUp::unreadable("a success without items");
    };
    rows::looked_up(list.items.iter().map(|raw| purchase(raw, asked)))
}

fn purchase(raw: &RawValue, asked: &[LookUpTarget]) -> Option<Observation> {
    let raw = raw.get().as_bytes();
    let named: NamedPurchase = object(raw).ok()?;
    let provider_id = id(&named.buy_id)?;
    let reference: Reference = match named.custom_id {
        Some(reference) => reference.0.parse().ok()?,
        // Older answers do not echo it; the provider's own id tells the purchase as well.
        None => {
            let of_id = |target: &&LookUpTarget| target.provider_id.as_ref() == Some(&provider_id);
            asked.iter().find(of_id)?.reference.clone()
        }
    };
    let read = object::<Purchase>(raw).map_err(|_| BadField("row"));
    let read = read.and_then(|row| status::purchase(&row, reference.clone(), Cause::LookUp));
    Some(read.unwrap_or_else(|bad| rows::unreadable(reference, Some(provider_id), bad)))
}

/// The one deposit of `orderstatus`, which has to be the one asked for.
fn deposit(fields: &[u8], asked: &Reference) -> LookedUp {
    let Ok(named) = object::<NamedDeposit>(fields) else {
        return LookedUp::unreadable("a deposit without its ids");
    };
    if named.order_id.0 != asked.as_str() {
        return LookedUp::unreadable("another deposit than the one asked for");
    }
    let Some(provider_id) = id(&named.transaction_id) else {
        return LookedUp::unreadable("a deposit without its ids");
    };
    let read = object::<Deposit<'_>>(fields).map_err(|_| BadField("row"));
    let read = read.and_then(|row| status::deposit(&row, asked.clone(), Cause::LookUp));
    let row = read.unwrap_or_else(|bad| rows::unreadable(asked.clone(), Some(provider_id), bad));
    LookedUp::row(row)
}
