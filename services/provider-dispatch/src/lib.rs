//! provider-dispatch: places orders at providers under the shared quota, and asks providers about trades and for lists.
//!
//! It is the only service that holds API credentials and the only one that calls out (invariant S2). It does not decide
//! when a trade is looked at.

mod account;
mod call;
mod commands;
mod drift;
mod in_hand;
mod look_up;
mod metrics;
pub mod permits;
mod place;
mod queries;
mod record;
mod together;
mod traced;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::lists::ListStore;
use skinbus_bus::queries::QueryEndpoint;
use skinbus_bus::topology::{DISPATCH, dispatch_consumer};
use skinbus_bus::{Bus, ConnectError, DELIVERIES_MAX, WorkOptions};
use skinbus_domain::Anomaly;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::quota::{HINTED_LOOK_UP, Lane, PLANNED_LOOK_UP};
use skinbus_providers::Closed;
use skinbus_runtime::telemetry::spans::Span;
use skinbus_runtime::{Config, Health, RunError, Shutdown, service};
use tokio::task::JoinSet;

pub use account::{Prepared, prepare};
pub use call::{CallFailure, HttpClient};

use account::Served;
use permits::{Keeper, Permit, Said, Terms, Turn};
use queries::Queries;
use together::Together;

/// Pause before an alert is stored again.
const ALERT_RETRY_PAUSE: Duration = Duration::from_millis(500);

/// The process, from its arguments to its exit code.
#[must_use]
pub fn main() -> ExitCode {
    service::main("provider-dispatch", prepare, run)
}

/// Serves the accounts until the shutdown.
///
/// # Errors
///
/// Where NATS cannot be used at all, or an HTTP client cannot be made.
pub async fn run(
    config: Config,
    prepared: Prepared,
    shutdown: Shutdown,
    health: Health,
) -> Result<(), RunError> {
    let answering = health.condition("lookup");
    let bus = match Bus::connect("provider-dispatch", &config, &shutdown, &health).await {
        Ok(bus) => bus,
        Err(ConnectError::Shutdown) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let ledger = JetStreamLedger::new(&bus).await?;
    let service = bus.query_service("provider-dispatch", "Asks providers").await?;
    let lists = ListStore::new(&bus).await?;
    let mut accounts = JoinSet::new();
    for served in prepared.accounts {
        let keeper = Keeper::start(&bus, terms(&served)).await?;
        let name = &served.account.name;
        let endpoints = Endpoints {
            look_up: look_up::endpoint(&service, name).await?,
            queries: queries::endpoints(&service, name).await?,
            commands: commands::endpoints(&service, name).await?,
        };
        let (connect, total) = (served.account.config.connect_timeout, served.account.total_timeout);
        let dispatcher = Arc::new(Dispatcher {
            bus: bus.clone(),
            ledger: ledger.clone(),
            http: HttpClient::new(connect, total)?,
            queries: Queries::new(lists.clone(), &config.queries, connect, total)?,
            permits: keeper,
            together: Together::new(served.account.provider.place_together_max),
            served,
            shutdown: shutdown.clone(),
        });
        accounts.spawn(serve(dispatcher, endpoints, config.dispatch.concurrency));
    }
    answering.up();
    while let Some(ended) = accounts.join_next().await {
        ended?;
    }
    bus.close().await;
    Ok(())
}

/// What serving one account needs.
struct Dispatcher {
    bus: Bus,
    ledger: JetStreamLedger,
    http: HttpClient,
    permits: Keeper,
    queries: Queries,
    together: Together,
    served: Served,
    shutdown: Shutdown,
}

impl Dispatcher {
    /// Tells whom it concerns that a fact contradicts the ledger. Not given up: nobody may ever tell it again. What a new
    /// version brings up is in the version, and the tracker raises it.
    async fn raise_anomaly(&self, key: &TradeKey, anomaly: &Anomaly) {
        while let Err(error) = self.bus.raise_anomaly(Some(&self.served.account.name), key, anomaly).await {
            tracing::error!(trade = %key, error = skinbus_bus::chain(&error), "an anomaly is not raised yet");
            tokio::time::sleep(ALERT_RETRY_PAUSE).await;
        }
    }

    /// Waits for a permit for an operation; `about` is the user or the order that it is about, where calls about each have
    /// a limit of their own. A whole call surely fits into it: the process may have been paused since it was granted, and
    /// its slot may be free again by now.
    async fn permit(&self, lane: Lane, operation: &str, about: &About<'_>) -> Option<Permit> {
        self.permit_in(Turn::Last, lane, operation, about, 1).await
    }

    async fn permit_in(
        &self,
        turn: Turn,
        lane: Lane,
        operation: &str,
        about: &About<'_>,
        calls: u32,
    ) -> Option<Permit> {
        let span = Span::inside("wait for a permit");
        span.describe(|| {
            let mut attributes = self.whose(operation);
            attributes.push(KeyValue::new("skinbus.lane", traced::word(lane)));
            attributes
        });
        loop {
            let besides = match lane {
                Lane::LookUps if about.is_hinted => Some(HINTED_LOOK_UP),
                Lane::LookUps => Some(PLANNED_LOOK_UP),
                Lane::Orders | Lane::Catalogue => None,
            };
            let own = [Some(operation), besides].into_iter().flatten().filter_map(|operation| {
                self.served.account.operations.get(operation)?.of(operation, about.user, about.order)
            });
            let permit = self.permits.take_for(lane, own.collect(), turn, calls).await?;
            if permit.covers(self.served.account.total_timeout) {
                return Some(permit);
            }
            permit.give_back();
        }
    }
}

/// What a call is about.
#[derive(Debug, Clone, Copy, Default)]
struct About<'a> {
    user: Option<&'a str>,
    order: Option<&'a str>,
    /// Only a webhook asks for it, which anybody may have sent.
    is_hinted: bool,
}

/// What a call's end says about the account. The answer of a server error may be that of anything in front of the provider.
fn said(
    account: &AccountId,
    answer: &Result<http::Response<bytes::Bytes>, CallFailure>,
    closed: Option<Closed>,
) -> Said {
    let said = match (answer, closed) {
        (_, Some(closed)) => Said::Closed { until: closed.until, reason: closed.reason },
        (Ok(response), None) if response.status().is_server_error() => Said::Nothing,
        (Ok(_), None) => Said::Open,
        (Err(CallFailure::Unreachable), None) => Said::Unreachable,
        (Err(CallFailure::NotSent(_) | CallFailure::NoAnswer(_)), None) => Said::Nothing,
    };
    metrics::said(account, &said);
    said
}

fn terms(served: &Served) -> Terms {
    let account = &served.account;
    Terms { account: account.name.clone(), limit: account.limit, call_timeout: account.rules.placing.lease }
}

/// Where one account answers.
struct Endpoints {
    look_up: QueryEndpoint,
    queries: queries::Endpoints,
    commands: commands::Endpoints,
}

async fn serve(dispatcher: Arc<Dispatcher>, endpoints: Endpoints, concurrency: usize) {
    let name = dispatcher.served.account.name.clone();
    let (bus, shutdown) = (dispatcher.bus.clone(), dispatcher.shutdown.clone());
    // While the account is closed, orders wait where they are: in the stream, in their order.
    let options = WorkOptions { stage: "dispatch", concurrency, ahead: 0, deliveries_max: DELIVERIES_MAX };
    let consumer = dispatch_consumer(&name);
    let placing = async {
        // Orders of a paused account stay where they are; the tracker ends those whose deadline passes.
        if dispatcher.served.account.config.paused {
            tracing::warn!(account = %name, "the account is paused: its orders wait");
            return shutdown.requested().await;
        }
        let served = Arc::clone(&dispatcher);
        let handle = move |incoming| in_hand::handle(Arc::clone(&served), incoming);
        bus.work(DISPATCH, &consumer, options, &shutdown, handle).await;
    };
    let looking_up = look_up::serve(Arc::clone(&dispatcher), endpoints.look_up, &shutdown);
    let querying = queries::serve(Arc::clone(&dispatcher), endpoints.queries);
    let commanding = commands::serve(Arc::clone(&dispatcher), endpoints.commands);
    tokio::join!(placing, looking_up, querying, commanding);
    dispatcher.permits.close().await;
}
