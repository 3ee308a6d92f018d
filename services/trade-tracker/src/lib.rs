//! trade-tracker: follows every trade until it is final.
//!
//! It decides what is looked at and when, and folds what providers say into the ledger. It holds no API credentials and
//! calls no provider itself: it asks provider-dispatch.

mod backlog;
mod census;
mod due;
mod follow;
mod hints;
mod look;
mod metrics;
mod mover;
mod orphans;
mod reconcile;
mod webhooks;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skinbus_bus::dead::Cause;
use skinbus_bus::held::Held;
use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::{Bus, ConnectError};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::accounts::{self, Account};
use skinbus_runtime::config::TrackingConfig;
use skinbus_runtime::{Config, ConfigErrors, Health, RunError, Shutdown, service};
use tokio::task::JoinSet;

use backlog::Backlogs;
use hints::Hints;
use orphans::Orphans;

/// The accounts whose trades are followed.
pub type Accounts = BTreeMap<AccountId, Account>;

/// The process, from its arguments to its exit code.
#[must_use]
pub fn main() -> ExitCode {
    service::main("trade-tracker", |config, _| prepare(config), run)
}

/// Reads what the tracker needs of the configuration; it needs no secret.
///
/// # Errors
///
/// Every account whose provider is not known.
pub fn prepare(config: &Config) -> Result<Accounts, ConfigErrors> {
    accounts::resolve(config)
}

/// Follows trades until the shutdown.
///
/// # Errors
///
/// Where NATS cannot be used at all.
pub async fn run(
    config: Config,
    accounts: Accounts,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    let bus = match Bus::connect("trade-tracker", &config, &shutdown, &health).await {
        Ok(bus) => bus,
        Err(ConnectError::Shutdown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let tracker = Arc::new(Tracker {
        ledger: JetStreamLedger::new(&bus).await?,
        bus: bus.clone(),
        accounts,
        settings: config.tracking,
        backlogs: Backlogs::default(),
        hints: Mutex::default(),
        orphans: Mutex::default(),
        shutdown,
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(follow::run(Arc::clone(&tracker)));
    tasks.spawn(webhooks::run(Arc::clone(&tracker)));
    tasks.spawn(mover::run(Arc::clone(&tracker)));
    tasks.spawn(reconcile::run(Arc::clone(&tracker)));
    tasks.spawn(census::run(Arc::clone(&tracker)));
    for account in tracker.accounts.values() {
        tasks.spawn(due::run(Arc::clone(&tracker), account.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    bus.close().await;
    Ok(())
}

/// What every part of the tracker shares.
struct Tracker {
    bus: Bus,
    ledger: JetStreamLedger,
    accounts: Accounts,
    settings: TrackingConfig,
    backlogs: Backlogs,
    hints: Mutex<Hints>,
    orphans: Mutex<Orphans>,
    shutdown: Shutdown,
}

/// Pause before a message comes again whose dead letter could not be stored.
const BURY_PAUSE: Duration = Duration::from_secs(1);

impl Tracker {
    /// A message that nobody can read becomes a dead letter, and only then leaves the stream.
    async fn bury(&self, held: Held, problem: &str) {
        match self.bus.bury("tracker", &held.incoming, &Cause::new("undecodable", problem)).await {
            Ok(()) => held.acknowledge().await,
            Err(error) => {
                tracing::error!(
                    error = skinbus_bus::chain(&error),
                    "storing a dead letter; the message comes again"
                );
                held.redeliver_after(BURY_PAUSE).await;
            }
        }
    }
}
