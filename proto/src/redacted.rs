//! Debug of the messages that hold what must never be printed: trade tokens, bodies, headers (invariant S1).
//!
//! Each takes its message apart completely, so that a new field has to be decided on.

use std::fmt::{Debug, Formatter, Result};

use crate::v1;

/// Something that is there, or not, and is not shown.
struct Hidden(usize);

impl Debug for Hidden {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self.0 {
            0 => formatter.write_str("<empty>"),
            length => write!(formatter, "<{length} bytes>"),
        }
    }
}

impl Debug for v1::SteamUser {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self { steam_id, trade_token } = self;
        formatter
            .debug_struct("SteamUser")
            .field("steam_id", steam_id)
            .field("trade_token", &Hidden(trade_token.len()))
            .finish()
    }
}

impl Debug for v1::Header {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self { name, value } = self;
        formatter.debug_struct("Header").field("name", name).field("value", &Hidden(value.len())).finish()
    }
}

impl Debug for v1::DeadLetter {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self { reason, detail, stream, sequence, subject, payload, headers, at, violations, cut } = self;
        formatter
            .debug_struct("DeadLetter")
            .field("reason", reason)
            .field("detail", detail)
            .field("stream", stream)
            .field("sequence", sequence)
            .field("subject", subject)
            .field("payload", &Hidden(payload.len()))
            .field("headers", headers)
            .field("at", at)
            .field("violations", violations)
            .field("cut", cut)
            .finish()
    }
}

impl Debug for v1::WebhookReceived {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self {
            account,
            received_at,
            trust,
            reference,
            provider_id,
            claimed_status,
            body,
            content_type,
            observation,
        } = self;
        formatter
            .debug_struct("WebhookReceived")
            .field("account", account)
            .field("received_at", received_at)
            .field("trust", trust)
            .field("reference", reference)
            .field("provider_id", provider_id)
            .field("claimed_status", claimed_status)
            .field("body", &Hidden(body.len()))
            .field("content_type", content_type)
            .field("observation", observation)
            .finish()
    }
}

impl Debug for v1::CommandRequest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let Self { order_id, price, trade_token } = self;
        formatter
            .debug_struct("CommandRequest")
            .field("order_id", order_id)
            .field("price", price)
            .field("trade_token", &Hidden(trade_token.len()))
            .finish()
    }
}
