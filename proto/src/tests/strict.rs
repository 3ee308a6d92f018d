//! A stored message without what it must say is corrupt, and the first such field is named.

use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};
use skinbus_domain::{Cause, TradeStatus};

use super::samples;
use crate::{Corrupt, Schema, json, observation_from_row, status_change_from_proto, v1};

/// Every message that lacks one field of this one, or has nonsense in one, with the field's path.
fn broken(message: &DynamicMessage, nonsense: bool) -> Vec<(String, DynamicMessage)> {
    let mut all = Vec::new();
    for (field, value) in message.fields() {
        let mut changed = message.clone();
        let replaced = if nonsense { nonsense_for(&field.kind(), value) } else { None };
        match replaced {
            Some(value) => changed.set_field(&field, value),
            None => changed.clear_field(&field),
        }
        all.push((field.name().to_owned(), changed));
        let Value::Message(inner) = value else { continue };
        // Times and amounts are valid as a whole or not at all.
        if ["Timestamp", "Money"].contains(&inner.descriptor().name()) {
            continue;
        }
        for (path, inner) in broken(inner, nonsense) {
            let mut changed = message.clone();
            changed.set_field(&field, Value::Message(inner));
            all.push((format!("{}.{path}", field.name()), changed));
        }
    }
    all
}

fn nonsense_for(kind: &Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::String, Value::String(_)) => Some(Value::String("no such thing!".to_owned())),
        (Kind::Bytes, Value::Bytes(_)) => Some(Value::Bytes(vec![1, 2, 3].into())),
        (Kind::Enum(_), Value::EnumNumber(_)) => Some(Value::EnumNumber(99)),
        (Kind::Message(message), Value::Message(_)) if message.name() == "Timestamp" => {
            let mut value = DynamicMessage::new(message.clone());
            value.set_field_by_name("nanos", Value::I32(-1));
            Some(Value::Message(value))
        }
        (Kind::Message(message), Value::Message(_)) if message.name() == "Money" => {
            let mut value = DynamicMessage::new(message.clone());
            value.set_field_by_name("currency", Value::String("USD".to_owned()));
            value.set_field_by_name("amount", Value::String("1e3".to_owned()));
            Some(Value::Message(value))
        }
        (_, _) => None,
    }
}

impl Schema for v1::LookupRow {
    const NAME: &'static str = "skinbus.v1.LookupRow";
}

fn dynamic<M: Schema>(message: &M) -> DynamicMessage {
    let descriptor = json::descriptor::<M>().unwrap();
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).unwrap()
}

/// The paths of the fields whose loss (or nonsense) is found, each with the name that the error gives.
fn found<M: Schema, T>(
    message: &M,
    nonsense: bool,
    read: fn(&M) -> Result<T, Corrupt>,
) -> Vec<(String, &'static str)> {
    assert_eq!(read(message).err(), None);
    broken(&dynamic(message), nonsense)
        .into_iter()
        .filter_map(|(path, changed)| {
            let error = read(&changed.transcode_to().unwrap()).err()?;
            Some((path, error.field))
        })
        .collect()
}

/// What an error calls the loss of this field: a member of a `oneof` by the `oneof`'s name.
fn name(path: &str) -> &str {
    match path.rsplit('.').next().unwrap_or_default() {
        "purchase" => "operation",
        "market_hash_name" => "item",
        last => last,
    }
}

const ALWAYS: &[&str] = &["merchant", "order_id", "version", "from", "to", "cause", "recorded_at", "trade"];
const ACCEPTED: &[&str] = &[
    "trade.order",
    "trade.order.order_id",
    "trade.order.account",
    "trade.order.purchase",
    "trade.order.purchase.recipient",
    "trade.order.purchase.recipient.steam_id",
    "trade.order.purchase.game",
    "trade.order.purchase.market_hash_name",
    "trade.order.purchase.max_price",
    "trade.account",
    "trade.provider",
    "trade.accepted_at",
];
/// Where there is an attempt, it is whole.
const ATTEMPT: &[&str] =
    &["trade.attempt.number", "trade.attempt.reference", "trade.attempt.lease_until", "trade.fingerprint"];

/// Where an operator decided, it is said what.
const DECISION: &[&str] = &["decision.provider_id", "decision.verdict"];

fn required_in(status: TradeStatus) -> Vec<&'static str> {
    let own: &[&str] = match status {
        TradeStatus::Rejected => &["trade.violations"],
        TradeStatus::Accepted => &[],
        TradeStatus::Uncertain => &["trade.attempt", "trade.uncertain_since", "trade.reason"],
        TradeStatus::OnHold => &["trade.attempt", "trade.hold_ends_at"],
        TradeStatus::Reverted => &["trade.attempt", "trade.reason", "trade.reverted_by"],
        TradeStatus::Dispatching
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::Completed => &["trade.attempt"],
        TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired | TradeStatus::NeedsReview => {
            &["trade.reason"]
        }
    };
    let accepted = if status == TradeStatus::Rejected { &[] } else { ACCEPTED };
    [ALWAYS, accepted, ATTEMPT, DECISION, own].concat()
}

#[test]
fn a_status_change_needs_every_field_of_its_state() {
    for status in TradeStatus::ALL {
        let found = found(&samples::version(status), false, status_change_from_proto);
        for (path, told) in &found {
            assert_eq!(*told, name(path), "{status}: without {path}");
        }
        let mut paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        let mut required = required_in(status);
        paths.sort_unstable();
        required.sort_unstable();
        assert_eq!(paths, required, "{status}");
    }
}

#[test]
fn nonsense_in_a_stored_field_is_named() {
    for status in TradeStatus::ALL {
        for (path, told) in found(&samples::version(status), true, status_change_from_proto) {
            assert_eq!(told, name(&path), "{status}: with nonsense in {path}");
        }
    }
    let found = found(&samples::version(TradeStatus::Submitted), true, status_change_from_proto);
    for path in [
        "from",
        "occurred_at",
        "trade.order.expires_at",
        "trade.order.purchase.recipient.trade_token",
        "trade.facts.price_paid",
        "trade.facts.offer_expires_at",
        "trade.facts.reserved_until",
        "trade.fingerprint",
    ] {
        assert!(found.iter().any(|(found, _)| found == path), "nonsense in {path} is taken");
    }
}

#[test]
fn a_row_needs_every_field_of_its_progress() {
    use v1::Progress;
    let required: [(Progress, &[&str]); 10] = [
        (Progress::Unknown, &[]),
        (Progress::Submitted, &[]),
        (Progress::OfferSent, &[]),
        (Progress::UserAccepted, &[]),
        (Progress::Held, &[]),
        (Progress::Delivered, &["hold", "hold_ends_at"]),
        (Progress::Failed, &["reason"]),
        (Progress::Canceled, &["reason"]),
        (Progress::Expired, &["reason"]),
        (Progress::Reverted, &["reason", "reverted_by"]),
    ];
    for (progress, own) in required {
        let found = found(&samples::row(progress), false, |row| observation_from_row(row, Cause::LookUp));
        let mut expected = [&["reference", "progress"], own].concat();
        let mut paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        expected.sort_unstable();
        assert_eq!(paths, expected, "{progress:?}");
        assert!(found.iter().all(|(path, name)| path == name), "{found:?}");
    }
}

#[test]
fn a_credit_needs_all_that_makes_it_money() {
    let broken = |change: fn(&mut v1::Credit)| {
        let mut credit = samples::credit();
        change(&mut credit);
        let row = v1::LookupRow { credits: vec![credit], ..samples::row(v1::Progress::Delivered) };
        observation_from_row(&row, Cause::LookUp).map_err(|error| error.to_string())
    };
    assert!(broken(|_| {}).is_ok());
    type Change = (&'static str, fn(&mut v1::Credit));
    let changes: [Change; 7] = [
        ("key", |credit| credit.key.clear()),
        ("thing", |credit| credit.thing.clear()),
        ("amount", |credit| credit.amount = None),
        ("amount", |credit| credit.amount.as_mut().unwrap().amount = "1e3".to_owned()),
        ("state", |credit| credit.state = 0),
        ("local_amount", |credit| credit.local_amount.as_mut().unwrap().currency.clear()),
        ("multiplier", |credit| credit.multiplier = "-1".to_owned()),
    ];
    for (field, change) in changes {
        assert_eq!(broken(change), Err(format!("a stored Credit has no valid {field}")));
    }
}

#[test]
fn an_error_quotes_no_value() {
    let mut version = samples::version(TradeStatus::Submitted);
    version.merchant = samples::TOKEN.to_owned();
    let error = status_change_from_proto(&version).unwrap_err();
    assert_eq!(error.to_string(), "a stored TradeStatusChanged has no valid merchant");
}
