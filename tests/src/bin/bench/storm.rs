//! Two thousand webhooks a second for a minute, about open trades: each is stored, and each is taken out by the tracker.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::PullConsumer;
use skinbus_tests::system::WEBHOOK_PATH;
use skinbus_tests::wait;

use crate::open_trades::{ACCOUNT, order_id};
use crate::open_world::{OpenWorld, SIGNATURE, Setting};
use crate::senders;

const TRADES: usize = 10_000;
const PER_SECOND: usize = 2_000;
const SECONDS: usize = 60;
const CONNECTIONS: usize = 40;

pub(crate) async fn run() {
    println!(
        "\nwebhooks, {PER_SECOND} a second for {SECONDS} s on {CONNECTIONS} connections, {TRADES} open trades"
    );
    let age = Duration::from_secs(4 * 3600);
    let minute = Duration::from_secs(60);
    let mut world =
        OpenWorld::start(Setting { trades: TRADES, age, requests: 500, per: minute, speed: 1 }).await;
    let mut ingress = world.launch("webhook-ingress");
    ingress.ready().await;
    let address: SocketAddr = ingress.address("\"webhooks\"").await.parse().unwrap();

    let pause =
        Duration::from_secs(1) * u32::try_from(CONNECTIONS).unwrap() / u32::try_from(PER_SECOND).unwrap();
    let taken = senders::send_paced(address, requests(), Some(pause)).await;
    println!(
        "  answered: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms, the last {:.1} ms",
        taken.rate,
        taken.milliseconds(50),
        taken.milliseconds(99),
        taken.milliseconds(100)
    );
    let sent = PER_SECOND * SECONDS;
    assert_eq!(world.merchant.stored("WEBHOOKS").await as usize, sent, "a success for what is not stored");
    let ended = Instant::now();
    wait::until_within("the tracker to have taken all", Duration::from_secs(120), || async {
        let consumer: PullConsumer = world
            .merchant
            .jetstream()
            .get_consumer_from_stream("tracker_webhooks", "WEBHOOKS")
            .await
            .unwrap();
        let info = consumer.cached_info();
        (info.num_pending == 0 && info.num_ack_pending == 0).then_some(())
    })
    .await;
    println!(
        "  all {sent} stored, and taken by the tracker {:.1} s after the last",
        ended.elapsed().as_secs_f64()
    );
    println!("  resident: webhook-ingress {:.0} MB", ingress.resident_bytes() as f64 / 1e6);
    println!("            trade-tracker {:.0} MB", world.tracker.resident_bytes() as f64 / 1e6);
    for process in [&mut ingress, &mut world.tracker, &mut world.dispatch] {
        process.terminate();
        process.ended().await;
    }
}

/// No two the same.
fn requests() -> Vec<Vec<Vec<u8>>> {
    let on_one =
        |connection: usize| (connection..PER_SECOND * SECONDS).step_by(CONNECTIONS).map(request).collect();
    (0..CONNECTIONS).map(on_one).collect()
}

fn request(number: usize) -> Vec<u8> {
    let order_id = order_id(number % TRADES);
    let body = format!(
        r#"{{"signature": "{SIGNATURE}", "payment_id": "{order_id}", "transaction_id": "{number}", "skin": {{"name": "P250 | Sand Dune (Field-Tested)", "price": 41}}, "time": "1760000400", "status": "sent", "amount": 41, "trade_id": "8123000111"}}"#
    );
    format!(
        "POST /webhooks/{ACCOUNT}/{WEBHOOK_PATH} HTTP/1.1\r\nhost: hooks.example.com\r\nuser-agent: bench\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
