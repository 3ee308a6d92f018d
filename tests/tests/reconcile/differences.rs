//! What does not agree, by the command line.

use std::collections::BTreeMap;

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::order;
use skinbus_tests::orders::link;
use skinbus_tests::process::binary;
use skinbus_tests::system::ACCOUNT;
use skinbus_tests::{Merchant, System, SystemOptions};

use crate::{AGREES, FINDINGS, NOT_COMPLETED, buy_directly, event, found, pairs, settled};

/// How many versions each order has.
async fn versions(merchant: &Merchant) -> BTreeMap<String, usize> {
    merchant.history().await.into_iter().map(|(order_id, versions)| (order_id, versions.len())).collect()
}

/// A system where two orders are over, one page waits to be paid, and nobody looks at anything any more.
async fn left_alone() -> (System, Merchant) {
    let options = SystemOptions { settle_time: "1500ms".to_owned(), ..SystemOptions::default() };
    let mut system = System::start(options).await;
    let merchant = system.merchant().await;
    merchant.publish(&order("wd-1", "88101")).await;
    for page in ["dp-1", "dp-2"] {
        merchant.publish(&link(ProviderName::Skinify, page)).await;
        merchant.reaches(page, TradeStatus::Submitted).await;
    }
    event(&system, "dp-1", "pay", "5.00").await;
    merchant.reaches("dp-1", TradeStatus::Completed).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    system.service("trade-tracker").kill();
    (system, merchant)
}

#[tokio::test]
async fn what_differs_is_found_and_only_what_is_behind_is_mended() {
    let (system, merchant) = left_alone().await;
    let (code, lines) = settled(&system, &[]).await;
    assert_eq!((code, found(&lines)), (AGREES, Vec::new()), "{lines:#?}");

    buy_directly(&system, "stranger").await;
    // The page is paid and the webhook is lost; the other one's amount changes after it was credited.
    event(&system, "dp-2", "pay", "3.00").await;
    event(&system, "dp-1", "pay", "6.00").await;
    let before = versions(&merchant).await;
    let lasting = pairs(&[("credit_differs", "dp-1"), ("only_theirs", "stranger")]);
    let mut all = lasting.clone();
    all.extend(pairs(&[("credit_only_theirs", "dp-2"), ("behind", "dp-2")]));
    let (code, lines) = settled(&system, &[]).await;
    assert_eq!((code, found(&lines)), (FINDINGS, all), "{lines:#?}");
    assert_eq!(lines[0]["severity"], "critical");
    assert_eq!(versions(&merchant).await, before, "it changes nothing unless it is told to");

    let (code, lines) = system.reconcile(ACCOUNT, &["--apply"]).await;
    assert_eq!((code, found(&lines)), (FINDINGS, lasting.clone()), "{lines:#?}");
    assert_eq!(lines.last().unwrap()["mended"], 1);
    let mended = merchant.reaches("dp-2", TradeStatus::Completed).await.trade.unwrap();
    assert_eq!(mended.credits[0].amount.as_ref().unwrap().amount, "3.00");
    let mut after = before.clone();
    after.insert("dp-2".to_owned(), before["dp-2"] + 1);
    assert_eq!(versions(&merchant).await, after);

    let (code, lines) = settled(&system, &["--apply"]).await;
    assert_eq!((code, found(&lines)), (FINDINGS, lasting), "{lines:#?}");
    assert!(lines.last().unwrap()["mended"].is_null(), "{lines:#?}");
    assert_eq!(versions(&merchant).await, after);
}

#[tokio::test]
async fn what_the_provider_has_lost_is_only_ours_and_people_can_read_it() {
    let (system, _merchant) = left_alone().await;
    let (code, lines) = settled(&system, &[]).await;
    assert_eq!(code, AGREES, "{lines:#?}");
    system.control(&json!({"reset": true})).await;
    let (code, lines) = settled(&system, &[]).await;
    // A page that nobody has paid need not be in any record.
    let lost = pairs(&[("only_ours", "dp-1"), ("only_ours", "wd-1")]);
    assert_eq!((code, found(&lines)), (FINDINGS, lost), "{lines:#?}");

    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(["reconcile", "--account", ACCOUNT, "--since", "1h"]);
    let output = command.arg("--config").arg(system.config_file()).output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), FINDINGS);
    for fact in ["2 findings", "SERIOUS  only ours  order wd-1", "they say: nothing", "we say: COMPLETED"] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    assert!(!text.contains("AbCd"), "a trade token: {text}");
}

#[tokio::test]
async fn half_a_record_is_no_record() {
    let (system, _merchant) = left_alone().await;
    system.control(&json!({"add_faults": [{"path": "/get-deposits", "kind": "html_body"}]})).await;
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(["reconcile", "--account", ACCOUNT, "--since", "1h"]);
    let output = command.arg("--config").arg(system.config_file()).output().await.unwrap();
    assert_eq!(output.status.code(), NOT_COMPLETED);
    assert!(output.stdout.is_empty(), "nothing is said of what was not compared");
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(problem.contains("asking for deposits"), "{problem}");
}
