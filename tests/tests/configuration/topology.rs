//! Who owns the streams: `manage`, `verify`, `off`.

use async_nats::jetstream::stream::Config;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::process::{Process, binary};
use skinbus_tests::system::SERVICES;
use skinbus_tests::{System, SystemOptions, wait};

const VERIFY: [(&str, &str); 1] = [("SKINBUS_NATS__TOPOLOGY", "verify")];
const OFF: [(&str, &str); 1] = [("SKINBUS_NATS__TOPOLOGY", "off")];

async fn bare() -> System {
    System::start_without_services(SystemOptions::default()).await
}

/// Waits until a process says of its streams what contains this text.
async fn says(process: &Process, text: &str) {
    wait::until(&format!("{} to say {text:?}", process.name), || async {
        let (status, report) = process.page("/readyz").await;
        (status == 503 && report.contains(text)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn verify_says_what_is_missing_and_goes_on_once_it_is_there() {
    let mut system = bare().await;
    for name in SERVICES {
        system.services.push(Process::start_with(name, &system.config_file(), &VERIFY));
    }
    // Each looks at what it needs itself, and at nothing else.
    for (service, first) in system.services.iter().zip(["ORDERS", "TRADES", "ORDERS", "WEBHOOKS"]) {
        says(service, &format!("topology: down: reading the stream {first};")).await;
        assert_eq!(service.page("/livez").await.0, 200);
    }
    let merchant = system.merchant().await;
    assert!(merchant.jetstream().get_stream("ORDERS").await.is_err(), "verify creates nothing");

    let mut manager = Process::start("order-intake", &system.config_file(), None);
    manager.ready().await;
    drop(manager);
    system.ready().await;
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
}

#[tokio::test]
async fn verify_says_what_differs() {
    let mut system = bare().await;
    system.launch("order-intake", None);
    system.ready().await;
    let merchant = system.merchant().await;
    let stream = merchant.jetstream().get_stream("ORDERS").await.unwrap();
    let duplicate_window = std::time::Duration::from_secs(1);
    let changed = Config { duplicate_window, ..stream.cached_info().config.clone() };
    merchant.jetstream().update_stream(changed.clone()).await.unwrap();
    let process = Process::start_with("trade-tracker", &system.config_file(), &VERIFY);
    says(&process, "ORDERS differs in duplicate_window").await;

    // A consumer is part of it as well.
    let whole = Config { duplicate_window: std::time::Duration::from_secs(120), ..changed };
    merchant.jetstream().update_stream(whole).await.unwrap();
    merchant.jetstream().delete_consumer_from_stream("tracker_webhooks", "WEBHOOKS").await.unwrap();
    says(&process, "consumer tracker_webhooks").await;
}

#[tokio::test]
async fn off_looks_at_nothing_and_works_where_all_is_there() {
    let mut system = bare().await;
    let mut alone = Process::start_with("order-intake", &system.config_file(), &OFF);
    alone.ready().await;
    let merchant = system.merchant().await;
    assert!(merchant.jetstream().get_stream("ORDERS").await.is_err(), "off creates nothing");
    assert!(alone.is_running());

    // Somebody else makes the streams, and that is all that was missing.
    let mut manager = Process::start("trade-tracker", &system.config_file(), None);
    manager.ready().await;
    drop(manager);
    for name in ["provider-dispatch", "trade-tracker"] {
        system.services.push(Process::start_with(name, &system.config_file(), &OFF));
    }
    system.ready().await;
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
}

/// It looks as after a restoration from a back-up, which brings no consumers: nothing is sent before somebody has said so.
#[tokio::test]
async fn a_ledger_with_versions_gets_no_follower_before_somebody_has_said_why() {
    let mut system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    for service in &mut system.services {
        service.terminate();
        service.ended().await;
    }
    system.forget_ended();
    merchant.jetstream().delete_consumer_from_stream("tracker_trades", "TRADES").await.unwrap();

    // Whoever would make it, and whoever would send.
    let intake = Process::start("order-intake", &system.config_file(), None);
    says(&intake, "ledger.restored_at").await;
    let dispatch = Process::start_with("provider-dispatch", &system.config_file(), &VERIFY);
    says(&dispatch, "ledger.restored_at").await;
    drop((intake, dispatch));
    let apply = async |arguments: &[&str]| {
        let mut command = tokio::process::Command::new(binary("skinbus"));
        command.args(["topology", "apply"]).args(arguments).arg("--config").arg(system.config_file());
        command.output().await.unwrap()
    };
    let refused = apply(&[]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--follow-again"), "{refused:?}");
    let told = [("SKINBUS_LEDGER__RESTORED_AT", "2026-01-05T12:00:00Z"), VERIFY[0]];
    let mut dispatch = Process::start_with("provider-dispatch", &system.config_file(), &told);
    dispatch.ready().await;
    drop(dispatch);

    assert!(apply(&["--follow-again"]).await.status.success());
    system.launch("order-intake", None);
    system.ready().await;
}
