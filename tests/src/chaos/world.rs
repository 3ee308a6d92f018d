//! The processes, and the proxies between all of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use provider_sim::Simulator;
use serde_json::{Value, json};
use skinbus_runtime::config::ProviderName;
use tempfile::TempDir;

use super::evidence::Evidence;
use super::settings::{LIMIT, Settings, WINDOW};
use crate::accounts;
use crate::dice::Dice;
use crate::nats::{Cluster, NatsOptions, NatsServer, free_port};
use crate::process::Process;
use crate::proxy::Proxy;
use crate::system::{SERVICES, SystemOptions, WEBHOOK_PATH, configuration, simulated_pace};

/// Processes of each service.
pub const REPLICAS: usize = 2;

/// One place for a process: killed ones are followed by new ones in the same place.
pub struct Slot {
    /// The service's name.
    pub service: &'static str,
    /// Which replica, from 0.
    pub replica: usize,
    /// The process that runs now.
    pub process: Process,
}

/// Everything that runs.
pub struct World {
    /// The NATS servers. No service connects to them but through a proxy.
    pub cluster: Cluster,
    /// All providers.
    pub simulator: Simulator,
    /// Two places for each service.
    pub slots: Vec<Slot>,
    /// In front of each NATS server, for the services.
    pub nats_proxies: Vec<Proxy>,
    /// In front of each provider.
    pub provider_proxies: BTreeMap<ProviderName, Proxy>,
    /// In front of both replicas of the ingress.
    pub webhook_proxy: Proxy,
    config_file: PathBuf,
    ingress_ports: Vec<u16>,
    _directory: TempDir,
}

impl World {
    /// Starts everything and waits until every service is ready.
    pub async fn start(_settings: &Settings, evidence: &Evidence, dice: &mut Dice) -> Self {
        let cluster = Cluster::start(NatsOptions { no_advertise: true, ..NatsOptions::default() }).await;
        let options = options();
        let simulator = Simulator::start(accounts::simulated(&options.providers)).await.unwrap();
        let mut nats_proxies = Vec::new();
        for server in &cluster.servers {
            nats_proxies.push(Proxy::in_front_of(free_port(), vec![server.address()]).await);
        }
        let mut provider_proxies = BTreeMap::new();
        for provider in ProviderName::ALL {
            let proxy = Proxy::in_front_of(free_port(), vec![simulator.address().to_string()]).await;
            provider_proxies.insert(provider, proxy);
        }
        let ingress_ports: Vec<u16> = (0..REPLICAS).map(|_| free_port()).collect();
        let ingresses = ingress_ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let webhook_proxy = Proxy::in_front_of(free_port(), ingresses).await;

        let directory = tempfile::tempdir().unwrap();
        let address = |provider| -> SocketAddr { provider_proxies[&provider].address().parse().unwrap() };
        let sections = accounts::sections(&options, address, directory.path());
        let urls: Vec<String> = nats_proxies.iter().map(Proxy::nats_url).collect();
        let config_file = directory.path().join("skinbus.toml");
        let text = configuration(&options, &urls.join(","), &sections);
        evidence.keep("skinbus.toml", &text);
        std::fs::write(&config_file, text).unwrap();
        let mut world = Self {
            cluster,
            simulator,
            slots: Vec::new(),
            nats_proxies,
            provider_proxies,
            webhook_proxy,
            config_file,
            ingress_ports,
            _directory: directory,
        };
        world.control(&simulated_pace(&options)).await;
        world.control(&world.first_settings(dice)).await;
        world.cluster.healthy().await;
        for service in SERVICES {
            for replica in 0..REPLICAS {
                let process = world.launch(service, replica);
                world.slots.push(Slot { service, replica, process });
            }
        }
        world.ready().await;
        world
    }

    /// Where the providers find the ingress, that every request is recorded, and what they make of a repeated reference:
    /// nobody may rely on that, so it differs from run to run.
    fn first_settings(&self, dice: &mut Dice) -> Value {
        let public_url = self.public_url();
        let mut change = json!({ "record_arrivals": true, "seed": dice.below(1 << 32) });
        for provider in ProviderName::ALL {
            let url = format!("{public_url}/webhooks/{}/{WEBHOOK_PATH}", accounts::account(provider));
            let repeated = *dice.one_of(&["buy_again", "buy_again", "reject", "return_first"]);
            change[provider.as_str()] = json!({
                "repeated_reference": repeated,
                "balance": "10000000",
                "notifications": { "url": url, "purchase_url": url, "retries": 100, "spacing_ms": 1_000 },
            });
        }
        // A user without an address cannot choose items on Skinify's page while its trade offer is waited for.
        change["durations"] = json!({ "offer_timeout_ms": 2_000 });
        change
    }

    fn public_url(&self) -> String {
        format!("http://{}", self.webhook_proxy.address())
    }

    /// Starts a process; it may not be ready yet.
    #[must_use]
    pub fn launch(&self, service: &str, replica: usize) -> Process {
        let listen = format!("127.0.0.1:{}", self.ingress_ports[replica]);
        let public_url = self.public_url();
        let variables = [
            ("SKINBUS_NATS__REPLICAS", "3"),
            ("SKINBUS_WEBHOOKS__LISTEN", listen.as_str()),
            ("SKINBUS_WEBHOOKS__PUBLIC_URL", public_url.as_str()),
        ];
        Process::start_with(service, &self.config_file, &variables)
    }

    /// `kill -9`, and a new process at once in the same place.
    pub fn kill_and_restart(&mut self, index: usize, evidence: &Evidence) {
        self.slots[index].process.kill();
        let (service, replica) = (self.slots[index].service, self.slots[index].replica);
        let process = self.launch(service, replica);
        let killed = std::mem::replace(&mut self.slots[index].process, process);
        evidence.keep_log(service, replica, &killed);
    }

    /// Starts anew what has ended by itself, and tells what that was.
    pub fn revive(&mut self, evidence: &Evidence) -> Vec<String> {
        let mut ended = Vec::new();
        for index in 0..self.slots.len() {
            if !self.slots[index].process.is_running() {
                ended.push(format!("{}-{}", self.slots[index].service, self.slots[index].replica));
                self.kill_and_restart(index, evidence);
            }
        }
        ended
    }

    /// Waits until every service is ready.
    pub async fn ready(&mut self) {
        for slot in &mut self.slots {
            slot.process.ready().await;
        }
    }

    /// Where merchants connect: to the servers themselves.
    #[must_use]
    pub fn nats_url(&self) -> String {
        self.cluster.servers.iter().map(NatsServer::url).collect::<Vec<_>>().join(",")
    }

    /// Changes the simulator.
    pub async fn control(&self, change: &Value) {
        let request = crate::http().post(format!("http://{}/_control", self.simulator.address()));
        let answer = request.body(change.to_string()).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "_control: {status} {}", answer.text().await.unwrap());
    }

    /// One of the simulator's own records.
    pub async fn record(&self, name: &str) -> Value {
        let url = format!("http://{}/{name}", self.simulator.address());
        let text = crate::http().get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Ends everything, and keeps the last logs.
    pub fn stop(&mut self, evidence: &Evidence) {
        for mut slot in std::mem::take(&mut self.slots) {
            slot.process.kill();
            evidence.keep_log(slot.service, slot.replica, &slot.process);
        }
        for server in &mut self.cluster.servers {
            evidence.keep(&format!("{}.log", server.name()), &server.log());
            server.kill();
        }
    }
}

/// Hours and holds are short, so that whole lives happen.
fn options() -> SystemOptions {
    SystemOptions {
        providers: ProviderName::ALL.to_vec(),
        requests: LIMIT,
        window: format!("{}s", WINDOW.as_secs()),
        speed: 30,
        total_timeout: "2s".to_owned(),
        settle_time: "5s".to_owned(),
        refusal_settle_time: "2s".to_owned(),
        protection: "45s".to_owned(),
        link_lifetime: "10m".to_owned(),
        webhooks: true,
        ..SystemOptions::default()
    }
}
