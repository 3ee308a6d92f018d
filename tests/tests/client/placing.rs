//! Orders are placed once, however often they are asked for.

use std::time::Duration;

use skinbus_client::v1::TradeStatus;
use skinbus_client::{Client, Options, PlaceError, PublishError, money};
use skinbus_tests::proxy::Side;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{Proxy, System, SystemOptions};

use crate::{assert_completed, connected, order, soon, to_the_end};

#[tokio::test]
async fn verdicts_are_told_apart() {
    let system = System::start(SystemOptions::default()).await;
    let client = connected(&system).await;
    let first = client.place(&order("o-1")).await.unwrap();
    assert_eq!((first.version, first.status), (1, TradeStatus::Accepted));

    let mut unaffordable = order("o-2");
    unaffordable.account = "nobodys".to_owned();
    let refused = client.place(&unaffordable).await.unwrap_err();
    let PlaceError::Refused { violations, .. } = &refused else { panic!("{refused}") };
    assert_eq!(violations[0].field, "account");
    // Corrected, it is taken under the same id.
    assert_eq!(client.place(&order("o-2")).await.unwrap().status, TradeStatus::Accepted);
    // An id that can be none is refused without a version.
    assert!(matches!(client.place(&order("o 1")).await, Err(PlaceError::Refused { .. })));

    let mut other = order("o-1");
    other.metadata.insert("user".to_owned(), "bob".to_owned());
    let conflict = client.place(&other).await.unwrap_err();
    assert_eq!(conflict, PlaceError::Conflict { order_id: "o-1".to_owned() });

    let end = soon(client.until_settled("o-1", first.version)).await.unwrap();
    assert_eq!(end.to(), TradeStatus::Completed);
    let again = client.place(&order("o-1")).await.unwrap();
    assert_eq!(again.status, TradeStatus::Completed);
    assert_eq!(soon(client.until_settled("o-1", again.version)).await.unwrap(), end);
    // It was refused once, which is not its end.
    let corrected = soon(client.until_settled("o-2", 0)).await.unwrap();
    assert_eq!(corrected.to(), TradeStatus::Completed);
    assert!(again.version > first.version, "{again:?}");
    assert_eq!(system.bought().await["o-1"], 1);
    assert!(money("USD", "1,50").is_err());
}

#[tokio::test]
async fn an_order_is_asked_for_until_its_verdict_is_known() {
    let mut system = System::start_without_services(SystemOptions::default()).await;
    let client = connected(&system).await;
    let (request, patience) = (order("o-1"), Duration::from_millis(300));
    let unknown = client.place_until_known(&request, patience).await.unwrap_err();
    assert!(matches!(&unknown, PlaceError::Unknown { order_id, .. } if order_id == "o-1"), "{unknown}");

    let asking =
        tokio::spawn(async move { client.place_until_known(&request, Duration::from_secs(60)).await });
    for name in SERVICES {
        system.launch(name, None);
    }
    let receipt = soon(asking).await.unwrap().unwrap();
    assert_eq!(receipt.order_id, "o-1");
    let client = connected(&system).await;
    assert_completed(&to_the_end(&mut client.watch("o-1", 0).await.unwrap()).await);
    assert_eq!(system.bought().await["o-1"], 1);
}

/// The order arrives and every answer is lost: it is asked for and published again, and bought once.
#[tokio::test]
async fn an_order_whose_answers_are_lost_is_bought_once() {
    let system = System::start(SystemOptions::default()).await;
    let proxy = Proxy::start(system.nats.address()).await;
    let options = Options::open(proxy.nats_url(), "acme").request_timeout(Duration::from_millis(500));
    let client = Client::connect(options).await.unwrap();
    proxy.lose(Side::Server);
    let unknown = client.place(&order("o-1")).await.unwrap_err();
    assert!(matches!(unknown, PlaceError::Unknown { .. }), "{unknown}");
    let unknown = client.publish(&order("o-2")).await.unwrap_err();
    assert!(matches!(unknown, PublishError::Unknown { .. }), "{unknown}");
    // They were taken all the same.
    let other = connected(&system).await;
    for order_id in ["o-1", "o-2"] {
        assert_completed(&to_the_end(&mut other.watch(order_id, 0).await.unwrap()).await);
    }
    proxy.heal();
    let receipt = client.place_until_known(&order("o-1"), Duration::from_secs(60)).await.unwrap();
    assert_eq!(receipt.status, TradeStatus::Completed);
    soon(async { while client.publish(&order("o-2")).await.is_err() {} }).await;
    assert!(matches!(client.publish(&order("a.b")).await, Err(PublishError::OrderId(_))));
    // What was published last is worked on before this.
    client.publish(&order("o-3")).await.unwrap();
    assert_completed(&to_the_end(&mut other.watch("o-3", 0).await.unwrap()).await);
    let bought = system.bought().await;
    assert!(bought.len() == 3 && bought.values().all(|times| *times == 1), "{bought:?}");
}
