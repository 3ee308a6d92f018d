//! `skinbus accounts`: what is followed at each provider account, and how late a look at a trade can come.

mod load;

use skinbus_bus::polls::PollsError;

use crate::cli::{AccountsArguments, Connection};
use crate::configured;
use crate::connect::connect;
use crate::failure::{Exit, Failure};
use crate::table::Table;
use crate::terminal::{Terminal, Tone};
use load::Load;

const LEGEND: [&str; 3] = [
    "requests  what looking once at every open trade costs",
    "latest    how late a look comes at most after its time, while the provider answers: of trades that somebody waits for,",
    "          and of the others; each while look-ups have the quota, and while orders use it up",
];

pub(crate) async fn run(
    connection: &Connection,
    arguments: &AccountsArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut accounts = configured::accounts(arguments.config.as_ref())?;
    if let Some(account) = &arguments.account {
        accounts.retain(|name, _| name == account);
    }
    if accounts.is_empty() {
        return Err(Failure::new("listing the accounts: the configuration has none; name it with --config"));
    }
    let client = connect(connection).await?;
    let mut loads = Vec::new();
    for account in accounts.into_values() {
        let polls = client.bus().polls(&account.name).await.map_err(|error| failed(&error))?;
        loads.push(Load { account, polls });
    }
    if arguments.json {
        loads.iter().try_for_each(|load| terminal.line(&load.json()))?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&load::COLUMNS);
    loads.iter().for_each(|load| table.row(load.row()));
    let width = terminal.size().0;
    terminal.lines(&table.render(terminal.palette(), width))?;
    terminal.line("")?;
    LEGEND.iter().try_for_each(|line| terminal.toned(Tone::Quiet, line))?;
    Ok(Exit::Done)
}

fn failed(error: &PollsError) -> Failure {
    Failure::new(format!("{error}; are the services running? `skinbus dev` starts them"))
}
