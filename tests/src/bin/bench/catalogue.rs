//! A long price list on its whole way: from the simulated provider through provider-dispatch to a merchant.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use skinbus_proto::{Message, v1};
use skinbus_tests::system::{ACCOUNT, TOKEN};
use skinbus_tests::{Merchant, System, SystemOptions, http};

use crate::load::median;

/// Half of the simulator's generated items are of the game that is asked for.
const FILLERS: usize = 60_000;
/// How often what can be repeated is.
const ROUNDS: usize = 21;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn run() {
    println!("\nprice list of {} items through provider-dispatch", FILLERS / 2);
    let options = SystemOptions { total_timeout: "30s".to_owned(), ..SystemOptions::default() };
    let mut system = System::start_without_services(options).await;
    system.control(&json!({"skinify": {"catalogue_filler": FILLERS}})).await;
    dispatch(&mut system).await;
    let merchant = system.merchant().await;

    let (fetch, bytes) = fetch(&system).await;
    let began = Instant::now();
    let first = page(&merchant, "").await;
    let cold = began.elapsed();
    let known = first_pages(&merchant).await;
    let (all, pages, items) = all_pages(&merchant).await;
    assert!(items >= FILLERS / 2, "{items} items of {}", first.total);
    let resident = system.service("provider-dispatch").resident_bytes();

    system.service("provider-dispatch").kill();
    system.forget_ended();
    dispatch(&mut system).await;
    let began = Instant::now();
    page(&merchant, "").await;
    let kept = began.elapsed();
    let request = requests(&merchant, first.encoded_len()).await;

    println!("  yardsticks: the provider's answer ({:.1} MB) {}", bytes as f64 / 1e6, shown(fetch));
    println!(
        "              a NATS request, answered with as much as a page ({:.0} kB) {}",
        first.encoded_len() as f64 / 1e3,
        shown(request)
    );
    let times = |time: Duration, of: Duration| time.as_secs_f64() / of.as_secs_f64();
    println!("  first page, cold:         {}, {:.1} times the answer", shown(cold), times(cold, fetch));
    println!("  first page, new replica:  {}, {:.1} times the answer", shown(kept), times(kept, fetch));
    println!("  first page, warm:         {}, {:.1} times the request", shown(known), times(known, request));
    let each = request * u32::try_from(pages).unwrap();
    println!(
        "  all {pages} pages, warm:       {}, {:.1} times {pages} requests",
        shown(all),
        times(all, each)
    );
    println!("  resident memory: provider-dispatch {:.1} MB", resident as f64 / 1e6);
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

async fn dispatch(system: &mut System) {
    system.launch("provider-dispatch", None);
    system.ready().await;
}

/// The list by plain HTTP: how long the provider takes, and how large its answer is.
async fn fetch(system: &System) -> (Duration, usize) {
    let url = format!("http://{}/skinify/api/withdraw/prices?game=csgo", system.simulator.address());
    let client = http();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..5 {
        let began = Instant::now();
        let answer = client.get(&url).header("Token", TOKEN).send().await.unwrap();
        bytes = answer.bytes().await.unwrap().len();
        times.push(began.elapsed());
    }
    (median(times), bytes)
}

async fn page(merchant: &Merchant, token: &str) -> v1::ItemsResponse {
    let mut request = v1::PricesRequest { page_token: token.to_owned(), ..v1::PricesRequest::default() };
    request.set_game(v1::Game::Cs2);
    let subject = format!("skinbus.v1.query.{ACCOUNT}.prices");
    let request = async_nats::Request::new().payload(request.encode_to_vec().into()).timeout(Some(PATIENCE));
    let answer = merchant.client().send_request(subject, request).await.unwrap();
    let headers = answer.headers.unwrap_or_default();
    assert!(headers.get("Nats-Service-Error").is_none(), "{headers:?}");
    v1::ItemsResponse::decode(answer.payload).unwrap()
}

async fn first_pages(merchant: &Merchant) -> Duration {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        page(merchant, "").await;
        times.push(began.elapsed());
    }
    median(times)
}

/// Every page, one after the other: how long, how many, and how many items they have.
async fn all_pages(merchant: &Merchant) -> (Duration, usize, usize) {
    let mut runs = Vec::new();
    let (mut pages, mut items) = (0, 0);
    for _ in 0..5 {
        (pages, items) = (0, 0);
        let (began, mut token) = (Instant::now(), String::new());
        while pages == 0 || !token.is_empty() {
            let page = page(merchant, &token).await;
            (pages, items, token) = (pages + 1, items + page.items.len(), page.next_page_token);
        }
        runs.push(began.elapsed());
    }
    (median(runs), pages, items)
}

/// A request to somebody who answers with so many bytes at once.
async fn requests(merchant: &Merchant, bytes: usize) -> Duration {
    let client = merchant.client().clone();
    let mut asked = client.subscribe("yardstick.echo").await.unwrap();
    client.flush().await.unwrap();
    let answering = tokio::spawn({
        let (client, payload) = (client.clone(), bytes::Bytes::from(vec![b'x'; bytes]));
        async move {
            while let Some(message) = asked.next().await {
                client.publish(message.reply.unwrap(), payload.clone()).await.unwrap();
            }
        }
    });
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        client.request("yardstick.echo", bytes::Bytes::new()).await.unwrap();
        times.push(began.elapsed());
    }
    answering.abort();
    median(times)
}
