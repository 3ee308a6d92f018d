//! Frames of the websocket: good, odd and garbage.

use secrecy::ExposeSecret;

use super::TOKEN;
use crate::feed::{EventFeed, FeedHint, Frame};
use crate::registry::{FeedCredentials, feed};
use crate::skinify;
use crate::test_support::{damaged, enlarged, garbage, truncated};

/// The documented example.
const CHANGED: &str = r#"{"event": "skin_purchase_status_change", "data": {"skin": {"id": "88101"}, "purchase_id": "90551", "purchase_status": "waiting_accept", "trade_offer_id": "8123000333"}}"#;
const BOUGHT: &str = r#"{"event": "skin_purchase", "data": {"skin": {"id": "88101", "name": "P250 | Sand Dune (Field-Tested)", "price": "0.04", "properties": {"classid": "310777000"}}, "purchase_id": "90551", "purchase_status": "processing", "date": "1760000400", "balance_debited_sum": "0.04", "custom_id": "wd-20431"}}"#;
/// MD5 of `1042` and the token.
const SIGNATURE: &str = "e8638d2062275cfb2deedbf490bf3b99";

fn opened() -> Box<dyn EventFeed> {
    let credentials = FeedCredentials::Skinify { project_id: "1042".to_owned(), signature: SIGNATURE.into() };
    feed(credentials, None)
}

fn hint(frame: Frame) -> FeedHint {
    let Frame::Hint(hint) = frame else { panic!("{frame:?}") };
    hint
}

#[test]
fn it_is_opened_with_a_constant_of_its_own() {
    let expected = format!("wss://skinify.io/ws/?project_id=1042&signature={SIGNATURE}");
    assert_eq!(opened().address().expose_secret(), expected);
    let token = TOKEN.into();
    assert_eq!(skinify::feed_signature_of("1042", &token).expose_secret(), SIGNATURE);
    assert_ne!(skinify::signature_of(&token).expose_secret(), SIGNATURE);
    assert_eq!(opened().ping_text(), None);
}

#[test]
fn a_change_is_of_the_order_that_was_bought() {
    let mut feed = opened();
    assert_eq!(feed.read(CHANGED), Frame::Unnamed);
    let bought = hint(feed.read(BOUGHT));
    assert_eq!((bought.reference.as_str(), bought.claimed_status.as_str()), ("wd-20431", "processing"));
    let changed = hint(feed.read(CHANGED));
    assert_eq!((changed.reference.as_str(), changed.claimed_status.as_str()), ("wd-20431", "waiting_accept"));
    assert_eq!(changed.provider_id, "90551");
    assert_ne!(changed.event_key, bought.event_key);
    assert_eq!(hint(feed.read(CHANGED)), changed);
    assert_eq!(feed.read(&CHANGED.replace("90551", "90552")), Frame::Unnamed);
}

#[test]
fn the_oldest_purchases_are_forgotten_first() {
    let mut feed = opened();
    for number in 0..=10_000 {
        hint(feed.read(&BOUGHT.replace("90551", &format!("1{number}"))));
        // What is told again takes no more room.
        hint(feed.read(&BOUGHT.replace("90551", "110000")));
    }
    assert_eq!(feed.read(&CHANGED.replace("90551", "10")), Frame::Unnamed);
    hint(feed.read(&CHANGED.replace("90551", "12")));
    hint(feed.read(&CHANGED.replace("90551", "19999")));
}

#[test]
fn each_frame_is_what_it_is() {
    for (frame, expected) in [
        (r#"{"event":"auth_success"}"#.to_owned(), Frame::Welcome),
        (r#"{"event":"auth_failed"}"#.to_owned(), Frame::Refused),
        (r#"{"event":"balance_change","data":{"balance_value":"1.00"}}"#.to_owned(), Frame::Unrelated),
        // Nobody documents an answer that is no JSON.
        ("pong".to_owned(), Frame::Unreadable),
        (BOUGHT.replace("wd-20431", "not one of ours"), Frame::Unnamed),
        (BOUGHT.replace("skin_purchase", "skin_sale"), Frame::Unreadable),
        (BOUGHT.replace("purchase_status", "offer_status"), Frame::Unreadable),
        (BOUGHT.replace("purchase_id", "buy_id"), Frame::Unreadable),
        (BOUGHT.replace("90551", "0"), Frame::Unreadable),
        (BOUGHT.replace("88101", SIGNATURE), Frame::Unreadable),
    ] {
        assert_eq!(opened().read(&frame), expected, "{frame}");
    }
}

#[test]
fn garbage_is_no_event() {
    let enlarged = enlarged(BOUGHT).map(String::into_bytes);
    let truncated = truncated(BOUGHT).map(<[u8]>::to_vec);
    for body in garbage(&[BOUGHT, CHANGED]).into_iter().chain(enlarged).chain(truncated) {
        assert_eq!(opened().read(&String::from_utf8_lossy(&body)), Frame::Unreadable);
    }
    for body in damaged(BOUGHT) {
        let frame = opened().read(&String::from_utf8_lossy(&body));
        assert!(!matches!(frame, Frame::Welcome | Frame::Refused | Frame::Unrelated), "{frame:?}");
    }
}
