//! Everything about a well-formed order that SkinsBack cannot serve.

use rust_decimal::Decimal;
use skinbus_domain::ids::OrderId;
use skinbus_domain::order::{CustomCurrency, Deposit, Game, Item, Operation, Purchase};
use skinbus_domain::{Currency, Order, Violation};

use super::status::game_word;

/// The documentation gives no bound. Longer ids may be cut or refused, and a cut id is somebody else's.
const ORDER_ID_MAX_CHARS: usize = 36;
/// Documented: `name_min_length_3`.
const NAME_MIN_CHARS: usize = 3;
/// Documented.
const CUSTOM_CURRENCY_MAX_CHARS: usize = 4;

/// The broken rules.
pub(super) fn of(order_id: &OrderId, order: &Order) -> Vec<Violation> {
    let mut found = Found(Vec::new());
    if order_id.as_str().len() > ORDER_ID_MAX_CHARS {
        let message = format!("must have at most {ORDER_ID_MAX_CHARS} characters at SkinsBack");
        found.add("order_id", "length", message, order_id.as_str());
    }
    match &order.operation {
        Operation::Purchase(purchase) => found.purchase(purchase),
        Operation::Deposit(deposit) if deposit.items.is_empty() => found.page(deposit),
        Operation::Deposit(deposit) => found.offer(deposit),
        // Refused as an operation that the provider does not offer.
        Operation::Listing(_) => {}
    }
    found.0
}

struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, field: &str, rule: &str, message: impl Into<String>, given: &str) {
        self.0.push(Violation::new(field, rule, message, given));
    }

    /// A field that the method has no parameter for. To drop it silently would place another order than the one given.
    fn unsupported<T>(&mut self, field: &str, given: Option<&T>, message: &str) {
        if given.is_some() {
            self.add(field, "unsupported", message, "");
        }
    }

    fn game(&mut self, field: &str, game: Option<Game>) {
        if game.is_some_and(|game| game_word(game).is_none()) {
            self.add(field, "unsupported", "SkinsBack trades items of CS2, Dota 2 and Rust", "");
        }
    }

    fn purchase(&mut self, purchase: &Purchase) {
        self.game("purchase.game", purchase.game);
        if purchase.max_price.currency != Currency::USD {
            let given = purchase.max_price.currency.to_string();
            let message = "must be USD, the currency of SkinsBack's prices";
            self.add("purchase.max_price.currency", "price_currency", message, &given);
        }
        match &purchase.item {
            Item::Name(name) => {
                if purchase.game.is_none() {
                    self.add("purchase.game", "required", "must be given with market_hash_name", "");
                }
                if name.chars().count() < NAME_MIN_CHARS {
                    let message = format!("must have at least {NAME_MIN_CHARS} characters");
                    self.add("purchase.market_hash_name", "length", message, name);
                }
            }
            Item::Offer(id) if !id.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.add("purchase.offer_id", "pattern", "must be a number", id);
            }
            Item::Offer(_) => {}
        }
    }

    fn page(&mut self, deposit: &Deposit) {
        self.game("deposit.game", deposit.game);
        self.unsupported(
            "deposit.custom_currency",
            deposit.custom_currency.as_ref(),
            "SkinsBack's hosted page is not documented to take one",
        );
        self.unsupported(
            "deposit.multiplier",
            deposit.multiplier.as_ref(),
            "SkinsBack's hosted page is not documented to take one",
        );
        let (least, most) = (deposit.min_amount.as_ref(), deposit.max_amount.as_ref());
        if let (Some(least), Some(most)) = (least, most) {
            if least.currency != most.currency {
                let message = "must be the currency of min_amount: the page has one";
                let given = most.currency.to_string();
                self.add("deposit.max_amount.currency", "range", message, &given);
            } else if least.amount > most.amount {
                let given = most.amount.to_string();
                self.add("deposit.max_amount.amount", "range", "must not be less than min_amount", &given);
            }
        }
        if let (Some(currency), Some(limit)) = (deposit.currency, least.or(most))
            && currency != limit.currency
        {
            let message = "must be the currency of min_amount and max_amount: the page has one";
            self.add("deposit.currency", "range", message, currency.as_str());
        }
    }

    fn offer(&mut self, deposit: &Deposit) {
        let no_page = "only a hosted page has it";
        self.unsupported("deposit.min_amount", deposit.min_amount.as_ref(), no_page);
        self.unsupported("deposit.max_amount", deposit.max_amount.as_ref(), no_page);
        self.unsupported("deposit.success_url", deposit.success_url.as_ref(), no_page);
        self.unsupported("deposit.fail_url", deposit.fail_url.as_ref(), no_page);
        match deposit.game {
            Some(_) => self.game("deposit.game", deposit.game),
            None => self.add("deposit.game", "required", "must be given with items", ""),
        }
        if deposit.user.trade_token.is_none() {
            self.add("deposit.user.trade_token", "required", "must be given with items", "");
        }
        for (number, item) in deposit.items.iter().enumerate() {
            let field = format!("deposit.items[{number}].min_price");
            self.unsupported(&field, item.min_price.as_ref(), "SkinsBack sets the prices itself");
        }
        if let Some(multiplier) = deposit.multiplier
            && !(Decimal::new(5, 1)..=Decimal::TWO).contains(&multiplier)
        {
            let given = multiplier.to_string();
            self.add("deposit.multiplier", "range", "must be from 0.5 to 2", &given);
        }
        if let Some(own) = &deposit.custom_currency {
            self.custom_currency(own);
        }
    }

    fn custom_currency(&mut self, own: &CustomCurrency) {
        if !(1..=CUSTOM_CURRENCY_MAX_CHARS).contains(&own.name.chars().count()) {
            let message = format!("must have 1 to {CUSTOM_CURRENCY_MAX_CHARS} characters");
            self.add("deposit.custom_currency.name", "length", message, &own.name);
        }
        if own.rate < Decimal::new(1, 1) {
            let given = own.rate.to_string();
            self.add("deposit.custom_currency.rate", "range", "must be 0.1 or more", &given);
        }
        self.unsupported(
            "deposit.custom_currency.decimals",
            own.decimals.as_ref(),
            "SkinsBack chooses the decimal places itself",
        );
    }
}
