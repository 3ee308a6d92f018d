//! Moves that every experiment with a single service has in common.

use serde_json::json;
use skinbus_tests::{Merchant, System, SystemOptions};

use crate::watch::Watch;

/// A system whose provider does what nobody documents and nobody may rely on: it buys again under a known reference.
pub(crate) async fn start(options: SystemOptions) -> (System, Merchant, Watch) {
    let system = System::start(options).await;
    let (merchant, watch) = open(&system).await;
    (system, merchant, watch)
}

/// The same for a system that runs already.
pub(crate) async fn open(system: &System) -> (Merchant, Watch) {
    system.control(&json!({ "skinify": { "repeated_custom_id": "buy_again" } })).await;
    let merchant = system.merchant().await;
    let watch = Watch::start(&merchant).await;
    (merchant, watch)
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
