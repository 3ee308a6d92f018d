//! Somebody bought under our reference before we did: whatever the provider makes of the repeat, it is adopted or told of.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, http};

use crate::{path, quick};

/// A purchase that this system knows nothing of.
async fn buy(system: &System, custom_id: &str) -> String {
    let url = format!("http://{}/skinify/api/withdraw/buy", system.simulator.address());
    let form = format!("partner=39734314&token=AbCd_-12&id=88101&custom_id={custom_id}");
    let request = http().post(url).header("Token", skinbus_tests::system::TOKEN);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = request.send().await.unwrap().text().await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["purchase_id"].to_string()
}

#[tokio::test]
async fn a_known_reference_is_found_and_not_bought_again() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    for (mode, is_uncertain) in [("reject", true), ("return_first", false)] {
        system.control(&json!({"skinify": {"repeated_custom_id": mode}})).await;
        let first = buy(&system, mode).await;
        merchant.publish(&order(mode, "88101")).await;
        let completed = merchant.reaches(mode, TradeStatus::Completed).await;
        assert_eq!(completed.trade.unwrap().facts.unwrap().provider_id, first, "{mode}");
        assert_eq!(path(&merchant, mode).await.contains(&TradeStatus::Uncertain), is_uncertain, "{mode}");
        assert_eq!(system.bought().await[mode], 1, "{mode}");
    }
    assert!(merchant.alerts().await.is_empty());
}

#[tokio::test]
async fn a_second_purchase_under_one_reference_is_told_of() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    system.control(&json!({"skinify": {"repeated_custom_id": "buy_again"}})).await;
    let first = buy(&system, "wd-1").await;
    merchant.publish(&order("wd-1", "88101")).await;
    let completed = merchant.reaches("wd-1", TradeStatus::Completed).await;
    let ours = completed.trade.unwrap().facts.unwrap().provider_id;
    assert_ne!(ours, first, "the one that answered us is ours");
    let alert = merchant.alerted("anomaly", "wd-1").await;
    assert!(alert.detail.contains(&first) && alert.detail.contains(&ours), "{alert:?}");
    // One of the two is ours.
    assert_eq!(system.arrivals("/withdraw/buy").await, 2);
}
