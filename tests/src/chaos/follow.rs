//! Who listens: a follower of the stream, which misses nothing and tells the users of pages what they wait for; and a
//! plain subscriber, who misses what comes while its server is gone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use futures_util::StreamExt;
use skinbus_proto::v1;
use tokio::task::JoinHandle;

use super::records::{Histories, listen, version};
use super::world::World;
use crate::merchant::Merchant;
use crate::system::MERCHANT;
use crate::users::{Visit, happens};

/// After so long without a version the stream is asked anew.
const IDLE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// Both listeners.
pub struct Follower {
    histories: Arc<Mutex<Histories>>,
    told: Arc<Mutex<Vec<v1::TradeStatusChanged>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Follower {
    /// Listens from now on.
    pub async fn start(world: &World, visits: BTreeMap<String, Visit>) -> Self {
        let merchant = Merchant::connect(&world.nats_url(), MERCHANT).await;
        let mut messages = listen(&merchant).await;
        let (histories, told) = (Arc::<Mutex<Histories>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let listening = tokio::spawn({
            let told = Arc::clone(&told);
            async move {
                while let Some(change) = messages.recv().await {
                    told.lock().unwrap().push(change);
                }
            }
        });
        let reader = Reader {
            merchant,
            histories: Arc::clone(&histories),
            visits,
            simulator: world.simulator.address(),
            last: 0,
        };
        Self { histories, told, tasks: [listening, tokio::spawn(reader.run())] }
    }

    /// What the plain subscriber was told.
    #[must_use]
    pub fn told(&self) -> Vec<v1::TradeStatusChanged> {
        self.told.lock().unwrap().clone()
    }

    /// How many orders there are in each status.
    #[must_use]
    pub fn statuses(&self) -> BTreeMap<v1::TradeStatus, usize> {
        let mut statuses = BTreeMap::new();
        for versions in self.histories.lock().unwrap().values() {
            if let Some(last) = versions.last() {
                *statuses.entry(last.change.to()).or_default() += 1;
            }
        }
        statuses
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

struct Reader {
    merchant: Merchant,
    histories: Arc<Mutex<Histories>>,
    visits: BTreeMap<String, Visit>,
    simulator: SocketAddr,
    /// The sequence of the last version that was read.
    last: u64,
}

impl Reader {
    async fn run(mut self) {
        loop {
            let _until_it_is_asked_anew = self.read().await;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Reads until nothing comes, or something is wrong with the connection.
    async fn read(&mut self) -> Option<()> {
        let stream = self.merchant.jetstream().get_stream("TRADES").await.ok()?;
        let config = pull::OrderedConfig {
            filter_subject: "skinbus.v1.status.>".to_owned(),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.last + 1 },
            ..Default::default()
        };
        let consumer = stream.create_consumer(config).await.ok()?;
        let mut messages = consumer.messages().await.ok()?;
        loop {
            let message = tokio::time::timeout(IDLE, messages.next()).await.ok()??.ok()?;
            let version = version(&message);
            if version.sequence <= self.last {
                continue;
            }
            self.last = version.sequence;
            let order_id = version.change.order_id.clone();
            let changes: Vec<_> = {
                let mut histories = self.histories.lock().unwrap();
                let versions = histories.entry(order_id.clone()).or_default();
                versions.push(version);
                if !self.visits.contains_key(&order_id) {
                    continue;
                }
                versions.iter().map(|version| version.change.clone()).collect()
            };
            let Some(visit) = self.visits.get_mut(&order_id) else { continue };
            if let Some(events) = visit.next(&changes) {
                tokio::spawn(happens(self.simulator, visit.provider, events));
            }
        }
    }
}
