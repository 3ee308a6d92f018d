//! Reading a merchant's request: either an order, or everything that is wrong with it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use prost::Message;
use sha2::{Digest, Sha256};
use skinbus_domain::ids::{AccountId, MerchantId, OrderId, TradeKey};
use skinbus_domain::order::{Fingerprint, Item, Operation, Order, Purchase, Request, SteamUser};
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
    let order_id: OrderId = proto.order_id.parse().map_err(|_| Unaddressable {
        violation: pattern("order_id", OrderId::PATTERN, &proto.order_id),
    })?;
    let mut reader = Reader { violations: Vec::new() };
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

fn pattern(field: &str, pattern: &str, given: &str) -> Violation {
    let rule = if given.is_empty() { "required" } else { "pattern" };
    Violation::new(field, rule, format!("must match {pattern}"), given)
}

struct Reader {
    violations: Vec<Violation>,
}

impl Reader {
    fn refuse<T>(&mut self, violation: Violation) -> Option<T> {
        self.violations.push(violation);
        None
    }

    fn required<T>(&mut self, field: &str) -> Option<T> {
        self.refuse(Violation::new(field, "required", "must be given", ""))
    }

    fn account<'a>(
        &mut self,
        merchant: &MerchantId,
        given: &str,
        accounts: &'a BTreeMap<AccountId, KnownAccount>,
    ) -> Option<(AccountId, &'a KnownAccount)> {
        let Ok(account) = given.parse::<AccountId>() else {
            return self.refuse(pattern("account", AccountId::PATTERN, given));
        };
        match accounts.get(&account) {
            Some(known) if known.merchant == *merchant => Some((account, known)),
            // Another merchant's account gets the same answer as none: its existence is not this merchant's business.
            Some(_) | None => self.refuse(Violation::new(
                "account",
                "unknown_account",
                "must be an account of this merchant",
                given,
            )),
        }
    }

    fn metadata(&mut self, metadata: &BTreeMap<String, String>) {
        if metadata.len() > METADATA_MAX_ENTRIES {
            let message = format!("must have at most {METADATA_MAX_ENTRIES} entries");
            self.violations.push(Violation::new("metadata", "too_many", message, &metadata.len().to_string()));
        }
        for (key, value) in metadata {
            let field = format!("metadata.{}", key.chars().take(METADATA_KEY_MAX_BYTES).collect::<String>());
            if key.is_empty() || key.len() > METADATA_KEY_MAX_BYTES {
                let message = format!("keys must have 1 to {METADATA_KEY_MAX_BYTES} bytes");
                self.violations.push(Violation::new(field.clone(), "length", message, key));
            }
            if value.len() > METADATA_VALUE_MAX_BYTES {
                let message = format!("values must have at most {METADATA_VALUE_MAX_BYTES} bytes");
                self.violations.push(Violation::new(field, "length", message, ""));
            }
        }
    }

    fn expires_at(&mut self, given: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
        let given = given?;
        let Some(expires_at) = timestamp_from_proto(given) else {
            return self.refuse(Violation::new("expires_at", "range", "must be a valid time", ""));
        };
        // One that has passed is no mistake of form: the order is accepted and expires, so that a late repeat of an
        // accepted request never turns into a rejection.
        Some(expires_at)
    }

    fn operation(
        &mut self,
        operation: Option<&v1::order_request::Operation>,
        account: Option<&KnownAccount>,
    ) -> Option<Purchase> {
        let unsupported = |field: &str| {
            Violation::new(field, "unsupported_operation", "the account's provider does not offer this", "")
        };
        match operation {
            None => self.required("operation"),
            Some(v1::order_request::Operation::Purchase(purchase)) => {
                if account.is_some_and(|account| !account.purchases) {
                    self.violations.push(unsupported("purchase"));
                }
                self.purchase(purchase, account.map(|account| account.price_currency))
            }
            Some(v1::order_request::Operation::Deposit(_)) => self.refuse(unsupported("deposit")),
            Some(v1::order_request::Operation::Listing(_)) => self.refuse(unsupported("listing")),
        }
    }

    fn purchase(&mut self, purchase: &v1::Purchase, price_currency: Option<Currency>) -> Option<Purchase> {
        let recipient = match &purchase.recipient {
            Some(recipient) => self.recipient(recipient),
            None => self.required("purchase.recipient"),
        };
        let game = match v1::Game::try_from(purchase.game) {
            Ok(game) => game_from_proto(game),
            Err(_) => {
                let given = purchase.game.to_string();
                self.refuse(Violation::new("purchase.game", "unknown", "must be a known game", &given))
            }
        };
        let item = self.item(purchase, game.is_some());
        let max_price = match &purchase.max_price {
            Some(money) => self.money("purchase.max_price", money),
            None => self.required("purchase.max_price"),
        };
        if let (Some(money), Some(currency)) = (&max_price, price_currency)
            && money.currency != currency
        {
            let message = format!("must be {currency}, the currency of the provider's prices");
            let given = money.currency.to_string();
            self.violations.push(Violation::new("purchase.max_price.currency", "price_currency", message, &given));
        }
        Some(Purchase { recipient: recipient?, game, item: item?, max_price: max_price? })
    }

    fn recipient(&mut self, recipient: &v1::SteamUser) -> Option<SteamUser> {
        let steam_id = match recipient.steam_id.parse() {
            Ok(steam_id) => Some(steam_id),
            Err(error) => self.refuse(Violation::new(
                "purchase.recipient.steam_id",
                if recipient.steam_id.is_empty() { "required" } else { "steam_id" },
                format!("{error}"),
                &recipient.steam_id,
            )),
        };
        let trade_token = match recipient.trade_token.parse() {
            Ok(trade_token) => Some(trade_token),
            // What was given is not quoted: it may be somebody's token.
            Err(error) => self.refuse(Violation::new(
                "purchase.recipient.trade_token",
                if recipient.trade_token.is_empty() { "required" } else { "trade_token" },
                format!("{error}"),
                "",
            )),
        };
        Some(SteamUser { steam_id: steam_id?, trade_token: Some(trade_token?) })
    }

    fn item(&mut self, purchase: &v1::Purchase, game_given: bool) -> Option<Item> {
        let (field, text) = match &purchase.item {
            None => return self.required("purchase.item"),
            Some(v1::purchase::Item::OfferId(id)) => ("purchase.offer_id", id),
            Some(v1::purchase::Item::MarketHashName(name)) => ("purchase.market_hash_name", name),
        };
        if text.is_empty() || text.len() > ITEM_MAX_BYTES || text.chars().any(char::is_control) {
            let message = format!("must have 1 to {ITEM_MAX_BYTES} bytes and no control characters");
            return self.refuse(Violation::new(field, "length", message, text));
        }
        match &purchase.item {
            Some(v1::purchase::Item::MarketHashName(_)) if !game_given => self.refuse(Violation::new(
                "purchase.game",
                "required",
                "must be given with market_hash_name",
                "",
            )),
            Some(v1::purchase::Item::MarketHashName(name)) => Some(Item::Name(name.clone())),
            Some(v1::purchase::Item::OfferId(id)) => Some(Item::Offer(id.clone())),
            None => None,
        }
    }

    fn money(&mut self, field: &str, money: &v1::Money) -> Option<Money> {
        let currency = match money.currency.parse() {
            Ok(currency) => Some(currency),
            Err(error) => self.refuse(Violation::new(
                format!("{field}.currency"),
                "currency",
                format!("{error}"),
                &money.currency,
            )),
        };
        let amount = match Money::parse(Currency::USD, &money.amount) {
            Ok(parsed) if parsed.amount.is_zero() => self.refuse(Violation::new(
                format!("{field}.amount"),
                "positive",
                "must be more than zero",
                &money.amount,
            )),
            Ok(parsed) => Some(parsed.amount),
            Err(error) => self.refuse(Violation::new(
                format!("{field}.amount"),
                "decimal",
                format!("{error}"),
                &money.amount,
            )),
        };
        Some(Money { currency: currency?, amount: amount? })
    }
}
