//! Messages that nobody can work on, in front of others.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::process::Process;
use skinbus_tests::{System, SystemOptions};

use crate::{until_bought, until_waiting};

#[tokio::test]
async fn bytes_that_are_no_order_hold_up_nobody() {
    let system = System::start(SystemOptions { concurrency: 1, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    for index in 0..20_u8 {
        let subject = "skinbus.v1.dispatch.skinify_main";
        merchant.publish_to(subject, headers(&[]), vec![0xff, index]).await.unwrap();
    }
    merchant.publish(&order("good", "88112")).await;
    merchant.reaches("good", TradeStatus::Completed).await;
    let dead = merchant.dead_letters(20).await;
    assert!(dead.iter().all(|letter| letter.reason == "undecodable" && letter.stream == "DISPATCH"));
    until_waiting(&merchant, 0).await;
}

/// Every process that takes it dies. Those behind it are placed by the next, until it comes again.
#[tokio::test]
async fn an_order_that_kills_its_process_holds_up_nobody_behind_it() {
    const GOOD: usize = 12;

    let mut system =
        System::start_without_services(SystemOptions { concurrency: 1, ..SystemOptions::default() }).await;
    for name in ["order-intake", "trade-tracker"] {
        system.launch(name, None);
    }
    system.ready().await;
    let merchant = system.merchant().await;
    merchant.publish(&order("poison", "88112")).await;
    until_waiting(&merchant, 1).await;
    for index in 0..GOOD {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    until_waiting(&merchant, 1 + GOOD).await;
    let armed = Some("dispatch.in_hand@acme/poison");
    let mut first = Process::start("provider-dispatch", &system.config_file(), armed);
    first.crashed().await;
    system.launch("provider-dispatch", armed);
    let bought = until_bought(&system, GOOD).await;
    assert!(bought.iter().all(|id| id.starts_with("wd-")), "{bought:?}");
    until_waiting(&merchant, 1).await;
    assert_gapless(&merchant.history().await);
    assert_eq!(merchant.last("poison").await.unwrap().version, 1);
}
