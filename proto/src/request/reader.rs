//! What every part of a request is read with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use skinbus_domain::ids::{AccountId, MerchantId};
use skinbus_domain::money::InvalidCurrency;
use skinbus_domain::order::{Game, InvalidSteamId, InvalidTradeToken, SteamUser};
use skinbus_domain::{Currency, Money, Violation};

use super::KnownAccount;
use crate::order::game_from_proto;
use crate::{timestamp_from_proto, v1};

const METADATA_MAX_ENTRIES: usize = 16;
const METADATA_KEY_MAX_BYTES: usize = 64;
const METADATA_VALUE_MAX_BYTES: usize = 256;
/// Skinslink has offer ids of up to 270 characters.
const ITEM_MAX_BYTES: usize = 300;
const ASSET_ID_MAX_BYTES: usize = 20;
const URL_MAX_BYTES: usize = 1024;
/// A shorter text is no token, and would hide every value that happens to hold it.
const TOKEN_MIN_BYTES: usize = 4;

/// Collects what is wrong with a request.
pub(super) struct Reader<'a> {
    pub(super) violations: Vec<Violation>,
    token: &'a str,
}

/// Whether a user's trade token must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Required,
    Optional,
}

impl<'a> Reader<'a> {
    /// `token` is never quoted.
    pub(super) fn new(token: &'a str) -> Self {
        Self { violations: Vec::new(), token }
    }
}

impl Reader<'_> {
    pub(super) fn refuse<T>(
        &mut self,
        field: &str,
        rule: &str,
        message: impl Into<String>,
        given: &str,
    ) -> Option<T> {
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

    /// The violations of a provider's own rules, which quote whatever they are about.
    pub(super) fn without_token(&self, mut violations: Vec<Violation>) -> Vec<Violation> {
        for violation in &mut violations {
            if self.shown(&violation.given).is_empty() {
                violation.given.clear();
            }
        }
        violations
    }

    pub(super) fn required<T>(&mut self, field: &str) -> Option<T> {
        self.refuse(field, "required", "must be given", "")
    }

    pub(super) fn pattern(&self, field: &str, pattern: &str, given: &str) -> Violation {
        self.violation(field, or_required("pattern", given), format!("must match {pattern}"), given)
    }

    pub(super) fn account<'b>(
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

    pub(super) fn metadata(&mut self, metadata: &BTreeMap<String, String>) {
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

    pub(super) fn expires_at(&mut self, given: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
        // One that has passed is no mistake of form: the order is accepted and expires, so that a late repeat of an
        // accepted request never turns into a rejection.
        match timestamp_from_proto(given?) {
            Some(expires_at) => Some(expires_at),
            None => self.refuse("expires_at", "range", "must be a valid time", ""),
        }
    }

    pub(super) fn unsupported(&mut self, field: &str) {
        let message = "the account's provider does not offer this";
        self.refuse::<()>(field, "unsupported_operation", message, "");
    }

    pub(super) fn game(&mut self, field: &str, given: i32) -> Option<Game> {
        match v1::Game::try_from(given) {
            Ok(game) => game_from_proto(game),
            Err(_) => self.refuse(field, "unknown", "must be a known game", &given.to_string()),
        }
    }

    /// A price must be in the one currency in which the provider's prices are.
    pub(super) fn in_price_currency(
        &mut self,
        field: &str,
        money: Option<&Money>,
        account: Option<&KnownAccount>,
    ) {
        let (Some(money), Some(account)) = (money, account) else { return };
        if money.currency != account.price_currency {
            let currency = account.price_currency;
            let message = format!("must be {currency}, the currency of the provider's prices");
            let given = money.currency.to_string();
            self.refuse::<()>(&format!("{field}.currency"), "price_currency", message, &given);
        }
    }

    pub(super) fn user(
        &mut self,
        field: &str,
        user: Option<&v1::SteamUser>,
        token: Token,
    ) -> Option<SteamUser> {
        let Some(user) = user else { return self.required(field) };
        let steam_id = user.steam_id.parse().map_err(|error: InvalidSteamId| {
            // Only what looks like a wrong number is quoted: it may be somebody's token, in the wrong field.
            let is_number = user.steam_id.bytes().all(|byte| byte.is_ascii_digit());
            let given = if is_number && user.steam_id.len() > 8 { &user.steam_id } else { "" };
            let rule = or_required("steam_id", &user.steam_id);
            self.refuse::<()>(&format!("{field}.steam_id"), rule, error.to_string(), given)
        });
        if token == Token::Optional && user.trade_token.is_empty() {
            return Some(SteamUser { steam_id: steam_id.ok()?, trade_token: None });
        }
        let trade_token = user.trade_token.parse().map_err(|error: InvalidTradeToken| {
            let rule = or_required("trade_token", &user.trade_token);
            self.refuse::<()>(&format!("{field}.trade_token"), rule, error.to_string(), "")
        });
        Some(SteamUser { steam_id: steam_id.ok()?, trade_token: Some(trade_token.ok()?) })
    }

    /// An offer id or an item's name.
    pub(super) fn item_text(&mut self, field: &str, text: &str) -> Option<String> {
        if text.is_empty() || text.len() > ITEM_MAX_BYTES || text.chars().any(char::is_control) {
            let message = format!("must have 1 to {ITEM_MAX_BYTES} bytes and no control characters");
            return self.refuse(field, "length", message, text);
        }
        Some(text.to_owned())
    }

    pub(super) fn asset_id(&mut self, field: &str, text: &str) -> Option<String> {
        let is_id =
            (1..=ASSET_ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_id {
            let message = format!("must have 1 to {ASSET_ID_MAX_BYTES} digits");
            return self.refuse(field, or_required("asset_id", text), message, text);
        }
        Some(text.to_owned())
    }

    /// An address for the user's browser; `None` where none is given.
    pub(super) fn url(&mut self, field: &str, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        let is_url = (text.starts_with("https://") || text.starts_with("http://"))
            && text.len() <= URL_MAX_BYTES
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_url {
            let message = format!("must be an http or https address of at most {URL_MAX_BYTES} bytes");
            return self.refuse(field, "url", message, text);
        }
        Some(text.to_owned())
    }

    /// A decimal number that is more than zero.
    pub(super) fn decimal(&mut self, field: &str, text: &str) -> Option<Decimal> {
        match Money::parse(Currency::USD, text) {
            Ok(parsed) if parsed.amount.is_zero() => {
                self.refuse(field, "positive", "must be more than zero", text)
            }
            Ok(parsed) => Some(parsed.amount),
            Err(error) => self.refuse(field, or_required("decimal", text), error.to_string(), text),
        }
    }

    pub(super) fn money(&mut self, field: &str, money: &v1::Money) -> Option<Money> {
        let currency = money.currency.parse().map_err(|error: InvalidCurrency| {
            let rule = or_required("currency", &money.currency);
            self.refuse::<()>(&format!("{field}.currency"), rule, error.to_string(), &money.currency)
        });
        let amount = self.decimal(&format!("{field}.amount"), &money.amount);
        Some(Money { currency: currency.ok()?, amount: amount? })
    }
}

/// The rule that a field breaks, or that it must be given at all.
fn or_required(rule: &'static str, given: &str) -> &'static str {
    if given.is_empty() { "required" } else { rule }
}
