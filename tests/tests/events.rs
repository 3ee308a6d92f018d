//! Real-time events, from the provider's websocket through the real ingress to the ledger.
//!
//! Time goes at its usual pace, and no webhook is sent: the first regular look at a purchase comes after five seconds, so
//! what is known before that is known by an event.
#![cfg(test)]

use serde_json::{Value, json};
use skinbus_proto::Message;
use skinbus_proto::v1::{Cause, TradeStatus, TradeStatusChanged, WebhookReceived, WebhookTrust};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::accounts::account;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::process::Process;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{System, SystemOptions, wait};

/// Accepted after half a second, and under trade protection.
const PROTECTED: &str = "88102";
/// Never gets past its first status.
const STUCK: &str = "88115";
/// Seconds after which a regular look may have been the reason.
const FIRST_LOOK_SECONDS: i64 = 5;

fn options(providers: &[ProviderName]) -> SystemOptions {
    SystemOptions { providers: providers.to_vec(), speed: 1, events: true, ..SystemOptions::default() }
}

/// The simulator's own view of a provider's websocket.
async fn feed(system: &System, provider: ProviderName) -> Value {
    system.record("_control").await[provider.as_str()]["feed"].clone()
}

async fn control(system: &System, provider: ProviderName, change: Value) {
    system.control(&json!({provider.as_str(): {"feed": change}})).await;
}

/// Waits until exactly one connection is welcome, and gives the count of tries.
async fn connected(system: &System, provider: ProviderName) -> u64 {
    wait::until("one connection for events", || async {
        let feed = feed(system, provider).await;
        (feed["listeners"] == 1).then(|| feed["tries"].as_u64().unwrap())
    })
    .await
}

/// Waits until there was another try, and its connection is welcome.
async fn connected_again(system: &System, provider: ProviderName, tries: u64) -> u64 {
    wait::until("another connection for events", || async {
        let feed = feed(system, provider).await;
        let tried = feed["tries"].as_u64().unwrap();
        (tried > tries && feed["listeners"] == 1).then_some(tried)
    })
    .await
}

fn purchase(provider: ProviderName, order_id: &str, offer_id: &str) -> skinbus_proto::v1::OrderRequest {
    let mut order = order(order_id, offer_id);
    order.account = account(provider);
    order
}

/// Places an order whose acceptance must be known before any regular look.
async fn goes_on_early(merchant: &Merchant, provider: ProviderName, order_id: &str) -> TradeStatusChanged {
    merchant.publish(&purchase(provider, order_id, PROTECTED)).await;
    let held = wait::until("the order to be accepted", || async {
        let last = merchant.last(order_id).await?;
        let is_accepted = matches!(last.to(), TradeStatus::UserAccepted | TradeStatus::OnHold);
        is_accepted.then_some(last)
    })
    .await;
    let second = |moment: &Option<_>| skinbus_proto::moment(moment.as_ref().unwrap()).unwrap().as_second();
    let took = second(&held.recorded_at) - second(&held.trade.as_ref().unwrap().accepted_at);
    assert!(took < FIRST_LOOK_SECONDS, "{took} s: that may have been a regular look");
    assert_eq!(held.cause(), Cause::Lookup, "an event proves nothing");
    held
}

async fn stored(merchant: &Merchant) -> Vec<WebhookReceived> {
    let stored = merchant.messages("WEBHOOKS").await;
    stored.into_iter().map(|message| WebhookReceived::decode(message.payload).unwrap()).collect()
}

#[tokio::test]
async fn a_purchase_goes_on_because_of_its_events() {
    let providers = [ProviderName::Skinsback, ProviderName::Skinify];
    let system = System::start(options(&providers)).await;
    let merchant = system.merchant().await;
    for provider in providers {
        connected(&system, provider).await;
        let order_id = format!("{provider}-bought");
        goes_on_early(&merchant, provider, &order_id).await;
        let told = stored(&merchant).await.into_iter().filter(|told| told.reference == order_id);
        let told: Vec<_> = told.map(|told| (told.trust(), told.account)).collect();
        // Created, offered, accepted.
        assert_eq!(told, vec![(WebhookTrust::Hint, account(provider)); 3]);
    }
    let feed = feed(&system, ProviderName::Skinsback).await;
    assert!(feed["pings"].as_u64().unwrap() >= 1, "SkinsBack wants pings: {feed}");
    assert!(merchant.dead().await.is_empty() && merchant.alerts().await.is_empty());
}

#[tokio::test]
async fn a_feed_that_is_cut_comes_back() {
    let system = System::start(options(&[ProviderName::Skinsback])).await;
    let merchant = system.merchant().await;
    for round in 0..2 {
        let tries = connected(&system, ProviderName::Skinsback).await;
        goes_on_early(&merchant, ProviderName::Skinsback, &format!("before-{round}")).await;
        control(&system, ProviderName::Skinsback, json!({"cut": true})).await;
        connected_again(&system, ProviderName::Skinsback, tries).await;
        goes_on_early(&merchant, ProviderName::Skinsback, &format!("after-{round}")).await;
    }
}

/// Twice, in another order, among frames that nobody documented, and lies.
#[tokio::test]
async fn odd_frames_and_lies_change_nothing() {
    let provider = ProviderName::Skinsback;
    let mut system = System::start(options(&[provider])).await;
    let merchant = system.merchant().await;
    connected(&system, provider).await;
    for mode in ["duplicated", "odd", "reordered"] {
        control(&system, provider, json!({"mode": mode})).await;
        goes_on_early(&merchant, provider, mode).await;
    }
    control(&system, provider, json!({"mode": "lost"})).await;
    merchant.publish(&purchase(provider, "stuck", STUCK)).await;
    let submitted = merchant.reaches("stuck", TradeStatus::Submitted).await;
    let lie = |order_id: &str, buy_id: u64| {
        let data = json!({"item": {"id": STUCK}, "buy_id": buy_id.to_string(), "offer_status": "accepted",
                          "error_reason": null, "tradeofferid": "1", "custom_id": order_id});
        json!({"event": "status_change", "data": data}).to_string()
    };
    let huge = format!("{{\"event\":\"{}\"}}", "x".repeat(60_000));
    let frames = json!([lie("stuck", 90_999), lie("nobody", 7), lie("no name of ours", 8), huge]);
    control(&system, provider, json!({"send": frames})).await;
    merchant.alerted("orphan", "nobody").await;
    assert_eq!(merchant.last("stuck").await.unwrap(), submitted);
    assert!(merchant.dead().await.is_empty(), "{:?}", merchant.dead().await);
    let page = system.service("webhook-ingress").page("/metrics").await.1;
    for series in [
        r#"skinbus_events_total{account="skinsback_main",outcome="unnamed"} 1"#,
        r#"skinbus_events_connected{account="skinsback_main"} 1"#,
    ] {
        assert!(page.contains(series), "{series} is not in:\n{page}");
    }
    for outcome in ["stored", "unrelated", "unreadable"] {
        assert!(page.contains(&format!("outcome=\"{outcome}\"")), "{outcome} is not in:\n{page}");
    }
    let tries = connected(&system, provider).await;
    // One that is larger than any real one ends the connection.
    control(&system, provider, json!({"mode": "normal", "send": ["x".repeat(70_000)]})).await;
    connected_again(&system, provider, tries).await;
    goes_on_early(&merchant, provider, "afterwards").await;
}

#[tokio::test]
async fn a_wrong_signature_is_told_of_and_tried_again_and_never_shown() {
    const WRONG: &str = "0cc175b9c0f1b6a831c399e269772661";
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("signature");
    std::fs::write(&file, WRONG).unwrap();
    let options = options(&[ProviderName::Skinify]);
    let mut system = System::start_without_services(options).await;
    let setting = ("SKINBUS_ACCOUNTS__SKINIFY_MAIN__EVENTS_SIGNATURE_FILE", file.to_str().unwrap());
    for name in SERVICES {
        let process = Process::start_with(name, &system.config_file(), &[("RUST_LOG", "trace"), setting]);
        system.services.push(process);
    }
    system.ready().await;
    for (reception, word) in [("welcome", "refuses the signature"), ("forbidden", "answered HTTP 403")] {
        // What a right signature would be answered; the second is an answer to any.
        control(&system, ProviderName::Skinify, json!({"reception": reception})).await;
        let before = feed(&system, ProviderName::Skinify).await["tries"].as_u64().unwrap();
        wait::until("two more tries", || async {
            let tries = feed(&system, ProviderName::Skinify).await["tries"].as_u64().unwrap();
            (tries >= before + 2).then_some(())
        })
        .await;
        system.service("webhook-ingress").logged(word).await;
    }
    let ingress = system.service("webhook-ingress");
    assert_eq!(ingress.page("/readyz").await.0, 200, "a feed that is down is no reason not to be ready");
    let page = ingress.page("/metrics").await.1;
    let series = r#"skinbus_events_connected{account="skinify_main"} 0"#;
    assert!(page.contains(series) && page.contains(r#"ended="refused""#), "{page}");
    ingress.terminate();
    let log = ingress.whole_log().await;
    assert!(log.iter().any(|line| line.contains("\"WARN\"")), "there is nothing to look at");
    for line in log.iter().chain([&page]) {
        assert!(!line.contains(WRONG) && !line.contains("signature="), "{line}");
    }
}

/// Whichever replica has the feed of the account.
async fn holder(system: &System) -> usize {
    wait::until("a replica to listen", || async {
        let replicas: Vec<_> = system.processes("webhook-ingress").collect();
        for (index, replica) in replicas.iter().enumerate() {
            let page = replica.page("/metrics").await.1;
            if page.contains(r#"skinbus_events_connected{account="skinsback_main"} 1"#) {
                return Some(index);
            }
        }
        None
    })
    .await
}

#[tokio::test]
async fn one_replica_listens_and_another_takes_over_when_it_is_killed() {
    let mut system = System::start(options(&[ProviderName::Skinsback])).await;
    let merchant = system.merchant().await;
    system.launch("webhook-ingress", None);
    system.ready().await;
    assert_eq!(connected(&system, ProviderName::Skinsback).await, 1);
    goes_on_early(&merchant, ProviderName::Skinsback, "with-two").await;

    let first = holder(&system).await;
    let mut ingresses = system.services.iter_mut().filter(|service| service.name == "webhook-ingress");
    ingresses.nth(first).unwrap().kill();
    system.forget_ended();
    // Only a claim that nobody renews any more is taken over.
    assert_eq!(connected_again(&system, ProviderName::Skinsback, 1).await, 2);
    goes_on_early(&merchant, ProviderName::Skinsback, "with-the-other").await;

    // One that ends in order gives the claim back and says goodbye.
    system.launch("webhook-ingress", None);
    system.ready().await;
    let second = system.services.iter_mut().find(|service| service.name == "webhook-ingress").unwrap();
    second.terminate();
    assert!(second.ended().await.success());
    system.forget_ended();
    assert_eq!(connected_again(&system, ProviderName::Skinsback, 2).await, 3);
    goes_on_early(&merchant, ProviderName::Skinsback, "with-the-third").await;
}
