//! A generation that does not end in time is cut off in the middle of its calls, and the process goes on.

use serde_json::json;
use skinbus_proto::v1::{Cause, TradeStatus, TradeStatusChanged};
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{change, options};

const ORDERS: usize = 5;

#[tokio::test]
async fn what_was_in_flight_is_looked_up_and_bought_once() {
    let options = SystemOptions { total_timeout: "3s".to_owned(), ..options() };
    let mut system = System::start(options).await;
    let merchant = system.merchant().await;
    // The provider buys at once, and answers when nobody listens any more.
    let slow = json!({"path": "/withdraw/buy", "kind": {"delay_answer_ms": 2_500}, "times": ORDERS});
    system.control(&json!({"faults": [slow]})).await;
    change(&system, |text| text.replace("drain_timeout = \"10s\"", "drain_timeout = \"200ms\""));
    let dispatch = system.service("provider-dispatch");
    assert_eq!(dispatch.reloaded(1).await, 0);
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88101")).await;
    }
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Dispatching).await;
    }
    wait::until("every call to be under way", || async {
        (system.arrivals("/withdraw/buy").await >= u64::try_from(ORDERS).unwrap()).then_some(())
    })
    .await;
    let dispatch = system.service("provider-dispatch");
    dispatch.hang_up();
    dispatch.logged("cut off: work was still in hand").await;

    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    let history = merchant.history().await;
    assert_gapless(&history);
    // Nobody was there to hear the answers.
    let is_intent = |change: &TradeStatusChanged| change.to() == TradeStatus::Dispatching;
    let mut told = history.values().flatten().filter(|change| change.cause() == Cause::Dispatch);
    assert!(told.all(is_intent), "{history:#?}");
    let bought = system.bought().await;
    assert_eq!((bought.len(), bought.values().max()), (ORDERS, Some(&1)));
    assert!(system.service("provider-dispatch").is_running());
}
