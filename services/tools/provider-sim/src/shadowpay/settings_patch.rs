//! Changes of the settings that only ShadowPay has.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::routes::Method;
use super::settings::{
    CustomIdChecked, Digits, Effect, EmptyMap, EmptySearch, IpnAmount, IpnMethod, LookupKey, MoneyForm,
    NotCancelled, Nulls, PartialSale, PayingBalance, SetRefusal, SetTrade, Settings, SuccessStatus,
};
use super::words::Situation;
use crate::amount::Amount;
use crate::pace::set;

/// Errors of buying to set; `null` takes one back.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RefusalsPatch {
    #[serde(alias = "by_custom_id")]
    by_reference: BTreeMap<String, Option<SetRefusal>>,
    by_item_id: BTreeMap<String, Option<SetRefusal>>,
}

/// A change of the settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SettingsPatch {
    ipn_method: Option<IpnMethod>,
    ipn_amount: Option<IpnAmount>,
    ipn_fields: BTreeMap<String, Option<String>>,
    ipn_omitted: Option<BTreeSet<String>>,
    refusals: RefusalsPatch,
    refused_consumes_custom_id: Option<bool>,
    custom_id_checked: Option<CustomIdChecked>,
    trades: BTreeMap<String, Option<Vec<SetTrade>>>,
    finish_delay_ms: Option<u64>,
    offline_items: Option<BTreeSet<String>>,
    shown_prices: BTreeMap<String, Option<Amount>>,
    method_errors: BTreeMap<String, Option<String>>,
    situation_words: BTreeMap<String, Option<String>>,
    ids: Option<Digits>,
    money: Option<MoneyForm>,
    offer_states: Option<Digits>,
    nulls: Option<Nulls>,
    success_status: Option<SuccessStatus>,
    escape_slashes: Option<bool>,
    empty_map: Option<EmptyMap>,
    empty_search: Option<EmptySearch>,
    lookup_key: Option<LookupKey>,
    lookup_with_id: Option<bool>,
    dearer_listings: Option<bool>,
    similar_unlimited: Option<bool>,
    paying_balance: Option<PayingBalance>,
    other_balance: Option<Amount>,
    partial_sale: Option<PartialSale>,
    created_reversed: Option<bool>,
    not_cancelled: Option<NotCancelled>,
    without_effect: Option<BTreeSet<Effect>>,
    json_bodies: Option<bool>,
}

impl SettingsPatch {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self) -> Result<(), String> {
        for name in self.method_errors.keys() {
            if !Method::ALL.iter().any(|method| method.path().strip_prefix('/') == Some(name)) {
                return Err(format!("method_errors: no method {name:?}"));
            }
        }
        for name in self.situation_words.keys() {
            if !Situation::ALL.iter().any(|situation| situation.name() == name) {
                return Err(format!("situation_words: no situation {name:?}"));
            }
        }
        Ok(())
    }

    pub(super) fn apply(self, to: &mut Settings) {
        self.apply_plain(to);
        merge(&mut to.ipn_fields, self.ipn_fields);
        merge(&mut to.refusals.by_reference, self.refusals.by_reference);
        merge(&mut to.refusals.by_item_id, self.refusals.by_item_id);
        merge(&mut to.trades, self.trades);
        merge(&mut to.shown_prices, self.shown_prices);
        merge(&mut to.method_errors, self.method_errors);
        merge(&mut to.situation_words, self.situation_words);
        set(&mut to.ipn_omitted, self.ipn_omitted);
        set(&mut to.offline_items, self.offline_items);
        set(&mut to.without_effect, self.without_effect);
        if self.other_balance.is_some() {
            to.other_balance = self.other_balance;
        }
    }

    /// The plain values.
    fn apply_plain(&self, to: &mut Settings) {
        set(&mut to.ipn_method, self.ipn_method);
        set(&mut to.ipn_amount, self.ipn_amount);
        set(&mut to.refused_consumes_custom_id, self.refused_consumes_custom_id);
        set(&mut to.custom_id_checked, self.custom_id_checked);
        set(&mut to.finish_delay_ms, self.finish_delay_ms);
        set(&mut to.ids, self.ids);
        set(&mut to.money, self.money);
        set(&mut to.offer_states, self.offer_states);
        set(&mut to.nulls, self.nulls);
        set(&mut to.success_status, self.success_status);
        set(&mut to.escape_slashes, self.escape_slashes);
        set(&mut to.empty_map, self.empty_map);
        set(&mut to.empty_search, self.empty_search);
        set(&mut to.lookup_key, self.lookup_key);
        set(&mut to.lookup_with_id, self.lookup_with_id);
        set(&mut to.dearer_listings, self.dearer_listings);
        set(&mut to.similar_unlimited, self.similar_unlimited);
        set(&mut to.paying_balance, self.paying_balance);
        set(&mut to.partial_sale, self.partial_sale);
        set(&mut to.created_reversed, self.created_reversed);
        set(&mut to.not_cancelled, self.not_cancelled);
        set(&mut to.json_bodies, self.json_bodies);
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
