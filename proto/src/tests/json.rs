//! Messages written as JSON, for scripts.

use skinbus_domain::TradeStatus;

use super::samples;
use crate::{json, status_change_from_proto, v1};

#[test]
fn names_are_those_of_the_proto_files_on_one_line() {
    let mut request = samples::order_request();
    request.metadata.insert("note".to_owned(), "two\nlines".to_owned());
    let text = json::write(&request).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"account":"skinify_main","expires_at":"2027-01-15T08:00:00.000000005Z","#,
            r#""metadata":{"cart":"7","note":"two\nlines","shop":"b"},"order_id":"wd-1","#,
            r#""purchase":{"game":"GAME_CS2","market_hash_name":"P250 | Sand Dune (Field-Tested)","#,
            r#""max_price":{"amount":"12.50","currency":"USD"},"#,
            r#""recipient":{"steam_id":"76561198000000042","trade_token":"AbCd_-12"}}}"#,
        )
    );
}

#[test]
fn numbers_of_64_bits_are_numbers() {
    let dispatch = v1::DispatchOrder { sequence: u64::MAX, ..v1::DispatchOrder::default() };
    assert_eq!(json::write(&dispatch).unwrap(), r#"{"sequence":18446744073709551615}"#);
    assert_eq!(json::read::<v1::DispatchOrder>(br#"{"sequence":18446744073709551615}"#).unwrap(), dispatch);
    // As other writers of this mapping do it.
    assert_eq!(json::read::<v1::DispatchOrder>(br#"{"sequence":"18446744073709551615"}"#).unwrap(), dispatch);
}

#[test]
fn every_state_is_written_and_read_back() {
    for status in TradeStatus::ALL {
        let change = samples::version(status);
        let text = json::write(&change).unwrap();
        assert!(text.contains(&format!("\"to\":\"TRADE_STATUS_{status}\"")), "{text}");
        let back: v1::TradeStatusChanged = json::read(text.as_bytes()).unwrap();
        assert_eq!(back, change);
        assert_eq!(status_change_from_proto(&back).unwrap().trade.status(), status);
    }
}

#[test]
fn a_receipt_tells_every_violation() {
    let rejected = status_change_from_proto(&samples::version(TradeStatus::Rejected)).unwrap();
    assert_eq!(
        json::write(&crate::receipt_of(&rejected)).unwrap(),
        r#"{"order_id":"wd-1","status":"TRADE_STATUS_REJECTED","version":2,"violations":[{"field":"account"}]}"#
    );
    let accepted = status_change_from_proto(&samples::version(TradeStatus::Accepted)).unwrap();
    let text = json::write(&crate::receipt_of(&accepted)).unwrap();
    assert_eq!(text, r#"{"order_id":"wd-1","status":"TRADE_STATUS_ACCEPTED","version":2}"#);
}

#[test]
fn every_message_has_its_descriptor() {
    fn check<M: crate::Schema>() {
        assert_eq!(json::write(&M::default()).unwrap(), "{}", "{}", M::NAME);
        assert_eq!(json::read::<M>(b"{}").unwrap().encode_to_vec(), Vec::<u8>::new());
    }
    check::<v1::OrderRequest>();
    check::<v1::OrderReceipt>();
    check::<v1::TradeStatusChanged>();
    check::<v1::DispatchOrder>();
    check::<v1::LookupRequest>();
    check::<v1::LookupResponse>();
    check::<v1::WebhookReceived>();
    check::<v1::PollDue>();
    check::<v1::DeadLetter>();
    check::<v1::Alert>();
    check::<v1::DriftSeen>();
    check::<v1::QuotaWindow>();
}
