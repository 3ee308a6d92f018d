//! The provider cannot be reached at all: nothing was sent, so the order waits and is sent again.

use std::net::SocketAddr;

use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions};
use tokio::net::{TcpSocket, TcpStream};

use crate::{path, reason};

const GONE: &str = "skinify_gone";

/// An account whose provider is away, with a port that is taken and on which nobody listens yet.
async fn system_without_provider() -> (System, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, skinbus_tests::system::TOKEN).unwrap();
    let extra = format!(
        "[accounts.{GONE}]\nprovider = \"skinify\"\nmerchant = \"acme\"\ntoken_file = {token:?}\n\
         base_url = \"http://{address}/skinify/api\"\nquota = {{ requests = 1000, per = \"1s\" }}\n"
    );
    // The services have read the file by the time they are ready.
    let system = System::start(SystemOptions { extra, ..SystemOptions::default() }).await;
    (system, socket)
}

fn away(order_id: &str) -> v1::OrderRequest {
    v1::OrderRequest { account: GONE.to_owned(), ..order(order_id, "88101") }
}

/// The provider is back: what comes to its port goes to the simulator.
fn back(socket: TcpSocket, simulator: SocketAddr) {
    let listener = socket.listen(64).unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = TcpStream::connect(simulator).await.unwrap();
                // Ends with either side; the services close what they do not need.
                let _either_side_closed = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
}

#[tokio::test]
async fn an_order_waits_for_its_provider_and_is_sent_again_under_the_same_reference() {
    let (system, socket) = system_without_provider().await;
    let merchant = system.merchant().await;
    merchant.publish(&away("wd-1")).await;
    // Twice in vain, and both attempts are in the ledger.
    let waiting = skinbus_tests::wait::until("a second attempt in vain", || async {
        merchant.last("wd-1").await.filter(|change| {
            let attempt = change.trade.as_ref().unwrap().attempt.as_ref();
            change.to() == TradeStatus::Accepted && attempt.is_some_and(|attempt| attempt.number >= 2)
        })
    })
    .await;
    assert_eq!(reason(&waiting), "connect_failed");
    assert!(waiting.trade.unwrap().not_before.is_some());
    assert_eq!(system.quota().await["arrivals"], 0);

    back(socket, system.simulator.address());
    let completed = merchant.reaches("wd-1", TradeStatus::Completed).await;
    let history = merchant.history().await;
    assert_gapless(&history);
    let mut numbers = Vec::new();
    for change in &history["wd-1"] {
        let Some(attempt) = &change.trade.as_ref().unwrap().attempt else { continue };
        assert_eq!(attempt.reference, "wd-1", "nothing was sent under it, so it is still free");
        if change.to() == TradeStatus::Dispatching {
            numbers.push(attempt.number);
        }
    }
    let expected: Vec<u32> = (1..=completed.trade.unwrap().attempt.unwrap().number).collect();
    assert_eq!(numbers, expected);
    assert!(!path(&merchant, "wd-1").await.contains(&TradeStatus::Uncertain));
    assert_eq!(system.bought().await["wd-1"], 1);
    assert_eq!(system.arrivals("/withdraw/buy").await, 1);
    assert!(merchant.alerts().await.is_empty() && merchant.dead().await.is_empty());
}

#[tokio::test]
async fn an_order_whose_provider_stays_away_expires() {
    let (system, _socket) = system_without_provider().await;
    let merchant = system.merchant().await;
    let soon = skinbus_runtime::clock::now() + jiff::SignedDuration::from_millis(2500);
    let expires_at = Some(skinbus_proto::timestamp(soon));
    merchant.publish(&v1::OrderRequest { expires_at, ..away("wd-1") }).await;
    let expired = merchant.reaches("wd-1", TradeStatus::Expired).await;
    assert_eq!(reason(&expired), "deadline_passed");
    assert!(expired.trade.unwrap().attempt.unwrap().number >= 1, "it was tried");
    assert_gapless(&merchant.history().await);
    assert_eq!(system.quota().await["arrivals"], 0);
}
