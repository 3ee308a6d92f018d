//! `skinbus dev`: everything on one machine.

pub(crate) mod child;
pub(crate) mod layout;
pub(crate) mod programs;
mod secrets;
pub(crate) mod stack;
pub(crate) mod stop;

use std::path::Path;

use serde_json::json;

use crate::cli::DevArguments;
use crate::failure::{Exit, Failure};
use crate::simulator::Simulator;
use crate::terminal::{Terminal, Tone};
use layout::{Layout, MAIN_ACCOUNT, Pace, Ports, SERVICES, SIMULATOR_LIMIT};
use programs::Programs;
use stack::Stack;
use stop::StopSignals;

/// A user of Steam for the examples. The token is made up, and the simulator does not look at it.
const EXAMPLE_TRADE_URL: &str = "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12";

/// The simulator's catalogue, for the most part.
const OFFERS: &str = "\
What becomes of an order follows from its offer:
  88101 delivered                       88105 fails: invalid trade token
  88102 on hold for 7 days (game cs2)   88106 fails: the user cannot trade
  88103 declined by the user            88107 fails: the provider cannot send it
  88104 lapses after 5 minutes          88109 taken back by the user while on hold (cs2)
An order without --game counts as one for cs2, whose trades Steam lets users take back.";

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
    let limit = json!({ "skinify": { "limit": { "requests": SIMULATOR_LIMIT } } });
    Simulator::at(stack.layout().simulator_url())?.control(&limit).await?;
    for (tone, line) in how_to(stack.layout(), own) {
        terminal.toned(tone, &line)?;
    }
    Err(stack.first_death().await)
}

/// What a person needs to know now.
fn how_to(layout: &Layout, own: &str) -> Vec<(Tone, String)> {
    let line = |name: &str, value: String| (Tone::Plain, format!("  {name:<20}{value}"));
    let nats =
        if layout.ports.nats == 4222 { String::new() } else { format!(" --nats {}", layout.nats_url()) };
    let example = |command: &str| (Tone::Plain, format!("  {own}{nats} {command}"));
    let mut lines = vec![
        (Tone::Strong, "Skinbus is running.".to_owned()),
        line("NATS", layout.nats_url()),
        line("provider simulator", format!("{}/_ledger  what it truly executed", layout.simulator_url())),
        line("webhooks", layout.webhooks_url()),
    ];
    for (service, port) in SERVICES.into_iter().zip(layout.ports.health) {
        lines.push(line(service, format!("http://127.0.0.1:{port}/readyz  /metrics")));
    }
    lines.extend([
        line("configuration", layout.config_file().display().to_string()),
        line("logs", layout.dir.join("logs").display().to_string()),
        (Tone::Plain, String::new()),
        (Tone::Strong, "In another terminal:".to_owned()),
        example("watch"),
        example(&format!(
            "place --account {MAIN_ACCOUNT} --offer-id 88101 --game rust --max-price 1.00 --watch \\\n      \
             --trade-url '{EXAMPLE_TRADE_URL}'"
        )),
        example("trade show ORDER_ID"),
        (Tone::Plain, String::new()),
        (Tone::Plain, OFFERS.to_owned()),
        (Tone::Strong, "Ctrl-C stops everything.".to_owned()),
    ]);
    lines
}

/// How this program was called, so that examples can be pasted.
fn own_name() -> String {
    let called = std::env::args().next().filter(|name| Path::new(name).exists());
    called.unwrap_or_else(|| "skinbus".to_owned())
}
