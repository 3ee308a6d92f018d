//! Skinify: purchases ("withdrawals") of its API. Deposits and the rest of it are not covered yet.
//!
//! | operation | call |
//! | --- | --- |
//! | place a purchase | `POST /withdraw/buy`, form encoded, header `Token` |
//! | look purchases up | `GET /withdraw/info?custom_ids=a,b,c` |
//!
//! What is documented nowhere is read the safe way: a repeated `custom_id` may buy again, so nothing is sent again while
//! the outcome is unknown; an error word that is not known to come before any purchase is no proof of a refusal.

mod place;
mod status;
mod webhook;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use skinbus_domain::order::{Item, Operation};
use skinbus_domain::quota::Limit;
use skinbus_domain::rules::{Idempotency, after};
use skinbus_domain::{Currency, Order, Reference};

pub use webhook::{SkinifyWebhooks, signature_of};

use crate::provider::{
    Capabilities, LookUp, LookedUp, NotBuildable, PlaceAnswer, Provider, ProviderDefaults, Support,
};
use status::game_word;
use wire::Envelope;

/// What is documented about Skinify, or assumed the safe way where it is not.
pub const DEFAULTS: ProviderDefaults = ProviderDefaults {
    name: "skinify",
    base_url: "https://skinify.io/api",
    // Documented: 300 requests a minute, then a block of unstated length.
    quota: Limit { requests: 300, per: Duration::from_secs(60) },
    limit_pause: Duration::from_secs(60),
    // `custom_id` is meant to protect against buying twice, but an official example shows two purchases with one.
    idempotency: Idempotency::Undocumented,
    settle_time: Duration::from_secs(300),
    refusal_settle_time: Duration::from_secs(15),
    look_up_batch: 50,
    price_currency: Currency::USD,
    capabilities: Capabilities {
        purchase: Support::Supported,
        deposit: Support::Unsupported("not built yet"),
        listing: Support::Unsupported("Skinify has no listings"),
    },
};

/// Longest look-up URL. Nothing is documented; 2,000 characters pass everywhere.
const URL_MAX_BYTES: usize = 2000;

/// One account at Skinify.
pub struct Skinify {
    base_url: String,
    token: SecretString,
}

impl Skinify {
    /// An account with this API token.
    #[must_use]
    pub fn new(base_url: &str, token: SecretString) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), token }
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        form: Option<String>,
    ) -> Result<Request<Bytes>, NotBuildable> {
        let mut token = HeaderValue::from_str(self.token.expose_secret())
            .map_err(|_| NotBuildable("the token has characters that no header can carry"))?;
        token.set_sensitive(true);
        let mut builder = Request::builder()
            .method(method)
            .uri(url)
            .header("Token", token)
            .header(header::ACCEPT, "application/json");
        if form.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        builder
            .body(form.map(Bytes::from).unwrap_or_default())
            .map_err(|_| NotBuildable("base_url does not make a valid address"))
    }
}

impl Provider for Skinify {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        let Operation::Purchase(purchase) = &order.operation;
        let token = purchase
            .recipient
            .trade_token
            .as_ref()
            .ok_or(NotBuildable("the order's trade token is gone: the trade has ended"))?;
        let partner = purchase.recipient.steam_id.partner().to_string();
        let max_price = purchase.max_price.amount.to_string();
        let mut fields = vec![("partner", partner.as_str()), ("token", token.reveal())];
        match &purchase.item {
            Item::Offer(id) => fields.push(("id", id)),
            Item::Name(name) => {
                let game = purchase.game.ok_or(NotBuildable("an item by name needs its game"))?;
                fields.extend([("name", name.as_str()), ("game", game_word(game))]);
            }
        }
        fields.extend([("max_price", max_price.as_str()), ("custom_id", reference.as_str())]);
        let form =
            serde_urlencoded::to_string(fields).map_err(|_| NotBuildable("the form cannot be encoded"))?;
        self.request(Method::POST, &format!("{}/withdraw/buy", self.base_url), Some(form))
    }

    fn read_placed(&self, reference: &Reference, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        place::read(reference, response, now)
    }

    fn look_up(&self, references: &[Reference]) -> Result<LookUp, NotBuildable> {
        let mut url = format!("{}/withdraw/info?custom_ids=", self.base_url);
        let mut asked = 0;
        for reference in references.iter().take(DEFAULTS.look_up_batch) {
            let comma = if asked == 0 { "" } else { "%2C" };
            if url.len() + comma.len() + reference.as_str().len() > URL_MAX_BYTES {
                break;
            }
            url.push_str(comma);
            url.push_str(reference.as_str());
            asked += 1;
        }
        if asked == 0 {
            return Err(NotBuildable("a look-up needs a reference that fits into its address"));
        }
        Ok(LookUp { request: self.request(Method::GET, &url, None)?, asked })
    }

    fn read_looked_up(&self, response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        let status = response.status();
        let answer = wire::envelope::<wire::Items>(response.body());
        if let Some((until, reason)) = closed(&answer, status, now) {
            return LookedUp::Closed { until, reason };
        }
        // Rows that are missing count as well: only an answer that is a success in every respect proves an absence.
        if !status.is_success() {
            return LookedUp::Unreadable { problem: format!("HTTP status {}", status.as_u16()) };
        }
        match answer {
            Envelope::Success(items) => status::rows(&items),
            Envelope::Error(word) => {
                LookedUp::Unreadable { problem: format!("the error {}", wire::shown(&word)) }
            }
            Envelope::Unrecognised(problem) => LookedUp::Unreadable { problem: problem.to_owned() },
        }
    }
}

/// Until when the account is closed after this answer, and why. To wait can buy nothing twice, so the status alone will
/// do, although only the word is documented.
fn closed<T>(answer: &Envelope<T>, status: StatusCode, now: Timestamp) -> Option<(Timestamp, &'static str)> {
    let reason = match answer {
        Envelope::Error(word) if word == wire::LIMIT_EXCEEDED => wire::LIMIT_EXCEEDED,
        Envelope::Success(_) | Envelope::Error(_) | Envelope::Unrecognised(_) => {
            (status == StatusCode::TOO_MANY_REQUESTS).then_some("http_429")?
        }
    };
    Some((after(now, DEFAULTS.limit_pause), reason))
}
