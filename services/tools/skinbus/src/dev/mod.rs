//! `skinbus dev`: everything on one machine.

pub(crate) mod accounts;
pub(crate) mod child;
mod how_to;
pub(crate) mod layout;
pub(crate) mod ports;
pub(crate) mod programs;
mod secrets;
pub(crate) mod stack;
pub(crate) mod stop;

use std::path::Path;

use serde_json::{Value, json};
use skinbus_runtime::config::ProviderName;

use crate::cli::DevArguments;
use crate::failure::{Exit, Failure};
use crate::simulator::Simulator;
use crate::terminal::Terminal;
use layout::{Layout, Pace};
use ports::Ports;
use programs::Programs;
use stack::Stack;
use stop::StopSignals;

pub(crate) async fn run(arguments: &DevArguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut signals = StopSignals::listen()?;
    let programs = Programs::find(arguments.nats_server.as_deref()).await?;
    let ports = match arguments.port_base {
        Some(base) => Ports::from_base(base),
        None => Ports::usual(arguments.nats_port),
    };
    ports.check_free()?;
    let layout = Layout::new(&arguments.dir, ports, Pace::Real)?;
    let own = own_name();
    terminal.line(&format!("starting in {}", layout.dir.display()))?;
    let mut stack = Stack::prepare(layout, programs)?;
    let ended = tokio::select! {
        ended = serve(&mut stack, &own, terminal) => ended,
        () = signals.next() => Ok(()),
    };
    // Nobody may be left to read this, and everything is to be stopped all the same.
    let told = terminal.line("stopping");
    // The first failure is the one to tell.
    let stopped = stack.stop().await;
    ended.and(stopped)?;
    told?;
    terminal.line("stopped")?;
    Ok(Exit::Done)
}

/// Runs until one of the programs fails.
async fn serve(stack: &mut Stack, own: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    stack.bring_up().await?;
    Simulator::at(stack.layout().simulator_url())?.control(&lively()).await?;
    for (tone, line) in how_to::lines(stack.layout(), own) {
        terminal.toned(tone, &line)?;
    }
    Err(stack.first_death().await)
}

/// Deposits and listings that somebody places by hand are to come to an end without anybody playing the user.
fn lively() -> Value {
    let fates = json!({ "deposit_fate": "paid", "listing_fate": "sold" });
    ProviderName::ALL.iter().map(|provider| (provider.as_str().to_owned(), fates.clone())).collect()
}

/// How this program was called, so that examples can be pasted.
fn own_name() -> String {
    let called = std::env::args().next().filter(|name| Path::new(name).exists());
    called.unwrap_or_else(|| "skinbus".to_owned())
}
