//! Moves that every experiment with a single service has in common.

use serde_json::json;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::system::{SERVICES, WEBHOOK_PATH};
use skinbus_tests::{Merchant, System, SystemOptions, accounts};

use crate::watch::Watch;

/// A system whose provider does what nobody may rely on, documented or not: it buys again under a known reference.
pub(crate) async fn start(options: SystemOptions) -> (System, Merchant, Watch) {
    let system = System::start(options).await;
    let (merchant, watch) = open(&system).await;
    (system, merchant, watch)
}

/// The same for a system that runs already.
pub(crate) async fn open(system: &System) -> (Merchant, Watch) {
    let simulated = system.record("_control").await;
    for provider in ProviderName::ALL.iter().filter(|provider| simulated.get(provider.as_str()).is_some()) {
        system.control(&json!({ provider.as_str(): { "repeated_reference": "buy_again" } })).await;
    }
    let merchant = system.merchant().await;
    let watch = Watch::start(&merchant).await;
    (merchant, watch)
}

/// Changes the configuration before any service reads it.
pub(crate) fn configure(system: &System, from: &str, to: &str) {
    let path = system.config_file();
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = text.replace(from, to);
    assert_ne!(text, changed);
    std::fs::write(path, changed).unwrap();
}

/// Starts every service, and waits until each is ready.
pub(crate) async fn launch_all(system: &mut System) {
    for name in SERVICES {
        system.launch(name, None);
    }
    system.ready().await;
}

/// A system whose ingress has the same port after every start: the providers know one address. They send again for as
/// long as nobody answers.
pub(crate) async fn start_with_webhooks(options: SystemOptions) -> System {
    let url = format!("http://127.0.0.1:{}", skinbus_tests::nats::free_port());
    let providers = options.providers.clone();
    let mut system = System::start_without_services(options).await;
    let listen = format!("listen = \"{}\"\npublic_url = \"{url}\"", url.trim_start_matches("http://"));
    configure(&system, "listen = \"127.0.0.1:0\"", &listen);
    for provider in providers {
        let url = format!("{url}/webhooks/{}/{WEBHOOK_PATH}", accounts::account(provider));
        let notifications = json!({ "url": url, "purchase_url": url, "retries": 300, "spacing_ms": 100 });
        system.control(&json!({ provider.as_str(): { "notifications": notifications } })).await;
    }
    launch_all(&mut system).await;
    system
}

/// Ends the service's process in good order; whatever it had in hand is done or given back.
pub(crate) async fn end(system: &mut System, service: &str) {
    let process = system.service(service);
    process.terminate();
    let status = process.ended().await;
    assert!(status.success(), "{service} did not drain: {status}: {:#?}", process.log());
    system.forget_ended();
}

/// Starts the service with a crash point in place of the process that runs.
///
/// It is not waited for: work that is there already may take it to the point before it is ready.
pub(crate) async fn arm(system: &mut System, service: &str, point: &str) {
    end(system, service).await;
    system.launch(service, Some(point));
}

/// Waits until the crash point has killed the process, and starts the service without it.
pub(crate) async fn crashed_then_restarted(system: &mut System, service: &str) {
    system.service(service).crashed().await;
    system.forget_ended();
    system.launch(service, None);
    system.service(service).ready().await;
}

/// `kill -9` from outside, and a new process at once.
pub(crate) fn kill_and_restart(system: &mut System, service: &str) {
    system.service(service).kill();
    system.forget_ended();
    system.launch(service, None);
}

/// Faults that the simulator is to have from now on, besides those it has.
pub(crate) async fn add_faults(system: &System, rules: serde_json::Value) {
    system.control(&json!({ "add_faults": rules })).await;
}
