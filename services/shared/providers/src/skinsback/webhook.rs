//! SkinsBack's webhooks: about deposits (Result URL), and about purchases (Webhook Events URL).
//!
//! | webhook | proof | trust |
//! | --- | --- | --- |
//! | deposit | `sign`: HMAC-SHA1 over its scalars, with the Client Secret | binding |
//! | event | header `Signature`: HMAC-SHA256 over its body, with the Client Secret | binding |
//! | either | header `X-SIGN`: a constant | hint |
//!
//! A deposit's `sign` may fail for an honest webhook, because nobody documents how its sender writes numbers; with the
//! constant beside it such a webhook still is a reason to look.

use bytes::Bytes;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use skinbus_domain::{Cause, Observation};

use super::fields::{Fields, PROOF, fields};
use super::signing::{sign, sign_event, text_to_sign};
use super::status;
use super::wire::{Deposit, Purchase, Skin};
use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::hex;
use crate::webhook::is_proved;
use crate::wire::{Text, object};

/// The webhook side of one account.
pub struct SkinsbackWebhooks {
    signature: SecretString,
    client_secret: Option<SecretString>,
}

impl SkinsbackWebhooks {
    /// Verifies with `X-SIGN`, as [`super::signature_of`] computes it, and with the Client Secret, where it is given:
    /// without it nothing binds.
    #[must_use]
    pub fn new(signature: SecretString, client_secret: Option<SecretString>) -> Self {
        Self { signature, client_secret }
    }

    /// Whether what proves the body is right. Without the Client Secret nothing is.
    fn is_bound(&self, webhook: &WebhookRequest<'_>, fields: &Fields) -> bool {
        let Some(secret) = &self.client_secret else {
            return false;
        };
        if fields.is_event() {
            let given = header(webhook.headers, "signature").or_else(|| fallback(webhook.headers));
            let expected = sign_event(secret, webhook.body);
            return given.zip(expected).is_some_and(|(given, expected)| is_proved(given, &expected));
        }
        // Nulls are nothing to us, so it does not matter which of the two ways of signing them is right.
        let is_right = |are_nulls_signed| {
            let signed = fields.signed(are_nulls_signed);
            let expected = sign(secret, &text_to_sign(signed));
            expected.is_some_and(|expected| is_proved(fields.text(PROOF), &expected))
        };
        is_unambiguous(fields) && (is_right(true) | is_right(false))
    }
}

/// A header's value, where it is there exactly once.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (_, _) => None,
    }
}

/// The documentation's text says `Authorization` where its table and code say `Signature`.
fn fallback(headers: &HeaderMap) -> Option<&str> {
    if headers.contains_key("signature") { None } else { header(headers, "authorization") }
}

/// Whether the signed text can be of these fields only. Somebody could cut the text `a:1;b:2;` in another way, into one
/// field with the value `1;b:2`, and the signature would still be right.
fn is_unambiguous(fields: &Fields) -> bool {
    fields.signed(true).iter().all(|(name, text)| !name.contains([':', ';']) && !text.contains(';'))
}

impl Webhooks for SkinsbackWebhooks {
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        let fields = fields(webhook.headers, webhook.body).ok_or(Forged { reason: "unreadable" })?;
        let constant = header(webhook.headers, "x-sign");
        if self.is_bound(webhook, &fields) {
            Ok(WebhookTrust::Binding)
        } else if constant.is_some_and(|given| is_proved(given, self.signature.expose_secret())) {
            Ok(WebhookTrust::Hint)
        } else if constant.is_none() && fields.text(PROOF).is_empty() && !fields.is_event() {
            Err(Forged { reason: "no_signature" })
        } else {
            Err(Forged { reason: "wrong_signature" })
        }
    }

    fn read(&self, webhook: &WebhookRequest<'_>, trust: WebhookTrust) -> Option<WebhookEvent> {
        let fields = fields(webhook.headers, webhook.body)?;
        let body = Bytes::from(serde_json::to_vec(&fields.without_proof()).ok()?);
        let is_binding = trust == WebhookTrust::Binding;
        // A hint can be made by anybody who ever saw one, so it never has the key of what is proved: it could come
        // first and be kept in its place.
        if fields.is_event() {
            let kind = if is_binding { "event-bound" } else { "event-hint" };
            let (named, whole) = purchase_of(&fields)?;
            let text = |text: Option<Text>| text.map(|text| text.0).unwrap_or_default();
            let (reference, provider_id) = (text(named.custom_id), text(named.buy_id));
            if reference.is_empty() && provider_id.is_empty() {
                return None;
            }
            return Some(WebhookEvent {
                reference,
                provider_id,
                claimed_status: text(named.offer_status),
                event_key: key(kind, &body),
                observation: whole.as_ref().and_then(purchase_observation).filter(|_| is_binding),
                body,
            });
        }
        let (reference, provider_id) = (fields.text("order_id"), fields.text("transaction_id"));
        if reference.is_empty() && provider_id.is_empty() {
            return None;
        }
        let event_key = if is_binding {
            key("deposit-bound", text_to_sign(fields.signed(false)).as_bytes())
        } else {
            key("deposit-hint", &body)
        };
        Some(WebhookEvent {
            reference: reference.to_owned(),
            provider_id: provider_id.to_owned(),
            claimed_status: fields.text("status").to_owned(),
            event_key,
            observation: deposit_observation(&fields).filter(|_| is_binding),
            body,
        })
    }

    fn takes_get(&self) -> bool {
        false
    }

    fn refusal(&self) -> &'static str {
        "not authorized"
    }
}

fn key(kind: &str, content: &[u8]) -> String {
    format!("{kind}-{}", hex(&Sha256::digest(content)))
}

/// What a deposit webhook says, of its signed fields alone. `None` where that is not enough: a look then tells.
fn deposit_observation(fields: &Fields) -> Option<Observation> {
    let deposit = Deposit {
        status: fields.given("status")?.0,
        transaction_id: fields.given("transaction_id")?,
        order_id: fields.given("order_id")?,
        steam_id: None,
        date: fields.given("date"),
        amount: fields.given("amount"),
        amount_currency: fields.given("amount_currency"),
        amount_in_currencies: None,
        user_amount: fields.given("user_amount"),
        offer_date: None,
        skins_send_date: fields.given("skins_send_date"),
        trade_offer_id: fields.given("trade_offer_id"),
        reason: None,
    };
    let reference = deposit.order_id.0.parse().ok()?;
    status::deposit(&deposit, reference, Cause::Webhook).ok()
}

/// The part of an event that tells which purchase it is about; other events are about the balance.
#[derive(Deserialize)]
struct Named {
    custom_id: Option<Text>,
    buy_id: Option<Text>,
    offer_status: Option<Text>,
}

/// What an event is about, and the whole of it where that can be read.
fn purchase_of(fields: &Fields) -> Option<(Named, Option<Purchase>)> {
    let Some(data) = fields.nested.get("data") else {
        return purchase_of_form(fields);
    };
    let data = data.as_bytes();
    let named: Named = object(data).ok()?;
    Some((named, object(data).ok()))
}

fn purchase_of_form(fields: &Fields) -> Option<(Named, Option<Purchase>)> {
    let given = |name: &str| {
        let text = fields.nested.get(&format!("data[{name}]"))?;
        Some(Text(text.clone())).filter(|text| !text.0.is_empty())
    };
    let named =
        Named { custom_id: given("custom_id"), buy_id: given("buy_id"), offer_status: given("offer_status") };
    let whole = named.buy_id.clone().zip(named.offer_status.clone()).map(|(buy_id, status)| Purchase {
        buy_id,
        offer_status: status.0,
        item: Some(Skin {
            id: given("item][id"),
            name: given("item][name").map(|text| text.0),
            price: given("item][price"),
            classid: given("item][classid"),
        }),
        custom_id: named.custom_id.clone(),
        date: None,
        tradeofferid: given("tradeofferid"),
        steamid: None,
        balance_debited_sum: given("balance_debited_sum"),
        error_reason: given("error_reason"),
    });
    Some((named, whole))
}

/// What an event says of a purchase. A time-out is not taken at its word: a user may accept in the last moment, so it
/// is only a reason to look.
fn purchase_observation(purchase: &Purchase) -> Option<Observation> {
    if matches!(purchase.offer_status.as_str(), "" | "timeout") {
        return None;
    }
    let reference = purchase.custom_id.as_ref()?.0.parse().ok()?;
    status::purchase(purchase, reference, Cause::Webhook).ok()
}
