//! Services killed at random while orders come in and the provider misbehaves.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use skinbus_proto::{timestamp, v1};
use skinbus_runtime::clock;
use skinbus_tests::merchant::order;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{Merchant, System, SystemOptions, wait};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::expected::Expected;
use crate::{checks, stage};
use skinbus_tests::dice::Dice;

const ORDERS: u64 = 300;
/// Requests in any second: less than what is wanted, so that permits are always short. Every kill of dispatch also costs
/// what it held, for its lease and one window.
const LIMIT: u32 = 15;
/// Between two kills, in milliseconds.
const PAUSES: (u64, u64) = (100, 300);
const OFFERS: [&str; 14] = [
    "88112", "88112", "88112", "88101", "88101", "88102", "88102", "88103", "88104", "88105", "88108",
    "88109", "88110", "88113",
];

#[tokio::test]
async fn three_hundred_orders_survive_random_kills() {
    let mut dice = Dice::from_variable("SKINBUS_CRASH_SEED");
    let seed = dice.seed;
    println!("SKINBUS_CRASH_SEED={seed}");
    let began = clock::monotonic_now();
    let options = SystemOptions { requests: LIMIT, window: "1s".to_owned(), ..SystemOptions::default() };
    let (mut system, merchant, watch) = stage::start(options).await;
    misbehave(&system, dice.below(1 << 32)).await;

    let placing = tokio::spawn(place_all(merchant.clone(), dice.split()));
    let done = CancellationToken::new();
    let (kills, orders) = tokio::join!(kill_at_random(&mut system, dice.split(), PAUSES, &done), async {
        let orders = placing.await.unwrap();
        // The last orders have a life to be disturbed as well.
        tokio::time::sleep(Duration::from_secs(3)).await;
        done.cancel();
        orders
    });
    system.ready().await;
    let killing = clock::monotonic_now().duration_since(began);

    let books = checks::close_the_books(&system, &merchant, &watch, &orders).await;
    let worst = checks::quota_was_kept(&system, u64::from(LIMIT)).await;
    let total: usize = kills.values().sum();
    let took = clock::monotonic_now().duration_since(began);
    println!(
        "seed {seed}: {ORDERS} orders, {total} kills and restarts {kills:?} within {killing:.1?}, \
         fullest window {worst} of {LIMIT}, {} reviews {:?}, {took:.1?} in all",
        books.reviews.len(),
        books.reviews
    );
}

/// Faults of every kind that a call can meet; most of them execute it and do not say so.
async fn misbehave(system: &System, seed: u64) {
    let rule = |path: &str, permille: u64, kind: serde_json::Value| json!({ "path": path, "kind": kind, "times": 1_000_000, "probability_permille": permille });
    let buy = |permille, kind| rule("/withdraw/buy", permille, kind);
    let info = |permille, kind| rule("/withdraw/info", permille, kind);
    let faults = [
        buy(50, json!("cut_after_execution")),
        buy(40, json!("status_500_executed")),
        buy(20, json!("cut_in_body")),
        buy(20, json!("refuse")),
        // Beyond the time-out of 2 s.
        buy(30, json!({ "delay_answer_ms": 2500 })),
        // The same, and executed only then: absent when it is first looked for, and there within the settle time.
        buy(30, json!({ "delay_execution_ms": 4000 })),
        info(50, json!("refuse")),
        info(50, json!("status_500_not_executed")),
    ];
    system.control(&json!({ "seed": seed, "faults": faults })).await;
}

/// Places all orders, one about every tenth of a second; each is acknowledged when this is done.
async fn place_all(merchant: Merchant, mut dice: Dice) -> Vec<Expected> {
    let mut orders = Vec::new();
    let mut receipts = JoinSet::new();
    for number in 0..ORDERS {
        let offer_id = *dice.one_of(&OFFERS);
        let id = format!("r{number:03}-{offer_id}");
        let mut request = order(&id, offer_id);
        let mut expected = Expected::fate(id, offer_id).or_review();
        if dice.below(10) == 0 {
            let deadline = skinbus_domain::rules::after(clock::now(), dice.pause(200, 3000));
            request.expires_at = Some(timestamp(deadline));
            expected = expected.or_too_late();
        }
        orders.push(expected);
        place(&merchant, request, &mut dice, &mut receipts).await;
        tokio::time::sleep(dice.pause(50, 150)).await;
    }
    receipts.join_all().await;
    orders
}

/// Places an order in one of the two ways; whoever waits for a receipt is among `receipts`.
pub(crate) async fn place(
    merchant: &Merchant,
    request: v1::OrderRequest,
    dice: &mut Dice,
    receipts: &mut JoinSet<()>,
) {
    if dice.below(2) == 0 {
        merchant.publish(&request).await;
        return;
    }
    let merchant = merchant.clone();
    receipts.spawn(async move {
        // Whoever gets no answer asks again.
        let receipt = wait::until("a receipt", || async { merchant.place(&request).await.ok() }).await;
        assert!(receipt.violations.is_empty(), "{receipt:?}");
    });
}

/// Kills a service after every pause, and tells how often each.
pub(crate) async fn kill_at_random(
    system: &mut System,
    mut dice: Dice,
    pauses: (u64, u64),
    done: &CancellationToken,
) -> BTreeMap<&'static str, usize> {
    let mut kills = BTreeMap::new();
    loop {
        tokio::select! {
            biased;
            () = done.cancelled() => return kills,
            () = tokio::time::sleep(dice.pause(pauses.0, pauses.1)) => {}
        }
        let victim = *dice.one_of(&SERVICES);
        stage::kill_and_restart(system, victim);
        *kills.entry(victim).or_default() += 1;
    }
}
