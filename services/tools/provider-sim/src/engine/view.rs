//! What the control API and the ledger show of a project.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::deposit_life::DepositFate;
use super::feed::FeedView;
use super::listing::ListingFate;
use super::notifications::NotificationRules;
use super::project::Opened;
use super::rules::{Fates, Repeated};
use crate::amount::Amount;
use crate::ledger::{
    HistoryEntry, LedgerCredit, LedgerDeposit, LedgerListing, LedgerPurchase, PhaseEntry, ProviderLedger,
};
use crate::provider::Provider;
use crate::quota::Limit;

#[derive(Debug, Serialize)]
struct CommonView<'a> {
    limit: Limit,
    repeated_reference: Repeated,
    repeated_deposit: Repeated,
    fates: &'a Fates,
    deposit_fate: DepositFate,
    deposit_fates: &'a BTreeMap<String, DepositFate>,
    listing_fate: ListingFate,
    catalogue_filler: usize,
    stock: BTreeMap<&'a str, u64>,
    /// Of the catalogue, without fillers.
    prices: BTreeMap<&'a str, Amount>,
    balance: Amount,
    error_words: &'a BTreeMap<String, String>,
    error_http_status: u16,
    page_size: usize,
    refund_rollbacks: bool,
    multiplier: Amount,
    notifications: &'a NotificationRules,
    feed: FeedView,
}

/// A provider's settings in force, with its own ones.
pub(crate) fn settings(provider: &dyn Provider) -> Value {
    let limit = provider.project().limit();
    let opened = provider.project().open();
    let state = &*opened;
    let rules = &state.rules;
    let shelves = state.market.shelves();
    let stock = shelves.iter().filter_map(|shelf| Some((shelf.item.id.as_ref(), shelf.stock?)));
    let prices = state.market.catalogue().map(|shelf| (shelf.item.id.as_ref(), Amount(shelf.price)));
    let view = serde_json::to_value(CommonView {
        limit,
        repeated_reference: rules.repeated_reference,
        repeated_deposit: rules.repeated_deposit,
        fates: &rules.fates,
        deposit_fate: rules.deposit_fate,
        deposit_fates: &rules.deposit_fates,
        listing_fate: rules.listing_fate,
        catalogue_filler: state.market.fillers(),
        stock: stock.collect(),
        prices: prices.collect(),
        balance: Amount(state.balance.available()),
        error_words: &rules.error_words,
        error_http_status: rules.error_http_status.as_u16(),
        page_size: rules.page_size,
        refund_rollbacks: rules.refund_rollbacks,
        multiplier: Amount(rules.multiplier),
        notifications: &rules.notifications,
        feed: provider.project().feed.view(),
    });
    drop(opened);
    // The view is an object of plain values, which can always be written.
    let Ok(Value::Object(mut view)) = view else {
        return Value::Object(Map::new());
    };
    view.extend(provider.extras_view());
    Value::Object(view)
}

/// Everything that was truly executed at a provider.
pub(crate) fn ledger(provider: &dyn Provider) -> ProviderLedger {
    let opened = provider.project().open();
    ProviderLedger {
        purchases: purchases(provider, &opened),
        deposits: deposits(provider, &opened),
        listings: listings(provider, &opened),
        notifications: opened.notifications.all().to_vec(),
    }
}

fn purchases(provider: &dyn Provider, state: &Opened<'_>) -> Vec<LedgerPurchase> {
    let now = state.now;
    let row = |purchase: &super::purchase::Purchase| {
        let history = purchase.reached(now).into_iter().map(|step| HistoryEntry {
            status: provider.purchase_word(purchase, step.status),
            unix_ms: purchase.real_time(step.after_ms, now),
        });
        LedgerPurchase {
            provider: provider.project().name(),
            reference: purchase.reference.clone(),
            purchase_id: purchase.id.to_string(),
            item_id: purchase.item.id.to_string(),
            price: Amount(purchase.price),
            status: provider.purchase_word(purchase, purchase.status(now)),
            partner: purchase.partner.to_string(),
            created_unix_ms: purchase.born.real_ms,
            refunded: purchase.refunded,
            trade_token_updates: purchase.trade_token_updates,
            history: history.collect(),
        }
    };
    state.purchases.all().iter().map(row).collect()
}

fn deposits(provider: &dyn Provider, state: &Opened<'_>) -> Vec<LedgerDeposit> {
    let now = state.now;
    let row = |deposit: &super::deposit::Deposit| {
        let credits = deposit.credits.iter().map(|credit| LedgerCredit {
            transaction_id: credit.transaction_id.clone(),
            trade_id: credit.trade_id.clone(),
            amount: Amount(credit.amount),
            created_unix_ms: credit.created_ms,
        });
        let history = deposit.history.iter().map(|(phase, life_ms)| PhaseEntry {
            phase: *phase,
            unix_ms: now.real_of(*life_ms, deposit.born.real_ms),
        });
        LedgerDeposit {
            provider: provider.project().name(),
            reference: deposit.reference.clone(),
            provider_id: deposit.id.to_string(),
            kind: deposit.kind,
            status: provider.deposit_word(deposit),
            phase: deposit.phase,
            amount: deposit.shown_payment().map(|payment| Amount(payment.amount)),
            currency: deposit.currency.clone(),
            asset_ids: deposit.assets.iter().map(|asset| asset.id).collect(),
            created_unix_ms: deposit.born.real_ms,
            credits: credits.collect(),
            history: history.collect(),
        }
    };
    state.deposits.all().iter().map(row).collect()
}

fn listings(provider: &dyn Provider, state: &Opened<'_>) -> Vec<LedgerListing> {
    let row = |listing: &super::listing::Listing| LedgerListing {
        provider: provider.project().name(),
        listing_id: listing.id.to_string(),
        steam_id: listing.steam_id.clone(),
        asset_id: listing.asset.id,
        game: listing.asset.game,
        price: Amount(listing.price),
        phase: listing.phase,
        created_unix_ms: listing.born.real_ms,
    };
    state.listings.all().iter().map(row).collect()
}
