//! Moves that every experiment with a single service has in common.

use skinbus_tests::System;

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
    system.control(&serde_json::json!({ "add_faults": rules })).await;
}
