//! Buying several items for one user in one call, and what its answer means for each order. A part of them may be
//! bought and the rest not: each order is judged by its own row, and one without a row is unknown.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::order::{Item, Operation, OrderKind};
use skinbus_domain::{Currency, Order, Outcome, Reference};

use super::place::bought_outcome;
use super::request::Parameters;
use super::wire::{self, Answer, Purchase};
use super::{DEFAULTS, errors};
use crate::outcome::{UNREADABLE_ANSWER, http, reference_known, unknown, unproved};
use crate::provider::{NotBuildable, PlaceAnswer};
use crate::request::trade_token;
use crate::wire::{Text, object};

/// The call for these orders.
pub(super) fn parameters(orders: &[(&Order, &Reference)]) -> Result<Parameters, NotBuildable> {
    let (mut rows, mut users, mut offers, mut references) =
        (Vec::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (order, reference) in orders {
        let Operation::Purchase(purchase) = &order.operation else {
            return Err(NotBuildable("only purchases are placed together"));
        };
        let Item::Offer(offer) = &purchase.item else {
            return Err(NotBuildable("only purchases by offer id are placed together"));
        };
        if purchase.max_price.currency != Currency::USD {
            return Err(NotBuildable("SkinsBack's prices are in USD"));
        }
        // An answer may name an offer alone, so it has to be one order's.
        if !offers.insert(offer.as_str()) || !references.insert(reference.as_str()) {
            return Err(NotBuildable("an offer and a reference can be in a call only once"));
        }
        users.insert((purchase.recipient.steam_id, trade_token(&purchase.recipient)?));
        rows.push(BTreeMap::from([
            ("id", offer.clone()),
            ("max_price", purchase.max_price.amount.to_string()),
            ("custom_id", reference.to_string()),
        ]));
    }
    if rows.len() > DEFAULTS.place_together_max {
        return Err(NotBuildable("too many orders for one call"));
    }
    let mut users = users.into_iter();
    let (Some((steam_id, token)), None) = (users.next(), users.next()) else {
        return Err(NotBuildable("orders that are placed together are for one user"));
    };
    Ok(Parameters::of("market_batch_buy")
        .with("partner", steam_id.partner().to_string())
        .with("token", token)
        .with_rows("items", rows))
}

/// What the answer means for each of the orders.
pub(super) fn read(
    orders: &[(&Order, &Reference)],
    response: &Response<Bytes>,
    now: Timestamp,
) -> Vec<PlaceAnswer> {
    let status = response.status();
    let answer = wire::answer(response.body());
    let closed = errors::closed(&answer, status, now);
    let outcome_of = |order: &Order, reference: &Reference, batch: Option<&Batch<'_>>| match &answer {
        Answer::Success(_) if status == StatusCode::OK => match batch {
            Some(batch) => batch.outcome(offer_of(order), reference),
            None => unknown(UNREADABLE_ANSWER),
        },
        Answer::Error(word) if errors::is_believed(word, status) => {
            errors::outcome(OrderKind::Purchase, word, now)
        }
        Answer::Unrecognised(_) if status == StatusCode::OK => unknown(UNREADABLE_ANSWER),
        Answer::Success(_) | Answer::Error(_) | Answer::Unrecognised(_) => unknown(&http(status)),
    };
    let batch = match &answer {
        Answer::Success(fields) => object(fields).ok().and_then(Batch::read),
        Answer::Error(_) | Answer::Unrecognised(_) => None,
    };
    let outcomes = orders.iter().map(|(order, reference)| outcome_of(order, reference, batch.as_ref()));
    outcomes.map(|outcome| PlaceAnswer { verdict: outcome.into(), closed }).collect()
}

fn offer_of(order: &Order) -> Option<&str> {
    match &order.operation {
        Operation::Purchase(purchase) => match &purchase.item {
            Item::Offer(offer) => Some(offer),
            Item::Name(_) => None,
        },
        Operation::Deposit(_) | Operation::Listing(_) => None,
    }
}

/// Answer of `market_batch_buy`. The shape of its rows is not documented.
#[derive(Deserialize)]
struct Lists<'a> {
    #[serde(borrow)]
    purchased: Option<&'a RawValue>,
    #[serde(borrow)]
    unavailable: Option<&'a RawValue>,
}

struct Batch<'a> {
    purchased: Vec<Named<'a>>,
    unavailable: Vec<Unavailable>,
}

/// A purchase's row, with what tells whose it is.
struct Named<'a> {
    custom_id: Option<String>,
    offer: Option<String>,
    raw: &'a RawValue,
}

#[derive(Deserialize)]
struct Owner {
    custom_id: Option<Text>,
    #[serde(default, deserialize_with = "crate::wire::object_or_empty")]
    item: Option<wire::Skin>,
}

/// A row of something that was not bought: an object, or the offer's id alone.
#[derive(Default, Deserialize)]
struct Unavailable {
    #[serde(default, deserialize_with = "wire::text_or_nothing")]
    id: Option<Text>,
    #[serde(default, deserialize_with = "wire::text_or_nothing")]
    custom_id: Option<Text>,
    #[serde(default, deserialize_with = "wire::text_or_nothing")]
    error_code: Option<Text>,
    #[serde(default, deserialize_with = "wire::text_or_nothing")]
    error_message: Option<Text>,
    #[serde(default, deserialize_with = "wire::text_or_nothing")]
    reason: Option<Text>,
}

impl<'a> Batch<'a> {
    /// `None` where what was bought cannot be told.
    fn read(lists: Lists<'a>) -> Option<Self> {
        let rows = |raw: Option<&'a RawValue>| -> Option<Vec<&'a RawValue>> {
            raw.map_or(Some(Vec::new()), |raw| serde_json::from_str(raw.get()).ok())
        };
        let purchased = rows(lists.purchased)?.into_iter().map(named).collect();
        // Whatever cannot be read of what was not bought leaves its orders without a row, and so unknown.
        let unavailable = rows(lists.unavailable).unwrap_or_default();
        Some(Self { purchased, unavailable: unavailable.into_iter().filter_map(not_bought).collect() })
    }

    fn outcome(&self, offer: Option<&str>, reference: &Reference) -> Outcome {
        let is_own = |custom_id: Option<&str>, id: Option<&str>| match custom_id {
            Some(custom_id) => custom_id == reference.as_str(),
            None => id.is_some() && id == offer,
        };
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.0.clone());
        let mut bought =
            self.purchased.iter().filter(|row| is_own(row.custom_id.as_deref(), row.offer.as_deref()));
        let refused = self
            .unavailable
            .iter()
            .find(|row| is_own(text(&row.custom_id).as_deref(), text(&row.id).as_deref()));
        match (bought.next(), bought.next(), refused) {
            (Some(row), None, None) => match object::<Purchase>(row.raw.get().as_bytes()) {
                Ok(bought) => bought_outcome(&bought, reference),
                Err(_) => unknown("unreadable_row"),
            },
            (None, _, Some(row)) => row.outcome(),
            (None, _, None) => unknown("not_mentioned"),
            (Some(_), _, _) => unknown("mentioned_twice"),
        }
    }
}

fn named(raw: &RawValue) -> Named<'_> {
    let owner: Option<Owner> = object(raw.get().as_bytes()).ok();
    let (custom_id, item) = owner.map_or((None, None), |owner| (owner.custom_id, owner.item));
    Named {
        custom_id: custom_id.map(|text| text.0),
        offer: item.and_then(|item| item.id).map(|id| id.0),
        raw,
    }
}

fn not_bought(raw: &RawValue) -> Option<Unavailable> {
    let alone =
        || serde_json::from_str(raw.get()).ok().map(|id| Unavailable { id: Some(id), ..<_>::default() });
    object(raw.get().as_bytes()).ok().or_else(alone)
}

impl Unavailable {
    /// Why it was not bought. Each of these reasons may be the work of an earlier request of ours, so a look-up has to
    /// find nothing before the order counts as failed.
    fn outcome(&self) -> Outcome {
        let of = |text: &Option<Text>| text.as_ref().map(|text| text.0.clone());
        // The reasons of this list are documented with their numbers.
        let word = of(&self.error_message).or_else(|| of(&self.reason)).or_else(|| {
            let name = match of(&self.error_code)?.as_str() {
                "4" => "insufficient_funds",
                "5" => "skin_unavailable",
                "6" => "skins_not_found_at_specified_price",
                "7" => "custom_id_already_exists",
                _ => return None,
            };
            Some(name.to_owned())
        });
        let word = word.unwrap_or_default();
        if word == "custom_id_already_exists" {
            return reference_known(&word);
        }
        unproved(errors::unproved_code(&word), &word)
    }
}
