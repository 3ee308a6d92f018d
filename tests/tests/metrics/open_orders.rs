//! One tracker shows what is open, also those orders that nobody looks at any more, and another goes on where it ends.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, SystemOptions, wait};

const WAITS: &str = r#"skinbus_open_orders{account="skinify_main",state="ACCEPTED"} 1"#;
const IN_REVIEW: &str = r#"skinbus_open_orders{account="skinify_main",state="NEEDS_REVIEW"} 1"#;
const COUNTED: &str = "skinbus_open_orders{";

/// What each tracker shows.
async fn shown(system: &System) -> Vec<String> {
    let mut pages = Vec::new();
    for tracker in system.processes("trade-tracker") {
        pages.push(tracker.page("/metrics").await.1);
    }
    pages
}

async fn counted(system: &System) {
    wait::until("the open orders to be counted by one tracker", || async {
        let pages = shown(system).await;
        let counting: Vec<&String> = pages.iter().filter(|page| page.contains(COUNTED)).collect();
        assert!(counting.len() <= 1, "two trackers count");
        (counting.len() == 1 && [WAITS, IN_REVIEW].iter().all(|line| counting[0].contains(line)))
            .then_some(())
    })
    .await;
}

/// Four hours are three seconds here.
#[tokio::test]
async fn another_tracker_goes_on_counting_what_is_open() {
    let quick = SystemOptions {
        speed: 4800,
        total_timeout: "1100ms".to_owned(),
        settle_time: "1500ms".to_owned(),
        ..SystemOptions::default()
    };
    let mut system = System::start(quick).await;
    let merchant = system.merchant().await;
    let lost = json!({"path": "/withdraw/buy", "custom_id": "wd-lost", "kind": "refuse"});
    let limited = json!({"path": "/withdraw/buy", "custom_id": "wd-waits", "kind": "limit_exceeded"});
    system.control(&json!({"faults": [lost, limited]})).await;
    merchant.publish(&order("wd-lost", "88101")).await;
    merchant.reaches("wd-lost", TradeStatus::NeedsReview).await;
    // After this nothing is planned for it.
    merchant.alerted("stuck", "wd-lost").await;
    merchant.publish(&order("wd-waits", "88101")).await;
    counted(&system).await;

    system.launch("trade-tracker", None);
    system.ready().await;
    counted(&system).await;
    let first = system.services.iter_mut().find(|service| service.name == "trade-tracker").unwrap();
    first.terminate();
    first.ended().await;
    system.forget_ended();
    counted(&system).await;

    // What is decided is no longer counted.
    let mut command = tokio::process::Command::new(skinbus_tests::process::binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).env("USER", "ada");
    command.args(["trade", "resolve", "wd-lost", "--as", "failed", "--reason", "seen"]);
    assert!(command.output().await.unwrap().status.success());
    wait::until("the decided order to leave the count", || async {
        let pages = shown(&system).await;
        let none = IN_REVIEW.replace("} 1", "} 0");
        pages.iter().any(|page| page.contains(&none) && page.contains(WAITS)).then_some(())
    })
    .await;
}
