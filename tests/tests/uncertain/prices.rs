//! The ceiling of an order's price.

use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, http};

use crate::{assert_once, quick, reason};

#[tokio::test]
async fn what_costs_more_is_not_bought() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    system.control(&json!({"skinify": {"prices": {"88101": "10.01"}}})).await;
    merchant.publish(&order("wd-1", "88101")).await;
    let failed = merchant.reaches("wd-1", TradeStatus::Failed).await;
    assert_eq!(reason(&failed), "price_above_max");
    assert!(system.bought().await.is_empty());
    assert_once(&system, &merchant, 1).await;
    assert!(merchant.alerts().await.is_empty());
}

#[tokio::test]
async fn a_provider_that_took_more_is_told_of() {
    let system = System::start(quick()).await;
    let merchant = system.merchant().await;
    // The answer is that of a purchase that was dearer than the order allows.
    let dear = json!({"skinify": {"repeated_custom_id": "return_first", "prices": {"88101": "10.01"}}});
    system.control(&dear).await;
    let url = format!("http://{}/skinify/api/withdraw/buy", system.simulator.address());
    let request = http().post(url).header("Token", skinbus_tests::system::TOKEN);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body("partner=39734314&token=AbCd_-12&id=88101&custom_id=wd-1").send().await.unwrap();
    system.control(&json!({"skinify": {"prices": {"88101": "0.04"}}})).await;

    merchant.publish(&order("wd-1", "88101")).await;
    let completed = merchant.reaches("wd-1", TradeStatus::Completed).await;
    assert_eq!(completed.trade.unwrap().facts.unwrap().price_paid.unwrap().amount, "10.01");
    let alert = merchant.alerted("anomaly", "wd-1").await;
    assert!(alert.detail.contains("10.01") && alert.detail.contains("10.00"), "{alert:?}");
    assert_eq!(merchant.alerts_about("anomaly", "wd-1").await.len(), 1);
    assert_eq!(system.bought().await["wd-1"], 1);
}
