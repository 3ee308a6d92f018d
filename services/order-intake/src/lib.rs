//! order-intake: takes orders, accepts each once for ever, and hands accepted ones to dispatch.
//!
//! It does not talk HTTP and knows no provider's wire format. It holds no secret.

mod accept;
mod hand_over;
mod metrics;
mod orders;
mod place;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::topology::{INTAKE, ORDERS};
use skinbus_bus::{Bus, ConnectError, DELIVERIES_MAX, WorkOptions};
use skinbus_domain::ids::AccountId;
use skinbus_proto::request::{KnownAccount, Supports};
use skinbus_providers::{Capability, ProviderDefaults};
use skinbus_runtime::{Config, ConfigErrors, Health, RunError, Shutdown, accounts, service};

pub use accept::{AcceptError, Verdict, accept};

/// The accounts that orders may name.
pub type Accounts = BTreeMap<AccountId, KnownAccount>;

/// The process, from its arguments to its exit code.
#[must_use]
pub fn main() -> ExitCode {
    service::main("order-intake", |config, _| prepare(config), run)
}

/// Reads what intake needs of the configuration.
///
/// # Errors
///
/// Every account whose provider is not known.
pub fn prepare(config: &Config) -> Result<Accounts, ConfigErrors> {
    let known = accounts::resolve(config)?.into_iter().map(|(name, account)| {
        let known = KnownAccount {
            merchant: account.merchant,
            provider: account.provider.name.to_owned(),
            supports: supports(account.provider),
            price_currency: account.provider.price_currency,
            violations: account.provider.violations,
        };
        (name, known)
    });
    Ok(known.collect())
}

fn supports(provider: &ProviderDefaults) -> Supports {
    let has = |capability| (provider.support)(capability).is_supported();
    Supports {
        purchase_by_offer: has(Capability::PurchaseByOffer),
        purchase_by_name: has(Capability::PurchaseByName),
        deposit_link: has(Capability::DepositLink),
        deposit_items: has(Capability::DepositItems) || has(Capability::DepositItemsByName),
        listing: has(Capability::Listing),
    }
}

/// Takes orders until the shutdown.
///
/// # Errors
///
/// Where NATS cannot be used at all. That it is away is no error: the service waits, and is not ready.
pub async fn run(
    config: Config,
    accounts: Accounts,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    let placing = health.condition("place");
    let bus = match Bus::connect("order-intake", &config, &shutdown, &health).await {
        Ok(bus) => bus,
        Err(ConnectError::Shutdown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let intake = Arc::new(Intake { ledger: JetStreamLedger::new(&bus).await?, bus: bus.clone(), accounts });
    let options = WorkOptions {
        stage: "intake",
        concurrency: config.intake.concurrency,
        ahead: config.intake.concurrency,
        deliveries_max: DELIVERIES_MAX,
    };
    let published = bus.work(ORDERS, INTAKE, options, &shutdown, {
        let intake = Arc::clone(&intake);
        move |incoming| {
            let intake = Arc::clone(&intake);
            async move { orders::handle(&intake, &incoming).await }
        }
    });
    let endpoint = place::endpoint(&bus).await?;
    placing.up();
    let placed = place::serve(&intake, endpoint, config.intake.concurrency, &shutdown);
    tokio::join!(published, placed);
    bus.close().await;
    Ok(())
}

/// What both ways in share.
struct Intake {
    bus: Bus,
    ledger: JetStreamLedger,
    accounts: Accounts,
}
