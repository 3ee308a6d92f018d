//! What the configuration and the provider's contract together lay down for an account.

use std::collections::BTreeMap;
use std::time::Duration;

use skinbus_domain::ids::{AccountId, MerchantId};
use skinbus_domain::quota::{Each, HINTED_LOOK_UP, Limit, OperationLimit, PLANNED_LOOK_UP};
use skinbus_domain::rules::{ByKind, GameRules, PlacingRules, Rules, TrackingRules};
use skinbus_providers::{ProviderDefaults, registry};

use crate::config::{AccountConfig, Config, ConfigError, ConfigErrors};

/// How much longer a completed trade of a protected game is looked at.
const WATCH: Duration = Duration::from_secs(24 * 3600);

/// An account, resolved.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub name: AccountId,
    /// Who owns it.
    pub merchant: MerchantId,
    /// What is known of its provider.
    pub provider: &'static ProviderDefaults,
    /// Where the provider's API is.
    pub base_url: String,
    /// The rate limit.
    pub limit: Limit,
    /// The limits of single operations besides, by their names in [`skinbus_domain::quota::OPERATIONS`].
    pub operations: BTreeMap<String, OperationLimit>,
    /// How long a whole call may take.
    pub total_timeout: Duration,
    /// What decisions about its trades rest on.
    pub rules: Rules,
    /// Most references in one look-up, by kind of order.
    pub look_up_batch: ByKind<usize>,
    /// Its section of the configuration.
    pub config: AccountConfig,
}

/// Trades that are asked about together where the provider's record of orders may tell of many of them at once.
const RECORD_CHUNK: usize = 250;

impl Account {
    /// How many trades of a kind are asked about together: what a look-up takes, or more where the provider's record tells.
    #[must_use]
    pub fn look_up_chunk(&self) -> ByKind<usize> {
        let record_tells = self.provider.record_tells;
        self.look_up_batch.map(|kind, size| if record_tells.of(kind) { RECORD_CHUNK.max(size) } else { size })
    }
}

/// Every account of the configuration.
///
/// # Errors
///
/// One error for each account whose provider has no adapter.
pub fn resolve(config: &Config) -> Result<BTreeMap<AccountId, Account>, ConfigErrors> {
    let mut errors = Vec::new();
    let mut accounts = BTreeMap::new();
    for (name, account) in &config.accounts {
        match registry::defaults(account.provider.as_str()) {
            Ok(provider) => {
                let account = one(config, name, account, provider);
                errors.extend(countable(&account));
                accounts.insert(name.clone(), account);
            }
            Err(error) => errors.push(ConfigError {
                setting: format!("accounts.{name}.provider"),
                source: "configuration".to_owned(),
                problem: error.to_string(),
            }),
        }
    }
    ConfigErrors::from(errors).into_result()?;
    Ok(accounts)
}

/// The documented limits of operations, and those that are set instead of them.
fn operations(
    account: &AccountConfig,
    provider: &ProviderDefaults,
    limit: Limit,
) -> BTreeMap<String, OperationLimit> {
    let hints = (HINTED_LOOK_UP.to_owned(), OperationLimit::of_hints(limit));
    let documented = provider.operation_quotas.iter().map(|(name, limit)| ((*name).to_owned(), *limit));
    let set = account.operation_quotas.iter().map(|(name, set)| {
        let limit = Limit { requests: set.requests, per: set.per };
        (name.clone(), OperationLimit { each: set.each.into(), limit })
    });
    let plan = (PLANNED_LOOK_UP.to_owned(), OperationLimit::of_plan(limit));
    [hints, plan].into_iter().chain(documented).chain(set).collect()
}

/// A look-up that asks for many orders cannot be counted for each of them.
fn countable(account: &Account) -> Option<ConfigError> {
    let by_order = account.operations.get("lookup").is_some_and(|limit| limit.each == Each::Order);
    let asks_for_more = account.config.lookup_batch.is_some_and(|set| set > 1)
        || account.look_up_batch.values().iter().any(|size| *size > 1);
    (by_order && asks_for_more).then(|| ConfigError {
        setting: format!("accounts.{}.operation_quotas.lookup.each", account.name),
        source: "configuration".to_owned(),
        problem: "\"order\" needs lookup_batch = 1".to_owned(),
    })
}

fn one(
    config: &Config,
    name: &AccountId,
    account: &AccountConfig,
    provider: &'static ProviderDefaults,
) -> Account {
    let total_timeout = account.total_timeout.unwrap_or(provider.call_timeout);
    let most_calls = provider.place_calls.values().into_iter().max().unwrap_or(1);
    // Where purchases may wait for a call that is under way, an intent lasts for that one too.
    let calls = if provider.place_together_max > 1 { 2 } else { most_calls };
    let quota = account.quota.map(|quota| Limit { requests: quota.requests, per: quota.per });
    let limit = quota.unwrap_or(provider.quota);
    Account {
        name: name.clone(),
        merchant: account.merchant.clone(),
        provider,
        base_url: account.base_url.clone().unwrap_or_else(|| provider.base_url.to_owned()),
        limit,
        operations: operations(account, provider, limit),
        total_timeout,
        rules: Rules {
            placing: PlacingRules {
                idempotency: provider.idempotency,
                settle_time: account.settle_time.unwrap_or(provider.settle_time),
                refusal_settle_time: account.refusal_settle_time.unwrap_or(provider.refusal_settle_time),
                lease: total_timeout.saturating_mul(calls).saturating_add(config.dispatch.lease_margin),
                ledger_restored_at: config.ledger.restored_at,
            },
            games: GameRules {
                protection: config.tracking.protection_by_game(),
                watch: config.tracking.scaled(WATCH),
            },
            tracking: TrackingRules {
                can_look_up: provider.can_look_up,
                link_lifetime: config.tracking.scaled(config.tracking.link_lifetime),
            },
            speed: config.tracking.speed.get(),
            tells_stuck: true,
        },
        look_up_batch: provider
            .look_up_batch
            .map(|_, size| account.lookup_batch.map_or(size, |set| set.min(size))),
        config: account.clone(),
    }
}
