//! ShadowPay's notification (IPN): one for each sold item of a payment link, and the only record of it. Its hash covers
//! order, amount, currency and trade, so these bind.
//!
//! `transaction_id` and `token` are not covered. The first makes half of the credit's key all the same, as documented;
//! the credit names the trade as its thing, so a replay under another transaction credits nothing. The second is told as
//! the provider's id, so that a notification with another link's token contradicts the trade.

use std::collections::BTreeMap;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use skinbus_domain::{
    Cause, Credit, CreditState, Currency, Money, Observation, Progress, ProviderFacts, Reference,
};

use super::signing::{self, CURRENCY};
use crate::provider::{Forged, WebhookEvent, WebhookRequest, WebhookTrust, Webhooks};
use crate::values::{hex, id};
use crate::webhook::{is_proved, once_each};
use crate::wire::Text;

const PROOF: &str = "hash";
const AMOUNT_DECIMALS_MAX: usize = 3;

/// The webhook side of one account.
pub struct ShadowpayWebhooks {
    secret_hash: SecretString,
}

impl ShadowpayWebhooks {
    /// Verifies with the merchant's secret hash.
    #[must_use]
    pub fn new(secret_hash: SecretString) -> Self {
        Self { secret_hash }
    }
}

impl Webhooks for ShadowpayWebhooks {
    fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
        let fields = fields(webhook)?;
        let given = fields.get(PROOF).ok_or(Forged { reason: "no_signature" })?;
        let payment = Payment::of(&fields)?;
        // An account without a secret can prove nothing: everybody knows the hash of the rest.
        if self.secret_hash.expose_secret().is_empty() {
            return Err(Forged { reason: "no_secret" });
        }
        let expected =
            signing::of_notification(&self.secret_hash, payment.order_id, payment.amount, payment.trade_id);
        if is_proved(given, &expected) {
            Ok(WebhookTrust::Binding)
        } else {
            Err(Forged { reason: "wrong_signature" })
        }
    }

    fn read(&self, webhook: &WebhookRequest<'_>, trust: WebhookTrust) -> Option<WebhookEvent> {
        let mut fields = fields(webhook).ok()?;
        fields.remove(PROOF);
        let payment = Payment::of(&fields).ok()?;
        let observation = match trust {
            WebhookTrust::Binding => Some(payment.observation()),
            WebhookTrust::Hint => None,
        };
        Some(WebhookEvent {
            reference: payment.order_id.to_owned(),
            provider_id: payment.token.to_owned(),
            claimed_status: COMPLETE.to_owned(),
            event_key: payment.event_key(),
            observation,
            body: Bytes::from(serde_json::to_vec(&fields).ok()?),
        })
    }

    /// Documented: the parameters are those of a `GET`.
    fn takes_get(&self) -> bool {
        true
    }

    /// Documented: the notification is sent again then, seven times within a day and a half.
    fn refusal(&self) -> &'static str {
        "error"
    }
}

const COMPLETE: &str = "complete";

/// What a notification says, with each value exactly as it came.
struct Payment<'a> {
    order_id: &'a str,
    reference: Reference,
    amount: &'a str,
    credited: Money,
    trade_id: &'a str,
    transaction_id: &'a str,
    token: &'a str,
}

impl<'a> Payment<'a> {
    fn of(fields: &'a BTreeMap<String, String>) -> Result<Self, Forged> {
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let refused = |reason: &'static str| Forged { reason };
        let is_id = |text: &str| id(&Text(text.to_owned())).is_some();
        // Documented as constant, and missing in the documented call.
        if !matches!(field("type"), "" | "payment") {
            return Err(refused("other_type"));
        }
        if field("status") != COMPLETE {
            return Err(refused("other_status"));
        }
        if field("currency") != CURRENCY {
            return Err(refused("other_currency"));
        }
        // Nothing stands between the signed values. With an id or an amount of another form than ours another order and
        // amount could be read out of the same proof.
        let order_id = field("order_id");
        let reference = order_id.parse().map_err(|_| refused("order_id"))?;
        if signing::ambiguities(order_id).next().is_some() {
            return Err(refused("ambiguous_order_id"));
        }
        let amount = field("amount");
        let money = Money::parse(Currency::USD, amount).ok().filter(|_| is_plain_amount(amount));
        let credited = money.ok_or(refused("amount"))?;
        // Without it the proof would be a payment link's signature. A slash would make the credit's key ambiguous.
        let trade_id = field("trade_id");
        if !is_id(trade_id) || trade_id.contains('/') {
            return Err(refused("trade_id"));
        }
        let transaction_id = field("transaction_id");
        if !is_id(transaction_id) {
            return Err(refused("transaction_id"));
        }
        let token = field("token");
        if !is_id(token) {
            return Err(refused("token"));
        }
        Ok(Self { order_id, reference, amount, credited, trade_id, transaction_id, token })
    }

    fn observation(&self) -> Observation {
        Observation {
            cause: Cause::Webhook,
            reference: self.reference.clone(),
            // The page stays open: more items may be sold.
            progress: Progress::Submitted,
            occurred_at: None,
            credits: vec![Credit {
                key: format!("{}/{}", self.transaction_id, self.trade_id),
                thing: self.trade_id.to_owned(),
                amount: self.credited,
                local_amount: None,
                multiplier: None,
                state: CreditState::Credited,
                is_advanced: false,
            }],
            facts: ProviderFacts { provider_id: Some(self.token.to_owned()), ..ProviderFacts::default() },
        }
    }

    /// Made of everything that the observation is made of, each value with its length: whoever changes one of the unsigned
    /// values makes another event, and cannot take the place of the real one.
    fn event_key(&self) -> String {
        let mut digest = Sha256::new();
        for value in [self.order_id, self.transaction_id, self.trade_id, self.amount, self.token] {
            digest.update(value.len().to_string().as_bytes());
            digest.update(b":");
            digest.update(value.as_bytes());
        }
        hex(&digest.finalize())
    }
}

/// Digits, a dot, one to three digits, and no zero in front that pads.
fn is_plain_amount(amount: &str) -> bool {
    let Some((units, fraction)) = amount.split_once('.') else {
        return false;
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(units)
        && are_digits(fraction)
        && fraction.len() <= AMOUNT_DECIMALS_MAX
        && (units == "0" || !units.starts_with('0'))
}

/// The fields of the query and of a form body together, as the documentation's own check reads them (`$_REQUEST`, which
/// holds no JSON). A field that comes twice would be one thing to the proof and another to the reader.
fn fields(webhook: &WebhookRequest<'_>) -> Result<BTreeMap<String, String>, Forged> {
    let unreadable = || Forged { reason: "unreadable" };
    let body = std::str::from_utf8(webhook.body).map_err(|_| unreadable())?;
    let mut fields = Vec::new();
    for text in [webhook.query, body.trim()] {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(|_| unreadable())?;
        fields.extend(pairs);
    }
    once_each(fields).ok_or(Forged { reason: "repeated_field" })
}
