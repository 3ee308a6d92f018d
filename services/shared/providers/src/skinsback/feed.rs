//! SkinsBack's websocket: what becomes of purchases. Deposits are not told of.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::feed::{self, Event, EventFeed, Frame};
use crate::wire::Text;

/// Where it is (documented).
pub(super) const URL: &str = "wss://skinsback.com/ws/";

/// The feed of one account.
pub struct SkinsbackFeed {
    url: String,
    client_id: String,
    signature: SecretString,
}

impl SkinsbackFeed {
    /// The feed of the project with this Client ID; it is proved with the constant that webhooks carry as `X-SIGN`
    /// ([`super::signature_of`]).
    #[must_use]
    pub fn new(url: Option<String>, client_id: String, signature: SecretString) -> Self {
        Self { url: url.unwrap_or_else(|| URL.to_owned()), client_id, signature }
    }
}

/// What of an event's data tells which purchase it is about.
#[derive(Deserialize)]
struct Purchase {
    buy_id: Text,
    offer_status: Text,
    custom_id: Option<Text>,
}

impl EventFeed for SkinsbackFeed {
    fn address(&self) -> SecretString {
        let signature = self.signature.expose_secret();
        feed::address(&self.url, &[("shopid", &self.client_id), ("signature", signature)])
    }

    fn ping_text(&self) -> Option<&'static str> {
        // Documented: every 30 seconds. What is answered is not.
        Some("ping")
    }

    fn read(&mut self, frame: &str) -> Frame {
        if !frame.trim_start().starts_with('{') {
            // Not JSON: what the provider may answer to a ping.
            return Frame::Unrelated;
        }
        let Some(event) = Event::read(frame, &self.signature) else {
            return Frame::Unreadable;
        };
        match event.event.as_str() {
            "auth_success" => Frame::Welcome,
            "auth_failed" => Frame::Refused,
            "balance_change" => Frame::Unrelated,
            name @ ("buy_item" | "status_change") => match event.data::<Purchase>() {
                None => Frame::Unreadable,
                Some(told) => match feed::reference(told.custom_id.as_ref()) {
                    Some(reference) => feed::hint(name, reference, &told.buy_id, &told.offer_status),
                    None => Frame::Unnamed,
                },
            },
            _ => Frame::Unreadable,
        }
    }
}
