//! `skinbus demo`: one run that shows what Skinbus does, and checks it against the simulator's own record.

mod orders;
mod stage;
mod summary;

use std::fs;
use std::time::Duration;

use serde_json::json;
use skinbus_bus::merchant::DeadLetter;
use skinbus_domain::ids::MerchantId;
use skinbus_runtime::clock;
use uuid::Uuid;

use crate::board::Board;
use crate::cli::DemoArguments;
use crate::connect::{connect_to, explain};
use crate::dead;
use crate::dev::layout::{Layout, Pace, Ports};
use crate::dev::programs::Programs;
use crate::dev::stack::Stack;
use crate::dev::stop::StopSignals;
use crate::failure::{Exit, Failure, complain};
use crate::receipt;
use crate::simulator::Simulator;
use crate::terminal::{Terminal, Tone};
use orders::DemoOrder;
use stage::Stage;
use summary::Evidence;

const MERCHANT: &str = "acme";
/// How long the dead letter of a conflict may take.
const DEAD_LETTER_TRIES: u32 = 50;
const DEAD_LETTER_PAUSE: Duration = Duration::from_millis(100);

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
    let (board, played) = (Board::default(), Vec::new());
    let mut stage = Stage { client, merchant, changes, board, terminal, played };
    simulator.control(&fast_lives()).await?;
    stage.play(orders::delivered()).await?;
    stage.play(orders::not_delivered()).await?;
    stage.play(orders::never_sent_or_refused()).await?;
    never_twice(&mut stage, simulator).await?;
    simulator.control(&json!({ "durations": { "protection_ms": 7 * 24 * 3_600_000_u64 } })).await?;
    stage.play(orders::still_on_hold()).await?;
    summarize(&mut stage, simulator).await
}

/// Short enough to look on, long enough to see each step.
fn fast_lives() -> serde_json::Value {
    json!({ "durations": {
        "processing_ms": 1_500,
        "waiting_accept_ms": 2_000,
        "offer_timeout_ms": 4_000,
        "protection_ms": 6_000,
        "rollback_ms": 3_000,
    } })
}

/// A lost answer, a repeated order, and another order under the same id.
async fn never_twice(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    let part = orders::lost_answer();
    let Some(order) = part.orders.first().copied() else {
        return Ok(());
    };
    let fault = json!({ "path": "/withdraw/buy", "custom_id": order.id, "kind": "cut_after_execution" });
    simulator.control(&json!({ "add_faults": [fault] })).await?;
    stage.play(part).await?;
    repeat(stage, order).await
}

/// The same id again: with the same content, and with another.
async fn repeat(stage: &mut Stage<'_>, order: DemoOrder) -> Result<(), Failure> {
    stage.announce(
        "Never twice: the same order again, and another one under its id",
        "The same content gets the receipt of the order that is there; other content is refused and, where it was \
         published, kept as a dead letter. The first order is untouched.",
    )?;
    let now = clock::now();
    let version = stage.board.row(order.id).map_or(0, crate::board::Row::version);
    let again = stage.place(&order.request(now)).await?;
    if receipt::exit(&again) != Exit::Done || again.version != version {
        return Err(Failure::new(format!(
            "the repeated order {} did not get the receipt of the first",
            order.id
        )));
    }
    let other = order.contradicting();
    let conflict = stage.place(&other.request(now)).await?;
    if receipt::exit(&conflict) != Exit::Conflict {
        return Err(Failure::new(format!(
            "another order under the id {} was not refused as a conflict",
            order.id
        )));
    }
    stage.hand_over(&other.published()).await?;
    let letters = dead_letters(stage).await?;
    stage.terminal.line("")?;
    let width = stage.terminal.size().0;
    let lines = dead::table(&letters).render(stage.terminal.palette(), width);
    stage.terminal.lines(&lines)?;
    Ok(())
}

async fn dead_letters(stage: &Stage<'_>) -> Result<Vec<DeadLetter>, Failure> {
    for _ in 0..DEAD_LETTER_TRIES {
        let letters = stage.client.dead_letters().await.map_err(explain)?;
        if !letters.is_empty() {
            return Ok(letters);
        }
        tokio::time::sleep(DEAD_LETTER_PAUSE).await;
    }
    Err(Failure::new("the published conflict did not become a dead letter"))
}

async fn summarize(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<usize, Failure> {
    stage.announce(
        "Summary",
        "What Skinbus said of each order, next to the simulator's own record of what it truly executed. \
         \"bought\" counts purchases under the order's id; one that ended without the item was refunded by the provider.",
    )?;
    let purchases = simulator.purchases().await?;
    let calls = simulator.calls().await?;
    let evidence =
        Evidence { orders: &stage.played, board: &stage.board, purchases: &purchases, calls: &calls };
    let summary = summary::of(&evidence, stage.terminal.palette(), stage.terminal.size().0);
    stage.terminal.line("")?;
    stage.terminal.lines(&summary.lines)?;
    Ok(summary.disagreements)
}
