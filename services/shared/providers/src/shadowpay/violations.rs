//! What well-formed orders ask for that ShadowPay cannot serve.

use skinbus_domain::ids::OrderId;
use skinbus_domain::order::{Deposit, Game, Listing, Operation, Purchase};
use skinbus_domain::{Currency, Money, Order, Violation};

use super::signing;
use super::status::game_word;

/// Decimal places of an amount on a payment page.
const LINK_DECIMALS_MAX: u32 = 2;

pub(super) fn of(order_id: &OrderId, order: &Order) -> Vec<Violation> {
    match &order.operation {
        Operation::Purchase(purchase) => of_purchase(purchase),
        // Named items are another kind, which is not supported at all.
        Operation::Deposit(deposit) if deposit.items.is_empty() => of_link(order_id, deposit),
        Operation::Deposit(_) => Vec::new(),
        Operation::Listing(listing) => of_listing(listing),
    }
}

fn of_purchase(purchase: &Purchase) -> Vec<Violation> {
    let mut broken = Vec::new();
    if purchase.recipient.trade_token.is_none() {
        broken.push(Violation::new("purchase.recipient.trade_token", "required", "must be given", ""));
    }
    if let Some(game) = purchase.game.filter(|game| game_word(*game).is_none()) {
        broken.push(game_violation("purchase.game", game));
    }
    broken.extend(price_violation("purchase.max_price", &purchase.max_price));
    broken
}

fn of_link(order_id: &OrderId, deposit: &Deposit) -> Vec<Violation> {
    let mut broken: Vec<Violation> = signing::ambiguities(order_id.as_str())
        .map(|why| Violation::new("order_id", "format", why, order_id.as_str()))
        .collect();
    if let Some(amount) = &deposit.min_amount {
        broken.extend(price_violation("deposit.min_amount", amount));
        if amount.amount.scale() > LINK_DECIMALS_MAX {
            let given = amount.amount.to_string();
            broken.push(Violation::new(
                "deposit.min_amount",
                "range",
                "must have at most two decimals",
                &given,
            ));
        }
    }
    if let Some(currency) = deposit.currency.filter(|currency| *currency != Currency::USD) {
        let given = currency.as_str().to_owned();
        broken.push(Violation::new("deposit.currency", "unsupported", "ShadowPay pays in USD only", &given));
    }
    let mut unsupported = |field: &str, is_given: bool, why: &str| {
        if is_given {
            broken.push(Violation::new(field, "unsupported", why, ""));
        }
    };
    let no_limit = "ShadowPay's page takes no upper limit";
    let no_game = "ShadowPay's page is not limited to a game";
    let no_own = "ShadowPay's page shows USD only";
    let no_return = "ShadowPay's page takes no address to return to";
    unsupported("deposit.max_amount", deposit.max_amount.is_some(), no_limit);
    unsupported("deposit.game", deposit.game.is_some(), no_game);
    unsupported("deposit.custom_currency", deposit.custom_currency.is_some(), no_own);
    unsupported("deposit.multiplier", deposit.multiplier.is_some(), no_own);
    unsupported("deposit.success_url", deposit.success_url.is_some(), no_return);
    unsupported("deposit.fail_url", deposit.fail_url.is_some(), no_return);
    broken
}

fn of_listing(listing: &Listing) -> Vec<Violation> {
    let mut broken = Vec::new();
    // Documented for selling: these two, and no other.
    match listing.item.game {
        Game::Cs2 | Game::Dota2 => {}
        game @ (Game::Rust | Game::Tf2) => broken.push(game_violation("listing.item.game", game)),
    }
    broken.extend(price_violation("listing.item.price", &listing.item.price));
    broken
}

fn game_violation(field: &str, game: Game) -> Violation {
    let given = match game {
        Game::Cs2 => "cs2",
        Game::Dota2 => "dota2",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    };
    Violation::new(field, "unsupported", "ShadowPay does not trade items of this game", given)
}

fn price_violation(field: &str, price: &Money) -> Option<Violation> {
    (price.currency != Currency::USD)
        .then(|| Violation::new(field, "price_currency", "must be in USD", price.currency.as_str()))
}
