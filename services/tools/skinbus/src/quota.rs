//! `skinbus quota`: how much of the accounts' rate limits is in use, and whether the accounts are open.

mod status;

use std::collections::BTreeMap;
use std::time::Duration;

use skinbus_bus::quota::{QuotaError, QuotaStore};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::clock;

use crate::cli::{Connection, QuotaArguments};
use crate::configured;
use crate::connect::connect;
use crate::failure::{Exit, Failure, complain};
use crate::table::Table;
use crate::terminal::Terminal;
use status::{Limits, Status};

/// How often `--watch` looks.
const TICK: Duration = Duration::from_secs(1);

pub(crate) async fn run(
    connection: &Connection,
    arguments: &QuotaArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut limits = limits(arguments)?;
    if let Some(account) = &arguments.account {
        let limit = limits.remove(account).unwrap_or_default();
        limits = BTreeMap::from([(account.clone(), limit)]);
    }
    if limits.is_empty() {
        return Err(Failure::new(
            "reading the quota: no account is known; name one with --account, or the configuration with --config",
        ));
    }
    let client = connect(connection).await?;
    let mut windows = Vec::new();
    for (account, limits) in limits {
        let store = QuotaStore::new(client.bus(), &account).await.map_err(|error| failed(&error))?;
        windows.push((account, limits, store));
    }
    if arguments.watch {
        return watch(&windows, arguments, terminal).await;
    }
    let statuses = read(&windows).await.map_err(|error| failed(&error))?;
    show(&statuses, arguments, terminal)?;
    Ok(Exit::Done)
}

/// Each account with its limits, and where its window is.
type Windows = [(AccountId, Limits, QuotaStore)];

async fn read(windows: &Windows) -> Result<Vec<Status>, QuotaError> {
    let mut statuses = Vec::new();
    for (account, limits, store) in windows {
        let stored = store.read(account).await?;
        statuses.push(Status::of(account, limits, &stored.window, clock::now()));
    }
    Ok(statuses)
}

/// Until Ctrl-C: in place on a terminal, and elsewhere a line for every account that changed.
async fn watch(
    windows: &Windows,
    arguments: &QuotaArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut tick = tokio::time::interval(TICK);
    let mut last: Vec<Status> = Vec::new();
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            stopped = tokio::signal::ctrl_c() => {
                stopped.map_err(|error| Failure::new(format!("waiting for Ctrl-C: {error}")))?;
                break;
            }
        }
        let statuses = match read(windows).await {
            Ok(statuses) => statuses,
            Err(error) => {
                complain(&error.to_string());
                continue;
            }
        };
        if arguments.json || !terminal.is_live() {
            // Their JSON has nothing in it that only time changes.
            let known: Vec<String> = last.iter().map(Status::json).collect();
            for status in statuses.iter().filter(|status| !known.contains(&status.json())) {
                terminal.line(&if arguments.json { status.json() } else { status.line() })?;
            }
        } else {
            let width = terminal.size().0;
            terminal.redraw(&table(&statuses).render(terminal.palette(), width))?;
        }
        last = statuses;
    }
    if !arguments.json && terminal.is_live() {
        // What was shown last stays on the screen.
        show(&last, arguments, terminal)?;
    }
    Ok(Exit::Done)
}

fn show(statuses: &[Status], arguments: &QuotaArguments, terminal: &mut Terminal) -> Result<(), Failure> {
    if arguments.json {
        return Ok(statuses.iter().try_for_each(|status| terminal.line(&status.json()))?);
    }
    let width = terminal.size().0;
    Ok(terminal.lines(&table(statuses).render(terminal.palette(), width))?)
}

fn table(statuses: &[Status]) -> Table {
    let mut table = Table::new(&status::COLUMNS);
    for status in statuses {
        status.rows().into_iter().for_each(|cells| table.row(cells));
    }
    table
}

fn failed(error: &QuotaError) -> Failure {
    Failure::new(format!("{error}; are the services running? `skinbus dev` starts them"))
}

/// The limits of the configured accounts.
fn limits(arguments: &QuotaArguments) -> Result<BTreeMap<AccountId, Limits>, Failure> {
    let known = configured::accounts(arguments.config.as_ref())?;
    let limits = known.into_iter().map(|(name, account)| {
        (name, Limits { account: Some(account.limit), operations: account.operations })
    });
    Ok(limits.collect())
}
