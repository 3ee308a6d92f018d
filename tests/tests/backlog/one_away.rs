//! One provider is away, and another is served by the same process as if nothing were.

use std::net::SocketAddr;

use skinbus_proto::v1::{self, TradeStatus};
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};
use tokio::net::{TcpSocket, TcpStream};

use crate::{CONSUMER, assert_each_once, until_bought, until_waiting};

const GONE: &str = "skinify_gone";
const ORDERS: usize = 30;
const CONCURRENCY: usize = 4;

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
async fn a_dead_provider_slows_no_other() {
    // Its port is taken, and nobody listens there yet.
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
    let system =
        System::start(SystemOptions { extra, concurrency: CONCURRENCY, ..SystemOptions::default() }).await;
    let merchant = system.merchant().await;
    for index in 0..ORDERS {
        let away = v1::OrderRequest { account: GONE.to_owned(), ..order(&format!("away-{index}"), "88112") };
        merchant.publish(&away).await;
    }
    // Intake works on many at a time, so that any of them may be the first.
    wait::until("a call in vain", || async {
        let history = merchant.history().await;
        let tried =
            |change: &v1::TradeStatusChanged| change.to() == TradeStatus::Accepted && change.version > 1;
        history.values().flatten().any(tried).then_some(())
    })
    .await;
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    until_waiting(&merchant, ORDERS).await;
    assert_each_once(&merchant, CONSUMER, ORDERS).await;
    assert!(until_bought(&system, ORDERS).await.iter().all(|id| id.starts_with("wd-")));

    back(socket, system.simulator.address());
    let bought = until_bought(&system, 2 * ORDERS).await;
    assert_eq!(bought.len(), 2 * ORDERS);
    until_waiting(&merchant, 0).await;
    assert_each_once(&merchant, "dispatch_skinify_gone", ORDERS).await;
    let history = merchant.history().await;
    assert_gapless(&history);
    // Only those in hand were tried in vain; the others waited where they were.
    let attempts = |changes: &&Vec<v1::TradeStatusChanged>| {
        changes.iter().filter(|change| change.to() == TradeStatus::Dispatching).count()
    };
    let again = history.values().filter(|changes| attempts(changes) > 1).count();
    assert!((1..=CONCURRENCY).contains(&again), "{again} orders were tried more than once");
    assert!(merchant.dead().await.is_empty());
}
