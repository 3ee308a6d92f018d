//! Many questions: orders go before them, and the limit holds.

use futures_util::future::join_all;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::SystemOptions;

use crate::orders;
use crate::queries::cs2_offers;
use crate::world::{World, options};

const LIMIT: u32 = 30;
const QUESTIONS: usize = 100;
const ORDERS: usize = 10;

#[tokio::test]
async fn questions_delay_no_order_and_keep_the_limit() {
    let narrow =
        SystemOptions { requests: LIMIT, window: "2s".to_owned(), ..options(&[ProviderName::Skinify]) };
    let world = World::start(narrow, ProviderName::Skinify).await;
    let account = world.account();
    // Each is another one: none can be answered with the answer to another.
    let questions = (0..QUESTIONS).map(|number| {
        let request = v1::OffersRequest { offer_id: format!("7{number}"), ..cs2_offers() };
        let (merchant, account) = (world.merchant.clone(), account.clone());
        tokio::spawn(async move {
            merchant
                .query::<v1::ItemsResponse>(&account, "offers", &request)
                .await
                .err()
                .map(|refused| refused.word)
        })
    });
    let questions: Vec<_> = questions.collect();
    skinbus_tests::wait::until("the questions to use what they may", || async {
        (world.arrivals("/withdraw/price").await > 0).then_some(())
    })
    .await;
    for number in 0..ORDERS {
        world.publish(&orders::offer(world.provider, &format!("wd-{number}"))).await;
    }
    for number in 0..ORDERS {
        let is_placed = |change: &v1::TradeStatusChanged| change.to() >= TradeStatus::Submitted;
        world.changes.until(&format!("wd-{number}"), "placed", is_placed).await;
    }
    let waiting = questions.iter().filter(|question| !question.is_finished()).count();
    assert!(waiting > QUESTIONS / 2, "{waiting} questions are left: that was no flood");
    for word in join_all(questions).await {
        // The simulator has no such offers; whoever waited for too long is told to ask again.
        let word = word.unwrap();
        assert!(matches!(word.as_deref(), Some("not_found" | "quota_spent")), "{word:?}");
    }
    let quota = world.quota().await;
    assert!(quota["worst_window"].as_u64().unwrap() <= u64::from(LIMIT), "{quota}");
    world.check().await;
}
