//! The whole system on one machine: NATS, the simulator, the four services.

use std::path::PathBuf;

use provider_sim::Simulator;
use skinbus_runtime::config::ProviderName;
use tempfile::TempDir;

use crate::accounts;
use crate::merchant::Merchant;
use crate::nats::{NatsOptions, NatsServer};
use crate::process::Process;
use crate::secured;

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
    /// The hold of a protected game where the provider gives no end, divided by `speed`.
    pub protection: String,
    /// How long a hosted page is waited for, divided by `speed`.
    pub link_lifetime: String,
    /// Calls at the same time.
    pub concurrency: usize,
    /// The providers at which the merchant has an account, each named as [`accounts::account`] says.
    pub providers: Vec<ProviderName>,
    /// Whether the providers know where the ingress is.
    pub webhooks: bool,
    /// Whether the ingress listens to the providers' real-time events, where there are any.
    pub events: bool,
    /// Whether a purchase is kept that comes only days later.
    pub keep_reservations: bool,
    /// What the services are told in their environment.
    pub variables: Vec<(String, String)>,
    /// Text appended to the configuration.
    pub extra: String,
    /// Whether NATS is run as `deploy/nats` says: with TLS, and a user with the least rights for everybody.
    pub secured: bool,
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
            protection: "8d".to_owned(),
            link_lifetime: "7d".to_owned(),
            concurrency: 10,
            providers: vec![ProviderName::Skinify],
            webhooks: false,
            events: false,
            keep_reservations: false,
            variables: Vec::new(),
            extra: String::new(),
            secured: false,
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
    /// What services are told in their environment.
    variables: Vec<(String, String)>,
    providers: Vec<ProviderName>,
    has_webhooks: bool,
    is_secured: bool,
}

/// The configuration of every service.
pub(crate) fn configuration(options: &SystemOptions, nats_url: &str, accounts: &str) -> String {
    let SystemOptions { speed, protection, link_lifetime, concurrency, extra, .. } = options;
    format!(
        r#"
[nats]
url = "{nats_url}"
[webhooks]
listen = "127.0.0.1:0"
[tracking]
speed = {speed}
arm_delay = "200ms"
protection = "{protection}"
link_lifetime = "{link_lifetime}"
[dispatch]
concurrency = {concurrency}
lease_margin = "1s"
[shutdown]
drain_timeout = "10s"
{extra}
{accounts}
"#
    )
}

/// What the simulator is told: short lives, and the limit that the services are told.
pub(crate) fn simulated_pace(options: &SystemOptions) -> serde_json::Value {
    let window_ms = skinbus_runtime::config::duration(&options.window).unwrap().as_millis();
    let limit =
        serde_json::json!({"requests": options.requests, "window_ms": u64::try_from(window_ms).unwrap()});
    let mut change = serde_json::json!({
        "durations": {"processing_ms": 200, "waiting_accept_ms": 300, "offer_timeout_ms": 600,
                      "protection_ms": 1500, "rollback_ms": 700},
    });
    for provider in &options.providers {
        change[provider.as_str()] = serde_json::json!({"limit": limit});
    }
    change
}

impl System {
    /// Starts everything and waits until every service is ready.
    pub async fn start(options: SystemOptions) -> Self {
        let mut system = Self::start_without_services(options).await;
        if system.has_webhooks {
            system.open_ingress().await;
        }
        for name in SERVICES {
            if system.processes(name).next().is_none() {
                system.launch(name, None);
            }
        }
        system.ready().await;
        system
    }

    /// Starts the ingress, and tells the others and the providers where it listens: the port is chosen by the system.
    async fn open_ingress(&mut self) {
        self.launch("webhook-ingress", None);
        let ingress = self.service("webhook-ingress").address("\"webhooks\"").await;
        let public_url = format!("http://{ingress}");
        for provider in self.providers.clone() {
            let url = format!("{public_url}/webhooks/{}/{WEBHOOK_PATH}", accounts::account(provider));
            let addresses = serde_json::json!({"notifications": {"url": url, "purchase_url": url}});
            self.control(&serde_json::json!({provider.as_str(): addresses})).await;
        }
        self.variables.push(("SKINBUS_WEBHOOKS__PUBLIC_URL".to_owned(), public_url));
    }

    /// NATS and the simulator only.
    pub async fn start_without_services(options: SystemOptions) -> Self {
        let nats = match options.secured {
            true => NatsServer::configured(secured::directory()),
            false => NatsServer::start(options.nats).await,
        };
        let simulator = Simulator::start(accounts::simulated(&options.providers)).await.unwrap();
        let mut system = Self {
            nats,
            simulator,
            services: Vec::new(),
            directory: tempfile::tempdir().unwrap(),
            variables: options.variables.clone(),
            providers: options.providers.clone(),
            has_webhooks: options.webhooks,
            is_secured: options.secured,
        };
        let simulator = system.simulator.address();
        let accounts = accounts::sections(&options, |_| simulator, system.directory.path());
        std::fs::write(system.config_file(), configuration(&options, &system.nats.url(), &accounts)).unwrap();
        system.control(&simulated_pace(&options)).await;
        if options.secured {
            system.variables.extend(secured::variables(&system.nats));
            secured::open(&mut system).await;
        }
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

    /// Starts one more process of a service; it may not be ready yet.
    pub fn launch(&mut self, name: &str, crash_at: Option<&str>) {
        let crash_at = crash_at.map(|point| ("SKINBUS_CRASH_AT", point));
        let told = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let seed = self.is_secured.then(|| secured::seed_file(&self.nats, name));
        let seed = seed.as_deref().map(|seed| ("SKINBUS_NATS__NKEY_SEED_FILE", seed));
        let variables: Vec<_> = told.chain(crash_at).chain(seed).collect();
        let process = Process::start_with(name, &self.config_file(), &variables);
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
        if self.is_secured {
            // Whoever looks at everything.
            return Merchant::connect_as(&self.nats.url(), MERCHANT, self.options_of("operator")).await;
        }
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
