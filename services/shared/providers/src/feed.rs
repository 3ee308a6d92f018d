//! Real-time events: what a provider tells over a websocket that we open.
//!
//! The connection proves who we are, not who tells us something, and no frame is signed: whatever a frame says is a reason
//! to look the trade up and nothing else. No provider repeats what was missed, so a feed only shortens a wait.

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use skinbus_domain::ids::Reference;

use crate::values::{hex, id, shown};
use crate::wire::{Text, object};

/// Largest frame that is read; real ones have some hundred bytes.
pub const FRAME_MAX_BYTES: usize = 64 * 1024;

/// One provider's real-time events, for one account.
pub trait EventFeed: Send + Sync {
    /// Where to connect: a `ws` or `wss` address that holds the proof, and so is a secret.
    fn address(&self) -> SecretString;

    /// What the provider wants to be sent again and again, where it wants something.
    fn ping_text(&self) -> Option<&'static str>;

    /// What a frame says. It may remember what it has read: some frames name an order only by what an earlier one said.
    fn read(&mut self, frame: &str) -> Frame;
}

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The provider takes us for who we are.
    Welcome,
    /// It does not.
    Refused,
    /// Something has happened to an order: look at it.
    Hint(FeedHint),
    /// It is about no order, as when the balance has changed.
    Unrelated,
    /// It is about a trade of which we cannot tell whose order it is.
    Unnamed,
    /// It is nothing that is documented.
    Unreadable,
}

/// What a frame says of an order. Nothing of it is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedHint {
    /// Our reference.
    pub reference: Reference,
    /// The provider's id.
    pub provider_id: String,
    /// The status it claims.
    pub claimed_status: String,
    /// Equal for two frames that say the same. Never equal to that of a webhook: one that binds must not find its place
    /// taken by what proves nothing.
    pub event_key: String,
    /// What was read of the frame, as JSON.
    pub body: Bytes,
}

/// A frame's two members, at both providers that have a feed.
#[derive(Deserialize)]
pub(crate) struct Event<'a> {
    pub(crate) event: String,
    #[serde(borrow, default)]
    pub(crate) data: Option<&'a RawValue>,
}

impl<'a> Event<'a> {
    /// The event in a frame. `None` where it is none, is too large, or quotes what proves who we are: that must not lie where
    /// events are kept.
    pub(crate) fn read(frame: &'a str, signature: &SecretString) -> Option<Self> {
        if frame.len() > FRAME_MAX_BYTES || frame.contains(signature.expose_secret()) {
            return None;
        }
        object(frame.as_bytes()).ok()
    }

    /// Its data as a structure.
    pub(crate) fn data<T: Deserialize<'a>>(&self) -> Option<T> {
        object(self.data?.get().as_bytes()).ok()
    }
}

/// What an event tells of a purchase, in nobody's words.
#[derive(Serialize)]
struct Told<'a> {
    event: &'a str,
    reference: &'a str,
    provider_id: &'a str,
    status: &'a str,
}

/// Our reference in an event; what is none may be of a purchase that was made without Skinbus.
pub(crate) fn reference(text: Option<&Text>) -> Option<Reference> {
    let reference: Reference = text?.0.parse().ok()?;
    reference.order_id().is_ok().then_some(reference)
}

/// The hint that an event is.
pub(crate) fn hint(event: &str, reference: Reference, provider_id: &Text, status: &Text) -> Frame {
    let Some(provider_id) = id(provider_id) else {
        return Frame::Unreadable;
    };
    let claimed_status = shown(&status.0);
    let told =
        Told { event, reference: reference.as_str(), provider_id: &provider_id, status: &claimed_status };
    let Ok(body) = serde_json::to_vec(&told) else {
        return Frame::Unreadable;
    };
    let event_key = format!("feed-{}", hex(&Sha256::digest(&body)));
    Frame::Hint(FeedHint { reference, provider_id, claimed_status, event_key, body: Bytes::from(body) })
}

/// The address of a feed with what proves who we are in its query, as both providers want it.
pub(crate) fn address(url: &str, query: &[(&str, &str)]) -> SecretString {
    // It cannot fail on texts; an address without its query would be refused by the provider, and seen so.
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    SecretString::from(format!("{url}?{query}"))
}
