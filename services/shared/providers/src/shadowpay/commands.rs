//! Changes of a listing that ShadowPay already has.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, Currency, OrderKind, Trade};

use super::errors::{self, before_anything, likely};
use super::wire::{self, Entries};
use super::{Shadowpay, signing};
use crate::envelope::Envelope;
use crate::outcome::command_unknown;
use crate::provider::{CommandAnswer, NotBuildable};
use crate::values::{decimal, shown};
use crate::wire::{Text, object};

pub(super) fn request(
    account: &Shadowpay,
    command: &Command,
    trade: &Trade,
) -> Result<Request<Bytes>, NotBuildable> {
    let order = trade.order.as_ref().ok_or(NotBuildable("the trade has no order"))?;
    if order.operation.kind() != OrderKind::Listing {
        return Err(NotBuildable("ShadowPay changes listings only"));
    }
    let listing_id =
        trade.facts.provider_id.as_deref().ok_or(NotBuildable("the listing's id is not known"))?;
    let steam_id = order.operation.user().steam_id.to_string();
    match command {
        Command::Cancel => {
            let fields = [("steamid", steam_id.as_str()), ("items[0][id]", listing_id)];
            account.post("/cancel_items", &fields)
        }
        Command::ChangePrice { price } if price.currency != Currency::USD => {
            Err(NotBuildable("prices of listings are in USD"))
        }
        Command::ChangePrice { price } => {
            let price = price.amount.to_string();
            let fields = [
                ("steamid", steam_id.as_str()),
                ("id", listing_id),
                ("price", &price),
                ("currency", signing::CURRENCY),
            ];
            account.post("/change_item_price", &fields)
        }
        Command::ApproveHold => Err(NotBuildable("ShadowPay has no holds to approve")),
        Command::UpdateTradeToken { .. } => Err(NotBuildable("ShadowPay cannot change a trade token")),
    }
}

pub(super) fn read(command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
    match command {
        Command::Cancel => {
            let answer = wire::envelope::<Canceled<'_>>(response.body());
            outcome(&answer, response, now, canceled)
        }
        Command::ChangePrice { price } => {
            let answer = wire::envelope::<Repriced>(response.body());
            outcome(&answer, response, now, |repriced| changed(repriced, price.amount))
        }
        // Never asked for; were there an answer all the same, nobody could say what it means.
        Command::ApproveHold | Command::UpdateTradeToken { .. } => command_unknown("unsupported").into(),
    }
}

fn outcome<T>(
    answer: &Envelope<T>,
    response: &Response<Bytes>,
    now: Timestamp,
    on_success: impl FnOnce(&T) -> CommandOutcome,
) -> CommandAnswer {
    let status = response.status();
    let refused = |word: &str| {
        let reason = |code: &str| Reason::from_provider(code, &shown(word));
        match before_anything(word) {
            Some(code) => CommandOutcome::Refused(reason(code)),
            None => CommandOutcome::Unknown(reason(likely(word))),
        }
    };
    let outcome = answer.judge(status, on_success, refused, command_unknown);
    CommandAnswer { outcome, closed: errors::closed(answer, status, now) }
}

/// Answer of `POST /cancel_items`. What the second list holds is not documented, so it is only counted.
#[derive(Deserialize)]
struct Canceled<'a> {
    #[serde(borrow)]
    cancelled_items: Vec<&'a RawValue>,
    #[serde(borrow)]
    not_cancelled_items: Option<Entries<'a>>,
}

#[derive(Deserialize)]
struct CanceledItem {
    state: String,
}

/// The request names a listing and the answer an asset. One listing was named, so one row is its row.
fn canceled(answer: &Canceled<'_>) -> CommandOutcome {
    let refused = answer.not_cancelled_items.as_ref().map_or(0, |entries| entries.0.len());
    match (answer.cancelled_items.as_slice(), refused) {
        ([row], 0) => match object::<CanceledItem>(row.get().as_bytes()) {
            Ok(item) if item.state == "cancelled" => CommandOutcome::Done,
            Ok(_) | Err(_) => command_unknown("unreadable_item"),
        },
        // It is in a deal, or was taken off sale before.
        ([], 1..) => CommandOutcome::Refused(Reason::new("not_cancelable")),
        (_, _) => command_unknown("other_count"),
    }
}

/// Answer of `POST /change_item_price`.
#[derive(Deserialize)]
struct Repriced {
    new_price: Text,
}

fn changed(repriced: &Repriced, wanted: Decimal) -> CommandOutcome {
    match decimal(&repriced.new_price, "new_price") {
        Ok(price) if price == wanted => CommandOutcome::Done,
        Ok(_) => command_unknown("other_price"),
        Err(_) => command_unknown("unreadable_price"),
    }
}
