//! The websocket: the events of purchases, and the balance.

use std::time::Duration;

use rust_decimal::Decimal;

use super::json::{object, text};
use super::signature::x_sign;
use super::style::finished;
use super::switches::Switches;
use super::{Options, money, purchase_wire};
use crate::clock::Moment;
use crate::engine::fate::Status;
use crate::engine::feed::FeedTraits;
use crate::engine::purchase::Purchase;
use crate::fields::Fields;

/// A ping is expected every 30 seconds; nobody says what happens without.
pub(super) const TRAITS: FeedTraits =
    FeedTraits { path: "/skinsback/ws/", quiet_after: Some(Duration::from_secs(45)) };

/// Whether whoever connects knows the secret of the project.
pub(super) fn opens(query: &Fields, options: &Options) -> bool {
    let right = x_sign(&options.client_id, &options.client_secret);
    query.get("shopid") == Some(options.client_id.as_str()) && query.get("signature") == Some(right.as_str())
}

/// The frames about a purchase that reached a status.
pub(super) fn frames(
    purchase: &Purchase,
    status: Status,
    balance: Decimal,
    now: Moment,
    switches: &Switches,
) -> Vec<String> {
    let write = |event| finished(event, switches).to_text(switches.escaped_json);
    let mut frames = vec![write(purchase_wire::event(purchase, status, now, &switches.balance_currency))];
    if purchase.begins_with(status) {
        let balance = money::in_currency(balance, &switches.balance_currency);
        let data = object([("balance_value", text(money::decimals(balance, 3)))]);
        frames.push(write(object([("event", text("balance_change")), ("data", data)])));
    }
    frames
}
