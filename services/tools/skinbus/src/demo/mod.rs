//! `skinbus demo`: one run that shows what Skinbus does, and checks it against the simulator's own record.

mod acts;
mod orders;
mod script;
mod stage;
mod summary;
mod sums;
mod truth;

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use skinbus_domain::ids::MerchantId;
use uuid::Uuid;

use crate::board::Board;
use crate::cli::DemoArguments;
use crate::connect::{connect_to, explain};
use crate::dev::accounts::MERCHANT;
use crate::dev::layout::{Layout, Pace};
use crate::dev::ports::Ports;
use crate::dev::programs::Programs;
use crate::dev::stack::Stack;
use crate::dev::stop::StopSignals;
use crate::failure::{Exit, Failure, complain};
use crate::simulator::Simulator;
use crate::terminal::{Terminal, Tone};
use stage::Stage;
use summary::Evidence;

/// Items that make a price list as long as real ones begin to be.
const PRICES_FILLER: u32 = 4_000;

pub(crate) async fn run(arguments: &DemoArguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut signals = StopSignals::listen()?;
    let programs = Programs::find(arguments.nats_server.as_deref()).await?;
    let dir = std::env::temp_dir().join(format!("skinbus-demo-{}", Uuid::new_v4().simple()));
    let layout = Layout::new(&dir, Ports::free()?, Pace::Demo)?;
    terminal.toned(Tone::Strong, "Skinbus demo")?;
    terminal.line(
        "Starting NATS, the provider simulator and the four services; everything is gone again afterwards.",
    )?;
    let logs = layout.dir.join("logs");
    let mut stack = Stack::prepare(layout, programs)?;
    let played = tokio::select! {
        played = perform(&mut stack, terminal) => Some(played),
        () = signals.next() => None,
    };
    let erased = terminal.erase();
    // Whatever happened, nothing is left running; and the first failure is the one to tell.
    let stopped = stack.stop().await;
    let kept = |problem: String| Failure::new(format!("{problem}\nThe logs are in {}", logs.display()));
    let exit = match played {
        None => {
            complain("the demo was interrupted");
            Exit::Failed
        }
        Some(Ok(0)) => Exit::Done,
        Some(Ok(_)) => return Err(kept("the demo's result is not as it must be.".to_owned())),
        Some(Err(Failure::Problem(problem))) => return Err(kept(problem)),
        Some(Err(other @ (Failure::Usage(_) | Failure::Output(_)))) => return Err(other),
    };
    erased?;
    stopped?;
    fs::remove_dir_all(&dir).map_err(|error| Failure::new(format!("removing {}: {error}", dir.display())))?;
    Ok(exit)
}

/// Starts everything and plays, as long as nothing that was started ends.
async fn perform(stack: &mut Stack, terminal: &mut Terminal) -> Result<usize, Failure> {
    stack.bring_up().await?;
    let simulator = Simulator::at(stack.layout().simulator_url())?;
    let url = stack.layout().nats_url();
    tokio::select! {
        played = play(&url, &simulator, terminal) => played,
        failure = stack.first_death() => Err(failure),
    }
}

async fn play(nats_url: &str, simulator: &Simulator, terminal: &mut Terminal) -> Result<usize, Failure> {
    let client = connect_to(nats_url).await?;
    let merchant: MerchantId =
        MERCHANT.parse().map_err(|error| Failure::new(format!("the merchant: {error}")))?;
    let changes = client.follow(&merchant, None).await.map_err(explain)?;
    let (board, played, pages) = (Board::default(), Vec::new(), BTreeSet::new());
    let mut stage = Stage { client, merchant, changes, board, terminal, played, pages };
    simulator.control(&fast_lives()).await?;
    simulator.control(&fates()).await?;
    stage.play(script::purchases()).await?;
    acts::inventories(&mut stage).await?;
    stage.play(script::deposits()).await?;
    acts::listings(&mut stage, simulator).await?;
    acts::prices(&mut stage).await?;
    stage.play(script::ended_by_others()).await?;
    acts::never_twice(&mut stage, simulator).await?;
    simulator.control(&json!({ "durations": { "protection_ms": 7 * 24 * 3_600_000_u64 } })).await?;
    stage.play(script::still_on_hold()).await?;
    summarize(&mut stage, simulator).await
}

/// Short enough to look on, long enough to see each step.
fn fast_lives() -> Value {
    json!({ "durations": {
        "processing_ms": 1_500,
        "waiting_accept_ms": 2_000,
        "offer_timeout_ms": 4_000,
        "protection_ms": 6_000,
        "rollback_ms": 3_000,
    } })
}

/// What becomes of orders where it does not follow from the item.
fn fates() -> Value {
    json!({
        "skinsback": { "deposit_fate": "held_then_paid", "catalogue_filler": PRICES_FILLER },
        "skinout": {
            "deposit_fate": "held_then_paid",
            "deposit_fates": { "skinout-page-back": "reverted" },
            "fates": { "by_reference": { "skinout-fail": "item_unavailable" } },
            "notifications": { "send_pending": true },
        },
        "skinify": {
            "deposit_fate": "held_then_paid",
            "deposit_fates": { "skinify-item-back": "reverted" },
            "notifications": { "send_pending": true },
        },
        "shadowpay": { "deposit_fate": "paid" },
        "skinslink": { "deposit_fate": "held_then_paid" },
    })
}

async fn summarize(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<usize, Failure> {
    stage.announce(
        "Summary",
        "What Skinbus said of each order, next to the simulator's own record of what it truly executed: nothing twice, \
         nothing that nobody ordered, every credit the same, and no more calls in any window than the limit allows.",
    )?;
    let ledger = simulator.ledger().await?;
    let calls = simulator.calls().await?;
    let dead_letters = stage.client.dead_letters().await.map_err(explain)?.len();
    let (orders, board) = (stage.played.as_slice(), &stage.board);
    let evidence = Evidence { orders, board, ledger: &ledger, calls: &calls, dead_letters };
    let summary = summary::of(&evidence, stage.terminal.palette(), stage.terminal.size().0);
    stage.terminal.line("")?;
    stage.terminal.lines(&summary.lines)?;
    Ok(summary.disagreements)
}
