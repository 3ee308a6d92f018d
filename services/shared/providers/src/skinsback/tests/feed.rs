//! Frames of the websocket: good, odd and garbage.

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::CLIENT_ID;
use crate::feed::{EventFeed, FRAME_MAX_BYTES, FeedHint, Frame};
use crate::registry::{FeedCredentials, feed};
use crate::skinsback;
use crate::test_support::{damaged, enlarged, garbage, truncated};

/// The documented event.
const EVENT: &str = include_str!("fixtures/event.json");
const BOUGHT: &str = r#"{"event":"buy_item","data":{"item":{"id":"5518","name":"AWP | Worm God (Minimal Wear)","price":"2.14","classid":"5002"},"buy_id":"880021","offer_status":"creating_trade","balance_debited_sum":"2.14","custom_id":"wd-7f3a-1"}}"#;
/// The documented constant of the documented project.
const SIGNATURE: &str = "53b6e586c8c1429e45c1a280c5ffd683";

fn opened(url: Option<&str>) -> Box<dyn EventFeed> {
    let credentials =
        FeedCredentials::Skinsback { client_id: CLIENT_ID.to_owned(), signature: SIGNATURE.into() };
    feed(credentials, url.map(str::to_owned))
}

fn read(frame: &str) -> Frame {
    opened(None).read(frame)
}

fn hint(frame: &str) -> FeedHint {
    let told = read(frame);
    let Frame::Hint(hint) = told else { panic!("{told:?}: {frame}") };
    hint
}

#[test]
fn it_is_opened_with_the_constant_of_webhooks() {
    let expected = format!("wss://skinsback.com/ws/?shopid=90417&signature={SIGNATURE}");
    assert_eq!(opened(None).address().expose_secret(), expected);
    assert_eq!(skinsback::signature_of(CLIENT_ID, &super::SECRET.into()).expose_secret(), SIGNATURE);
    let elsewhere = opened(Some("ws://127.0.0.1:9/x")).address();
    assert_eq!(elsewhere.expose_secret(), format!("ws://127.0.0.1:9/x?shopid=90417&signature={SIGNATURE}"));
    assert_eq!(opened(None).ping_text(), Some("ping"));
}

#[test]
fn what_happened_to_a_purchase_is_a_hint() {
    for (frame, status) in [(EVENT, "waiting_accept"), (BOUGHT, "creating_trade")] {
        let hint = hint(frame);
        assert_eq!((hint.reference.as_str(), hint.provider_id.as_str()), ("wd-7f3a-1", "880021"));
        assert_eq!(hint.claimed_status, status);
        assert!(hint.event_key.starts_with("feed-"), "{hint:?}");
    }
    let body = hint(EVENT).body;
    let expected = r#"{"event":"status_change","reference":"wd-7f3a-1","provider_id":"880021","status":"waiting_accept"}"#;
    assert_eq!(body, expected.as_bytes());
}

#[test]
fn one_event_has_one_key() {
    assert_eq!(hint(EVENT), hint(&EVENT.replace("5518", "5519")));
    assert_ne!(hint(EVENT).event_key, hint(BOUGHT).event_key);
    for (from, to) in [("880021", "880022"), ("waiting_accept", "accepted"), ("wd-7f3a-1", "wd-7f3a-2")] {
        assert_ne!(hint(EVENT).event_key, hint(&EVENT.replace(from, to)).event_key, "{to}");
    }
}

#[test]
fn each_frame_is_what_it_is() {
    let with_id = |id: &str| EVENT.replace("\"wd-7f3a-1\"", id);
    for (frame, expected) in [
        (r#"{"event":"auth_success"}"#.to_owned(), Frame::Welcome),
        (r#"{"event":"auth_success","data":null}"#.to_owned(), Frame::Welcome),
        (r#"{"event":"auth_failed","data":[]}"#.to_owned(), Frame::Refused),
        // The shape of its data is not known, and nothing is read of it.
        (r#"{"event":"balance_change","data":{"balance_value":"10.000"}}"#.to_owned(), Frame::Unrelated),
        (r#"{"event":"balance_change","data":7}"#.to_owned(), Frame::Unrelated),
        ("pong".to_owned(), Frame::Unrelated),
        (String::new(), Frame::Unrelated),
        // Bought without Skinbus, or under a name that is none of ours.
        (with_id("null"), Frame::Unnamed),
        (with_id("\"\""), Frame::Unnamed),
        (with_id("\"no name of ours\""), Frame::Unnamed),
        (with_id(&format!("{:?}", "x".repeat(81))), Frame::Unnamed),
        (EVENT.replace("status_change", "statuschange"), Frame::Unreadable),
        (EVENT.replace("\"880021\"", "null"), Frame::Unreadable),
        (EVENT.replace("buy_id", "id"), Frame::Unreadable),
        (EVENT.replace("880021", &"8".repeat(301)), Frame::Unreadable),
        (EVENT.replace("\"880021\"", "[880021]"), Frame::Unreadable),
        (EVENT.replace("offer_status", "status"), Frame::Unreadable),
        (EVENT.replace("\"buy_id\"", "\"buy_id\":\"1\",\"buy_id\""), Frame::Unreadable),
        ("{}".to_owned(), Frame::Unreadable),
        (r#"{"event":7}"#.to_owned(), Frame::Unreadable),
        (r#"{"event":"status_change"}"#.to_owned(), Frame::Unreadable),
        (r#"{"event":"status_change","data":["880021","accepted","wd-1"]}"#.to_owned(), Frame::Unreadable),
    ] {
        assert_eq!(read(&frame), expected, "{frame}");
    }
}

#[test]
fn what_proves_who_we_are_is_never_read() {
    assert_eq!(read(&EVENT.replace("wd-7f3a-1", SIGNATURE)), Frame::Unreadable);
    assert_eq!(read(&EVENT.replace("5518", SIGNATURE)), Frame::Unreadable);
}

#[test]
fn a_frame_has_a_largest_size() {
    let padded = |length: usize| EVENT.replace("5518", &"5".repeat(length - EVENT.len() + 4));
    assert!(matches!(read(&padded(FRAME_MAX_BYTES)), Frame::Hint(_)));
    assert_eq!(read(&padded(FRAME_MAX_BYTES + 1)), Frame::Unreadable);
    for frame in enlarged(EVENT) {
        assert_eq!(read(&frame), Frame::Unreadable);
    }
}

#[test]
fn an_unknown_status_is_a_hint_in_a_word_or_in_none() {
    assert_eq!(hint(&EVENT.replace("waiting_accept", "on_the_moon")).claimed_status, "on_the_moon");
    assert_eq!(hint(&EVENT.replace("waiting_accept", "<b>no</b>")).claimed_status, "(no word)");
}

/// Whether a damaged frame still names the order, and so is one of its own.
fn is_harmless(frame: &Frame) -> bool {
    match frame {
        Frame::Unrelated | Frame::Unnamed | Frame::Unreadable => true,
        Frame::Hint(hint) => hint.body.len() < 1024,
        Frame::Welcome | Frame::Refused => false,
    }
}

#[test]
fn garbage_is_no_event() {
    for body in garbage(&[EVENT]) {
        let text = String::from_utf8_lossy(&body);
        let frame = read(&text);
        assert!(matches!(frame, Frame::Unrelated | Frame::Unreadable), "{frame:?}");
    }
    for body in truncated(EVENT) {
        let frame = read(std::str::from_utf8(body).unwrap());
        assert!(matches!(frame, Frame::Unrelated | Frame::Unreadable), "{frame:?}");
    }
    for body in damaged(EVENT) {
        let frame = read(&String::from_utf8_lossy(&body));
        assert!(is_harmless(&frame), "{frame:?}");
    }
}

proptest! {
    #[test]
    fn no_text_is_taken_for_more_than_it_is(text in "\\PC*") {
        prop_assert!(matches!(read(&text), Frame::Unrelated | Frame::Unreadable));
    }
}
