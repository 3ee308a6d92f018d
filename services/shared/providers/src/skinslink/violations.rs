//! What a well-formed order may ask for and Skinslink cannot serve.

use std::collections::BTreeSet;

use skinbus_domain::ids::OrderId;
use skinbus_domain::order::{Deposit, Item, Operation, Purchase};
use skinbus_domain::{Currency, Money, Order, Violation};

use super::requests::{ceiling, floor};

/// Most items of one deposit. Seen in clients; the inventory tells it as `max_items`.
const ITEMS_MAX: usize = 50;
/// Documented bound of `partner`.
const PARTNER_MIN: u64 = 8;

pub(super) fn of(_: &OrderId, order: &Order) -> Vec<Violation> {
    let mut found = Vec::new();
    match &order.operation {
        Operation::Purchase(purchase) => of_purchase(purchase, &mut found),
        Operation::Deposit(deposit) => of_deposit(deposit, &mut found),
        Operation::Listing(_) => {}
    }
    found
}

fn of_purchase(purchase: &Purchase, found: &mut Vec<Violation>) {
    if purchase.game.is_none() {
        let message = match &purchase.item {
            Item::Offer(_) => "must be given: Skinslink asks for the game of every item",
            Item::Name(_) => "must be given with market_hash_name",
        };
        found.push(Violation::new("purchase.game", "required", message, ""));
    }
    let partner = purchase.recipient.steam_id.partner();
    if partner < PARTNER_MIN {
        let message = "must be an account with a number of 8 or more";
        let given = purchase.recipient.steam_id.to_string();
        found.push(Violation::new("purchase.recipient.steam_id", "range", message, &given));
    }
    price("purchase.max_price", &purchase.max_price, ceiling(&purchase.max_price).is_some(), found);
}

/// A price that the provider can be told: in dollars, and not nothing after it was brought to three decimal places.
fn price(field: &str, given: &Money, can_be_told: bool, found: &mut Vec<Violation>) {
    if given.currency != Currency::USD {
        let message = "must be USD, the currency of the provider's prices";
        let currency = given.currency.to_string();
        found.push(Violation::new(format!("{field}.currency"), "price_currency", message, &currency));
    } else if !can_be_told {
        let amount = given.amount.to_string();
        found.push(Violation::new(format!("{field}.amount"), "range", "must be 0.001 or more", &amount));
    }
}

fn of_deposit(deposit: &Deposit, found: &mut Vec<Violation>) {
    let mut unsupported = |field: &str, message: &str, given: String| {
        found.push(Violation::new(field, "unsupported", message, &given));
    };
    if let Some(amount) = &deposit.min_amount {
        unsupported("deposit.min_amount", "Skinslink's page has no bounds", amount.to_string());
    }
    if let Some(amount) = &deposit.max_amount {
        unsupported("deposit.max_amount", "Skinslink's page has no bounds", amount.to_string());
    }
    if let Some(currency) = deposit.currency.filter(|currency| *currency != Currency::USD) {
        unsupported("deposit.currency", "prices are shown in USD", currency.to_string());
    }
    // Both are in use: they are how the amount of a deposit is seen at all.
    if let Some(custom) = &deposit.custom_currency {
        let message = "Skinbus uses the custom currency to see the amount in USD";
        unsupported("deposit.custom_currency", message, custom.name.clone());
    }
    if let Some(multiplier) = &deposit.multiplier {
        let message = "Skinbus uses the multiplier to see the amount in USD";
        unsupported("deposit.multiplier", message, multiplier.to_string());
    }
    if !deposit.items.is_empty() {
        of_items(deposit, found);
    }
}

fn of_items(deposit: &Deposit, found: &mut Vec<Violation>) {
    if deposit.game.is_none() {
        found.push(Violation::new("deposit.game", "required", "must be given with items", ""));
    }
    if deposit.items.len() > ITEMS_MAX {
        let message = format!("must have at most {ITEMS_MAX} entries");
        found.push(Violation::new("deposit.items", "too_many", message, &deposit.items.len().to_string()));
    }
    let is_named = deposit.items.iter().any(|item| item.market_hash_name.is_some());
    let mut seen = BTreeSet::new();
    // Of more than there may be, the first stand for all.
    for (index, item) in deposit.items.iter().take(ITEMS_MAX).enumerate() {
        let field = |name: &str| format!("deposit.items[{index}].{name}");
        if !seen.insert(&item.asset_id) {
            let message = "must not be given twice";
            found.push(Violation::new(field("asset_id"), "duplicate", message, &item.asset_id));
        }
        if is_named && item.market_hash_name.is_none() {
            let message = "must be given for every item, or for none";
            found.push(Violation::new(field("market_hash_name"), "required", message, ""));
        }
        let is_number = !item.asset_id.is_empty() && item.asset_id.bytes().all(|byte| byte.is_ascii_digit());
        if is_named && !is_number {
            let message = "must be a number where items are named";
            found.push(Violation::new(field("asset_id"), "format", message, &item.asset_id));
        }
        if let Some(min_price) = &item.min_price {
            price(&field("min_price"), min_price, floor(min_price).is_some(), found);
        }
    }
}
