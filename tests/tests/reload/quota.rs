//! Invariant Q1 over many reloads: two generations serve an account for a moment, as two replicas would.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions};

use crate::{AlwaysReady, gave_way, options};

const LIMIT: u32 = 30;
const ORDERS: u32 = 4 * LIMIT;
const RELOADS: usize = 5;

#[tokio::test]
async fn the_limit_holds_and_every_order_is_placed_once_over_many_reloads() {
    let options = SystemOptions { requests: LIMIT, window: "2s".to_owned(), ..options() };
    let mut system = System::start(options).await;
    let merchant = system.merchant().await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
    }
    for name in ["provider-dispatch", "trade-tracker", "order-intake"] {
        let service = system.service(name);
        let ready = AlwaysReady::watch(service).await;
        for times in 1..=RELOADS {
            service.hang_up();
            assert_eq!(gave_way(service, times).await, 0, "{name}");
        }
        ready.end().await;
    }
    // Told to end while a reload is under way: both generations drain, and somebody else goes on.
    let told = system.service("provider-dispatch");
    told.hang_up();
    told.logged("reading the configuration").await;
    told.terminate();
    assert_eq!(told.ended().await.code(), Some(0), "{:#?}", told.log());
    system.launch("provider-dispatch", None);

    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    let quota = system.quota().await;
    assert!(quota["worst_window"].as_u64().unwrap() <= u64::from(LIMIT), "{quota}");
    assert_eq!(quota["refused"], 0, "{quota}");
    assert_eq!(quota["paths"]["/withdraw/buy"], u64::from(ORDERS), "{quota}");
    assert_gapless(&merchant.history().await);
    let bought = system.bought().await;
    assert_eq!((bought.len(), bought.values().max()), (usize::try_from(ORDERS).unwrap(), Some(&1)));
    assert!(merchant.alerts().await.is_empty() && merchant.dead().await.is_empty());
}
