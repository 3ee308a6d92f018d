//! The public port over reloads: a sender never notices one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use skinbus_tests::system::{TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{System, http, wait};
use tokio_util::sync::CancellationToken;

use crate::{AlwaysReady, gave_way, options};

const RELOADS: usize = 5;

/// Sends one event after the other until it is told to stop, and gives how many were taken.
async fn send(url: String, keeps: bool, next: Arc<AtomicU64>, stop: CancellationToken) -> u64 {
    let mut client = http();
    let mut taken = 0;
    while !stop.is_cancelled() {
        if !keeps {
            client = http();
        }
        let number = next.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            "token_md5={TOKEN_MD5}&deposit_id=dep-{number}&transaction_id={number}&status=success&date=1795255505"
        );
        let request =
            client.post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await.unwrap());
        taken += 1;
    }
    taken
}

#[tokio::test]
async fn no_webhook_is_refused_over_reloads() {
    let mut system = System::start_without_services(options()).await;
    // Nobody reads them here: what matters is that all are stored.
    system.launch("webhook-ingress", None);
    system.ready().await;
    let merchant = system.merchant().await;
    let ingress = system.service("webhook-ingress");
    let url =
        format!("http://{}/webhooks/skinify_main/{WEBHOOK_PATH}", ingress.address("\"webhooks\"").await);
    let (next, stop) = (Arc::new(AtomicU64::new(0)), CancellationToken::new());
    let senders = [true, true, false]
        .map(|keeps| tokio::spawn(send(url.clone(), keeps, Arc::clone(&next), stop.clone())));
    let ready = AlwaysReady::watch(ingress).await;
    for times in 1..=RELOADS {
        let before = next.load(Ordering::Relaxed);
        wait::until("webhooks to be sent", || async {
            (next.load(Ordering::Relaxed) >= before + 10).then_some(())
        })
        .await;
        ingress.hang_up();
        assert_eq!(gave_way(ingress, times).await, 0);
    }
    ready.end().await;
    stop.cancel();
    let mut taken = 0;
    for sender in senders {
        taken += sender.await.unwrap();
    }
    assert_eq!(merchant.stored("WEBHOOKS").await, taken);

    // At the end the port is closed, though every generation had a part in it.
    ingress.terminate();
    assert_eq!(ingress.ended().await.code(), Some(0));
    assert!(http().post(&url).send().await.is_err());
}
