//! Webhooks per second into the store.

use std::net::SocketAddr;
use std::path::Path;

use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use skinbus_tests::process::Process;
use skinbus_tests::system::{TOKEN, TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{Merchant, NatsOptions, NatsServer};

use crate::load::Load;
use crate::nothing::Nothing;
use crate::{senders, yardstick};

const CONNECTIONS: usize = 64;

/// What Skinout's webhooks carry as proof here.
const SKINOUT_SIGNATURE: &str = "b6a2b60542aaf3a7cec45f5d0b8a0961";

pub(crate) async fn run(name: &str, sync_always: bool, webhooks: usize, goal: f64) {
    println!("\nwebhook ingress, {name}, {webhooks} webhooks on {CONNECTIONS} connections");
    let nats = NatsServer::start(NatsOptions { sync_always, ..NatsOptions::default() }).await;
    let directory = tempfile::tempdir().unwrap();
    // Nobody takes the webhooks out again: the ingress alone is measured.
    let mut service = ingress(&nats, directory.path()).await;
    let address: SocketAddr = service.address("\"webhooks\"").await.parse().unwrap();
    let nothing = Nothing::start();
    let merchant = Merchant::connect(&nats.url(), "acme").await;

    let warm = CONNECTIONS * 20;
    senders::send(address, requests("warm", warm)).await;
    senders::send(nothing.address, requests("warm", warm)).await;
    let message = stored(&merchant).await;
    let bytes = size(&message);
    let like_ours = |number: usize| {
        let mut headers = message.headers.clone();
        headers.insert("Nats-Msg-Id", format!("skinify_main:{number:032x}"));
        PublishMessage::build().headers(headers).payload(message.payload.clone())
    };
    let yardsticks = || async {
        let http = senders::send(nothing.address, requests("bare", webhooks)).await;
        let publish = yardstick::publishes(&merchant, webhooks, bytes, CONNECTIONS).await;
        let same = yardstick::publishes_of(&merchant, webhooks, CONNECTIONS, like_ours).await;
        (http, publish, same)
    };
    let before = yardsticks().await;
    let used = service.processor_time();
    let taken = senders::send(address, requests("real", webhooks)).await;
    let used = service.processor_time() - used;
    let after = yardsticks().await;

    assert_eq!(
        merchant.stored("WEBHOOKS").await as usize,
        warm + webhooks,
        "a success for what is not stored"
    );
    let http = shown("HTTP alone", &before.0, &after.0);
    let publish = shown("publish alone", &before.1, &after.1);
    let same = shown("publish with id", &before.2, &after.2);
    shown("webhooks", &taken, &taken);
    println!("  a stored webhook: {bytes} bytes with its headers");
    println!(
        "  ratio:     {:.2} of the slower of the first two (goal {goal})",
        taken.rate / http.min(publish)
    );
    // Where all share the processors, a webhook can be no faster than the two things that it needs, one after the other.
    let both = 1.0 / (1.0 / http + 1.0 / same);
    println!("             {:.2} of HTTP, then a publish with id ({both:.0}/s)", taken.rate / both);
    println!("  processor time: webhook-ingress {:.1} µs each", used.as_secs_f64() * 1e6 / webhooks as f64);
    println!("  resident memory: webhook-ingress {:.1} MB", service.resident_bytes() as f64 / 1e6);
    service.terminate();
    service.ended().await;
}

fn shown(what: &str, before: &Load, after: &Load) -> f64 {
    let rate = f64::midpoint(before.rate, after.rate);
    let time = |percent| f64::midpoint(before.milliseconds(percent), after.milliseconds(percent));
    println!("  {what:15} {rate:.0}/s, p50 {:.2} ms, p99 {:.2} ms", time(50), time(99));
    rate
}

async fn ingress(nats: &NatsServer, directory: &Path) -> Process {
    let file = |name: &str, text: &str| {
        std::fs::write(directory.join(name), text).unwrap();
        directory.join(name)
    };
    let path = file("webhook_path", WEBHOOK_PATH);
    let config = format!(
        r#"
[nats]
url = "{}"
[webhooks]
listen = "127.0.0.1:0"
[accounts.skinify_main]
provider = "skinify"
merchant = "acme"
token_file = {:?}
webhook_path_secret_file = {path:?}
[accounts.skinout_main]
provider = "skinout"
merchant = "acme"
webhook_signature_file = {:?}
webhook_path_secret_file = {path:?}
"#,
        nats.url(),
        file("token", TOKEN),
        file("signature", SKINOUT_SIGNATURE),
    );
    let mut service = Process::start("webhook-ingress", &file("skinbus.toml", &config), None);
    service.ready().await;
    service
}

/// A message that the ingress published for a webhook.
async fn stored(merchant: &Merchant) -> StreamMessage {
    let stream = merchant.jetstream().get_stream("WEBHOOKS").await.unwrap();
    stream.get_raw_message(1).await.unwrap()
}

/// Its bytes, headers included.
fn size(message: &StreamMessage) -> usize {
    let lines =
        message.headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    let line = |name: &str, value: &str| name.len() + ": ".len() + value.len() + "\r\n".len();
    let headers: usize = lines.map(|(name, value)| line(name.as_ref(), value.as_str())).sum();
    "NATS/1.0\r\n".len() + headers + "\r\n".len() + message.payload.len()
}

/// Webhooks of both providers in turn, no two the same, shared out among the connections.
fn requests(run: &str, webhooks: usize) -> Vec<Vec<Vec<u8>>> {
    let on_one = |connection: usize| {
        let numbers = (connection..webhooks).step_by(CONNECTIONS).enumerate();
        numbers
            .map(|(turn, number)| if turn % 2 == 0 { skinify(run, number) } else { skinout(run, number) })
            .collect()
    };
    (0..CONNECTIONS).map(on_one).collect()
}

fn skinify(run: &str, number: usize) -> Vec<u8> {
    post(
        "skinify_main",
        &format!(
            r#"{{"token_md5": "{TOKEN_MD5}", "status": "success", "transaction_id": "{}", "deposit_id": "dep-{run}-{number}", "steam_id": "76561198000000042", "date": 1760000000, "amount": 12.5, "amount_currency": "usd", "amount_converted": {{"usd": 12.5}}, "multiplied_amount": 13.13, "multiplied_amount_converted": {{"usd": 13.13}}, "trade_offer_id": "8123000222", "settlement": 1760691600}}"#,
            700_000 + number
        ),
    )
}

fn skinout(run: &str, number: usize) -> Vec<u8> {
    post(
        "skinout_main",
        &format!(
            r#"{{"signature": "{SKINOUT_SIGNATURE}", "payment_id": "wd-{run}-{number}", "transaction_id": "{}", "skin": {{"name": "P250 | Sand Dune (Field-Tested)", "price": 41}}, "time": "1760000400", "status": "sent", "amount": 41, "trade_id": "8123000111"}}"#,
            610_000 + number
        ),
    )
}

fn post(account: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /webhooks/{account}/{WEBHOOK_PATH} HTTP/1.1\r\nhost: hooks.example.com\r\nuser-agent: bench\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
