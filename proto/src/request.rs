//! Reading a merchant's request: either an order, or everything that is wrong with it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use prost::Message;
use sha2::{Digest, Sha256};
use skinbus_domain::ids::{AccountId, MerchantId, OrderId, TradeKey};
use skinbus_domain::money::InvalidCurrency;
use skinbus_domain::order::{
    Fingerprint, InvalidSteamId, InvalidTradeToken, Item, Operation, Order, Purchase, Request, SteamUser,
};
use skinbus_domain::{Currency, Money, Violation};

use crate::order::game_from_proto;
use crate::{timestamp_from_proto, v1};

/// What intake must know of an account to judge an order for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Who owns it.
    pub merchant: MerchantId,
    /// Its provider's name.
    pub provider: String,
    /// Whether the provider can buy items for users.
    pub purchases: bool,
    /// The one currency of the provider's prices; a ceiling in another could not be held.
    pub price_currency: Currency,
}

/// A request without a usable order id: there is no trade that could tell about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request has no usable order_id")]
pub struct Unaddressable {
    /// What is wrong.
    pub violation: Violation,
}

const METADATA_MAX_ENTRIES: usize = 16;
const METADATA_KEY_MAX_BYTES: usize = 64;
const METADATA_VALUE_MAX_BYTES: usize = 256;
const ITEM_MAX_BYTES: usize = 256;
/// A shorter text is no token, and would hide every value that happens to hold it.
const TOKEN_MIN_BYTES: usize = 4;

/// Reads a request of `merchant`, collecting every broken rule.
///
/// # Errors
///
/// [`Unaddressable`] where the order id is missing or malformed, so that nothing can be stored under it.
pub fn read(
    merchant: &MerchantId,
    proto: &v1::OrderRequest,
    accounts: &BTreeMap<AccountId, KnownAccount>,
) -> Result<Request, Unaddressable> {
    let mut reader = Reader { violations: Vec::new(), token: token_of(proto) };
    let order_id: OrderId = proto.order_id.parse().map_err(|_| Unaddressable {
        violation: reader.pattern("order_id", OrderId::PATTERN, &proto.order_id),
    })?;
    let account = reader.account(merchant, &proto.account, accounts);
    reader.metadata(&proto.metadata);
    let expires_at = reader.expires_at(proto.expires_at.as_ref());
    let purchase = reader.operation(proto.operation.as_ref(), account.as_ref().map(|(_, known)| *known));
    let order = match (account, purchase) {
        (Some((account, known)), Some(purchase)) if reader.violations.is_empty() => Ok(Order {
            account,
            provider: known.provider.clone(),
            operation: Operation::Purchase(purchase),
            expires_at,
        }),
        (_, _) => Err(reader.violations),
    };
    Ok(Request {
        key: TradeKey { merchant: merchant.clone(), order_id },
        fingerprint: fingerprint(proto),
        metadata: if order.is_ok() { proto.metadata.clone() } else { BTreeMap::new() },
        order,
    })
}

/// Equal for two requests that ask for the same, however they were written down.
fn fingerprint(proto: &v1::OrderRequest) -> Fingerprint {
    // Maps are sorted and defaults left out, so one content has one encoding.
    Sha256::digest(proto.encode_to_vec()).into()
}

/// The trade token of the request, which no violation may quote.
fn token_of(proto: &v1::OrderRequest) -> &str {
    match &proto.operation {
        Some(v1::order_request::Operation::Purchase(purchase)) => {
            purchase.recipient.as_ref().map(|recipient| recipient.trade_token.as_str()).unwrap_or_default()
        }
        Some(v1::order_request::Operation::Deposit(_) | v1::order_request::Operation::Listing(_)) | None => {
            ""
        }
    }
}

struct Reader<'a> {
    violations: Vec<Violation>,
    token: &'a str,
}

impl Reader<'_> {
    fn refuse<T>(&mut self, field: &str, rule: &str, message: impl Into<String>, given: &str) -> Option<T> {
        let violation = self.violation(field, rule, message, given);
        self.violations.push(violation);
        None
    }

    fn violation(&self, field: &str, rule: &str, message: impl Into<String>, given: &str) -> Violation {
        Violation::new(field, rule, message, self.shown(given))
    }

    /// What may be quoted of a given value: nothing where the user's token is in it. People paste whole trade URLs.
    fn shown<'b>(&self, given: &'b str) -> &'b str {
        let holds_token = self.token.len() >= TOKEN_MIN_BYTES && given.contains(self.token);
        if holds_token || given.to_ascii_lowercase().contains("token=") { "" } else { given }
    }

    fn required<T>(&mut self, field: &str) -> Option<T> {
        self.refuse(field, "required", "must be given", "")
    }

    fn pattern(&self, field: &str, pattern: &str, given: &str) -> Violation {
        self.violation(field, or_required("pattern", given), format!("must match {pattern}"), given)
    }

    fn account<'b>(
        &mut self,
        merchant: &MerchantId,
        given: &str,
        accounts: &'b BTreeMap<AccountId, KnownAccount>,
    ) -> Option<(AccountId, &'b KnownAccount)> {
        let Ok(account) = given.parse::<AccountId>() else {
            let violation = self.pattern("account", AccountId::PATTERN, given);
            self.violations.push(violation);
            return None;
        };
        match accounts.get(&account) {
            Some(known) if known.merchant == *merchant => Some((account, known)),
            // Another merchant's account gets the same answer as none: its existence is not this merchant's business.
            Some(_) | None => {
                self.refuse("account", "unknown_account", "must be an account of this merchant", given)
            }
        }
    }

    fn metadata(&mut self, metadata: &BTreeMap<String, String>) {
        if metadata.len() > METADATA_MAX_ENTRIES {
            let message = format!("must have at most {METADATA_MAX_ENTRIES} entries");
            self.refuse::<()>("metadata", "too_many", message, &metadata.len().to_string());
        }
        // Of more than there may be, the first stand for all: a rejection must fit into one message.
        for (key, value) in metadata.iter().take(METADATA_MAX_ENTRIES) {
            let shown: String = self.shown(key).chars().take(METADATA_KEY_MAX_BYTES).collect();
            let field = format!("metadata.{shown}");
            if key.is_empty() || key.len() > METADATA_KEY_MAX_BYTES {
                let message = format!("keys must have 1 to {METADATA_KEY_MAX_BYTES} bytes");
                self.refuse::<()>(&field, "length", message, key);
            }
            if value.len() > METADATA_VALUE_MAX_BYTES {
                let message = format!("values must have at most {METADATA_VALUE_MAX_BYTES} bytes");
                self.refuse::<()>(&field, "length", message, "");
            }
        }
    }

    fn expires_at(&mut self, given: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
        // One that has passed is no mistake of form: the order is accepted and expires, so that a late repeat of an
        // accepted request never turns into a rejection.
        match timestamp_from_proto(given?) {
            Some(expires_at) => Some(expires_at),
            None => self.refuse("expires_at", "range", "must be a valid time", ""),
        }
    }

    fn operation(
        &mut self,
        operation: Option<&v1::order_request::Operation>,
        account: Option<&KnownAccount>,
    ) -> Option<Purchase> {
        match operation {
            None => self.required("operation"),
            Some(v1::order_request::Operation::Purchase(purchase)) => {
                if account.is_some_and(|account| !account.purchases) {
                    self.unsupported("purchase");
                }
                self.purchase(purchase, account.map(|account| account.price_currency))
            }
            Some(v1::order_request::Operation::Deposit(_)) => self.unsupported("deposit"),
            Some(v1::order_request::Operation::Listing(_)) => self.unsupported("listing"),
        }
    }

    fn unsupported(&mut self, field: &str) -> Option<Purchase> {
        self.refuse(field, "unsupported_operation", "the account's provider does not offer this", "")
    }

    fn purchase(&mut self, purchase: &v1::Purchase, price_currency: Option<Currency>) -> Option<Purchase> {
        let recipient = match &purchase.recipient {
            Some(recipient) => self.recipient(recipient),
            None => self.required("purchase.recipient"),
        };
        let game = match v1::Game::try_from(purchase.game) {
            Ok(game) => game_from_proto(game),
            Err(_) => {
                self.refuse("purchase.game", "unknown", "must be a known game", &purchase.game.to_string())
            }
        };
        let item = self.item(purchase);
        let max_price = match &purchase.max_price {
            Some(money) => self.money("purchase.max_price", money),
            None => self.required("purchase.max_price"),
        };
        if let (Some(money), Some(currency)) = (&max_price, price_currency)
            && money.currency != currency
        {
            let message = format!("must be {currency}, the currency of the provider's prices");
            let given = money.currency.to_string();
            self.refuse::<()>("purchase.max_price.currency", "price_currency", message, &given);
        }
        Some(Purchase { recipient: recipient?, game, item: item?, max_price: max_price? })
    }

    fn recipient(&mut self, recipient: &v1::SteamUser) -> Option<SteamUser> {
        let steam_id = recipient.steam_id.parse().map_err(|error: InvalidSteamId| {
            // Only what looks like a wrong number is quoted: it may be somebody's token, in the wrong field.
            let is_number = recipient.steam_id.bytes().all(|byte| byte.is_ascii_digit());
            let given = if is_number && recipient.steam_id.len() > 8 { &recipient.steam_id } else { "" };
            let rule = or_required("steam_id", &recipient.steam_id);
            self.refuse::<()>("purchase.recipient.steam_id", rule, error.to_string(), given)
        });
        let trade_token = recipient.trade_token.parse().map_err(|error: InvalidTradeToken| {
            let rule = or_required("trade_token", &recipient.trade_token);
            self.refuse::<()>("purchase.recipient.trade_token", rule, error.to_string(), "")
        });
        Some(SteamUser { steam_id: steam_id.ok()?, trade_token: Some(trade_token.ok()?) })
    }

    fn item(&mut self, purchase: &v1::Purchase) -> Option<Item> {
        let (field, text) = match &purchase.item {
            None => return self.required("purchase.item"),
            Some(v1::purchase::Item::OfferId(id)) => ("purchase.offer_id", id),
            Some(v1::purchase::Item::MarketHashName(name)) => ("purchase.market_hash_name", name),
        };
        // A game that is given and unknown is refused as that.
        let game_missing = purchase.game == i32::from(v1::Game::Unspecified);
        if matches!(&purchase.item, Some(v1::purchase::Item::MarketHashName(_))) && game_missing {
            self.refuse::<()>("purchase.game", "required", "must be given with market_hash_name", "");
        }
        if text.is_empty() || text.len() > ITEM_MAX_BYTES || text.chars().any(char::is_control) {
            let message = format!("must have 1 to {ITEM_MAX_BYTES} bytes and no control characters");
            return self.refuse(field, "length", message, text);
        }
        match &purchase.item {
            Some(v1::purchase::Item::MarketHashName(name)) => Some(Item::Name(name.clone())),
            Some(v1::purchase::Item::OfferId(id)) => Some(Item::Offer(id.clone())),
            None => None,
        }
    }

    fn money(&mut self, field: &str, money: &v1::Money) -> Option<Money> {
        let currency = money.currency.parse().map_err(|error: InvalidCurrency| {
            let rule = or_required("currency", &money.currency);
            self.refuse::<()>(&format!("{field}.currency"), rule, error.to_string(), &money.currency)
        });
        let amount_field = format!("{field}.amount");
        let amount = match Money::parse(Currency::USD, &money.amount) {
            Ok(parsed) if parsed.amount.is_zero() => {
                self.refuse(&amount_field, "positive", "must be more than zero", &money.amount)
            }
            Ok(parsed) => Some(parsed.amount),
            Err(error) => {
                let rule = or_required("decimal", &money.amount);
                self.refuse(&amount_field, rule, error.to_string(), &money.amount)
            }
        };
        Some(Money { currency: currency.ok()?, amount: amount? })
    }
}

/// The rule that a field breaks, or that it must be given at all.
fn or_required(rule: &'static str, given: &str) -> &'static str {
    if given.is_empty() { "required" } else { rule }
}
