//! Buying an item: `POST /withdraw/buy`.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use skinbus_domain::order::{Item, Purchase};
use skinbus_domain::{Cause, Outcome, Reference};

use super::status::{self, game_word};
use super::wire::Bought;
use super::{DEFAULTS, errors};
use crate::outcome::{self, not_sent, reference_known, unknown, unproved, unreadable};
use crate::provider::NotBuildable;
use crate::request::{Api, trade_token};

pub(super) fn request(
    api: &Api,
    purchase: &Purchase,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let token = trade_token(&purchase.recipient)?;
    let partner = purchase.recipient.steam_id.partner().to_string();
    let max_price = purchase.max_price.amount.to_string();
    let mut fields = vec![("partner", partner.as_str()), ("token", token)];
    match &purchase.item {
        Item::Offer(id) => fields.push(("id", id)),
        Item::Name(name) => {
            let game = purchase.game.ok_or(NotBuildable("an item by name needs its game"))?;
            fields.extend([("name", name.as_str()), ("game", game_word(game))]);
        }
    }
    fields.extend([("max_price", max_price.as_str()), ("custom_id", reference.as_str())]);
    api.post_form("/withdraw/buy", &fields)
}

pub(super) fn bought(bought: &Bought, reference: &Reference) -> Outcome {
    if bought.custom_id.as_ref().is_some_and(|echo| echo.0 != reference.as_str()) {
        // An answer to something else. What became of ours is for a look-up to find.
        return unknown("other_reference");
    }
    status::observation(bought, reference.clone(), Cause::Dispatch).map_or_else(unreadable, Outcome::Placed)
}

/// The error words that are documented to come before any purchase. The list is cut in every copy of the documentation
/// that is known, so every other word leaves the outcome open until a look-up finds nothing.
pub(super) fn refused(word: &str, now: Timestamp) -> Outcome {
    match word {
        "missing_skin_parameters" | "missing_partner_or_token" => outcome::refused("invalid_request", word),
        "name_too_short" => outcome::refused("name_too_short", word),
        errors::LIMIT_EXCEEDED => not_sent("rate_limited", word, now, DEFAULTS.limit_pause),
        _ if tells_of_reference(word) => reference_known(word),
        _ => unproved(refusal_code(word), word),
    }
}

/// "This reference exists" means that the purchase is there, not that it was refused. The word for it is not documented.
fn tells_of_reference(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["exist", "duplicate", "unique", "already", "custom_id"].iter().any(|part| word.contains(part))
}

/// What a refusal's word most likely means, for the merchant.
fn refusal_code(word: &str) -> &'static str {
    match word {
        "insufficient_funds" => "insufficient_funds",
        "skin_unavailable" => "item_unavailable",
        "skin_not_found_by_price" => "price_above_max",
        "market_disabled" => "provider_closed",
        _ if errors::tells_of_maintenance(word) => "provider_closed",
        _ => "refused",
    }
}
