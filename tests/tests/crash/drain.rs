//! SIGTERM under load: the process ends in time with 0, and leaves nothing in hand that others would have to wait for.

use std::time::Duration;

use serde_json::json;
use skinbus_runtime::clock;
use skinbus_tests::merchant::order;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::at_ingress::{send_webhook, start_with_fixed_port};
use crate::expected::Expected;
use crate::load::Load;
use crate::{checks, stage};

/// As the configuration of the tests says.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// A message that was left in hand comes again only after 30 s. Everything else is done well within this.
const SOON: Duration = Duration::from_secs(20);
/// Times that each service is told to end.
const ROUNDS: usize = 2;
/// Orders that must be on their way before a service is told to end.
const UNDER_WAY: usize = 40;
/// Between two orders.
const BETWEEN_ORDERS: Duration = Duration::from_millis(5);

#[tokio::test]
async fn every_service_drains_under_load() {
    let (mut system, port) = start_with_fixed_port(SystemOptions::default()).await;
    // Calls take a while, so that there always are some in hand.
    let slow = json!({ "path": "/withdraw/buy", "kind": { "delay_answer_ms": 300 }, "times": 1_000_000 });
    system.control(&json!({ "faults": [slow] })).await;
    let (merchant, watch) = stage::open(&system).await;
    let (mut orders, mut webhooks) = (Vec::new(), 0);
    for (round, service) in (0..ROUNDS).flat_map(|round| SERVICES.map(|service| (round, service))) {
        let name = format!("{service}-{round}");
        let load = Load::start(&merchant, name.clone(), BETWEEN_ORDERS);
        let before = watch.versions().len();
        wait::until("orders to be under way", || async {
            (watch.versions().len() >= before + UNDER_WAY).then_some(())
        })
        .await;
        // Each is another event to the provider, of one order.
        if service == "webhook-ingress" {
            for _ in 0..20 {
                webhooks += 1;
                send_webhook(&system, port, webhooks, &format!("{name}-0")).await;
            }
        }
        let told = clock::monotonic_now();
        stage::end(&mut system, service).await;
        let drained = clock::monotonic_now().duration_since(told);
        assert!(drained < DRAIN_TIMEOUT, "{service} took {drained:?}");

        system.launch(service, None);
        let restarted = clock::monotonic_now();
        orders.extend(load.stop().await.orders);
        checks::close_the_books(&system, &merchant, &watch, &orders).await;
        let finished = clock::monotonic_now().duration_since(restarted);
        assert!(finished < SOON, "{service} left something in hand: all was done only {finished:?} later");
        println!("{service}: drained in {drained:.1?}, all done {finished:.1?} after its restart");
    }
    webhooks_are_stored(&merchant, webhooks).await;
}

/// Who waits for the quota, or for somebody who waits for it, must not be waited for.
#[tokio::test]
async fn a_look_up_without_a_permit_holds_nobody_up() {
    let options = SystemOptions { requests: 1, window: "15s".to_owned(), ..SystemOptions::default() };
    let (mut system, merchant, watch) = stage::start(options).await;
    let cut = json!({ "path": "/withdraw/buy", "kind": "cut_after_execution" });
    system.control(&json!({ "faults": [cut] })).await;
    merchant.publish(&order("unclear", "88112")).await;
    for service in ["trade-tracker", "provider-dispatch"] {
        // The only permit of the window is the order's.
        looks_up(&mut system).await;
        stage::end(&mut system, service).await;
        system.launch(service, None);
        system.ready().await;
    }
    let expected = Expected::fate("unclear".to_owned(), "88112");
    checks::close_the_books(&system, &merchant, &watch, &[expected]).await;
}

/// Waits until the tracker has asked about a trade.
async fn looks_up(system: &mut System) {
    let address = system.service("trade-tracker").address("health").await;
    let (client, url) = (skinbus_tests::http(), format!("http://{address}/metrics"));
    wait::until("a look-up", || async {
        let metrics = client.get(&url).send().await.ok()?.text().await.ok()?;
        metrics.contains(r#"need="look_up""#).then_some(())
    })
    .await;
}

/// Waits until every webhook is in the stream: the provider had to ask again for those that were not answered.
pub(crate) async fn webhooks_are_stored(merchant: &Merchant, sent: u64) {
    wait::until("the webhooks to be stored", || async {
        let stream = merchant.jetstream().get_stream("WEBHOOKS").await.unwrap();
        (stream.cached_info().state.messages == sent).then_some(())
    })
    .await;
}
