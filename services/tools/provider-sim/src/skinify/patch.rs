//! Skinify's part of the control API.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::catalogue::{self, CATALOGUE};
use super::events::{DepositEvent, InventedIpn};
use super::fate::Fate;
use super::project::{Skinify, State};
use super::rules::{Fates, IpnEncoding, IpnMode, IpnRules, RepeatedCustomId, Rules};
use crate::amount::Amount;
use crate::pace::set;
use crate::quota::{Limit, LimitPatch};

/// Fates to set; `null` takes one back.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FatesPatch {
    by_custom_id: BTreeMap<String, Option<Fate>>,
    by_skin_id: BTreeMap<String, Option<Fate>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IpnPatch {
    mode: Option<IpnMode>,
    encoding: Option<IpnEncoding>,
    retries: Option<u32>,
    spacing_ms: Option<u64>,
    url: Option<String>,
    send_pending: Option<bool>,
}

/// Changes of the project, and things that happen to it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SkinifyPatch {
    limit: LimitPatch,
    repeated_custom_id: Option<RepeatedCustomId>,
    fates: FatesPatch,
    /// By skin id; `null` makes the stock unlimited.
    stock: BTreeMap<String, Option<u64>>,
    /// By skin id.
    prices: BTreeMap<String, Amount>,
    balance: Option<Amount>,
    /// Other words for errors, by the usual word.
    error_words: BTreeMap<String, String>,
    error_http_status: Option<u16>,
    page_size: Option<usize>,
    refund_rollbacks: Option<bool>,
    multiplier: Option<Amount>,
    ipn: IpnPatch,
    deposits: Vec<DepositEvent>,
    send_ipn: Vec<InventedIpn>,
}

/// The settings in force.
#[derive(Debug, Serialize)]
pub(crate) struct SkinifyView {
    limit: Limit,
    repeated_custom_id: RepeatedCustomId,
    fates: Fates,
    stock: BTreeMap<&'static str, u64>,
    prices: BTreeMap<&'static str, Amount>,
    balance: Amount,
    error_words: BTreeMap<String, String>,
    error_http_status: u16,
    page_size: usize,
    refund_rollbacks: bool,
    multiplier: Amount,
    ipn: IpnRules,
}

impl FatesPatch {
    fn apply(self, to: &mut Fates) {
        merge(&mut to.by_custom_id, self.by_custom_id);
        merge(&mut to.by_skin_id, self.by_skin_id);
    }
}

fn merge(into: &mut BTreeMap<String, Fate>, changes: BTreeMap<String, Option<Fate>>) {
    for (key, fate) in changes {
        match fate {
            Some(fate) => into.insert(key, fate),
            None => into.remove(&key),
        };
    }
}

impl IpnPatch {
    fn apply(self, to: &mut IpnRules) {
        set(&mut to.mode, self.mode);
        set(&mut to.encoding, self.encoding);
        set(&mut to.retries, self.retries);
        set(&mut to.spacing_ms, self.spacing_ms);
        set(&mut to.send_pending, self.send_pending);
        if self.url.is_some() {
            to.url = self.url;
        }
    }
}

impl SkinifyPatch {
    fn skin_ids(&self) -> impl Iterator<Item = &String> {
        self.stock.keys().chain(self.prices.keys()).chain(self.fates.by_skin_id.keys())
    }

    fn apply_to_rules(self, rules: &mut Rules) -> Happenings {
        set(&mut rules.repeated_custom_id, self.repeated_custom_id);
        set(&mut rules.error_http_status, self.error_http_status.and_then(|code| status(code).ok()));
        set(&mut rules.page_size, self.page_size);
        set(&mut rules.refund_rollbacks, self.refund_rollbacks);
        set(&mut rules.multiplier, self.multiplier.map(|amount| amount.0));
        self.fates.apply(&mut rules.fates);
        rules.error_words.extend(self.error_words);
        self.ipn.apply(&mut rules.ipn);
        Happenings { deposits: self.deposits, send_ipn: self.send_ipn }
    }
}

/// What is to happen once the settings are in force.
struct Happenings {
    deposits: Vec<DepositEvent>,
    send_ipn: Vec<InventedIpn>,
}

fn status(code: u16) -> Result<StatusCode, String> {
    StatusCode::from_u16(code).map_err(|_| format!("skinify.error_http_status: {code} is no HTTP status"))
}

impl Skinify {
    /// What is wrong with a change, if anything; `after_reset` tells that nothing will exist by then.
    pub(crate) fn check(&self, patch: &SkinifyPatch, after_reset: bool) -> Result<(), String> {
        if let Some(unknown) = patch.skin_ids().find(|id| catalogue::by_id(id).is_none()) {
            return Err(format!("skinify: no skin {unknown:?} in the catalogue"));
        }
        if let Some(code) = patch.error_http_status {
            status(code)?;
        }
        if patch.page_size == Some(0) {
            return Err("skinify.page_size: a page has at least one row".to_owned());
        }
        if after_reset && !patch.deposits.is_empty() {
            return Err("skinify.deposits: none is left after a reset".to_owned());
        }
        let state = self.state();
        patch.deposits.iter().try_for_each(|event| event.check(&state))
    }

    /// Makes a change that was checked.
    pub(crate) fn change(self: &Arc<Self>, patch: SkinifyPatch) {
        self.change_limit(&patch.limit);
        let happenings = {
            let mut state = self.state();
            state.change_market(&patch);
            if let Some(Amount(balance)) = patch.balance {
                state.balance.set(balance);
            }
            patch.apply_to_rules(&mut state.rules)
        };
        happenings.deposits.iter().for_each(|event| self.happen(event));
        happenings.send_ipn.iter().for_each(|invented| self.invent(invented));
    }

    fn change_limit(&self, patch: &LimitPatch) {
        let mut gate = self.gate();
        let mut limit = gate.limit;
        patch.apply(&mut limit);
        if limit == gate.limit {
            return;
        }
        gate.limit = limit;
        gate.known.set_limit(limit);
        gate.unknown.set_limit(limit);
    }

    /// The settings in force.
    pub(crate) fn view(&self) -> SkinifyView {
        let limit = self.gate().limit;
        let mut state = self.state();
        state.settle_balance(self.shared.clock.now());
        let stock = CATALOGUE.iter().filter_map(|skin| Some((skin.id, state.market.stock(skin)?)));
        let prices = CATALOGUE.iter().map(|skin| (skin.id, Amount(state.market.price(skin))));
        let rules = state.rules.clone();
        SkinifyView {
            limit,
            repeated_custom_id: rules.repeated_custom_id,
            fates: rules.fates,
            stock: stock.collect(),
            prices: prices.collect(),
            balance: Amount(state.balance.available()),
            error_words: rules.error_words,
            error_http_status: rules.error_http_status.as_u16(),
            page_size: rules.page_size,
            refund_rollbacks: rules.refund_rollbacks,
            multiplier: Amount(rules.multiplier),
            ipn: rules.ipn,
        }
    }
}

impl State {
    fn change_market(&mut self, patch: &SkinifyPatch) {
        for (id, stock) in &patch.stock {
            if let Some(skin) = catalogue::by_id(id) {
                self.market.set_stock(skin, *stock);
            }
        }
        for (id, Amount(price)) in &patch.prices {
            if let Some(skin) = catalogue::by_id(id) {
                self.market.set_price(skin, *price);
            }
        }
    }
}
