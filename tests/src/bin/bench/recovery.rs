//! The only dispatch replica is killed with `kill -9` while a backlog is being placed, and started again at once.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use skinbus_proto::v1::{TradeStatus, TradeStatusChanged};
use skinbus_runtime::clock;
use skinbus_tests::merchant::order;
use skinbus_tests::{Changes, System, SystemOptions, wait};

const ORDERS: usize = 400;
/// Orders that are over when the replica is killed.
const BEFORE: usize = 100;
/// How long the provider takes to answer, so that calls are in flight.
const ANSWER_MS: u64 = 50;
/// Skinify's own time-out.
const TOTAL_TIMEOUT: &str = "30s";
/// More than lease, look-up and all.
const LONGEST: Duration = Duration::from_secs(150);
const SERVICE: &str = "provider-dispatch";

/// An order's life as seen from the kill, in seconds after it.
struct Seen {
    /// Which state it was in at the kill.
    status: TradeStatus,
    /// When it left that state.
    moved: f64,
    /// When it was over.
    over: f64,
    was_uncertain: bool,
}

pub(crate) async fn run() {
    println!(
        "\nrecovery, {ORDERS} orders in the queue, kill -9 of the only dispatch replica after {BEFORE}, restart at once"
    );
    let options =
        SystemOptions { speed: 1, total_timeout: TOTAL_TIMEOUT.to_owned(), ..SystemOptions::default() };
    let mut system = System::start(options).await;
    let slow =
        json!({ "path": "/withdraw/buy", "kind": { "delay_answer_ms": ANSWER_MS }, "times": 1_000_000 });
    system.control(&json!({ "faults": [slow] })).await;
    let merchant = system.merchant().await;
    let changes = Changes::follow(&merchant, skinbus_tests::system::MERCHANT).await;
    let ids: Vec<String> = (0..ORDERS).map(|number| format!("r-{number}")).collect();
    for id in &ids {
        merchant.publish(&order(id, "88112")).await;
    }
    let over = || ids.iter().filter(|id| is_over(&changes.of(id))).count();
    wait::until("some orders to be over", || async { (over() >= BEFORE).then_some(()) }).await;
    system.service(SERVICE).kill();
    let killed = clock::now();
    system.forget_ended();
    system.launch(SERVICE, None);
    system.service(SERVICE).ready().await;
    let ready = seconds(killed, clock::now());
    let began = clock::monotonic_now();
    while over() < ORDERS && clock::monotonic_now().duration_since(began) < LONGEST {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let seen: Vec<Seen> = ids.iter().filter_map(|id| seen(&changes.of(id), killed)).collect();
    report(&seen, ready, ORDERS - over());
}

fn is_over(changes: &[TradeStatusChanged]) -> bool {
    changes.last().is_some_and(|last| last.to() == TradeStatus::Completed)
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Nothing for what was over before.
fn seen(changes: &[TradeStatusChanged], killed: Timestamp) -> Option<Seen> {
    let time = |change: &TradeStatusChanged| {
        seconds(killed, change.recorded_at.as_ref().and_then(skinbus_proto::moment).unwrap())
    };
    let before = changes.iter().rfind(|change| time(change) <= 0.0)?;
    let moved = changes.iter().find(|change| time(change) > 0.0)?;
    let was_uncertain = changes.iter().any(|change| change.to() == TradeStatus::Uncertain);
    Some(Seen { status: before.to(), moved: time(moved), over: time(changes.last()?), was_uncertain })
}

fn report(seen: &[Seen], ready: f64, open: usize) {
    let of = |status: TradeStatus| seen.iter().filter(move |one| one.status == status);
    let least = |times: Vec<f64>| times.into_iter().fold(f64::INFINITY, f64::min);
    let most = |times: Vec<f64>| times.into_iter().fold(0.0, f64::max);
    println!("  ready again after {ready:.2} s; {open} orders are not over");
    let waiting = || of(TradeStatus::Accepted);
    println!(
        "  first of the {} waiting orders sent after {:.2} s",
        waiting().count(),
        least(waiting().map(|one| one.moved).collect())
    );
    let mut sent: Vec<f64> = waiting().map(|one| one.moved).collect();
    sent.sort_by(f64::total_cmp);
    let half = sent.get(sent.len() / 2).copied().unwrap_or_default();
    println!(
        "  half of them sent after {half:.2} s; the last, which the dead replica had in hand, after {:.2} s (ack wait 30 s)",
        most(sent)
    );
    let in_flight = || of(TradeStatus::Dispatching);
    println!(
        "  {} in flight: moved on after {:.2} to {:.2} s (the lease, two calls of {TOTAL_TIMEOUT} and a margin of 1 s), \
         over after {:.2} s at most (the first look is 5 s later); {} were uncertain",
        in_flight().count(),
        least(in_flight().map(|one| one.moved).collect()),
        most(in_flight().map(|one| one.moved).collect()),
        most(in_flight().map(|one| one.over).collect()),
        in_flight().filter(|one| one.was_uncertain).count(),
    );
}
