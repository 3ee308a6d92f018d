//! Changes of reserved purchases.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde::Deserialize;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, OrderKind, Trade};

use super::errors;
use super::wire::{self, Canceled, Done};
use crate::outcome::{UNREADABLE_ANSWER, command_unknown};
use crate::provider::{CommandAnswer, NotBuildable};
use crate::request::Api;
use crate::values::shown;

pub(super) fn request(api: &Api, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
    let order = trade.order.as_ref().ok_or(NotBuildable("the trade has no order"))?;
    if order.operation.kind() != OrderKind::Purchase {
        return Err(NotBuildable("Skinify changes purchases only"));
    }
    match command {
        Command::Cancel => {
            // By the provider's own id: `custom_id` may name several purchases.
            let purchase_id = trade.facts.provider_id.as_deref();
            let purchase_id =
                purchase_id.ok_or(NotBuildable("the provider's id of the purchase is not known yet"))?;
            api.post_form("/withdraw/cancel-reservation", &vec![("purchase_id", purchase_id)])
        }
        Command::UpdateTradeToken { trade_token } => {
            let partner = order.operation.user().steam_id.partner().to_string();
            let fields = vec![("partner", partner.as_str()), ("token", trade_token.reveal())];
            api.post_form("/withdraw/update-trade-token", &fields)
        }
        Command::ApproveHold => Err(NotBuildable("at Skinify a hold ends on its own")),
        Command::ChangePrice { .. } => Err(NotBuildable("Skinify has no listings")),
    }
}

pub(super) fn read(command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
    match command {
        Command::Cancel => judge::<Canceled>(response, now, |canceled| {
            if canceled.purchase_status == "reservation_canceled" {
                CommandOutcome::Done
            } else {
                let status = shown(&canceled.purchase_status);
                CommandOutcome::Unknown(Reason::from_provider("unknown_status", &status))
            }
        }),
        Command::UpdateTradeToken { .. } => judge::<Done>(response, now, |Done {}| CommandOutcome::Done),
        Command::ApproveHold | Command::ChangePrice { .. } => command_unknown(UNREADABLE_ANSWER).into(),
    }
}

fn judge<'a, T: Deserialize<'a>>(
    response: &'a Response<Bytes>,
    now: Timestamp,
    success: impl FnOnce(&T) -> CommandOutcome,
) -> CommandAnswer {
    let status = response.status();
    let answer = wire::envelope::<T>(response.body());
    let outcome = answer.judge(status, success, refused, command_unknown);
    CommandAnswer { outcome, closed: errors::closed(&answer, status, now) }
}

/// The documented errors. `reservation_not_found` is none that proves anything: a repeat gets it after a first command
/// that worked and whose answer was lost.
fn refused(word: &str) -> CommandOutcome {
    let refusal = |code: &str| CommandOutcome::Refused(Reason::from_provider(code, word));
    match word {
        "missing_one_of_required_params" | "missing_partner_or_token" | "invalid_trade_token" => {
            refusal(errors::code(word))
        }
        "cancel_reservation_unavailable" => refusal("cancel_unavailable"),
        errors::LIMIT_EXCEEDED => refusal("rate_limited"),
        "reservation_not_found" => CommandOutcome::Unknown(Reason::from_provider("not_reserved", word)),
        _ => CommandOutcome::Unknown(Reason::from_provider(errors::code(word), &shown(word))),
    }
}
