//! `skinbus quota`: how much of the accounts' rate limits is in use.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use skinbus_bus::quota::{QuotaStore, StoredWindow};
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::Limit;
use skinbus_providers::registry;
use skinbus_runtime::{Config, clock, config, environment};

use crate::cli::{Connection, QuotaArguments};
use crate::connect::connect;
use crate::failure::{Exit, Failure};
use crate::table::{Cell, Fit, Table};
use crate::terminal::{Terminal, Tone};
use crate::view;

/// Where `skinbus dev` keeps its configuration.
const DEV_CONFIG: &str = ".skinbus/skinbus.toml";

pub(crate) async fn run(
    connection: &Connection,
    arguments: &QuotaArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut limits = limits(arguments)?;
    if let Some(account) = &arguments.account {
        let limit = limits.remove(account).flatten();
        limits = BTreeMap::from([(account.clone(), limit)]);
    }
    if limits.is_empty() {
        return Err(Failure::new(
            "reading the quota: no account is known; name one with --account, or the configuration with --config",
        ));
    }
    let client = connect(connection).await?;
    let failed = |error: skinbus_bus::quota::QuotaError| {
        Failure::new(format!("{error}; are the services running? `skinbus dev` starts them"))
    };
    let mut table = table();
    for (account, limit) in &limits {
        let store = QuotaStore::new(client.bus(), account).await.map_err(failed)?;
        let stored = store.read(account).await.map_err(failed)?;
        table.row(row(account, limit.as_ref(), &stored, clock::now()));
    }
    let width = terminal.size().0;
    terminal.lines(&table.render(terminal.palette(), width))?;
    Ok(Exit::Done)
}

/// The limits of the configured accounts; an account without one has its provider's.
fn limits(arguments: &QuotaArguments) -> Result<BTreeMap<AccountId, Option<Limit>>, Failure> {
    let variables = environment::pairs();
    let dev = || Some(PathBuf::from(DEV_CONFIG)).filter(|path| path.is_file());
    let Some(path) = config::locate(arguments.config.clone(), &variables).or_else(dev) else {
        return Ok(BTreeMap::new());
    };
    // Without the variables: those that are none of its settings are no mistake of a person who wants to see a table.
    let config = Config::load(Some(&path), Vec::new())
        .map_err(|errors| Failure::new(format!("reading {}: {errors}", path.display())))?;
    let limits = config.accounts.iter().map(|(name, account)| {
        let set = account.quota.map(|quota| Limit { requests: quota.requests, per: quota.per });
        let limit =
            set.or_else(|| registry::defaults(account.provider.as_str()).ok().map(|known| known.quota));
        (name.clone(), limit)
    });
    Ok(limits.collect())
}

fn table() -> Table {
    Table::new(
        &["account", "limit", "used", "free", "closed until", "stored"].map(|heading| (heading, Fit::Whole)),
    )
}

fn row(account: &AccountId, limit: Option<&Limit>, stored: &StoredWindow, now: Timestamp) -> Vec<Cell> {
    let now_ms = now.as_millisecond();
    let used = stored.window.used(now_ms);
    let limit_text =
        limit.map_or_else(String::new, |limit| format!("{} in {} s", limit.requests, limit.per.as_secs()));
    let free = limit.map(|limit| limit.requests.saturating_sub(used));
    let tone = if free == Some(0) { Tone::Warning } else { Tone::Plain };
    let closed = stored.window.closed(now_ms).map(|(until_ms, reason)| {
        let until = Timestamp::from_millisecond(until_ms).map(view::time).unwrap_or_default();
        format!("{until} ({reason})")
    });
    vec![
        Cell::plain(account.as_str()),
        Cell::plain(limit_text),
        Cell::plain(used.to_string()),
        Cell::new(tone, free.map(|free| free.to_string()).unwrap_or_default()),
        Cell::new(Tone::Warning, closed.unwrap_or_default()),
        Cell::new(Tone::Quiet, stored.stored_at.map(view::time).unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;
    use skinbus_domain::quota::{QuotaWindow, Slots};
    use std::time::Duration;

    #[test]
    fn used_free_and_closed_are_shown() {
        let slots = vec![Slots { free_at_ms: 500, count: 4 }, Slots { free_at_ms: 60_000, count: 3 }];
        let window = QuotaWindow::from_parts(slots, 61_000, "request_limit_exceeded".to_owned());
        let stored = StoredWindow { window, revision: 1, stored_at: None };
        let limit = Limit { requests: 300, per: Duration::from_secs(60) };
        let mut table = table();
        let account: AccountId = "skinify_main".parse().unwrap();
        table.row(row(&account, Some(&limit), &stored, Timestamp::from_millisecond(1_000).unwrap()));
        let expected = [
            "account       limit        used  free  closed until                                   stored",
            "skinify_main  300 in 60 s  3     297   1970-01-01 00:01:01Z (request_limit_exceeded)",
        ];
        assert_eq!(table.render(Palette::PLAIN, 120), expected);
    }
}
