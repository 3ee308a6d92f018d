//! A rolling update under twice the load that the quota allows: beside every process a new one is started, and the old one is
//! told to end when the new one is ready, as a Deployment does it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use skinbus_tests::process::Process;
use skinbus_tests::system::{ACCOUNT, SERVICES, TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{System, SystemOptions, http, wait};
use tokio_util::sync::CancellationToken;

use crate::load::Load;
use crate::watch::Watch;
use crate::{checks, drain, stage};

/// Requests in a second.
const LIMIT: u32 = 20;
/// Twice as many orders as that.
const BETWEEN_ORDERS: Duration = Duration::from_millis(25);
/// Processes of each service.
const REPLICAS: usize = 2;
/// Versions that must be there before the first process is replaced.
const UNDER_WAY: usize = 20;

#[tokio::test]
async fn a_rolling_update_under_load_loses_and_doubles_nothing() {
    let options = SystemOptions { requests: LIMIT, window: "1s".to_owned(), ..SystemOptions::default() };
    let (mut system, merchant, watch) = stage::start(options).await;
    for name in SERVICES {
        system.launch(name, None);
    }
    system.ready().await;
    // Calls take a while, so that there always are some in hand.
    let slow = json!({ "path": "/withdraw/buy", "kind": { "delay_answer_ms": 300 }, "times": 1_000_000 });
    system.control(&json!({ "faults": [slow] })).await;

    let ingresses = Ingresses::of(&system).await;
    let load = Load::start(&merchant, "o".to_owned(), BETWEEN_ORDERS);
    let webhooks = Webhooks::start(&ingresses, &watch);
    wait::until("orders to be under way", || async { (watch.versions().len() >= UNDER_WAY).then_some(()) })
        .await;
    for name in SERVICES {
        for _ in 0..REPLICAS {
            replace(&mut system, name, &ingresses).await;
        }
    }
    let posted = webhooks.stop().await;
    let came = load.stop().await;

    assert!(came.unanswered.is_empty(), "nobody answered: {:?}", came.unanswered);
    checks::close_the_books(&system, &merchant, &watch, &came.orders).await;
    let worst = checks::quota_was_kept(&system, u64::from(LIMIT)).await;
    assert!(worst > u64::from(LIMIT) / 2, "the quota was never needed: {worst} of {LIMIT}");
    assert!(posted > 0);
    drain::webhooks_are_stored(&merchant, posted).await;
    let alerts = merchant.alerts().await;
    assert!(alerts.is_empty(), "{alerts:#?}");
    let ledger = merchant.jetstream().get_stream("TRADES").await.unwrap().cached_info().state.clone();
    let (versions, bytes) = (ledger.messages, ledger.bytes);
    println!("{} orders, {posted} webhooks, {versions} versions of {bytes} bytes", came.orders.len());
}

/// A new process, and when it is ready the end of the oldest.
async fn replace(system: &mut System, name: &str, ingresses: &Ingresses) {
    system.launch(name, None);
    system.service(name).ready().await;
    let oldest = system.services.iter().position(|process| process.name == name).unwrap();
    let mut old = system.services.remove(oldest);
    // A pod is taken out of its Service, and told to end after its preStop; what it has taken it answers.
    ingresses.set(system).await;
    old.terminate();
    let status = old.ended().await;
    assert!(status.success(), "{name} did not drain: {status}: {:#?}", old.whole_log().await);
}

/// Where webhooks may go: what the Service of a cluster knows.
#[derive(Clone, Default)]
struct Ingresses(Arc<Mutex<Vec<String>>>);

impl Ingresses {
    async fn of(system: &System) -> Self {
        let ingresses = Self::default();
        ingresses.set(system).await;
        ingresses
    }

    async fn set(&self, system: &System) {
        let ingresses: Vec<&Process> = system.processes("webhook-ingress").collect();
        let mut addresses = Vec::new();
        for ingress in ingresses {
            addresses.push(ingress.address("\"webhooks\"").await);
        }
        *self.0.lock().unwrap() = addresses;
    }

    fn next(&self, number: u64) -> String {
        let addresses = self.0.lock().unwrap();
        let index = usize::try_from(number).unwrap() % addresses.len();
        format!("http://{}/webhooks/{ACCOUNT}/{WEBHOOK_PATH}", addresses[index])
    }
}

/// A provider that tells of orders, and is answered at once every time.
struct Webhooks {
    stop: CancellationToken,
    posting: tokio::task::JoinHandle<u64>,
}

impl Webhooks {
    fn start(ingresses: &Ingresses, watch: &Watch) -> Self {
        let stop = CancellationToken::new();
        let (stopped, ingresses, told) = (stop.clone(), ingresses.clone(), watch.follow());
        let posting = tokio::spawn(async move {
            let (client, mut posted) = (http(), 0);
            while !stopped.is_cancelled() {
                tokio::time::sleep(BETWEEN_ORDERS).await;
                // An order that nobody has would raise an alert.
                let Some(order_id) = told.borrow().keys().next_back().cloned() else { continue };
                posted += 1;
                let url = ingresses.next(posted);
                let body = format!(
                    "token_md5={TOKEN_MD5}&deposit_id={order_id}&transaction_id={posted}&status=pending&date=1795255505"
                );
                let request = client.post(&url).header("content-type", "application/x-www-form-urlencoded");
                let answer = request.body(body).send().await;
                let answer = answer.unwrap_or_else(|error| panic!("webhook {posted}: {error:?}"));
                assert_eq!(answer.status().as_u16(), 200, "webhook {posted} at {url}");
            }
            posted
        });
        Self { stop, posting }
    }

    async fn stop(self) -> u64 {
        self.stop.cancel();
        self.posting.await.unwrap()
    }
}
