//! NATS, the four services as real processes, and the instant provider.

use std::time::{Duration, Instant};

use skinbus_proto::{Message, v1};
use skinbus_tests::process::Process;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{Merchant, NatsOptions, NatsServer};
use tempfile::TempDir;

use crate::provider::{self, Arrivals};

pub(crate) struct World {
    _nats: NatsServer,
    pub(crate) services: Vec<Process>,
    pub(crate) arrivals: Arrivals,
    pub(crate) merchant: Merchant,
    /// From the start of each process to its first "ready".
    pub(crate) ready: Vec<(String, Duration)>,
    _directory: TempDir,
}

impl World {
    pub(crate) async fn start(sync_always: bool) -> Self {
        Self::start_with(sync_always, &[]).await
    }

    /// The same, with variables in the environment of the services.
    pub(crate) async fn start_with(sync_always: bool, variables: &[(&str, &str)]) -> Self {
        let nats = NatsServer::start(NatsOptions { sync_always, ..NatsOptions::default() }).await;
        let (address, arrivals) = provider::start().await;
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("token"), "bench-token").unwrap();
        std::fs::write(path("webhook_path"), "3f9c2b7a5d1e4c60").unwrap();
        let config = format!(
            r#"
[nats]
url = "{nats}"
[webhooks]
listen = "127.0.0.1:0"
[dispatch]
concurrency = 128
[accounts.skinify_main]
provider = "skinify"
merchant = "acme"
base_url = "http://{address}/api"
token_file = {token:?}
webhook_path_secret_file = {webhook_path:?}
quota = {{ requests = 100000, per = "100ms" }}
"#,
            nats = nats.url(),
            token = path("token"),
            webhook_path = path("webhook_path"),
        );
        std::fs::write(path("skinbus.toml"), config).unwrap();
        let (mut services, mut ready) = (Vec::new(), Vec::new());
        for name in SERVICES {
            let began = Instant::now();
            let mut service = Process::start_with(name, &path("skinbus.toml"), variables);
            service.ready().await;
            ready.push((name.to_owned(), began.elapsed()));
            services.push(service);
        }
        let merchant = Merchant::connect(&nats.url(), "acme").await;
        Self { _nats: nats, services, arrivals, merchant, ready, _directory: directory }
    }

    /// Every write that NATS has stored so far, in all streams.
    pub(crate) async fn writes(&self) -> u64 {
        let mut writes = 0;
        for name in ["ORDERS", "TRADES", "DISPATCH", "WEBHOOKS", "POLLS", "DEAD", "KV_skinbus_quota"] {
            let mut stream = self.merchant.jetstream().get_stream(name).await.unwrap();
            writes += stream.info().await.unwrap().state.last_sequence;
        }
        writes
    }
}

/// An order that the instant provider completes with its first answer.
pub(crate) fn order(order_id: &str) -> Vec<u8> {
    skinbus_tests::merchant::order(order_id, "88112").encode_to_vec()
}

/// Size of a version in the ledger: the yardstick's messages are as large.
pub(crate) fn version_bytes(change: &v1::TradeStatusChanged) -> usize {
    change.encoded_len()
}
