//! What Skinify cannot serve of a well-formed order.

use skinbus_domain::order::{Deposit, Item, Operation, Purchase};
use skinbus_domain::{Order, OrderId, Violation};

/// Shortest name that items are bought by (documented).
const NAME_MIN_CHARS: usize = 3;

pub(super) fn of(_: &OrderId, order: &Order) -> Vec<Violation> {
    match &order.operation {
        Operation::Purchase(purchase) => of_purchase(purchase),
        Operation::Deposit(deposit) => of_deposit(deposit),
        // Checked by what is supported.
        Operation::Listing(_) => Vec::new(),
    }
}

fn of_purchase(purchase: &Purchase) -> Vec<Violation> {
    match &purchase.item {
        Item::Name(name) if name.chars().count() < NAME_MIN_CHARS => {
            let message = format!("must have {NAME_MIN_CHARS} characters or more");
            vec![Violation::new("purchase.market_hash_name", "range", message, name)]
        }
        Item::Name(_) | Item::Offer(_) => Vec::new(),
    }
}

fn of_deposit(deposit: &Deposit) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut refuse = |field: String, rule: &str, message: &str, given: &str| {
        violations.push(Violation::new(field, rule, message, given));
    };
    if !deposit.items.is_empty() {
        if deposit.user.trade_token.is_none() {
            let message = "must be given: the provider sends a trade offer";
            refuse("deposit.user.trade_token".to_owned(), "required", message, "");
        }
        if deposit.game.is_none() {
            refuse("deposit.game".to_owned(), "required", "must be given with items", "");
        }
    }
    for (index, item) in deposit.items.iter().enumerate() {
        if let Some(price) = &item.min_price {
            let field = format!("deposit.items[{index}].min_price");
            refuse(field, "unsupported", "the provider takes items at its own price", &price.to_string());
        }
    }
    if let Some(least) = &deposit.min_amount {
        match deposit.currency {
            None => {
                let message = "must be given with min_amount, which is counted in it";
                refuse("deposit.currency".to_owned(), "required", message, "");
            }
            Some(currency) if currency != least.currency => {
                let message = format!("must be {currency}, the currency of the deposit");
                let given = least.currency.to_string();
                refuse("deposit.min_amount.currency".to_owned(), "price_currency", &message, &given);
            }
            Some(_) => {}
        }
    }
    if let Some(most) = &deposit.max_amount {
        let message = "the provider knows no upper bound";
        refuse("deposit.max_amount".to_owned(), "unsupported", message, &most.to_string());
    }
    if let Some(custom) = &deposit.custom_currency {
        let message = "the provider knows no currencies of merchants";
        refuse("deposit.custom_currency".to_owned(), "unsupported", message, &custom.name);
    }
    if let Some(multiplier) = &deposit.multiplier {
        let message = "the provider multiplies by the project's setting only";
        refuse("deposit.multiplier".to_owned(), "unsupported", message, &multiplier.to_string());
    }
    violations
}
