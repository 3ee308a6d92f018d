//! What Skinout cannot serve although the order is well formed.

use rust_decimal::Decimal;
use skinbus_domain::order::{CustomCurrency, Deposit, Game, Operation, Purchase};
use skinbus_domain::{Currency, Money, Order, OrderId, Violation};

use super::place::thousandths_text;

/// Documented: not below 0.1 USD.
const MIN_AMOUNT_MIN: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// Documented: 0 to 8.
const DECIMALS_MAX: u32 = 8;

/// Every rule that the order breaks here.
pub(super) fn of(_: &OrderId, order: &Order) -> Vec<Violation> {
    of_operation(&order.operation)
}

/// Every rule that what is ordered breaks here.
pub(super) fn of_operation(operation: &Operation) -> Vec<Violation> {
    match operation {
        Operation::Purchase(purchase) => of_purchase(purchase),
        Operation::Deposit(deposit) => of_deposit(deposit),
        // Not supported at all, which is said elsewhere.
        Operation::Listing(_) => Vec::new(),
    }
}

fn of_purchase(purchase: &Purchase) -> Vec<Violation> {
    let max_price = &purchase.max_price;
    let mut violations: Vec<Violation> = other_game("purchase.game", purchase.game)
        .into_iter()
        .chain(other_currency("purchase.max_price", max_price))
        .collect();
    // Rounded down it would be nothing, which may well mean "no limit".
    if thousandths_text(max_price).is_none() {
        let message = "must be at least 0.001: Skinout counts in thousandths";
        let given = max_price.amount.to_string();
        violations.push(Violation::new("purchase.max_price", "range", message, &given));
    }
    violations
}

fn of_deposit(deposit: &Deposit) -> Vec<Violation> {
    let mut violations: Vec<Violation> = other_game("deposit.game", deposit.game).into_iter().collect();
    if let Some(least) = &deposit.min_amount {
        violations.extend(other_currency("deposit.min_amount", least));
        if least.amount < MIN_AMOUNT_MIN {
            let given = least.amount.to_string();
            violations.push(Violation::new(
                "deposit.min_amount",
                "range",
                "must be at least 0.1 USD",
                &given,
            ));
        }
    }
    if let Some(most) = &deposit.max_amount {
        let given = most.to_string();
        violations.push(unsupported("deposit.max_amount", "Skinout's page has no upper limit", &given));
    }
    if let Some(multiplier) = &deposit.multiplier {
        let message = "Skinout takes no multiplier; a custom_currency has a rate";
        violations.push(unsupported("deposit.multiplier", message, &multiplier.to_string()));
    }
    if let Some(custom) = &deposit.custom_currency {
        violations.extend(of_custom_currency(custom));
        // Prices are shown in one currency.
        if let Some(currency) = deposit.currency.filter(|currency| *currency != Currency::USD) {
            let message =
                "must be absent or USD beside a custom_currency: prices are shown in one of the two";
            violations.push(unsupported("deposit.currency", message, currency.as_str()));
        }
    }
    violations
}

fn of_custom_currency(custom: &CustomCurrency) -> Vec<Violation> {
    let mut violations = Vec::new();
    if custom.name.is_empty() {
        let field = "deposit.custom_currency.name";
        violations.push(Violation::new(field, "required", "must be given", ""));
    }
    if custom.rate <= Decimal::ZERO {
        let (field, given) = ("deposit.custom_currency.rate", custom.rate.to_string());
        violations.push(Violation::new(field, "range", "must be more than zero", &given));
    }
    if let Some(decimals) = custom.decimals.filter(|decimals| *decimals > DECIMALS_MAX) {
        let (field, given) = ("deposit.custom_currency.decimals", decimals.to_string());
        violations.push(Violation::new(field, "range", "must be 0 to 8", &given));
    }
    violations
}

/// No method has a field for the game, and every documented item is one of Counter-Strike 2. An order for another game
/// would get whatever has that name, and no protection by Steam's hold.
fn other_game(field: &str, game: Option<Game>) -> Option<Violation> {
    let given = match game {
        None | Some(Game::Cs2) => return None,
        Some(Game::Dota2) => "dota2",
        Some(Game::Rust) => "rust",
        Some(Game::Tf2) => "tf2",
    };
    Some(unsupported(field, "Skinout is known to trade items of Counter-Strike 2 only", given))
}

fn other_currency(field: &str, money: &Money) -> Option<Violation> {
    (money.currency != Currency::USD).then(|| {
        Violation::new(
            field,
            "price_currency",
            "must be in USD, the currency of Skinout's prices",
            money.currency.as_str(),
        )
    })
}

fn unsupported(field: &str, message: &str, given: &str) -> Violation {
    Violation::new(field, "unsupported", message, given)
}
