//! An account that is added, paused, resumed and removed while everything runs.

use skinbus_proto::timestamp;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::order;
use skinbus_tests::process::binary;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{System, wait};

use crate::{change, gave_way, options};

const NEW: &str = "skinify_new";

fn order_at(account: &str, order_id: &str) -> v1::OrderRequest {
    v1::OrderRequest { account: account.to_owned(), ..order(order_id, "88101") }
}

/// Changes the configuration, and waits until every service runs on it.
async fn change_all(system: &mut System, times: usize, to: impl FnOnce(String) -> String) {
    change(system, to);
    for name in SERVICES {
        assert_eq!(gave_way(system.service(name), times).await, 0, "{name}");
    }
}

/// The account's section, made of that of the account which is there.
fn section(text: &str) -> String {
    let (_, rest) = text.split_once("[accounts.skinify_main]\n").unwrap();
    let own = rest.split("\n[").next().unwrap();
    format!("\n[accounts.{NEW}]\n{own}\n")
}

async fn is_paused(system: &System) -> bool {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(["accounts", "--json", "--account", NEW, "--config"]);
    let output = command.arg(system.config_file()).output().await.unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    told["paused"].as_bool().unwrap()
}

async fn until_shown(system: &mut System, is_shown: impl Fn(&str) -> bool) {
    let tracker = system.service("trade-tracker");
    wait::until("the tracker to show it", || async {
        let (_, metrics) = tracker.page("/metrics").await;
        is_shown(&metrics).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_account_comes_rests_and_goes_at_run_time() {
    let mut system = System::start(options()).await;
    let merchant = system.merchant().await;
    merchant.publish(&order_at(NEW, "wd-early")).await;
    merchant.reaches("wd-early", TradeStatus::Rejected).await;

    change_all(&mut system, 1, |text| {
        let section = section(&text);
        text + &section
    })
    .await;
    merchant.publish(&order_at(NEW, "wd-1")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert!(!is_paused(&system).await);

    let paused = format!("[accounts.{NEW}]\npaused = true\n");
    change_all(&mut system, 2, |text| text.replace(&format!("[accounts.{NEW}]\n"), &paused)).await;
    assert!(is_paused(&system).await);
    let expires_at = Some(timestamp(skinbus_runtime::clock::now() + std::time::Duration::from_secs(1)));
    merchant.publish(&v1::OrderRequest { expires_at, ..order_at(NEW, "wd-late") }).await;
    merchant.publish(&order_at(NEW, "wd-2")).await;
    merchant.publish(&order("wd-other", "88101")).await;
    merchant.reaches("wd-other", TradeStatus::Completed).await;
    // Its deadline holds, though nobody has it in hand.
    merchant.reaches("wd-late", TradeStatus::Expired).await;
    let about = v1::CommandRequest { order_id: "wd-1".to_owned(), ..v1::CommandRequest::default() };
    let refused = merchant.command(NEW, "cancel", &about).await.unwrap_err();
    assert_eq!((refused.code, refused.word.as_str()), (503, "account_paused"));
    // Nobody is alarmed by what waits here: alerts ask for this.
    let closed = format!("skinbus_account_closed{{account=\"{NEW}\",reason=\"paused\"}} 1\n");
    until_shown(&mut system, |metrics| metrics.contains(&closed)).await;
    // What changes nothing goes on.
    let balance: v1::BalanceResponse = merchant.query(NEW, "balance", &v1::BalanceRequest {}).await.unwrap();
    assert!(!balance.lines.is_empty());
    assert_eq!(merchant.last("wd-2").await.unwrap().to(), TradeStatus::Accepted);
    let bought = system.bought().await;
    assert!(!bought.contains_key("wd-2") && !bought.contains_key("wd-late"), "{bought:?}");

    change_all(&mut system, 3, |text| text.replace(&paused, &format!("[accounts.{NEW}]\n"))).await;
    merchant.reaches("wd-2", TradeStatus::Completed).await;
    let bought = system.bought().await;
    assert!(bought.values().all(|times| *times == 1) && !bought.contains_key("wd-late"), "{bought:?}");

    change_all(&mut system, 4, |text| {
        let section = section(&text);
        text.replace(&section, "")
    })
    .await;
    merchant.publish(&order_at(NEW, "wd-gone")).await;
    merchant.reaches("wd-gone", TradeStatus::Rejected).await;
    wait::until("the tracker to say so", || async {
        let log = system.processes("trade-tracker").next()?.log();
        log.iter().any(|line| line.contains("the account was removed") && line.contains(NEW)).then_some(())
    })
    .await;
    // Gauges outlive the generation that made them, and show what the newest knows.
    let known = |account: &str| format!("skinbus_account_info{{account=\"{account}\",");
    let (gone, stays) = (known(NEW), known("skinify_main"));
    until_shown(&mut system, |metrics| metrics.contains(&stays) && !metrics.contains(&gone)).await;
    merchant.publish(&order("wd-last", "88101")).await;
    merchant.reaches("wd-last", TradeStatus::Completed).await;
}
