//! The end of all trouble, and the wait for what is still open.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use skinbus_runtime::clock;
use skinbus_runtime::config::ProviderName;
use tokio::task::JoinHandle;

use super::evidence::Evidence;
use super::follow::Follower;
use super::oracle;
use super::orders::Plan;
use super::records::Records;
use super::sender::Acknowledged;
use super::settings::Settings;
use super::world::World;
use crate::merchant::Merchant;
use crate::system::MERCHANT;

/// Between two looks at what is still open.
const PAUSE: Duration = Duration::from_secs(3);

/// Ends all trouble, waits until every service is ready and every message acknowledged.
pub async fn heal(
    world: &mut World,
    evidence: &Evidence,
    sending: JoinHandle<Vec<Acknowledged>>,
) -> Vec<Acknowledged> {
    evidence.note("heal everything");
    let proxies = world.nats_proxies.iter().chain(world.provider_proxies.values());
    proxies.chain([&world.webhook_proxy]).for_each(crate::Proxy::heal);
    let mut change = json!({ "faults": [] });
    for provider in ProviderName::ALL {
        change[provider.as_str()] = json!({ "notifications": { "mode": "normal" } });
    }
    world.control(&change).await;
    world.cluster.healthy().await;
    let ended = world.revive(evidence);
    if !ended.is_empty() {
        evidence.note(&format!("ended by themselves: {ended:?}"));
    }
    world.ready().await;
    let acknowledged = sending.await.unwrap();
    evidence.note("everything is acknowledged");
    acknowledged
}

/// Waits until the oracle finds nothing to say, for as long as there is patience, and gives the last records.
pub async fn settle(
    world: &World,
    settings: &Settings,
    plan: &Plan,
    acknowledged: Vec<Acknowledged>,
    follower: &Follower,
) -> Records {
    let merchant = Merchant::connect(&world.nats_url(), MERCHANT).await;
    let began = clock::monotonic_now();
    loop {
        let open: BTreeMap<_, _> =
            follower.statuses().into_iter().filter(|(status, _)| !oracle::may_stay(*status)).collect();
        let waited = clock::monotonic_now().duration_since(began);
        let is_over = waited >= settings.patience;
        if open.is_empty() || is_over {
            let intentions = plan.intentions.clone();
            let records =
                Records::read(world, &merchant, intentions, acknowledged.clone(), follower.told()).await;
            let findings = oracle::check(&records);
            if findings.is_empty() || is_over {
                return records;
            }
            eprintln!(
                "chaos: {waited:.0?} after the end of trouble, {} findings yet: {}",
                findings.len(),
                findings[0]
            );
        } else {
            eprintln!("chaos: {waited:.0?} after the end of trouble, still open: {open:?}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
