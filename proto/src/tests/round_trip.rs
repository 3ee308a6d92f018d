//! What is stored is what is read back.

use proptest::prelude::*;
use prost::Message;
use skinbus_domain::Cause;

use super::arbitrary;
use crate::{
    Schema, drift_from_proto, drift_to_proto, json, moment, observation_from_row, quota_from_proto,
    quota_to_proto, row_from_observation, status_change_from_proto, status_change_to_proto, timestamp, v1,
};

/// Through the bytes, as the ledger stores them.
fn stored<M: Message + Default>(message: &M) -> M {
    M::decode(message.encode_to_vec().as_slice()).unwrap()
}

/// Through the text, as `skinbus watch --json` writes it.
fn written<M: Schema>(message: &M) -> M {
    json::read(json::write(message).unwrap().as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn a_status_change(change in arbitrary::status_change()) {
        let proto = stored(&status_change_to_proto(&change));
        prop_assert_eq!(status_change_from_proto(&proto), Ok(change));
    }

    #[test]
    fn an_observation(observation in arbitrary::observation()) {
        let row = stored(&row_from_observation(&observation));
        prop_assert_eq!(observation_from_row(&row, Cause::LookUp), Ok(observation));
    }

    #[test]
    fn a_quota_window(window in arbitrary::quota_window()) {
        let proto: v1::QuotaWindow = stored(&quota_to_proto(&window));
        prop_assert_eq!(quota_from_proto(proto), window);
    }

    #[test]
    fn what_was_seen_of_drift(seen in arbitrary::drift_seen()) {
        let proto: v1::DriftSeen = stored(&drift_to_proto(&seen));
        prop_assert_eq!(drift_from_proto(&proto), Ok(seen));
    }

    #[test]
    fn a_moment(given in arbitrary::moment()) {
        let proto = timestamp(given);
        prop_assert!((0..1_000_000_000).contains(&proto.nanos));
        prop_assert_eq!(moment(&proto), Some(given));
    }

    #[test]
    fn an_amount(money in arbitrary::money()) {
        let proto: v1::Money = stored(&crate::facts::money_to_proto(&money));
        let back = crate::facts::money_from_proto(&proto).unwrap();
        // Equal decimals may differ in scale, and the scale counts too.
        prop_assert_eq!(back.to_string(), money.to_string());
    }

    #[test]
    fn a_status_change_as_json(change in arbitrary::status_change()) {
        let proto = status_change_to_proto(&change);
        prop_assert_eq!(written(&proto), proto);
    }
}

#[test]
fn the_ends_of_time() {
    for given in [jiff::Timestamp::MIN, jiff::Timestamp::MAX, jiff::Timestamp::UNIX_EPOCH] {
        assert_eq!(moment(&timestamp(given)), Some(given));
    }
    for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, 0)] {
        assert_eq!(moment(&prost_types::Timestamp { seconds, nanos }), None);
    }
}
