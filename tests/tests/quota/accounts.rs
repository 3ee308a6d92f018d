//! `skinbus accounts`: what is open at an account, and the bound that follows from it.

use serde_json::Value;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::process::binary;
use skinbus_tests::{System, SystemOptions, wait};

const TRADES: u64 = 7;

async fn accounts(system: &System, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(["accounts", "--config"]).arg(system.config_file());
    let output = command.args(arguments).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn every_open_trade_is_counted_and_the_bound_is_told() {
    let options =
        SystemOptions { requests: 500, window: "60s".to_owned(), speed: 1, ..SystemOptions::default() };
    let system = System::start(options).await;
    let merchant = system.merchant().await;
    for index in 0..TRADES {
        merchant.publish(&order(&format!("wd-{index}"), "88115")).await;
    }
    for index in 0..TRADES {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Submitted).await;
    }
    // Each is planned or due, at any time; a schedule is written once a trade has stood still for a moment.
    let told = wait::until("every trade to be counted", || async {
        let told = accounts(&system, &["--json", "--account", "skinify_main"]).await;
        let told: Value = serde_json::from_str(&told).unwrap();
        let counts = ["now", "later"].map(|line| {
            let planned = told["planned"][line]["purchase"].as_u64().unwrap();
            planned + told["due"][line].as_u64().unwrap()
        });
        (counts.iter().sum::<u64>() == TRADES).then_some(told)
    })
    .await;
    assert_eq!((told["requests"].as_u64(), told["sweep_requests"].as_u64()), (Some(500), Some(1)), "{told}");
    // Company, and one request.
    let latest = told["latest"]["now"]["seconds"].as_u64().unwrap();
    assert!((2..=31).contains(&latest), "{told}");
    let table = accounts(&system, &[]).await;
    assert!(
        table.contains("skinify_main") && table.contains("500 / 60 s") && table.contains("latest"),
        "{table}"
    );
}
