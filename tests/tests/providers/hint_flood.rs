//! Hints that anybody may have sent, by the hundred: they change nothing, spend no more than their part of the quota, and
//! delay no order.

use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::clock;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::{SystemOptions, wait};

use crate::orders;
use crate::world::{World, options};

const LIMIT: u32 = 40;
const WINDOW_MS: u64 = 2000;
/// The first look at a page that nobody asks for.
const FIRST_LOOK_MS: u64 = 20_000;
const PAGES: usize = 30;
const FLOOD_MS: u64 = 6000;
const ORDERS: usize = 10;

fn page(number: usize) -> String {
    format!("page-{number}")
}

/// One hint about every page, rightly signed: the signature covers the page's id and nothing else.
fn hints(round: usize) -> Vec<Value> {
    let paid = |number| {
        let transaction_id = 900_000 + round * PAGES + number;
        json!({
            "reference": page(number), "transaction_id": transaction_id, "status": "success", "amount": "77.70",
            "forged": false,
        })
    };
    (0..PAGES).map(paid).collect()
}

async fn answered(world: &World) -> usize {
    let ledger = world.system.record("_ledger").await;
    let answered = |told: &&Value| told["answer"] == 200;
    ledger["notifications"].as_array().unwrap().iter().filter(answered).count()
}

#[tokio::test]
async fn a_flood_of_hints_spends_its_part_of_the_quota_and_delays_no_order() {
    let usual_pace = SystemOptions {
        requests: LIMIT,
        window: format!("{WINDOW_MS}ms"),
        speed: 1,
        ..options(&[ProviderName::Skinslink])
    };
    let world = World::start(usual_pace, ProviderName::Skinslink).await;
    let began = clock::monotonic_now();
    for number in 0..PAGES {
        world.publish(&orders::link(world.provider, &page(number))).await;
    }
    for number in 0..PAGES {
        world.changes.reaches(&page(number), TradeStatus::Submitted).await;
    }
    let versions = world.merchant.stored("TRADES").await;
    for number in 0..ORDERS {
        world.publish(&orders::offer(world.provider, &format!("wd-{number}"))).await;
    }
    let took_ms = || u64::try_from(clock::monotonic_now().duration_since(began).as_millis()).unwrap();
    for round in 1.. {
        world.control(json!({"send_notifications": hints(round)})).await;
        wait::until("every hint to be answered", || async {
            (answered(&world).await >= round * PAGES).then_some(())
        })
        .await;
        if took_ms() > FLOOD_MS {
            break;
        }
    }
    for number in 0..ORDERS {
        let is_placed = |change: &v1::TradeStatusChanged| change.to() >= TradeStatus::Submitted;
        world.changes.until(&format!("wd-{number}"), "placed", is_placed).await;
    }
    // Every window that has begun may hold a tenth of the limit. The regular looks come besides.
    let looks = world.arrivals(world.paths.look_up_deposits).await;
    let took_ms = took_ms();
    let hinted = u64::from(LIMIT / 10) * (took_ms / WINDOW_MS + 1);
    let regular = took_ms / FIRST_LOOK_MS * u64::try_from(PAGES).unwrap();
    assert!(looks > 0 && looks <= hinted + regular, "{looks} in {took_ms} ms");
    for number in 0..PAGES {
        let changes = world.changes.of(&page(number));
        assert_eq!(changes.last().unwrap().to(), TradeStatus::Submitted, "{changes:?}");
    }
    assert!(world.merchant.stored("TRADES").await >= versions);
    world.check().await;
}
