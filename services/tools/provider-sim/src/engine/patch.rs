//! A provider's part of the control API: what is the same for all of them.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::deposit_life::DepositFate;
use super::events::{DepositEvent, InventedNotification, ListingEvent};
use super::fate::Fate;
use super::feed::FeedPatch;
use super::listing::ListingFate;
use super::notifications::NotificationPatch;
use super::project::State;
use super::rules::{Repeated, Rules};
use crate::amount::Amount;
use crate::pace::set;
use crate::provider::Provider;
use crate::quota::LimitPatch;

/// A JSON object whose values are still text.
pub(crate) type RawObject = BTreeMap<String, Box<RawValue>>;

/// The fields of a provider's object that are not shared: settings that only this provider has.
#[derive(Debug, Default)]
pub(crate) struct Extras(RawObject);

impl Extras {
    /// Reads them; the type should deny unknown fields, and have a default for each.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        read_object(&self.0)
    }
}

/// For providers without settings of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NoExtras {}

/// Fates to set; `null` takes one back.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FatesPatch {
    #[serde(alias = "by_custom_id")]
    by_reference: BTreeMap<String, Option<Fate>>,
    #[serde(alias = "by_skin_id")]
    by_item_id: BTreeMap<String, Option<Fate>>,
}

/// Changes of a project, and things that happen to it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CommonPatch {
    limit: LimitPatch,
    #[serde(alias = "repeated_custom_id")]
    repeated_reference: Option<Repeated>,
    repeated_deposit: Option<Repeated>,
    fates: FatesPatch,
    deposit_fate: Option<DepositFate>,
    /// By own id; `null` takes one back.
    deposit_fates: BTreeMap<String, Option<DepositFate>>,
    listing_fate: Option<ListingFate>,
    catalogue_filler: Option<u32>,
    /// By item id; `null` makes the stock unlimited.
    stock: BTreeMap<String, Option<u64>>,
    /// By item id.
    prices: BTreeMap<String, Amount>,
    balance: Option<Amount>,
    /// Other words for errors, by the usual word.
    error_words: BTreeMap<String, String>,
    error_http_status: Option<u16>,
    page_size: Option<usize>,
    refund_rollbacks: Option<bool>,
    multiplier: Option<Amount>,
    #[serde(alias = "ipn")]
    notifications: NotificationPatch,
    feed: FeedPatch,
    deposits: Vec<DepositEvent>,
    listings: Vec<ListingEvent>,
    #[serde(alias = "send_ipn")]
    send_notifications: Vec<InventedNotification>,
}

/// The names above, with their aliases: all else is the provider's own.
const COMMON_FIELDS: [&str; 24] = [
    "limit",
    "repeated_reference",
    "repeated_custom_id",
    "repeated_deposit",
    "fates",
    "deposit_fate",
    "deposit_fates",
    "listing_fate",
    "catalogue_filler",
    "stock",
    "prices",
    "balance",
    "error_words",
    "error_http_status",
    "page_size",
    "refund_rollbacks",
    "multiplier",
    "notifications",
    "feed",
    "ipn",
    "deposits",
    "listings",
    "send_notifications",
    "send_ipn",
];

/// The highest number of fillers, so that a slip of the pen does not fill the memory.
const MOST_FILLERS: u32 = 200_000;

/// A provider's object in a control request.
#[derive(Debug, Default)]
pub(crate) struct ProviderPatch {
    common: CommonPatch,
    extras: Extras,
}

/// Reads an object, with the words of serde for what is wrong.
pub(crate) fn read_object<T: DeserializeOwned>(object: &RawObject) -> Result<T, String> {
    // Through text, because a value in memory would make doubles of amounts.
    let text = serde_json::to_string(object).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

impl ProviderPatch {
    /// Reads what the control request has for a provider.
    pub(crate) fn read(raw: &RawValue) -> Result<Self, String> {
        let all: RawObject = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        let (common, extras): (RawObject, RawObject) =
            all.into_iter().partition(|(name, _)| COMMON_FIELDS.contains(&name.as_str()));
        Ok(Self { common: read_object(&common)?, extras: Extras(extras) })
    }

    /// What is wrong with it, if anything; `after_reset` tells that nothing will exist by then.
    pub(crate) fn check(&self, provider: &dyn Provider, after_reset: bool) -> Result<(), String> {
        let patch = &self.common;
        let name = provider.project().name();
        let state = provider.project().open();
        let ids = patch.stock.keys().chain(patch.prices.keys()).chain(patch.fates.by_item_id.keys());
        for id in ids {
            if state.market.by_id(id).is_none() {
                return Err(format!("{name}: no skin {id:?} in the catalogue"));
            }
        }
        if let Some(code) = patch.error_http_status {
            StatusCode::from_u16(code)
                .map_err(|_| format!("{name}.error_http_status: {code} is no HTTP status"))?;
        }
        if patch.page_size == Some(0) {
            return Err(format!("{name}.page_size: a page has at least one row"));
        }
        if patch.catalogue_filler.is_some_and(|count| count > MOST_FILLERS) {
            return Err(format!("{name}.catalogue_filler: no more than {MOST_FILLERS}"));
        }
        if after_reset && !(patch.deposits.is_empty() && patch.listings.is_empty()) {
            return Err(format!("{name}.deposits and {name}.listings: none is left after a reset"));
        }
        for event in &patch.deposits {
            event.check(&state).map_err(|problem| format!("{name}.deposits: {problem}"))?;
        }
        for event in &patch.listings {
            event.check(&state).map_err(|problem| format!("{name}.listings: {problem}"))?;
        }
        drop(state);
        provider.check_extras(&self.extras).map_err(|problem| format!("{name}: {problem}"))
    }

    /// Makes a change that was checked: settings first, then what happens under them.
    pub(crate) fn apply(self, provider: &dyn Provider) {
        let project = provider.project();
        let patch = self.common;
        project.change_limit(&patch.limit);
        project.feed.apply(patch.feed);
        provider.change_extras(&self.extras);
        let mut opened = project.open();
        let now = opened.now;
        let state = &mut *opened;
        state.change_market(patch.catalogue_filler, &patch.stock, &patch.prices);
        if let Some(Amount(balance)) = patch.balance {
            state.balance.set(balance);
        }
        let rules = &mut state.rules;
        set(&mut rules.repeated_reference, patch.repeated_reference);
        set(&mut rules.repeated_deposit, patch.repeated_deposit);
        set(&mut rules.deposit_fate, patch.deposit_fate);
        set(&mut rules.listing_fate, patch.listing_fate);
        set(&mut rules.page_size, patch.page_size);
        set(&mut rules.refund_rollbacks, patch.refund_rollbacks);
        set(&mut rules.multiplier, patch.multiplier.map(|amount| amount.0));
        let status = patch.error_http_status.and_then(|code| StatusCode::from_u16(code).ok());
        set(&mut rules.error_http_status, status);
        rules.error_words.extend(patch.error_words);
        patch.notifications.apply(&mut rules.notifications);
        patch.fates.apply(rules);
        merge(&mut rules.deposit_fates, patch.deposit_fates);
        patch.deposits.into_iter().for_each(|event| event.happen(state, now));
        patch.listings.iter().for_each(|event| event.happen(state, now));
        patch.send_notifications.iter().for_each(|invented| invented.send(state, now));
    }
}

impl FatesPatch {
    fn apply(self, rules: &mut Rules) {
        merge(&mut rules.fates.by_reference, self.by_reference);
        merge(&mut rules.fates.by_item_id, self.by_item_id);
    }
}

fn merge<T>(into: &mut BTreeMap<String, T>, changes: BTreeMap<String, Option<T>>) {
    for (key, value) in changes {
        match value {
            Some(value) => into.insert(key, value),
            None => into.remove(&key),
        };
    }
}

impl State {
    fn change_market(
        &mut self,
        fillers: Option<u32>,
        stock: &BTreeMap<String, Option<u64>>,
        prices: &BTreeMap<String, Amount>,
    ) {
        if let Some(count) = fillers {
            self.market.set_fillers(count);
        }
        for (id, stock) in stock {
            self.market.change(id, |shelf| shelf.stock = *stock);
        }
        for (id, Amount(price)) in prices {
            self.market.change(id, |shelf| shelf.price = *price);
        }
    }
}
