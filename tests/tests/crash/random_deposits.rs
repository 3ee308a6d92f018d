//! Services killed at random while users of every provider give items and buy some.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use skinbus_domain::rules::Idempotency;
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_providers::registry;
use skinbus_runtime::clock;
use skinbus_runtime::config::ProviderName::{self, Shadowpay, Skinify, Skinsback, Skinslink};
use skinbus_tests::users::{Visit, Way};
use skinbus_tests::{Merchant, System, SystemOptions};
use tokio_util::sync::CancellationToken;

use crate::expected::Expected;
use crate::random::{kill_at_random, place};
use crate::users;
use crate::{checks, stage};
use skinbus_tests::dice::Dice;
use skinbus_tests::orders;

/// Of each provider.
const PAGES: usize = 7;
/// Of each provider that takes named items.
const ITEMS: usize = 8;
/// Of each provider.
const PURCHASES: usize = 4;
/// Accepted, and under Steam's trade protection.
const OFFER: &str = "88102";
/// Between two kills, in milliseconds.
const PAUSES: (u64, u64) = (250, 500);

#[tokio::test]
async fn deposits_at_every_provider_survive_random_kills() {
    let mut dice = Dice::from_variable("SKINBUS_CRASH_SEED");
    let seed = dice.seed;
    println!("SKINBUS_CRASH_SEED={seed}");
    let began = clock::monotonic_now();
    let mut system = start().await;
    let (merchant, watch) = stage::open(&system).await;
    system.control(&json!({ "seed": dice.below(1 << 32) })).await;
    let (requests, expected, visits) = everything(&system, &merchant, &mut dice).await;
    let simulator = system.simulator.address();

    let books = tokio::select! {
        never = users::act(simulator, visits, watch.follow()) => match never {},
        books = async {
            let placing = tokio::spawn(place_all(merchant.clone(), requests, dice.split()));
            let done = CancellationToken::new();
            let (kills, ()) = tokio::join!(kill_at_random(&mut system, dice.split(), PAUSES, &done), async {
                placing.await.unwrap();
                // The last orders have a life to be disturbed as well.
                tokio::time::sleep(Duration::from_secs(3)).await;
                done.cancel();
            });
            system.ready().await;
            println!("kills and restarts: {kills:?}");
            checks::close_the_books(&system, &merchant, &watch, &expected).await
        } => books,
    };
    let took = clock::monotonic_now().duration_since(began);
    let is_uncertain = |change: &v1::TradeStatusChanged| change.to() == TradeStatus::Uncertain;
    let uncertain = books.history.values().filter(|changes| changes.iter().any(is_uncertain)).count();
    println!(
        "seed {seed}: {} orders, {uncertain} of them uncertain for a while, {} reviews, {took:.1?} in all",
        expected.len(),
        books.reviews.len()
    );
}

/// Hours and holds are short, and every webhook comes twice. Half of the answers are late, so that calls are cut off.
async fn start() -> System {
    let options = SystemOptions {
        providers: ProviderName::ALL.to_vec(),
        speed: 120,
        protection: "3m".to_owned(),
        link_lifetime: "1h".to_owned(),
        ..SystemOptions::default()
    };
    let system = stage::start_with_webhooks(options).await;
    for provider in ProviderName::ALL {
        let twice = json!({ "notifications": { "mode": "duplicated" } });
        system.control(&json!({ provider.as_str(): twice })).await;
    }
    let late = json!({ "kind": { "delay_answer_ms": 300 }, "probability_permille": 500, "times": 1_000_000 });
    // A user without an address cannot choose items on Skinify's page while its trade offer is waited for.
    let durations = json!({ "offer_timeout_ms": 600_000 });
    system.control(&json!({ "faults": [late], "durations": durations })).await;
    system
}

/// Every order in a random sequence, what each may come to, and who goes to which page.
async fn everything(
    system: &System,
    merchant: &Merchant,
    dice: &mut Dice,
) -> (Vec<v1::OrderRequest>, Vec<Expected>, Vec<Visit>) {
    let (mut requests, mut expected, mut visits) = (Vec::new(), Vec::new(), Vec::new());
    for provider in ProviderName::ALL {
        for number in 0..PAGES {
            // ShadowPay takes no id that ends in a digit.
            let id = format!("{provider}-page-{number}-x");
            requests.push(orders::link(provider, &id));
            let visit = Visit::new(provider, id, way_on_a_page(provider, dice));
            expected.push(Expected::visited(&visit));
            visits.push(visit);
        }
        for number in 0..PURCHASES {
            let id = format!("{provider}-purchase-{number}");
            requests.push(orders::purchase(provider, &id, OFFER, &orders::user()));
            expected.push(purchased(provider, id));
        }
    }
    let (items, endings) = deposits_of_items(system, dice).await;
    join_all(items.iter().map(|order| orders::show_inventory(merchant, order))).await;
    requests.extend(items);
    expected.extend(endings);
    dice.shuffle(&mut requests);
    (requests, expected, visits)
}

/// Items that are sold at ShadowPay are neither held nor given back.
fn way_on_a_page(provider: ProviderName, dice: &mut Dice) -> Way {
    use Way::{Declines, Pays, PaysLater, StaysAway, TakesBack};
    if provider == Shadowpay {
        return *dice.one_of(&[Pays, Pays, Pays, StaysAway]);
    }
    *dice.one_of(&[Pays, Pays, PaysLater, PaysLater, Declines, TakesBack, StaysAway])
}

/// Where a repeated reference is documented to be harmless, what surely was not bought is sent again.
fn purchased(provider: ProviderName, id: String) -> Expected {
    let expected = Expected::fate(id, OFFER);
    match registry::defaults(provider.as_str()).unwrap().idempotency.purchase {
        Idempotency::UniqueReference => expected,
        Idempotency::Undocumented => expected.or_review(),
    }
}

/// Their users answer the trade offer, which they see at Steam whatever we know of it.
async fn deposits_of_items(system: &System, dice: &mut Dice) -> (Vec<v1::OrderRequest>, Vec<Expected>) {
    let (mut requests, mut expected) = (Vec::new(), Vec::new());
    for provider in [Skinify, Skinsback, Skinslink] {
        for number in 0..ITEMS {
            let id = format!("{provider}-items-{number}");
            let way =
                *dice.one_of(&[Way::Pays, Way::PaysLater, Way::PaysLater, Way::Declines, Way::TakesBack]);
            let fate = json!({ "deposit_fates": { &id: way.fate() } });
            system.control(&json!({ provider.as_str(): fate })).await;
            // Named items make another call. Not at Skinslink, where the only answer with their amount may be lost.
            let is_named = provider == Skinsback && number % 2 == 0;
            let order = if is_named { orders::named_items } else { orders::items };
            requests.push(order(provider, &id));
            expected.push(Expected::deposit(id, way.endings()));
        }
    }
    (requests, expected)
}

/// Places all orders; each is acknowledged when this is done.
async fn place_all(merchant: Merchant, requests: Vec<v1::OrderRequest>, mut dice: Dice) {
    let mut receipts = tokio::task::JoinSet::new();
    for request in requests {
        place(&merchant, request, &mut dice, &mut receipts).await;
        tokio::time::sleep(dice.pause(100, 200)).await;
    }
    receipts.join_all().await;
}
