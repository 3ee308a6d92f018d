//! Orders are followed without gaps and repeats, also over connections that are cut.

use std::collections::BTreeMap;

use skinbus_client::{Client, Durable, Feed, Options, ReadError};
use skinbus_tests::proxy::Side;
use skinbus_tests::{Proxy, System, SystemOptions, wait};

use crate::{assert_completed, connected, order, soon, to_the_end, versions};

#[tokio::test]
async fn a_watch_goes_on_from_a_version() {
    let system = System::start(SystemOptions::default()).await;
    let client = connected(&system).await;
    // An order that is not there yet can be watched, and nothing of another comes.
    let mut watch = client.watch_many([("o-1", 0), ("o-2", 0)]).await.unwrap();
    for order_id in ["o-0", "o-1", "o-2"] {
        client.publish(&order(order_id)).await.unwrap();
    }
    let mut told: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut open = 2;
    while open > 0 {
        let update = soon(watch.next()).await.unwrap();
        assert_eq!(update.missed, 0, "{update:#?}");
        open -= usize::from(skinbus_client::is_settled(update.change.to()));
        told.entry(update.change.order_id).or_default().push(update.change.version);
    }
    let last = *told["o-1"].last().unwrap();
    assert!(last > 2, "{told:?}");
    assert_eq!(told.keys().collect::<Vec<_>>(), ["o-1", "o-2"]);
    for versions in told.values() {
        assert!(versions.iter().copied().eq(1..=*versions.last().unwrap()), "{told:?}");
    }

    let all = to_the_end(&mut client.watch("o-1", 0).await.unwrap()).await;
    assert_eq!(versions(&all), told["o-1"]);
    let rest = to_the_end(&mut client.watch("o-1", last - 2).await.unwrap()).await;
    assert_eq!(versions(&rest), [last - 1, last]);
    let current = client.current("o-1").await.unwrap().unwrap();
    assert_eq!(Some(&current), all.last().map(|update| &update.change));
    assert_eq!(client.current("o-9").await.unwrap(), None);
    assert!(matches!(client.watch("*", 0).await, Err(ReadError::OrderId(_))));
}

#[tokio::test]
async fn what_came_while_the_connection_was_cut_is_not_missed() {
    let system = System::start(SystemOptions::default()).await;
    let (proxy, direct) = (Proxy::start(system.nats.address()).await, connected(&system).await);
    let client = Client::connect(Options::open(proxy.nats_url(), "acme")).await.unwrap();
    let mut watch = client.watch("o-1", 0).await.unwrap();
    let mut feed = client.watch_all(&Durable::OfMerchant).await.unwrap();
    // It reads twice at first; what is found later is found because of the cut.
    let reads = || async { (proxy.said(Side::Client, "CONSUMER.CREATE.TRADES") > 1).then_some(()) };
    tokio::select! {
        update = watch.next() => panic!("{update:?}"),
        () = wait::until("the second read", reads) => {}
    }
    direct.publish(&order("o-1")).await.unwrap();
    let first = soon(watch.next()).await.unwrap();
    assert_eq!((first.change.version, first.missed), (1, 0));
    assert_eq!(soon(feed.next()).await.unwrap().change.version, 1);

    proxy.close();
    assert_completed(&to_the_end(&mut direct.watch("o-1", 0).await.unwrap()).await);
    proxy.heal();
    let rest = to_the_end(&mut watch).await;
    assert_completed(&rest);
    let last = rest.last().unwrap().change.version;
    assert!(versions(&rest).into_iter().eq(2..=last), "{rest:#?}");
    assert!(rest.iter().all(|update| update.missed == 0), "{rest:#?}");
    assert_eq!(soon(everything(&mut feed, last)).await.last(), Some(&last));
}

/// Acknowledges all until this version of the one order that there is.
async fn everything(feed: &mut Feed, last: u64) -> Vec<u64> {
    let mut told = Vec::new();
    while told.last() != Some(&last) {
        let delivery = feed.next().await.unwrap();
        delivery.acknowledge().await;
        told.push(delivery.change.version);
    }
    told
}

#[tokio::test]
async fn a_feed_brings_every_version_until_it_is_acknowledged() {
    let system = System::start(SystemOptions::default()).await;
    let client = connected(&system).await;
    client.place(&order("o-1")).await.unwrap();
    let all = versions(&to_the_end(&mut client.watch("o-1", 0).await.unwrap()).await);
    let last = *all.last().unwrap();

    let durable = Durable::Own("books".to_owned());
    let mut feed = client.watch_all(&durable).await.unwrap();
    // What is not acknowledged comes again, to the next that follows.
    assert_eq!(soon(feed.next()).await.unwrap().change.version, 1);
    drop(feed);
    let mut feed = client.watch_all(&durable).await.unwrap();
    let mut told = soon(everything_once(&mut feed, all.len())).await;
    told.sort_unstable();
    assert_eq!(told, all);
    assert!(feed.is_done().await.unwrap());
    drop(feed);

    client.replay(&durable).await.unwrap();
    let mut feed = client.watch_all(&durable).await.unwrap();
    assert_eq!(soon(everything(&mut feed, last)).await, all);
    // The one that is there for the merchant knows nothing of that.
    let mut feed = client.watch_all(&Durable::OfMerchant).await.unwrap();
    assert_eq!(soon(everything(&mut feed, last)).await, all);
    let missing = client.watch_all(&Durable::Given("nobodys".to_owned())).await;
    assert!(missing.is_err());
}

/// Acknowledges so many, in whatever order they come.
async fn everything_once(feed: &mut Feed, count: usize) -> Vec<u64> {
    let mut told = Vec::new();
    while told.len() < count {
        let delivery = feed.next().await.unwrap();
        assert!(delivery.acknowledge().await);
        if !told.contains(&delivery.change.version) {
            told.push(delivery.change.version);
        }
    }
    told
}
