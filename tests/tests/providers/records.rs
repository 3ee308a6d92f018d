//! Where a provider has to be asked about deposits one by one, a page of its record stands for many.

use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::wait;

use crate::world::{World, options};
use crate::{deposits, orders, world};

const PAGES: usize = 40;

#[tokio::test]
async fn a_page_of_the_record_stands_for_many_look_ups() {
    let providers = [ProviderName::Skinsback, ProviderName::Skinout, ProviderName::Skinify];
    let silent = skinbus_tests::SystemOptions { webhooks: false, ..options(&providers) };
    let system = std::sync::Arc::new(skinbus_tests::System::start(silent).await);
    let mut worlds = Vec::new();
    for provider in providers {
        worlds.push(World::on(std::sync::Arc::clone(&system), provider).await);
    }
    world::everywhere(&worlds, one).await;
}

async fn one(world: &World) {
    assert!(world.defaults().record_tells.deposit_link && world.defaults().look_up_batch.deposit_link == 1);
    let order_id = |number: usize| format!("{}-{number}", world.provider.as_str());
    for number in 0..PAGES {
        world.publish(&orders::link(world.provider, &order_id(number))).await;
    }
    for number in 0..PAGES {
        world.changes.reaches(&order_id(number), TradeStatus::Submitted).await;
    }
    let (looks_before, calls_before) = (looks(world).await, calls(world).await);
    let looks = wait::until("ten rounds of looks", || async {
        let looked = looks(world).await - looks_before;
        (looked >= 10 * u64::try_from(PAGES).unwrap()).then_some(looked)
    })
    .await;
    let calls = calls(world).await - calls_before;
    assert!(calls * 4 <= looks, "{calls} calls for {looks} looks");
    // What ended is asked for alone, and nothing of it is missed.
    world.event(&order_id(7), "pay", Some("7.40")).await;
    deposits::paid(world, &order_id(7), "7.40").await;
}

/// Calls that look deposits up, of either way.
async fn calls(world: &World) -> u64 {
    world.arrivals(world.paths.look_up_deposits).await + world.arrivals(world.paths.deposit_record).await
}

/// Looks at this account that needed the provider.
async fn looks(world: &World) -> u64 {
    let tracker = world.system.processes("trade-tracker").next().unwrap();
    let (_, metrics) = tracker.page("/metrics").await;
    let account = format!("account=\"{}\"", world.account());
    let is_its = |line: &&str| {
        line.starts_with("skinbus_due_looks_total") && line.contains("look_up") && line.contains(&account)
    };
    let line = metrics.lines().find(is_its);
    line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}
