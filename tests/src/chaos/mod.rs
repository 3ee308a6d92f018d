//! Chaos: the real services in two replicas, three real NATS servers, five simulated providers, and everything that may go
//! wrong at the same time. Then all is healed, and an oracle compares what is written down with what was truly done.
//!
//! One seed makes the plan: which orders come when, what is killed, cut and broken when, and what the providers do. The
//! plan repeats exactly; how the processes come through it does not, because they run on a real machine.
//!
//! | file | what |
//! | --- | --- |
//! | `settings` | how large a run is |
//! | `world` | the processes, and the proxies between all of them |
//! | `orders` | what merchants ask for |
//! | `sender` | merchants: they ask until they are answered, and remember what was acknowledged |
//! | `follow` | who listens: the users of the pages, and a plain subscriber |
//! | `trouble`, `faults` | what goes wrong |
//! | `heal` | the end of all trouble, and the wait for what is still open |
//! | `records` | everything that is known afterwards |
//! | `oracle` | what must hold; pure |
//! | `evidence` | what is left of a failed run |

pub mod evidence;
pub mod faults;
pub mod follow;
pub mod heal;
pub mod oracle;
pub mod orders;
pub mod records;
mod reports;
pub mod sender;
pub mod settings;
pub mod trouble;
pub mod world;

use std::path::PathBuf;

pub use settings::Settings;

use crate::dice::Dice;
use evidence::Evidence;
use oracle::Finding;
use world::World;

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What should not be; empty where all is well.
    pub findings: Vec<Finding>,
    /// What happened, for people.
    pub report: String,
    /// Where the evidence is, where there are findings.
    pub evidence: Option<PathBuf>,
}

/// One run, from the start of every process to the verdict.
pub async fn run(settings: Settings) -> Outcome {
    let mut dice = Dice::seeded(settings.seed);
    let evidence = Evidence::begin(&settings);
    let plan = orders::plan(&settings, &mut dice.split());
    evidence.keep("orders.txt", &orders::describe(&plan));
    let began = skinbus_runtime::clock::monotonic_now();
    let mut world = World::start(&settings, &evidence, &mut dice.split()).await;
    orders::prepare(&world, &plan).await;
    eprintln!(
        "chaos: the world stands after {:.1?}",
        skinbus_runtime::clock::monotonic_now().duration_since(began)
    );

    let follower = follow::Follower::start(&world, orders::visits(&plan)).await;
    let sending = tokio::spawn(sender::send_all(world.nats_url(), plan.clone(), dice.split()));
    let order_ids: Vec<String> = plan.intentions.keys().cloned().collect();
    let troubles = trouble::make(&mut world, &settings, &mut dice, &evidence, &order_ids).await;
    let acknowledged = heal::heal(&mut world, &evidence, sending).await;
    let records = heal::settle(&world, &settings, &plan, acknowledged, &follower).await;
    let findings = oracle::check(&records);
    let took = skinbus_runtime::clock::monotonic_now().duration_since(began);
    let report = reports::of(&settings, &records, &troubles, took);
    world.stop(&evidence);
    let kept = evidence.end(&records, &findings, &report);
    Outcome { findings, report, evidence: kept }
}
