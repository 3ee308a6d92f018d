//! A purchase, from publish to final status, on real everything.
#![cfg(test)]

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions};

#[tokio::test]
async fn every_fate_ends_as_it_should_and_is_bought_once() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let fates = [
        ("88101", TradeStatus::Completed),
        ("88102", TradeStatus::Completed),
        ("88103", TradeStatus::Canceled),
        ("88104", TradeStatus::Expired),
        ("88105", TradeStatus::Failed),
        ("88106", TradeStatus::Failed),
        ("88107", TradeStatus::Failed),
        ("88108", TradeStatus::Failed),
        ("88109", TradeStatus::Reverted),
        ("88110", TradeStatus::Reverted),
        ("88112", TradeStatus::Completed),
        ("88113", TradeStatus::Failed),
    ];
    for (offer_id, _) in fates {
        merchant.publish(&order(&format!("o-{offer_id}"), offer_id)).await;
    }
    for (offer_id, status) in fates {
        merchant.reaches(&format!("o-{offer_id}"), status).await;
    }
    let history = merchant.history().await;
    assert_gapless(&history);
    let protected = &history["o-88102"];
    assert!(protected.iter().any(|change| change.to() == TradeStatus::OnHold), "{protected:#?}");
    for (offer_id, _) in fates {
        let times = system.bought().await.get(&format!("o-{offer_id}")).copied().unwrap_or(0);
        assert_eq!(times, usize::from(offer_id != "88113"), "{offer_id}");
    }
}
