//! From the moment at which something happens at the provider to the status change on NATS: through a webhook, and by looking.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use skinbus_proto::{Message, v1};
use skinbus_tests::system::WEBHOOK_PATH;
use skinbus_tests::wait;

use crate::load::percentile;
use crate::open_trades::{ACCOUNT, order_id};
use crate::open_world::{OpenWorld, SIGNATURE, Setting};
use crate::yardstick;

const TRADES: usize = 10_000;
const MINUTE: Duration = Duration::from_secs(60);
/// Trades that something happens to, and the pause between two of them.
const NEWS: usize = 500;
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn run() {
    by_webhook().await;
    by_looking().await;
}

/// A hint pulls the look forward. The limit leaves room: hints have a tenth of it.
async fn by_webhook() {
    println!("\nnews by webhook, {TRADES} open trades, one webhook every {} ms", PAUSE.as_millis());
    let age = Duration::from_secs(4 * 3600);
    let setting = Setting { trades: TRADES, age, requests: 60_000, per: MINUTE, speed: 1 };
    let mut world = OpenWorld::start(setting).await;
    all_looked_at(&world).await;
    let mut ingress = world.launch("webhook-ingress");
    ingress.ready().await;
    let address = ingress.address("\"webhooks\"").await;
    let url = format!("http://{address}/webhooks/{ACCOUNT}/{WEBHOOK_PATH}");
    let http = reqwest::Client::new();

    let before = yardstick::round_trips(&world.merchant, NEWS, PAUSE, 600).await;
    let happened = happens(&world, PAUSE, |order_id| {
        let sent = http.post(&url).header("content-type", "application/json").body(webhook(order_id)).send();
        async move { assert!(sent.await.unwrap().status().is_success()) }
    });
    let times = happened.await;
    let after = yardstick::round_trips(&world.merchant, NEWS, PAUSE, 600).await;
    for percent in [50, 99] {
        let took = percentile(&times, percent).as_secs_f64() * 1e3;
        let round_trip =
            (percentile(&before, percent) + percentile(&after, percent)).as_secs_f64() * 1e3 / 2.0;
        println!(
            "  p{percent}: {took:.1} ms, {:.0} times a publish-and-consume round trip of {round_trip:.2} ms",
            took / round_trip
        );
    }
    ingress.terminate();
    ingress.ended().await;
    end(&mut world).await;
}

/// Users have just got their offers, and all of them wait: each is looked at every five seconds, or as often as the limit allows.
async fn by_looking() {
    const LIMIT: u32 = 500;
    println!("\nnews by looking, {TRADES} open trades that somebody waits for, {LIMIT} requests a minute");
    let age = Duration::from_secs(10);
    let setting = Setting { trades: TRADES, age, requests: LIMIT, per: MINUTE, speed: 1 };
    let mut world = OpenWorld::start(setting).await;
    all_looked_at(&world).await;
    let times = happens(&world, PAUSE, |_| async {}).await;
    // Look-ups leave a tenth of the limit to orders.
    let sweep = MINUTE.as_secs_f64() * TRADES as f64 / 50.0 / f64::from(LIMIT * 9 / 10);
    for percent in [50, 99] {
        let took = percentile(&times, percent).as_secs_f64();
        println!(
            "  p{percent}: {took:.1} s, {:.2} times the {sweep:.1} s that looking at all of them takes",
            took / sweep
        );
    }
    end(&mut world).await;
}

async fn all_looked_at(world: &OpenWorld) {
    wait::until_within("every trade to be looked at", Duration::from_secs(120), || async {
        (world.provider.seen(|seen| seen.looks.len()) == TRADES).then_some(())
    })
    .await;
}

async fn end(world: &mut OpenWorld) {
    for process in [&mut world.tracker, &mut world.dispatch] {
        process.terminate();
        process.ended().await;
    }
}

/// Users accept one after the other; how long each status change took, the shortest first.
async fn happens<Told: Future<Output = ()> + Send + 'static>(
    world: &OpenWorld,
    pause: Duration,
    tell: impl Fn(&str) -> Told,
) -> Vec<Duration> {
    let mut changes = world.merchant.client().subscribe("skinbus.v1.status.acme.>").await.unwrap();
    world.merchant.client().flush().await.unwrap();
    let watching = tokio::spawn(async move {
        let mut seen = BTreeMap::new();
        while seen.len() < NEWS {
            let message = changes.next().await.unwrap();
            let change = v1::TradeStatusChanged::decode(message.payload).unwrap();
            if change.to() == v1::TradeStatus::Completed {
                seen.entry(change.order_id).or_insert_with(Instant::now);
            }
        }
        seen
    });
    let mut ticks = tokio::time::interval(pause);
    let mut began = BTreeMap::new();
    for number in 0..NEWS {
        ticks.tick().await;
        let order_id = order_id(number * (TRADES / NEWS));
        began.insert(order_id.clone(), Instant::now());
        world.provider.accept(&order_id);
        tokio::spawn(tell(&order_id));
    }
    let seen = tokio::time::timeout(5 * MINUTE, watching).await.unwrap().unwrap();
    let mut times: Vec<Duration> =
        began.iter().map(|(order_id, began)| seen[order_id].duration_since(*began)).collect();
    times.sort();
    times
}

fn webhook(order_id: &str) -> String {
    format!(
        r#"{{"signature": "{SIGNATURE}", "payment_id": "{order_id}", "transaction_id": "1{}", "skin": {{"name": "P250 | Sand Dune (Field-Tested)", "price": 41}}, "time": "1760000400", "status": "accepted", "amount": 41, "trade_id": "8123000111"}}"#,
        &order_id[2..]
    )
}
