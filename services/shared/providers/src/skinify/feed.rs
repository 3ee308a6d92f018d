//! Skinify's websocket: what becomes of purchases, which have no webhook. Deposits are not told of.
//!
//! An event about a change names the purchase by Skinify's own id only; which of our orders that is was said by the event
//! about the purchase itself. So the feed remembers those, as long as there is room.

use std::collections::{BTreeMap, VecDeque};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use skinbus_domain::ids::Reference;

use crate::feed::{self, Event, EventFeed, Frame};
use crate::values::id;
use crate::webhook::constant_of;
use crate::wire::Text;

/// Where it is (documented).
pub(super) const URL: &str = "wss://skinify.io/ws/";

/// Most purchases that are remembered. A forgotten one is polled, as all are.
const REMEMBERED_MAX: usize = 10_000;

/// The constant that opens the feed of a project: lower-case hex MD5 of its id and its API token (documented). It is
/// another one than webhooks carry, and a secret of its own.
#[must_use]
pub fn feed_signature_of(project_id: &str, token: &SecretString) -> SecretString {
    constant_of(&[project_id, token.expose_secret()])
}

/// The feed of one account.
pub struct SkinifyFeed {
    url: String,
    project_id: String,
    signature: SecretString,
    known: Known,
}

impl SkinifyFeed {
    /// The feed of the project with this id; it is proved with the constant of [`feed_signature_of`].
    #[must_use]
    pub fn new(url: Option<String>, project_id: String, signature: SecretString) -> Self {
        Self { url: url.unwrap_or_else(|| URL.to_owned()), project_id, signature, known: Known::default() }
    }
}

/// Our references by Skinify's ids, the oldest first to go. A forged one would have a wrong order looked at, no more.
#[derive(Default)]
struct Known {
    references: BTreeMap<String, Reference>,
    oldest_first: VecDeque<String>,
}

impl Known {
    fn keep(&mut self, purchase_id: String, reference: Reference) {
        if self.references.insert(purchase_id.clone(), reference).is_none() {
            self.oldest_first.push_back(purchase_id);
        }
        if self.oldest_first.len() > REMEMBERED_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.references.remove(&oldest);
        }
    }
}

/// What of an event's data tells which purchase it is about.
#[derive(Deserialize)]
struct Purchase {
    purchase_id: Text,
    purchase_status: Text,
    custom_id: Option<Text>,
}

impl EventFeed for SkinifyFeed {
    fn address(&self) -> SecretString {
        let signature = self.signature.expose_secret();
        feed::address(&self.url, &[("project_id", &self.project_id), ("signature", signature)])
    }

    fn ping_text(&self) -> Option<&'static str> {
        // None is documented.
        None
    }

    fn read(&mut self, frame: &str) -> Frame {
        let Some(event) = Event::read(frame, &self.signature) else {
            return Frame::Unreadable;
        };
        match event.event.as_str() {
            "auth_success" => Frame::Welcome,
            "auth_failed" => Frame::Refused,
            "balance_change" => Frame::Unrelated,
            name @ ("skin_purchase" | "skin_purchase_status_change") => match event.data::<Purchase>() {
                None => Frame::Unreadable,
                Some(told) => self.told(name, &told),
            },
            _ => Frame::Unreadable,
        }
    }
}

impl SkinifyFeed {
    fn told(&mut self, event: &str, told: &Purchase) -> Frame {
        let Some(purchase_id) = id(&told.purchase_id) else {
            return Frame::Unreadable;
        };
        let named = feed::reference(told.custom_id.as_ref());
        if let Some(reference) = &named {
            self.known.keep(purchase_id.clone(), reference.clone());
        }
        match named.or_else(|| self.known.references.get(&purchase_id).cloned()) {
            Some(reference) => feed::hint(event, reference, &told.purchase_id, &told.purchase_status),
            None => Frame::Unnamed,
        }
    }
}
