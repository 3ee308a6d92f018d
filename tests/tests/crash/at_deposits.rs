//! provider-dispatch, killed where no purchase at Skinify comes by: between the two calls of one order, and in a call for
//! several orders.

use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName::{Shadowpay, Skinify, Skinsback, Skinslink};
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::expected::Expected;
use crate::points::{AFTER_JOINT_ANSWER, BEFORE_NEXT_CALL};
use crate::{checks, stage};
use skinbus_tests::orders;

const SERVICE: &str = "provider-dispatch";
/// Accepted, at once and for good.
const OFFER: &str = "88101";
/// Different ones, because SkinsBack's call takes an offer only once. All are accepted where the order's fate says so.
const OFFERS: [&str; 5] = [OFFER, "88103", "88104", "88105", "88106"];
/// The answer to the second call is there, or read: nothing of it is written down.
const AFTER_SECOND_CALL: [(&str, &str); 2] =
    [("answered", "dispatch.after_answer:2"), ("called", "dispatch.after_call")];

#[tokio::test]
async fn dispatch_dies_between_calls_and_in_a_joint_call() {
    let mut system = start().await;
    let (merchant, watch) = stage::open(&system).await;
    let mut expected = deposits_of_items(&mut system, &merchant).await;
    expected.extend(purchases_in_two_calls(&mut system, &merchant).await);
    expected.extend(purchases_for_one_user(&mut system, &merchant).await);
    // The last one: it is sent again, and would come by any point that is armed then.
    expected.push(deposit_of_named_items(&mut system, &merchant).await);
    for (name, _) in AFTER_SECOND_CALL {
        // A look-up finds the offer, and only then the user accepts it.
        let order_id = format!("items-{name}");
        merchant.reaches(&order_id, TradeStatus::OfferSent).await;
        let accepted = json!([{ "reference": order_id, "event": "pay" }]);
        system.control(&json!({ "skinify": { "deposits": accepted } })).await;
    }

    let books = checks::close_the_books(&system, &merchant, &watch, &expected).await;
    assert_eq!(books.reviews, ["bought-between"]);
    let ledger = system.record("_ledger").await;
    let mut deposits = ledger["deposits"].as_array().unwrap().iter();
    let abandoned = deposits.find(|row| row["deposit_id"] == "items-between").unwrap();
    assert_eq!((&abandoned["phase"], &abandoned["amount"]), (&json!("created"), &Value::Null));
    let calls = &system.record("_quota").await["shadowpay"]["paths"];
    assert_eq!(calls["/buy_item"], AFTER_SECOND_CALL.len(), "{calls}");
}

/// With a speed that makes a few seconds of the hour after which a deposit without an offer is given up, and with leases
/// that are long enough for those who wait for a joint call.
async fn start() -> System {
    let options = SystemOptions {
        providers: vec![Skinify, Shadowpay, Skinsback, Skinslink],
        speed: 600,
        ..SystemOptions::default()
    };
    let mut system = System::start_without_services(options).await;
    stage::configure(&system, "lease_margin = \"1s\"", "lease_margin = \"3s\"");
    stage::launch_all(&mut system).await;
    system
}

/// Publishes an order that takes dispatch to this point.
async fn die_at(system: &mut System, merchant: &Merchant, point: &str, order: &v1::OrderRequest) {
    stage::arm(system, SERVICE, point).await;
    merchant.publish(order).await;
    stage::crashed_then_restarted(system, SERVICE).await;
}

/// The first call makes a deposit, the second its offer. Where there is none nobody can give anything.
async fn deposits_of_items(system: &mut System, merchant: &Merchant) -> Vec<Expected> {
    die_at(system, merchant, BEFORE_NEXT_CALL, &orders::items(Skinify, "items-between")).await;
    let mut expected = vec![Expected::deposit("items-between".to_owned(), &[TradeStatus::Expired])];
    for (name, point) in AFTER_SECOND_CALL {
        let order_id = format!("items-{name}");
        die_at(system, merchant, point, &orders::items(Skinify, &order_id)).await;
        expected.push(Expected::deposit(order_id, &[TradeStatus::Completed]));
    }
    expected
}

/// The first call only reads the price. ShadowPay's word that it does not know a reference proves nothing, so what was
/// not bought then is not bought later either.
async fn purchases_in_two_calls(system: &mut System, merchant: &Merchant) -> Vec<Expected> {
    let order = |order_id: &str| orders::purchase(Shadowpay, order_id, OFFER, &orders::user());
    die_at(system, merchant, BEFORE_NEXT_CALL, &order("bought-between")).await;
    let mut expected = vec![Expected::needs_review("bought-between".to_owned())];
    for (name, point) in AFTER_SECOND_CALL {
        let order_id = format!("bought-{name}");
        die_at(system, merchant, point, &order(&order_id)).await;
        expected.push(Expected::fate(order_id, OFFER));
    }
    expected
}

/// The first call only makes a draft, so the provider knows no such deposit, and a repeated reference harms nobody there.
async fn deposit_of_named_items(system: &mut System, merchant: &Merchant) -> Expected {
    let order = orders::named_items(Skinslink, "names-between");
    orders::show_inventory(merchant, &order).await;
    system.control(&json!({ "skinslink": { "deposit_fates": { "names-between": "paid" } } })).await;
    die_at(system, merchant, BEFORE_NEXT_CALL, &order).await;
    Expected::deposit(order.order_id, &[TradeStatus::Completed])
}

/// While the first is bought the others come, and are bought together; dispatch dies with the answer in hand.
async fn purchases_for_one_user(system: &mut System, merchant: &Merchant) -> Vec<Expected> {
    let user = orders::user();
    let named: Vec<(String, &str)> =
        OFFERS.iter().enumerate().map(|(number, offer)| (format!("joint-{number}"), *offer)).collect();
    let accepted: Value = named.iter().map(|(id, _)| (id.clone(), json!("accepted"))).collect();
    system.control(&json!({ "skinsback": { "fates": { "by_reference": accepted } } })).await;
    let slow = json!({ "path": "/market_buy", "custom_id": "joint-0", "kind": { "delay_answer_ms": 1500 } });
    stage::add_faults(system, json!([slow])).await;

    stage::arm(system, SERVICE, AFTER_JOINT_ANSWER).await;
    for (order_id, offer) in &named {
        merchant.publish(&orders::purchase(Skinsback, order_id, offer, &user)).await;
        if order_id == "joint-0" {
            wait::until("the first to be bought", || async {
                (!system.purchases("joint-0").await.is_empty()).then_some(())
            })
            .await;
        }
    }
    stage::crashed_then_restarted(system, SERVICE).await;
    named.into_iter().map(|(order_id, _)| Expected::fate(order_id, OFFER)).collect()
}
