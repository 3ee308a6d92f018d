//! What a newer release writes and this one reads, while both run: unknown fields change nothing, and an unknown word is either
//! told to a person or refused, never taken for something else.

use proptest::prelude::*;
use skinbus_domain::{AlertKind, Cause, TradeStatus};

use super::samples;
use crate::{Message, observation_from_row, quota_from_proto, status_change_from_proto, v1};

/// A number that no enum has yet.
const UNKNOWN: i32 = 999;

/// A field that no message has yet, as a newer release would add it.
fn with_unknown_field(mut bytes: Vec<u8>) -> Vec<u8> {
    // Field 1999, a text.
    bytes.extend([0xfa, 0x7c, 3, b'n', b'e', b'w']);
    bytes
}

fn is_read_as_before<M: Message + Default + PartialEq>(message: &M) {
    let bytes = with_unknown_field(message.encode_to_vec());
    assert!(bytes.len() > message.encoded_len());
    assert!(M::decode(bytes.as_slice()).unwrap() == *message);
}

#[test]
fn every_stored_message_is_read_whatever_fields_are_added() {
    let version = samples::version(TradeStatus::Submitted);
    is_read_as_before(&v1::DispatchOrder { accepted: Some(version.clone()), sequence: 7 });
    is_read_as_before(&version);
    is_read_as_before(&samples::order_request());
    is_read_as_before(&v1::WebhookReceived { account: "a".to_owned(), ..v1::WebhookReceived::default() });
    is_read_as_before(&v1::PollDue { order_id: "wd-1".to_owned(), ..v1::PollDue::default() });
    is_read_as_before(&v1::ReconcileDue::default());
    is_read_as_before(&v1::DeadLetter { reason: "undecodable".to_owned(), ..v1::DeadLetter::default() });
    is_read_as_before(&v1::Alert { kind: "stuck".to_owned(), ..v1::Alert::default() });
    is_read_as_before(&v1::QuotaWindow { epoch: 3, ..v1::QuotaWindow::default() });
    is_read_as_before(&v1::DriftSeen { others: 3, ..v1::DriftSeen::default() });
    is_read_as_before(&samples::row(v1::Progress::Delivered));
}

#[test]
fn a_notice_of_an_unknown_kind_is_told_as_an_anomaly() {
    let notice =
        v1::Notice { kind: "eclipse".to_owned(), detail: "the moon".to_owned(), ..v1::Notice::default() };
    let version =
        v1::TradeStatusChanged { notices: vec![notice], ..samples::version(TradeStatus::Submitted) };
    let alerts = status_change_from_proto(&version).unwrap().alerts;
    assert_eq!((alerts[0].kind, &*alerts[0].detail), (AlertKind::Anomaly, "eclipse: the moon"));
}

#[test]
fn an_unknown_cause_and_an_unknown_verdict_keep_nobody_from_reading_the_trade() {
    let known = samples::version(TradeStatus::Submitted);
    let mut version = v1::TradeStatusChanged { cause: UNKNOWN, ..known.clone() };
    version.decision.get_or_insert_default().verdict = UNKNOWN;
    let read = status_change_from_proto(&version).unwrap();
    assert_eq!((read.cause, read.decision), (Cause::Timer, None));
    assert_eq!(read.trade, status_change_from_proto(&known).unwrap().trade);
}

/// Whoever cannot read it leaves it to the newer release.
#[test]
fn what_decides_about_money_is_refused_where_it_is_unknown() {
    let refused = |change: fn(&mut v1::TradeStatusChanged)| {
        let mut version = samples::version(TradeStatus::Submitted);
        version.trade.get_or_insert_default().credits = vec![samples::credit()];
        assert!(status_change_from_proto(&version).is_ok());
        change(&mut version);
        status_change_from_proto(&version).unwrap_err().field
    };
    assert_eq!(refused(|version| version.to = UNKNOWN), "to");
    assert_eq!(refused(|version| version.from = UNKNOWN), "from");
    assert_eq!(refused(|version| version.trade.as_mut().unwrap().credits[0].state = UNKNOWN), "state");
    // An operation that this release does not know is none.
    let no_operation: fn(&mut v1::TradeStatusChanged) =
        |version| version.trade.as_mut().unwrap().order.as_mut().unwrap().operation = None;
    assert_eq!(refused(no_operation), "operation");
    let row = v1::LookupRow { progress: UNKNOWN, ..samples::row(v1::Progress::Delivered) };
    assert_eq!(observation_from_row(&row, Cause::LookUp).unwrap_err().field, "progress");
    let row = v1::LookupRow { hold: UNKNOWN, ..samples::row(v1::Progress::Delivered) };
    assert_eq!(observation_from_row(&row, Cause::LookUp).unwrap_err().field, "hold");
}

/// What proves nothing is only a hint.
#[test]
fn an_unknown_trust_binds_nobody() {
    let webhook = v1::WebhookReceived { trust: UNKNOWN, ..v1::WebhookReceived::default() };
    let read = v1::WebhookReceived::decode(webhook.encode_to_vec().as_slice()).unwrap();
    assert_ne!(read.trust(), v1::WebhookTrust::Binding);
}

proptest! {
    /// A slot that this release reads is never freer than it was written.
    #[test]
    fn a_quota_window_with_more_in_it_keeps_its_slots(
        slots in prop::collection::vec((1..i64::MAX / 2, 1..1000u32), 0..20),
    ) {
        let slots = slots.into_iter().map(|(free_at_ms, count)| v1::QuotaSlots { free_at_ms, count }).collect();
        let window = v1::QuotaWindow { slots, ..v1::QuotaWindow::default() };
        let bytes = with_unknown_field(window.encode_to_vec());
        let read = v1::QuotaWindow::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(quota_from_proto(read), quota_from_proto(window));
    }
}
