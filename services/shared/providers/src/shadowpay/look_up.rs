//! Look-ups: purchases by our own ids, listings by the history of trades. Payment links have none.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde_json::value::RawValue;
use skinbus_domain::order::OrderKind;
use skinbus_domain::{Cause, Observation, Reference};

use super::wire::{self, Entries, Keyed, Listed, Named, Trade, WRONG_PARAMS};
use super::{DEFAULTS, Shadowpay, errors, listing, status};
use crate::envelope::{Envelope, may_refuse};
use crate::outcome::{error_problem, http_problem};
use crate::provider::{LookUp, LookUpTarget, LookedUp, NotBuildable};
use crate::rows;
use crate::values::{BadField, id, shown};
use crate::wire::object;

pub(super) fn request(account: &Shadowpay, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
    let kind = targets.first().map(|target| target.kind).ok_or(NotBuildable("a look-up needs a trade"))?;
    let same = targets.iter().take_while(|target| target.kind == kind);
    match kind {
        OrderKind::Purchase => {
            let references: Vec<&str> =
                same.take(DEFAULTS.look_up_batch.purchase).map(|target| target.reference.as_str()).collect();
            let fields = [("custom_id", references.join(","))];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let request = account.post("/list_buy_info_by_custom_id", &fields)?;
            Ok(LookUp { request, asked: references.len() })
        }
        // The history is one answer for all listings of the account.
        OrderKind::Listing => {
            Ok(LookUp { request: account.post("/operation_history", &[])?, asked: same.count() })
        }
        OrderKind::DepositLink | OrderKind::DepositItems => Err(NotBuildable(
            "ShadowPay cannot be asked about payments: its notifications are their only record",
        )),
    }
}

pub(super) fn read(asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
    match asked.first().map(|target| target.kind) {
        Some(OrderKind::Purchase) => {
            let answer = wire::answer::<Keyed<'_>>(response.body());
            read_as(&answer, response, now, |keyed| purchases(asked, keyed.data.as_ref()), true)
        }
        Some(OrderKind::Listing) => {
            let answer = wire::answer::<Listed<'_>>(response.body());
            read_as(&answer, response, now, |listed| listing::looked_up(asked, &listed.data), false)
        }
        Some(OrderKind::DepositLink | OrderKind::DepositItems) | None => {
            LookedUp::unreadable("an answer that nobody asked for")
        }
    }
}

fn read_as<T>(
    answer: &Envelope<T>,
    response: &Response<Bytes>,
    now: Timestamp,
    rows: impl FnOnce(&T) -> LookedUp,
    knows_nothing_found: bool,
) -> LookedUp {
    let status = response.status();
    if let Some(closed) = errors::closed(answer, status, now) {
        return LookedUp::Closed(closed);
    }
    match answer {
        // Rows that are missing count as well: only an answer that is a success in every respect proves an absence.
        Envelope::Success(fields) if status.is_success() => rows(fields),
        // One of the documented ways to say "nothing suitable found".
        Envelope::Error(word) if knows_nothing_found && word == WRONG_PARAMS && may_refuse(status) => {
            LookedUp::nothing()
        }
        Envelope::Error(word) => LookedUp::unreadable(error_problem(word)),
        Envelope::Unrecognised(problem) if status.is_success() => LookedUp::unreadable(*problem),
        Envelope::Success(_) | Envelope::Unrecognised(_) => LookedUp::unreadable(http_problem(status)),
    }
}

fn purchases(asked: &[LookUpTarget], data: Option<&Entries<'_>>) -> LookedUp {
    let entries = data.map_or(&[][..], |entries| &entries.0);
    let mut rows = Vec::new();
    let mut unreadable = 0;
    for (key, raw) in entries {
        match owner(asked, key, raw) {
            Owner::Asked(target) => rows.push((key.as_str(), row(target, raw))),
            Owner::Other => {}
            Owner::Unknown => unreadable += 1,
        }
    }
    LookedUp::Rows { rows: told_apart(rows), unreadable }
}

enum Owner<'a> {
    Asked(&'a LookUpTarget),
    Other,
    Unknown,
}

/// Whose row this is. What the keys are is not documented: in the only example our id and the key are one number. So the
/// row's own `custom_id` decides; the key does only where the row has none, and could not be some number of a trade.
fn owner<'a>(asked: &'a [LookUpTarget], key: &str, raw: &RawValue) -> Owner<'a> {
    let Ok(named) = object::<Named>(raw.get().as_bytes()) else {
        return Owner::Unknown;
    };
    let find = |word: &str| asked.iter().find(|target| target.reference.as_str() == word);
    match &named.custom_id {
        Some(own) if own.0.parse::<Reference>().is_err() => Owner::Unknown,
        Some(own) => find(&own.0).map_or(Owner::Other, Owner::Asked),
        None if key.bytes().all(|byte| byte.is_ascii_digit()) => Owner::Unknown,
        None => find(key).map_or(Owner::Unknown, Owner::Asked),
    }
}

fn row(target: &LookUpTarget, raw: &RawValue) -> Observation {
    let trade = object::<Trade<'_>>(raw.get().as_bytes()).map_err(|_| BadField("row"));
    let provider_id = trade.as_ref().ok().and_then(|trade| trade.id.as_ref()).and_then(id);
    trade
        .and_then(|trade| status::observation(&trade, target.reference.clone(), target.user, Cause::LookUp))
        .unwrap_or_else(|bad| rows::unreadable(target.reference.clone(), provider_id, bad))
}

/// These rows carry no id of the trade. Where one reference has several, their keys stand in for it, so that somebody
/// hears that something may have been bought twice.
fn told_apart(rows: Vec<(&str, Observation)>) -> Vec<Observation> {
    let mut count: BTreeMap<Reference, usize> = BTreeMap::new();
    for (_, row) in &rows {
        *count.entry(row.reference.clone()).or_default() += 1;
    }
    let told = rows.into_iter().enumerate().map(|(index, (key, mut row))| {
        let is_single = count.get(&row.reference).is_none_or(|count| *count == 1);
        if !is_single && row.facts.provider_id.is_none() {
            row.facts.provider_id = Some(format!("row_{index}_{}", shown(key)));
        }
        row
    });
    told.collect()
}
