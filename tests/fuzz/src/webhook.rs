//! Webhooks: what anybody may send us.

use http::{HeaderMap, HeaderName, HeaderValue};
use skinbus_domain::Cause;
use skinbus_proto::{observation_from_row, row_from_observation};
use skinbus_providers::{Frame, WebhookEvent, WebhookRequest, WebhookTrust};

use crate::accounts::{Account, FEED_SIGNATURE};
use crate::case::Case;
use crate::facts::assert_honest;
use crate::properties::Body;

const JSON: &str = "json";
const QUERY: &str = "query";
const SIGNED: &str = "signed";
const FRAME: &str = "frame";

/// How the text came: as a body with a content type, as the query, as JSON under a first line that is in the headers, or as
/// frames of the real-time events, one a line.
pub(crate) fn steps() -> Vec<&'static str> {
    vec![JSON, "form", "plain", QUERY, SIGNED, FRAME]
}

pub(crate) fn run(case: &[u8]) {
    let case = Case::read(case, &steps());
    let (account, text) = (case.account, std::str::from_utf8(case.body).unwrap_or_default());
    if case.step == FRAME {
        return read_frames(account, case.body);
    }
    let headers = headers(case.step, case.body);
    let body = match case.step {
        QUERY => b"",
        SIGNED => case.body.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default(),
        _ => case.body,
    };
    let query = if case.step == QUERY { text } else { "" };
    let webhook = WebhookRequest { headers: &headers, query, body };
    let proved = account.webhooks.verify(&webhook);
    assert_eq!(proved, account.webhooks.verify(&webhook), "{}", case.body.escape_ascii());
    // What is proved is only ever read after the proof. Reading the rest as well shows more of the reader.
    for trust in [WebhookTrust::Hint, WebhookTrust::Binding] {
        if let Some(event) = account.webhooks.read(&webhook, trust) {
            check(account, &Body::new(case.body), trust, &event);
        }
    }
}

/// Frames are read one after the other: a later one may be named by an earlier one.
fn read_frames(account: &Account, text: &[u8]) {
    let (Some(mut feed), text) = ((account.feed)(), String::from_utf8_lossy(text)) else { return };
    for frame in text.lines() {
        if let Frame::Hint(hint) = feed.read(frame) {
            assert!(hint.reference.order_id().is_ok(), "{hint:?}");
            assert!(hint.event_key.starts_with("feed-") && hint.event_key.len() <= 128, "{hint:?}");
            assert!(hint.body.len() < 4096 && !frame.contains(FEED_SIGNATURE), "{hint:?}");
        }
    }
}

/// The headers of the webhook. One value stands in every header that may prove something.
fn headers(step: &str, text: &[u8]) -> HeaderMap {
    let content_type = match step {
        JSON | SIGNED => "application/json; charset=utf-8",
        "form" => "application/x-www-form-urlencoded",
        _ => "text/plain",
    };
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let proof = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if step == SIGNED
        && let Ok(proof) = HeaderValue::from_bytes(proof)
    {
        for name in ["x-sign", "signature", "authorization"] {
            headers.insert(HeaderName::from_static(name), proof.clone());
        }
    }
    headers
}

fn check(account: &Account, body: &Body<'_>, trust: WebhookTrust, event: &WebhookEvent) {
    body.assert_in_proportion(event);
    assert!(!event.event_key.is_empty() && event.event_key.len() <= 128, "{event:?}");
    assert!(
        trust == WebhookTrust::Binding || event.observation.is_none(),
        "a hint proves nothing: {event:?}"
    );
    if let Some(observation) = &event.observation {
        assert_eq!(observation.reference.as_str(), event.reference, "{event:?}");
        assert_honest(&[], body, observation);
        let sent = observation_from_row(&row_from_observation(observation), Cause::Webhook);
        assert_eq!(sent.as_ref(), Ok(observation), "{event:?}");
    }
    // The event is stored and read by others: what proves its sender is not in it.
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let repeated = WebhookRequest { headers: &headers, query: "", body: &event.body };
    assert!(account.webhooks.verify(&repeated).is_err(), "the proof is still in it: {event:?}");
}
