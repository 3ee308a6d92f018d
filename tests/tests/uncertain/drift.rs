//! What a provider says that its adapter does not know: told once for each kind, and counted.

use serde_json::json;
use skinbus_proto::Message;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::process::binary;
use skinbus_tests::{System, SystemOptions, wait};

/// The kinds that were counted.
async fn counted(merchant: &Merchant) -> Vec<v1::DriftKind> {
    let entries = merchant.messages("KV_skinbus_drift").await;
    entries.into_iter().flat_map(|entry| v1::DriftSeen::decode(entry.payload).unwrap().kinds).collect()
}

async fn drift_alerts(merchant: &Merchant) -> Vec<v1::Alert> {
    merchant.alerts().await.into_iter().filter(|alert| alert.kind == "drift").collect()
}

#[tokio::test]
async fn ten_orders_with_one_unknown_status_are_two_alerts() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-0", "88116")).await;
    let first = merchant.alerted("drift", "wd-0").await;
    assert_eq!((first.count, first.operation.as_str()), (1, "lookup"), "{first:?}");
    assert_eq!((first.field.as_str(), first.value.as_str()), ("status", "manual_review"), "{first:?}");

    // The count is not this process's own.
    system.service("trade-tracker").terminate();
    system.service("trade-tracker").ended().await;
    system.forget_ended();
    system.launch("trade-tracker", None);
    system.ready().await;
    for index in 1..10 {
        merchant.publish(&order(&format!("wd-{index}"), "88116")).await;
    }
    let alerts = wait::until("the tenth sight to be told", || async {
        Some(drift_alerts(&merchant).await).filter(|alerts| alerts.iter().any(|alert| alert.count == 10))
    })
    .await;
    assert_eq!(alerts.iter().map(|alert| alert.count).collect::<Vec<_>>(), [1, 10], "{alerts:?}");
    // Each trade says by itself why it stands.
    for index in 0..10 {
        let order_id = format!("wd-{index}");
        merchant.reaches(&order_id, TradeStatus::Submitted).await;
        let notices = wait::until("its notice", || async {
            let history = merchant.history().await;
            let notices = history[&order_id].iter().flat_map(|change| change.notices.clone());
            let drift = notices.filter(|notice| notice.value == "manual_review").count();
            (drift > 0).then_some(drift)
        })
        .await;
        assert_eq!(notices, 1, "{order_id}");
    }
    // The tracker that was ended may have counted what it did not acknowledge.
    let kinds = counted(&merchant).await;
    let [kind] = &kinds[..] else { panic!("{kinds:?}") };
    assert!((10..=11).contains(&kind.count), "{kind:?}");

    let (_, metrics) = system.processes("trade-tracker").next().unwrap().page("/metrics").await;
    let line = metrics.lines().find(|line| line.starts_with("skinbus_drift_total")).unwrap();
    for label in [r#"account="skinify_main""#, r#"operation="lookup""#, r#"field="status""#] {
        assert!(line.contains(label), "{line}");
    }
    assert!(!line.contains("manual_review"), "{line}");
    assert!(metrics.lines().any(|line| line.starts_with("skinbus_alerts_total") && line.contains("drift")));

    let mut listed = tokio::process::Command::new(binary("skinbus"));
    let listed = listed.arg("--nats").arg(system.nats.url()).arg("drift").output().await.unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("manual_review") && listed.contains("skinify_main"), "{listed}");
}

/// The alert comes before the count and the acknowledgement: whoever dies between them counts twice, and tells once.
#[tokio::test]
async fn a_tracker_that_dies_after_telling_tells_nothing_twice() {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    for service in ["order-intake", "provider-dispatch"] {
        system.launch(service, None);
    }
    // They make the streams.
    system.ready().await;
    system.launch("trade-tracker", Some("drift.told"));
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88116")).await;
    system.service("trade-tracker").crashed().await;
    merchant.alerted("drift", "wd-1").await;
    assert!(counted(&merchant).await.is_empty());
    system.forget_ended();
    system.launch("trade-tracker", None);
    wait::until("the sight to be counted", || async { (!counted(&merchant).await.is_empty()).then_some(()) })
        .await;
    assert_eq!(drift_alerts(&merchant).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_nobody_can_read_is_told_of_while_its_order_is_looked_for() {
    let system = System::start(crate::quick()).await;
    let merchant = system.merchant().await;
    system.control(&json!({"faults": [crate::fault("wd-1", &json!("html_body"))]})).await;
    merchant.publish(&order("wd-1", "88101")).await;
    let alert = merchant.alerted("drift", "wd-1").await;
    assert_eq!(
        (alert.operation.as_str(), alert.field.as_str(), alert.count),
        ("place", "answer", 1),
        "{alert:?}"
    );
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    crate::assert_once(&system, &merchant, 1).await;
}
