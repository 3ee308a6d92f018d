//! What the tests run on: memory, one server, three servers.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures_util::StreamExt;
use skinbus_bus::ledger::{JetStreamLedger, MemoryLedger};
use skinbus_bus::topology::{self, TRADES, Topology, TopologySettings};
use skinbus_bus::{Bus, Ledger, subjects};
use skinbus_domain::Recorded;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_proto::{Message, status_change_from_proto, v1};
use skinbus_runtime::config::{Config, NatsConfig, Topology as Mode};
use skinbus_runtime::{Health, Shutdown};
use skinbus_tests::{Cluster, NatsOptions, NatsServer, wait};
use tokio::sync::{Mutex, MutexGuard};

/// A place with a ledger.
pub(crate) trait World {
    type Ledger: Ledger + 'static;

    /// The ledger as one more writer has it, with a connection of its own.
    async fn ledger(&self) -> Arc<Self::Ledger>;

    /// Every version of a trade, in order, from where it is kept.
    async fn versions(&self, key: &TradeKey) -> Vec<Recorded>;
}

#[derive(Default)]
pub(crate) struct Memory {
    ledger: Arc<MemoryLedger>,
}

impl World for Memory {
    type Ledger = MemoryLedger;

    async fn ledger(&self) -> Arc<MemoryLedger> {
        Arc::clone(&self.ledger)
    }

    async fn versions(&self, key: &TradeKey) -> Vec<Recorded> {
        self.ledger.versions(key).unwrap()
    }
}

/// One cluster at a time: three servers are load enough for a small machine.
static ONE_CLUSTER: Mutex<()> = Mutex::const_new(());

/// Real servers.
pub(crate) struct Nats {
    pub(crate) url: String,
    pub(crate) replicas: usize,
    /// The tests' own connection.
    pub(crate) client: async_nats::Client,
    pub(crate) jetstream: jetstream::Context,
    servers: Mutex<Vec<NatsServer>>,
    _turn: Option<MutexGuard<'static, ()>>,
}

pub(crate) fn account() -> AccountId {
    "skinify_main".parse().unwrap()
}

pub(crate) fn whole_topology(replicas: usize) -> Topology {
    Topology::new(&TopologySettings {
        replicas,
        accounts: vec![account()],
        merchants: [].into(),
        tracker_max_ack_pending: 100,
    })
}

impl Nats {
    /// One server with every stream, but without consumers.
    pub(crate) async fn single() -> Self {
        let nats = Self::bare_single().await;
        let streams = whole_topology(1).streams;
        topology::apply(&nats.jetstream, &Topology { streams, consumers: Vec::new() }, Mode::Manage)
            .await
            .unwrap();
        nats
    }

    /// One server with nothing in it.
    pub(crate) async fn bare_single() -> Self {
        let server = NatsServer::start(NatsOptions::default()).await;
        Self::of(server.url(), vec![server], None).await
    }

    /// Three servers with the ledger only.
    pub(crate) async fn cluster() -> Self {
        let nats = Self::bare_cluster().await;
        let mut streams = whole_topology(3).streams;
        streams.retain(|stream| stream.name == TRADES);
        topology::apply(&nats.jetstream, &Topology { streams, consumers: Vec::new() }, Mode::Manage)
            .await
            .unwrap();
        nats
    }

    /// Three servers with nothing in them.
    pub(crate) async fn bare_cluster() -> Self {
        let turn = ONE_CLUSTER.lock().await;
        let cluster = Cluster::start(NatsOptions::default()).await;
        Self::of(cluster.url(), cluster.servers, Some(turn)).await
    }

    async fn of(url: String, servers: Vec<NatsServer>, turn: Option<MutexGuard<'static, ()>>) -> Self {
        let addresses: Vec<&str> = url.split(',').collect();
        let client = async_nats::connect(addresses).await.unwrap();
        let jetstream = jetstream::new(client.clone());
        let replicas = servers.len();
        Self { url, replicas, client, jetstream, servers: Mutex::new(servers), _turn: turn }
    }

    /// A service's connection.
    pub(crate) async fn bus(&self) -> Bus {
        connect(&self.url, Duration::from_secs(5)).await
    }

    /// The address of the `index`th server alone.
    pub(crate) async fn server_url(&self, index: usize) -> String {
        self.servers.lock().await[index].url()
    }

    /// Where a proxy finds the first server.
    pub(crate) async fn first_address(&self) -> String {
        self.server_url(0).await.trim_start_matches("nats://").to_owned()
    }

    /// The stream's leader; the only server where there is one.
    pub(crate) async fn leader(&self) -> Option<String> {
        // Nobody answers while there is none, so the question is not waited for long.
        let jetstream = ContextBuilder::new().timeout(Duration::from_millis(250)).build(self.client.clone());
        let stream = jetstream.get_stream(TRADES).await.ok()?;
        match &stream.cached_info().cluster {
            Some(cluster) => cluster.leader.clone(),
            None => Some(self.servers.lock().await[0].name().to_owned()),
        }
    }

    /// `kill -9` of the ledger's leader.
    pub(crate) async fn kill_leader(&self) -> String {
        let leader = wait::until("the stream to have a leader", || self.leader()).await;
        let mut servers = self.servers.lock().await;
        servers.iter_mut().find(|server| server.name() == leader).unwrap().kill();
        leader
    }

    /// Starts a killed server again, on the same port and store.
    pub(crate) async fn restart(&self, name: &str) {
        let mut servers = self.servers.lock().await;
        servers.iter_mut().find(|server| server.name() == name).unwrap().restart().await;
    }

    pub(crate) async fn message_count(&self, stream: &str) -> u64 {
        self.jetstream.get_stream(stream).await.unwrap().cached_info().state.messages
    }
}

impl World for Nats {
    type Ledger = JetStreamLedger;

    async fn ledger(&self) -> Arc<JetStreamLedger> {
        Arc::new(JetStreamLedger::new(&self.bus().await).await.unwrap())
    }

    async fn versions(&self, key: &TradeKey) -> Vec<Recorded> {
        let stream = self.jetstream.get_stream_no_info(TRADES).await.unwrap();
        let (subject, mut after, mut versions) = (subjects::status(key), 0, Vec::new());
        loop {
            match stream.get_first_raw_message_by_subject(&subject, after + 1).await {
                Ok(message) => {
                    after = message.sequence;
                    versions.push(recorded(&message.payload, message.sequence));
                }
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => return versions,
                Err(error) => panic!("reading {subject}: {error}"),
            }
        }
    }
}

pub(crate) fn recorded(payload: &[u8], sequence: u64) -> Recorded {
    let message = v1::TradeStatusChanged::decode(payload).unwrap();
    Recorded { change: status_change_from_proto(&message).unwrap(), sequence }
}

/// A service's connection by way of `url`.
pub(crate) async fn connect(url: &str, request_timeout: Duration) -> Bus {
    let nats = NatsConfig {
        url: url.parse().unwrap(),
        topology: Mode::Off,
        request_timeout,
        ..NatsConfig::default()
    };
    let config = Config { nats, ..Config::default() };
    Bus::connect("conformance", &config, &Shutdown::new(), &Health::detached()).await.unwrap()
}

/// A merchant that hears status changes as a plain subscriber.
pub(crate) struct Listener {
    subscriber: async_nats::Subscriber,
}

impl Listener {
    pub(crate) async fn start(nats: &Nats) -> Self {
        let subscriber = nats.client.subscribe("skinbus.v1.status.>").await.unwrap();
        // The server has the subscription once it has answered something that was sent after it.
        nats.jetstream.query_account().await.unwrap();
        Self { subscriber }
    }

    /// The next thing heard.
    pub(crate) async fn hear(&mut self) -> (TradeKey, Recorded) {
        let message = self.subscriber.next().await.unwrap();
        let headers = message.headers.unwrap();
        let sequence = headers.get("Nats-Sequence").map_or(0, |text| text.as_str().parse().unwrap());
        let key = subjects::trade_of(&message.subject).unwrap();
        (key, recorded(&message.payload, sequence))
    }

    /// Everything heard before the version `last`.
    pub(crate) async fn heard_before(&mut self, last: &TradeKey) -> Vec<Recorded> {
        let mut heard = Vec::new();
        loop {
            let (key, version) = self.hear().await;
            if key == *last {
                return heard;
            }
            heard.push(version);
        }
    }
}
