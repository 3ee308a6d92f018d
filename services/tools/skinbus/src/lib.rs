//! `skinbus`: runs everything on a laptop, places orders, shows what becomes of them.
//!
//! Everything that is printed goes through `terminal::Terminal`; what is printed is made by pure functions. Nothing here
//! prints a trade token or a message's body (invariant S1), unless a person asks for a dead letter's content.

mod accounts;
mod asked;
mod board;
mod cli;
mod command;
mod configured;
mod connect;
mod credits;
mod dead;
mod demo;
mod dev;
mod doctor;
mod drift;
mod failure;
mod http;
mod nats_users;
mod order;
mod place;
mod query;
mod quota;
mod receipt;
mod reconcile;
mod signature;
mod simulator;
mod table;
mod terminal;
mod topology;
mod trade;
mod trade_url;
mod view;
mod watch;

#[cfg(test)]
mod samples;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, TradeCommand};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Does what the command line says, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" to the library, and go to stdout.
            let _nobody_listens = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    // Before there are threads, and without anything to clean up: another program takes this process over.
    if let Command::RunChild(arguments) = &cli.command {
        return dev::child::become_child(arguments).report().into();
    }
    let exit = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        // One thread: children are told when the thread that started them ends, so it must not end before this process.
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(Failure::new(format!("starting: {error}"))),
    };
    exit.unwrap_or_else(|failure| failure.report()).into()
}

async fn run(cli: Cli) -> Result<Exit, Failure> {
    let mut terminal = Terminal::stdout();
    let terminal = &mut terminal;
    let connection = &cli.connection;
    match &cli.command {
        Command::Dev(arguments) => dev::run(arguments, terminal).await,
        Command::Demo(arguments) => demo::run(arguments, terminal).await,
        Command::Place(arguments) => place::purchase(connection, arguments, terminal).await,
        Command::Deposit(arguments) => place::deposit(connection, arguments, terminal).await,
        Command::ListItem(arguments) => place::listing(connection, arguments, terminal).await,
        Command::Change(command) => command::run(connection, command, terminal).await,
        Command::Query(command) => query::run(connection, command, terminal).await,
        Command::Watch(arguments) => watch::run(connection, arguments, terminal).await,
        Command::Trade(TradeCommand::Show(arguments)) => trade::show(connection, arguments, terminal).await,
        Command::Trade(TradeCommand::Review(arguments)) => {
            trade::review::run(connection, arguments, terminal).await
        }
        Command::Trade(TradeCommand::Resolve(arguments)) => {
            trade::resolve::run(connection, arguments, terminal).await
        }
        Command::Accounts(arguments) => accounts::run(connection, arguments, terminal).await,
        Command::Quota(arguments) => quota::run(connection, arguments, terminal).await,
        Command::Doctor(arguments) => doctor::run(connection, arguments, terminal).await,
        Command::Drift(arguments) => drift::run(connection, arguments, terminal).await,
        Command::Reconcile(arguments) => reconcile::run(connection, arguments, terminal).await,
        Command::Dead(command) => dead::run(connection, command, terminal).await,
        Command::Topology(command) => topology::run(command, terminal).await,
        Command::NatsUsers(arguments) => nats_users::run(arguments, terminal),
        Command::WebhookSignature(arguments) => signature::run(arguments, terminal),
        Command::Version => {
            terminal.line(concat!("skinbus ", env!("CARGO_PKG_VERSION")))?;
            Ok(Exit::Done)
        }
        Command::RunChild(_) => Err(Failure::new("run-child: is handled before anything else")),
    }
}
