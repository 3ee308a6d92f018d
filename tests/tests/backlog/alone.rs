//! Orders that wait for themselves alone, while their account is open.

use serde_json::json;
use skinbus_proto::v1::{self, TradeStatus, order_request::Operation};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, accounts, wait};

use crate::{queue, until_waiting};

/// `SkinsBack` has switched its market off: purchases wait for minutes, deposits go on.
#[tokio::test]
async fn long_waits_leave_their_places_to_others() {
    const PURCHASES: usize = 5;

    let providers = vec![ProviderName::Skinsback];
    let system = System::start(SystemOptions { providers, concurrency: 2, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    let account = accounts::account(ProviderName::Skinsback);
    system.control(&json!({"skinsback": {"market_enabled": false}})).await;
    for index in 0..PURCHASES {
        let purchase = order(&format!("wd-{index}"), "88102");
        merchant.publish(&v1::OrderRequest { account: account.clone(), ..purchase }).await;
    }
    let user = v1::SteamUser { steam_id: "76561198000000043".to_owned(), trade_token: "AbCd_-12".to_owned() };
    let deposit = v1::Deposit { user: Some(user), ..v1::Deposit::default() };
    let deposit = v1::OrderRequest {
        order_id: "deposit".to_owned(),
        account,
        operation: Some(Operation::Deposit(deposit)),
        ..v1::OrderRequest::default()
    };
    merchant.publish(&deposit).await;
    merchant.reaches("deposit", TradeStatus::Submitted).await;
    until_waiting(&merchant, PURCHASES).await;
    for index in 0..PURCHASES {
        let waiting = wait::until("the refusal to be written", || async {
            merchant.last(&format!("wd-{index}")).await.filter(|last| last.version > 2)
        })
        .await;
        assert_eq!((waiting.to(), waiting.version), (TradeStatus::Accepted, 3), "{waiting:?}");
    }
    let queue = queue(&merchant, "dispatch_skinsback_main").await;
    assert_eq!((queue.num_ack_pending, queue.num_redelivered), (PURCHASES, 0), "{queue:?}");
    assert_gapless(&merchant.history().await);
}
