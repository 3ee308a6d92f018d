//! Listings: an item of a user that is offered for sale. The call takes no id of ours, and no call tells a listing's
//! state; the history of trades tells its sale.

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::order::Listing;
use skinbus_domain::trade::ReversedBy;
use skinbus_domain::{
    Cause, Credit, CreditState, Currency, Hold, Observation, Outcome, Progress, ProviderFacts, Reference,
};

use super::errors::{self, before_anything};
use super::wire::{Trade, TradedItem};
use super::{Shadowpay, status, wire};
use crate::outcome::{placed, refused, unknown};
use crate::provider::{LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing};
use crate::rows;
use crate::values::{BadField, id, money};
use crate::wire::{Text, object};

/// The zone of the history's times is not documented: a sale may look up to this much older than it is.
const ZONE_SLACK: SignedDuration = SignedDuration::from_hours(12);

pub(super) fn request(account: &Shadowpay, listing: &Listing) -> Result<Request<Bytes>, NotBuildable> {
    let project =
        status::game_word(listing.item.game).ok_or(NotBuildable("ShadowPay does not sell this game"))?;
    let steam_id = listing.seller.steam_id.to_string();
    let price = listing.item.price.amount.to_string();
    let fields = [
        ("steamid", steam_id.as_str()),
        ("offers[0][id]", &listing.item.asset_id),
        ("offers[0][project]", project),
        ("offers[0][price]", &price),
    ];
    account.post("/sell_items", &fields)
}

#[derive(Deserialize)]
struct Created {
    created_bid_ids: Vec<Text>,
}

pub(super) fn read(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let answer = wire::envelope::<Created>(response.body());
    let on_success = |created: &Created| created_outcome(placing.reference, created);
    // A listing that nobody bought is in no look-up, so nothing that is open here can be closed by one: a person must look.
    let on_error = |word: &str| match before_anything(word) {
        Some(code) => refused(code, word),
        None => unproved(word),
    };
    errors::placed(&answer, response.status(), now, on_success, on_error)
}

fn unproved(word: &str) -> Outcome {
    match errors::open(word) {
        Outcome::Unknown { reason, .. } => Outcome::Unknown { reason, refusal_unproved: false },
        other @ (Outcome::Placed(_) | Outcome::Refused(_) | Outcome::NotSent { .. }) => other,
    }
}

fn created_outcome(reference: &Reference, created: &Created) -> Outcome {
    // One item was sent. What none or several ids mean is not documented.
    let [listing_id] = created.created_bid_ids.as_slice() else {
        return unknown("other_count");
    };
    let Some(provider_id) = id(listing_id) else {
        return unknown("unreadable_id");
    };
    let facts = ProviderFacts { provider_id: Some(provider_id), ..ProviderFacts::default() };
    placed(reference, Progress::Submitted, facts, Vec::new())
}

/// What the history says about the listings. One row for each listing at most: two rows of one listing, a buyer who did
/// not accept and one who did, would replace each other's facts for ever. No row where nothing is told: an item that
/// nobody wants is not in the history.
pub(super) fn looked_up(targets: &[LookUpTarget], history: &[&RawValue]) -> LookedUp {
    let read: Vec<Option<Sale<'_>>> = history.iter().map(|row| sale(row)).collect();
    let unreadable = read.iter().filter(|row| row.is_none()).count();
    let sales: Vec<Sale<'_>> = read.into_iter().flatten().collect();
    let told = |target: &LookUpTarget| {
        let own = sales.iter().filter_map(|sale| observation(target, sale));
        // Of equals the first: the newest.
        own.reduce(|best, next| if worth(&next.progress) > worth(&best.progress) { next } else { best })
    };
    LookedUp::Rows { rows: targets.iter().filter_map(told).collect(), unreadable }
}

struct Sale<'a> {
    trade: Trade<'a>,
    items: Vec<TradedItem>,
}

fn sale(row: &RawValue) -> Option<Sale<'_>> {
    let trade: Trade<'_> = object(row.get().as_bytes()).ok()?;
    let items = trade.items()?;
    Some(Sale { trade, items })
}

/// What this trade says about the listing, if it is about it: the same item, and not older than the order.
fn observation(target: &LookUpTarget, sale: &Sale<'_>) -> Option<Observation> {
    let asset_id = target.asset_id.as_deref()?;
    let project = status::game_word(target.game?)?;
    let is_item = |item: &&TradedItem| {
        item.steam_asset_id.as_ref().is_some_and(|id| id.0 == asset_id)
            && item.project.as_deref() == Some(project)
    };
    let item = sale.items.iter().find(is_item)?;
    // A trade whose time cannot be read is taken for a new one: the item's id speaks for it.
    let created = sale.trade.time_created.as_deref().and_then(wire::time);
    let oldest = target.since.saturating_sub(ZONE_SLACK).unwrap_or(Timestamp::MIN);
    if created.is_some_and(|created| created < oldest) {
        return None;
    }
    let progress = progress(&sale.trade);
    match credits(sale, item, asset_id, &progress)
        .and_then(|credits| Ok((credits, status::facts(&sale.trade)?)))
    {
        Ok((credits, facts)) => Some(Observation {
            cause: Cause::LookUp,
            reference: target.reference.clone(),
            progress,
            occurred_at: None,
            credits,
            // The id is the trade's and not the listing's, and nothing was paid by us.
            facts: ProviderFacts { provider_id: None, price_paid: None, bot_steam_id: None, ..facts },
        }),
        Err(bad) => Some(rows::unreadable(target.reference.clone(), None, bad)),
    }
}

/// A sale is further than a purchase by one thing: a buyer who did not take the item ends the trade, not the listing.
/// Whether the item is back on sale then is not documented.
fn progress(trade: &Trade<'_>) -> Progress {
    match status::progress(trade) {
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) if trade.state == "cancelled" => {
            Progress::Submitted
        }
        // Finished without an accepted offer: neither sold nor surely unsold.
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) => Progress::Unknown,
        // The user is the one who sells here.
        Progress::Reverted { reason, by } => {
            let by = match by {
                ReversedBy::User => ReversedBy::Provider,
                ReversedBy::Provider => ReversedBy::User,
                ReversedBy::Unknown => ReversedBy::Unknown,
            };
            Progress::Reverted { reason, by }
        }
        progress @ (Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Delivered { .. }
        | Progress::Held { .. }
        | Progress::Unknown) => progress,
    }
}

fn credits(
    sale: &Sale<'_>,
    item: &TradedItem,
    asset_id: &str,
    progress: &Progress,
) -> Result<Vec<Credit>, BadField> {
    let state = match progress {
        // A sale that Steam may still undo is no money yet; when the trade completes, it is.
        Progress::Delivered { hold: Hold::None } => CreditState::Credited,
        Progress::Delivered { .. } | Progress::Held { .. } => CreditState::Pending,
        Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Failed(_)
        | Progress::Canceled(_)
        | Progress::Expired(_)
        | Progress::Reverted { .. }
        | Progress::Unknown => return Ok(Vec::new()),
    };
    let operation = sale.trade.id.as_ref().and_then(id).ok_or(BadField("id"))?;
    // The trade's price is the item's where it is the only one; of several each has its own.
    let (key, price) = match sale.items.as_slice() {
        [_] => (operation, sale.trade.price.as_ref().or(item.price.as_ref())),
        [] | [_, _, ..] => (format!("{operation}/{asset_id}"), item.price.as_ref()),
    };
    let amount = money(Currency::USD, price.ok_or(BadField("price"))?, "price")?;
    // One listing is one item: a second trade about it contradicts the first.
    let thing = asset_id.to_owned();
    Ok(vec![Credit { key, thing, amount, local_amount: None, multiplier: None, state, is_advanced: false }])
}

/// Which of several trades about one listing is the one to follow.
fn worth(progress: &Progress) -> u8 {
    match progress {
        Progress::Submitted | Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) => 0,
        Progress::Unknown => 1,
        Progress::OfferSent => 2,
        Progress::UserAccepted => 3,
        Progress::Held { .. } => 4,
        // A sale that was taken back is not to be hidden by the next buyer's offer.
        Progress::Reverted { .. } => 5,
        Progress::Delivered { .. } => 6,
    }
}
