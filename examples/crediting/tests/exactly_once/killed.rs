//! The real program on a real server, killed at any moment, with credits, reversals and repeats under way.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_nats::jetstream::consumer::{PullConsumer, pull};
use async_nats::jetstream::{self, stream::Stream};
use futures_util::TryStreamExt;
use skinbus_bus::topology::{self, TRADES, Topology, TopologySettings};
use skinbus_proto::{Message, v1};
use skinbus_runtime::config::Topology as Mode;
use skinbus_tests::dice::Dice;
use skinbus_tests::{NatsOptions, NatsServer};
use tempfile::TempDir;

use crate::history::{Balances, History, MERCHANT};
use crate::program::Program;

const SEED: u64 = 7;
const ORDERS: usize = 100;
/// Kills while the stream grows, and before there is anything in it.
const KILLS: usize = 70;
const FIRST_KILLS: usize = 10;
/// So that what a killed copy had in hand comes again while others are killed.
const ACK_WAIT: Duration = Duration::from_millis(100);
/// Most that a copy can have in hand: on a slow machine too, little comes again because nobody has come to it yet.
const IN_HAND: i64 = 40;
/// Longest that a copy is let run without a booking: nothing may be left that is one.
const QUIET: Duration = Duration::from_millis(100);

struct World {
    server: NatsServer,
    jetstream: jetstream::Context,
    directory: TempDir,
}

impl World {
    async fn start() -> Self {
        let server = NatsServer::start(NatsOptions::default()).await;
        let jetstream = jetstream::new(async_nats::connect(server.url()).await.unwrap());
        let settings = TopologySettings {
            replicas: 1,
            accounts: Vec::new(),
            merchants: [].into(),
            tracker_max_ack_pending: 100,
        };
        let streams = Topology::new(&settings).streams;
        let topology = Topology { streams, consumers: Vec::new() };
        topology::apply(&jetstream, &topology, Mode::Manage).await.unwrap();
        Self { server, jetstream, directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn program(&self, database: &Path, options: &[&str]) -> Program {
        Program::start(&self.server.url(), database, options)
    }

    /// What there is to do is done, by a copy that ends then.
    async fn once(&self, database: &Path, options: &[&str]) -> (Vec<String>, Balances) {
        self.program(database, &[&["--once"], options].concat()).ended().await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "stands for the services; the acknowledgement is waited for"
    )]
    async fn append(&self, merchant: &str, change: &v1::TradeStatusChanged) {
        let subject = format!("skinbus.v1.append.{merchant}.{}", change.order_id);
        let stored = self.jetstream.publish(subject, change.encode_to_vec().into()).await.unwrap();
        stored.await.unwrap();
    }

    async fn append_all(&self, changes: &[v1::TradeStatusChanged]) {
        for change in changes {
            self.append(MERCHANT, change).await;
            // Somebody else's orders are in the same stream, and have the same ids.
            self.append("umbrella", change).await;
        }
    }

    async fn trades(&self) -> Stream {
        self.jetstream.get_stream(TRADES).await.unwrap()
    }

    /// The consumer of the one database that there is.
    async fn consumer(&self) -> PullConsumer {
        let names: Vec<String> = self.trades().await.consumer_names().try_collect().await.unwrap();
        assert_eq!(names.len(), 1, "{names:?}");
        self.trades().await.get_consumer(&names[0]).await.unwrap()
    }

    async fn shorten_the_wait(&self) {
        let config = self.consumer().await.cached_info().config.clone();
        let config = pull::Config {
            durable_name: config.durable_name,
            filter_subject: config.filter_subject,
            max_ack_pending: IN_HAND,
            ack_wait: ACK_WAIT,
            ..pull::Config::default()
        };
        self.trades().await.update_consumer(config).await.unwrap();
    }
}

/// Kills a copy at any moment: before it has connected, right after a booking that it told of, or soon after.
async fn kill_one(world: &World, database: &Path, dice: &mut Dice) -> usize {
    let mut copy = world.program(database, &[]);
    let mut lines = 0;
    for _ in 0..dice.below(4) {
        match tokio::time::timeout(QUIET, copy.line()).await {
            Ok(line) => drop(line.expect("nothing but a kill ends it")),
            Err(_nothing_left) => break,
        }
        lines += 1;
    }
    tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
    copy.kill().await;
    lines
}

/// Kills copies while messages come in, some alone and some in pairs, and gives what was booked before kills.
async fn killed_under_load(world: &World, database: &Path, delivered: &[v1::TradeStatusChanged]) -> usize {
    let mut dice = Dice::seeded(SEED);
    let mut bookings = 0;
    for (number, chunk) in delivered.chunks(delivered.len().div_ceil(KILLS)).enumerate() {
        let (mut first, mut second) = (dice.split(), dice.split());
        // Two copies share the work.
        let also = async { if number % 3 == 0 { kill_one(world, database, &mut second).await } else { 0 } };
        let ((), one, other) =
            tokio::join!(world.append_all(chunk), kill_one(world, database, &mut first), also);
        bookings += one + other;
    }
    bookings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_killed_at_any_moment_credits_exactly_once() {
    let mut dice = Dice::seeded(SEED);
    let world = World::start().await;
    let database = world.path("crediting.db");
    for _ in 0..FIRST_KILLS {
        kill_one(&world, &database, &mut dice).await;
    }
    assert_eq!(world.once(&database, &[]).await, (Vec::new(), Balances::new()));
    world.shorten_the_wait().await;

    let history = History::of(ORDERS, &mut dice);
    let delivered = history.with_repeats(&mut dice);
    let bookings = killed_under_load(&world, &database, &delivered).await;
    // What was in hand when the last copies died comes again, and two copies share that as well.
    let ((_, one), (_, other)) = tokio::join!(world.once(&database, &[]), world.once(&database, &[]));
    assert_eq!((one, other), (history.balances(), history.balances()));
    let deliveries = world.consumer().await.cached_info().delivered.consumer_sequence;
    assert!(deliveries > u64::try_from(delivered.len()).unwrap(), "nothing was delivered again");
    println!("{bookings} bookings before kills, {deliveries} deliveries of {} messages", delivered.len());
    assert!(bookings > KILLS / 10, "{bookings} bookings are too few to be killed at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_lost_or_restored_gets_every_credit() {
    let mut dice = Dice::seeded(SEED);
    let world = World::start().await;
    let (database, backup, other) =
        (world.path("crediting.db"), world.path("backup.db"), world.path("new.db"));
    let history = History::of(ORDERS / 4, &mut dice);
    let (before, after) = history.changes.split_at(history.changes.len() / 2);
    world.append_all(before).await;
    world.once(&database, &[]).await;
    std::fs::copy(&database, &backup).unwrap();
    world.append_all(after).await;
    assert_eq!(world.once(&database, &[]).await.1, history.balances());

    // Everything again changes nothing, and what the backup has missed is made up for.
    assert_eq!(world.once(&database, &["--replay"]).await, (Vec::new(), history.balances()));
    assert_eq!(world.once(&backup, &["--replay"]).await.1, history.balances());
    // A database of its own has a consumer of its own.
    assert_eq!(world.once(&other, &[]).await.1, history.balances());
}
