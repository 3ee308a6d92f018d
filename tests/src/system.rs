//! The whole system on one machine: NATS, the simulator, the four services.

use std::path::PathBuf;

use provider_sim::Simulator;
use tempfile::TempDir;

use crate::merchant::Merchant;
use crate::nats::{NatsOptions, NatsServer};
use crate::process::Process;

/// The services, in the order in which an order meets them.
pub const SERVICES: [&str; 4] = ["order-intake", "provider-dispatch", "trade-tracker", "webhook-ingress"];
/// The account that tests use.
pub const ACCOUNT: &str = "skinify_main";
/// The merchant that owns it.
pub const MERCHANT: &str = "acme";
/// Skinify's API token at the simulator.
pub const TOKEN: &str = "sim-token-0123456789";
/// What its IPN carry as proof: the MD5 digest of the token.
pub const TOKEN_MD5: &str = "8596f971bb0c043d3cd21eb762d21bf6";
/// The secret part of the webhook path.
pub const WEBHOOK_PATH: &str = "3f9c2b7a5d1e4c60";

/// What can be chosen about a system.
#[derive(Debug, Clone)]
pub struct SystemOptions {
    /// How NATS is run.
    pub nats: NatsOptions,
    /// Requests per `window`.
    pub requests: u32,
    /// The quota's window.
    pub window: String,
    /// Divides polling intervals.
    pub speed: u32,
    /// The account's total time-out.
    pub total_timeout: String,
    /// How long an unanswered request may still take effect.
    pub settle_time: String,
    /// The same after an unproved refusal.
    pub refusal_settle_time: String,
    /// Calls at the same time.
    pub concurrency: usize,
    /// Text appended to the configuration.
    pub extra: String,
}

impl Default for SystemOptions {
    fn default() -> Self {
        Self {
            nats: NatsOptions::default(),
            requests: 10_000,
            window: "1s".to_owned(),
            speed: 20,
            total_timeout: "2s".to_owned(),
            settle_time: "3s".to_owned(),
            refusal_settle_time: "1s".to_owned(),
            concurrency: 10,
            extra: String::new(),
        }
    }
}

/// A running system. Everything ends with it.
pub struct System {
    /// Its NATS.
    pub nats: NatsServer,
    /// Its provider.
    pub simulator: Simulator,
    /// Its services, by name.
    pub services: Vec<Process>,
    directory: TempDir,
}

impl System {
    /// Starts everything and waits until every service is ready.
    pub async fn start(options: SystemOptions) -> Self {
        let mut system = Self::start_without_services(options).await;
        for name in SERVICES {
            system.launch(name, None);
        }
        system.ready().await;
        system
    }

    /// NATS and the simulator only.
    pub async fn start_without_services(options: SystemOptions) -> Self {
        let nats = NatsServer::start(options.nats).await;
        let simulated = provider_sim::Options::listening_on("127.0.0.1:0".parse().unwrap())
            .with(provider_sim::skinify::Options::with_token(TOKEN));
        let simulator = Simulator::start(simulated).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let system = Self { nats, simulator, services: Vec::new(), directory };
        std::fs::write(system.path("token"), TOKEN).unwrap();
        std::fs::write(system.path("webhook_path"), WEBHOOK_PATH).unwrap();
        std::fs::write(system.config_file(), system.configuration(&options)).unwrap();
        // The simulator's own limit is the one that the services are told.
        let window_ms = skinbus_runtime::config::duration(&options.window).unwrap().as_millis();
        let limit = serde_json::json!({
            "skinify": {"limit": {"requests": options.requests, "window_ms": u64::try_from(window_ms).unwrap()}},
            "durations": {"processing_ms": 200, "waiting_accept_ms": 300, "offer_timeout_ms": 600,
                          "protection_ms": 1500, "rollback_ms": 700},
        });
        system.control(&limit).await;
        system
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The configuration that every service reads.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.path("skinbus.toml")
    }

    fn configuration(&self, options: &SystemOptions) -> String {
        let account = |name: &str, merchant: &str| {
            format!(
                r#"
[accounts.{name}]
provider = "skinify"
merchant = "{merchant}"
base_url = "http://{simulator}/skinify/api"
token_file = {token:?}
webhook_path_secret_file = {webhook_path:?}
connect_timeout = "1s"
total_timeout = "{total_timeout}"
settle_time = "{settle_time}"
refusal_settle_time = "{refusal_settle_time}"
quota = {{ requests = {requests}, per = "{window}" }}
"#,
                simulator = self.simulator.address(),
                token = self.path("token"),
                webhook_path = self.path("webhook_path"),
                total_timeout = options.total_timeout,
                settle_time = options.settle_time,
                refusal_settle_time = options.refusal_settle_time,
                requests = options.requests,
                window = options.window,
            )
        };
        format!(
            r#"
[nats]
url = "{nats}"
[webhooks]
listen = "127.0.0.1:0"
[tracking]
speed = {speed}
arm_delay = "200ms"
[dispatch]
concurrency = {concurrency}
lease_margin = "1s"
[shutdown]
drain_timeout = "10s"
{extra}
{main}{other}
"#,
            nats = self.nats.url(),
            speed = options.speed,
            concurrency = options.concurrency,
            extra = options.extra,
            main = account(ACCOUNT, MERCHANT),
            other = account("skinify_other", "other"),
        )
    }

    /// Starts one more process of a service; it may not be ready yet.
    pub fn launch(&mut self, name: &str, crash_at: Option<&str>) {
        let process = Process::start(name, &self.config_file(), crash_at);
        self.services.push(process);
    }

    /// Waits until every service is ready.
    pub async fn ready(&mut self) {
        for service in &mut self.services {
            service.ready().await;
        }
    }

    /// The newest process of a service.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub fn service(&mut self, name: &str) -> &mut Process {
        self.services
            .iter_mut()
            .rev()
            .find(|service| service.name == name)
            .expect("a process of that service")
    }

    /// Removes the processes of a service that have ended.
    pub fn forget_ended(&mut self) {
        self.services.retain_mut(Process::is_running);
    }

    /// A merchant of the system.
    pub async fn merchant(&self) -> Merchant {
        Merchant::connect(&self.nats.url(), MERCHANT).await
    }

    /// Changes the simulator.
    pub async fn control(&self, change: &serde_json::Value) {
        let answer = crate::http()
            .post(format!("http://{}/_control", self.simulator.address()))
            .header("content-type", "application/json")
            .body(change.to_string())
            .send()
            .await
            .unwrap();
        let status = answer.status();
        assert!(status.is_success(), "_control: {status} {}", answer.text().await.unwrap());
    }

    /// One of the simulator's own records: `_ledger` or `_quota`.
    pub async fn record(&self, name: &str) -> serde_json::Value {
        let url = format!("http://{}/{name}", self.simulator.address());
        let client = crate::http();
        let text = client.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// How often each reference was truly bought.
    pub async fn bought(&self) -> std::collections::BTreeMap<String, usize> {
        let ledger = self.record("_ledger").await;
        let mut bought = std::collections::BTreeMap::new();
        for purchase in ledger["purchases"].as_array().unwrap() {
            *bought.entry(purchase["custom_id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        bought
    }
}
