//! What happens seldom needs its rights all the same.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use futures_util::StreamExt;
use serde_json::json;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::{System, SystemOptions, orders, wait};

use crate::whole_path::refusals;
use crate::{secured, told};

const LIST: &str = "query prices --account skinify_main --game cs2 --json";

/// Lists that are replaced, and read by a replica that did not write them; drift; real-time events; an early look.
#[tokio::test]
async fn lists_drift_events_and_hints() {
    let options = SystemOptions {
        providers: vec![ProviderName::Skinify, ProviderName::Skinsback],
        events: true,
        extra: "[queries]\nprice_list_age = \"1s\"".to_owned(),
        ..secured()
    };
    let mut system = System::start(options).await;
    let operator = system.merchant().await;
    let acme = Merchant::connect_as(&system.nats.url(), "acme", system.options_of("merchant-acme")).await;

    let first = told(&system, "merchant-acme", LIST).await;
    let lists = || async {
        let stream = operator.jetstream().get_stream("OBJ_skinbus_lists").await.unwrap();
        stream.cached_info().state.messages
    };
    let kept = lists().await;
    assert!(kept >= 2, "{kept}");
    // Another replica finds it in the store.
    system.service("provider-dispatch").terminate();
    system.service("provider-dispatch").ended().await;
    system.launch("provider-dispatch", None);
    system.services.last_mut().unwrap().ready().await;
    let second = told(&system, "merchant-acme", LIST).await;
    assert_eq!(first.lines().count(), second.lines().count());
    // And puts another in its place, without the chunks of the old one.
    wait::until("a newer list", || async {
        let again = told(&system, "merchant-acme", LIST).await;
        (again != first).then_some(())
    })
    .await;
    wait::until("the old chunks to be gone", || async { (lists().await == kept).then_some(()) }).await;

    acme.publish(&order("odd", "88116")).await;
    operator.alerted("drift", "odd").await;

    let ingress = system.service("webhook-ingress");
    let ingress: &skinbus_tests::process::Process = ingress;
    wait::until("events of both accounts", || async {
        let (_, metrics) = ingress.page("/metrics").await;
        let connected = |line: &&str| line.starts_with("skinbus_events_connected{") && line.ends_with(" 1");
        (metrics.lines().filter(connected).count() == 2).then_some(())
    })
    .await;

    acme.publish(&orders::link(ProviderName::Skinsback, "dep-1")).await;
    operator.reaches("dep-1", TradeStatus::Submitted).await;
    let hold = json!({"reference": "dep-1", "event": "hold", "amount": "7.40"});
    system.control(&json!({"skinsback": {"deposits": [hold]}})).await;
    operator.reaches("dep-1", TradeStatus::OnHold).await;
    let about = v1::CommandRequest { order_id: "dep-1".to_owned(), ..v1::CommandRequest::default() };
    let answer = acme.command("skinsback_main", "approve_hold", &about).await.unwrap();
    assert_eq!(answer.result(), v1::CommandResult::Done, "{answer:?}");
    wait::until("the advance to be seen", || async {
        let trade = operator.last("dep-1").await?.trade?;
        trade.credits.iter().any(|credit| credit.advanced).then_some(())
    })
    .await;
    // A claim that is given back.
    system.service("webhook-ingress").terminate();
    system.service("webhook-ingress").ended().await;
    let said = system.service("webhook-ingress").whole_log().await;
    let refused = said.iter().filter(|line| line.contains("for want of a right"));
    assert_eq!(refused.collect::<Vec<_>>(), Vec::<&String>::new());
    system.forget_ended();
    assert_eq!(refusals(&system).await, Vec::<String>::new());
}

/// A message whose handler never says a word is buried by the tracker, and leaves its queue.
#[tokio::test]
async fn an_abandoned_message_is_buried() {
    let mut system = System::start_without_services(secured()).await;
    let admin = system.options_of("admin").connect(system.nats.url()).await.unwrap();
    let impatient = pull::Config {
        durable_name: Some("intake".to_owned()),
        name: Some("intake".to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(1),
        max_deliver: 1,
        max_ack_pending: 10_000,
        ..pull::Config::default()
    };
    let admin = async_nats::jetstream::new(admin);
    admin.create_consumer_on_stream(impatient, "ORDERS").await.unwrap();
    system.launch("trade-tracker", None);
    system.ready().await;
    let acme = Merchant::connect_as(&system.nats.url(), "acme", system.options_of("merchant-acme")).await;
    acme.publish(&order("wd-1", "88101")).await;
    let intake = system.options_of("order-intake").connect(system.nats.url()).await.unwrap();
    let intake: PullConsumer =
        async_nats::jetstream::new(intake).get_consumer_from_stream("intake", "ORDERS").await.unwrap();
    let taken = intake.messages().await.unwrap().next().await.unwrap().unwrap();
    assert_eq!(taken.subject.as_str(), "skinbus.v1.orders.acme");
    drop(taken);

    let operator = system.merchant().await;
    let letter = wait::until("the letter", || async { operator.dead().await.pop() }).await;
    assert_eq!(letter.reason, "handler_crashed");
    wait::until("the order to leave its queue", || async {
        let stream = operator.jetstream().get_stream("ORDERS").await.unwrap();
        (stream.cached_info().state.messages == 0).then_some(())
    })
    .await;
    assert_eq!(refusals(&system).await, Vec::<String>::new());
}
