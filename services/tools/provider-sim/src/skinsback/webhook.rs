//! Notifications: signed bodies about deposits, signed headers about purchases.

use super::deposit_wire::{self, Wire};
use super::json::{Json, named, text};
use super::project::SkinsBack;
use super::signature::{self, sha1_hex, sha256_hex, x_sign};
use super::style::{Style, Usual, finished};
use super::switches::{EventHeader, Switches};
use super::{purchase_wire, words};
use crate::answer::{FORM, JSON};
use crate::engine::deposit::{Deposit, Phase};
use crate::engine::deposit_life::DepositStep;
use crate::engine::news::{Message, Subject};
use crate::engine::notifications::{Encoding, NotificationRules};
use crate::engine::project::Opened;

/// What a forger signs with.
const WRONG_SECRET: &str = "not the secret";

/// Every change of a deposit is told, an offer that goes out only if that is switched on; every change of a purchase
/// is told where there is an address for that.
pub(super) fn announces(subject: &Subject, rules: &NotificationRules) -> bool {
    match subject {
        Subject::Deposit { step, .. } => match step {
            DepositStep::Offer => rules.send_pending,
            DepositStep::Hold
            | DepositStep::Approve
            | DepositStep::Pay
            | DepositStep::Fail
            | DepositStep::Return => true,
            DepositStep::Credit => false,
        },
        Subject::Purchase { .. } => rules.purchase_url.is_some(),
        Subject::Credit { .. } | Subject::Listing { .. } => false,
    }
}

impl SkinsBack {
    /// The notification about a subject.
    pub(super) fn notification(&self, subject: &Subject, forged: bool) -> Message {
        let switches = self.switches();
        let message = match subject {
            Subject::Deposit { deposit, .. } | Subject::Credit { deposit, .. } => {
                self.about_deposit(deposit, forged, &switches)
            }
            Subject::Purchase { purchase, status } => {
                let now = self.project.open().now;
                let event = purchase_wire::event(purchase, *status, now, &switches.balance_currency);
                let body = finished(event, &switches).to_text(switches.escaped_json);
                let signature = sha256_hex(self.secret(forged), body.as_bytes());
                let header = match switches.event_signature_header {
                    EventHeader::Signature => "Signature",
                    EventHeader::Authorization => "Authorization",
                };
                Message::post(words::offer_status(*status), JSON, body).with_header(header, signature)
            }
            // SkinsBack has no listings, and announces none.
            Subject::Listing { .. } => Message::post("none", JSON, "{}"),
        };
        let secret = if forged && !switches.forged_keeps_x_sign { WRONG_SECRET } else { self.secret(false) };
        message.with_header("X-SIGN", x_sign(&self.options.client_id, secret))
    }

    fn secret(&self, forged: bool) -> &str {
        if forged { WRONG_SECRET } else { &self.options.client_secret }
    }

    fn about_deposit(&self, deposit: &Deposit, forged: bool, switches: &Switches) -> Message {
        let number = self.next_number();
        let state = self.project.open();
        let encoding = state.rules.notifications.encoding;
        let content =
            |padded| content(&state, deposit, &Style::new(switches.types, number), switches, padded);
        let signed_text = signed_text(&content(false), encoding);
        let body =
            with_sign(content(switches.padded_webhook_amounts), sha1_hex(self.secret(forged), &signed_text));
        drop(state);
        let status = words::deposit_status(deposit);
        match encoding {
            // It cannot fail on texts; an empty body would show at once that it did.
            Encoding::Form => {
                Message::post(status, FORM, serde_urlencoded::to_string(body.form()).unwrap_or_default())
            }
            Encoding::Json => Message::post(status, JSON, body.to_text(switches.escaped_json)),
        }
    }
}

fn content(state: &Opened<'_>, deposit: &Deposit, style: &Style, switches: &Switches, padded: bool) -> Json {
    let wire = Wire { style, switches, usual: Usual::Text, padded };
    let mut fields = deposit_wire::fields(deposit, words::deposit_status(deposit), state.now, &wire);
    if deposit.phase == Phase::Held {
        fields.push(("user_risk".into(), deposit_wire::user_risk(state, deposit, state.now)));
    }
    finished(Json::Object(fields), switches)
}

/// The text that is signed. A form has no nulls, so nobody could sign them.
fn signed_text(content: &Json, encoding: Encoding) -> String {
    let Json::Object(fields) = content else {
        return String::new();
    };
    let is_sent = |value: &Json| match encoding {
        Encoding::Json => true,
        Encoding::Form => !matches!(value, Json::Absent | Json::Null),
    };
    let sent = fields.iter().filter(|(_, value)| is_sent(value));
    signature::text(sent.filter_map(|(name, value)| Some((name.as_ref(), value.scalar()?))))
}

fn with_sign(content: Json, sign: String) -> Json {
    let mut fields = named([("sign", text(sign))]);
    if let Json::Object(content) = content {
        fields.extend(content);
    }
    Json::Object(fields)
}
