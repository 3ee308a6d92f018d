//! The topology: made, left alone where it is right, and told apart where it is not.

use std::time::Duration;

use async_nats::jetstream;
use futures_util::{FutureExt, StreamExt};
use skinbus_bus::Bus;
use skinbus_bus::topology::{self, INTAKE, ORDERS, TRADES, Topology, TopologyError};
use skinbus_runtime::config::{Config, NatsConfig, Topology as Mode};
use skinbus_runtime::{Health, Shutdown};

use crate::world::{Nats, whole_topology};

async fn apply(nats: &Nats, topology: &Topology, mode: Mode) -> Result<(), TopologyError> {
    topology::apply(&nats.jetstream, topology, mode).await.map(|_changes| ())
}

/// A service that starts: it goes on once everything is there.
async fn service(nats: &Nats) {
    let nats = NatsConfig {
        url: nats.url.parse().unwrap(),
        topology: Mode::Manage,
        replicas: u8::try_from(nats.replicas).unwrap(),
        ..NatsConfig::default()
    };
    let config = Config { nats, ..Config::default() };
    Bus::connect("conformance", &config, &Shutdown::new(), &Health::detached()).await.unwrap();
}

/// When everything was made, so that making it anew would show.
async fn made(nats: &Nats, topology: &Topology) -> Vec<String> {
    let mut made = Vec::new();
    for stream in &topology.streams {
        made.push(format!(
            "{:?}",
            nats.jetstream.get_stream(&stream.name).await.unwrap().cached_info().created
        ));
    }
    for (stream, consumer) in &topology.consumers {
        let stream = nats.jetstream.get_stream(*stream).await.unwrap();
        let known: jetstream::consumer::PullConsumer =
            stream.get_consumer(consumer.durable_name.as_ref().unwrap()).await.unwrap();
        made.push(format!("{:?}", known.cached_info().created));
    }
    made
}

/// Making it twice makes it once; two services that start together do not disturb each other.
pub(crate) async fn made_once(nats: &Nats) {
    let topology = whole_topology(nats.replicas);
    let missing = apply(nats, &topology, Mode::Verify).await.unwrap_err();
    assert!(
        matches!(&missing, TopologyError::Missing { name, .. } if *name == topology.streams[0].name),
        "{missing}"
    );
    apply(nats, &topology, Mode::Off).await.unwrap();
    assert!(nats.jetstream.get_stream(TRADES).await.is_err(), "off looks at nothing");

    tokio::join!(service(nats), service(nats));
    apply(nats, &topology, Mode::Manage).await.unwrap();
    let before = made(nats, &topology).await;
    let mut advisories = nats.client.subscribe("$JS.EVENT.ADVISORY.>").await.unwrap();
    apply(nats, &topology, Mode::Manage).await.unwrap();
    apply(nats, &topology, Mode::Verify).await.unwrap();
    assert_eq!(made(nats, &topology).await, before);
    while let Some(Some(advisory)) = advisories.next().now_or_never() {
        let changes =
            ["STREAM.CREATED", "STREAM.UPDATED", "STREAM.DELETED", "CONSUMER.CREATED", "CONSUMER.DELETED"];
        assert!(!changes.iter().any(|change| advisory.subject.contains(change)), "{}", advisory.subject);
    }
}

/// What was changed by hand is named, and put right by whoever may.
pub(crate) async fn differences_are_named(nats: &Nats) {
    let topology = whole_topology(nats.replicas);
    apply(nats, &topology, Mode::Manage).await.unwrap();

    let trades = nats.jetstream.get_stream(TRADES).await.unwrap();
    let mut config = trades.cached_info().config.clone();
    config.max_age = Duration::from_secs(3600);
    config.allow_direct = false;
    config.republish = None;
    nats.jetstream.update_stream(config).await.unwrap();
    let error = apply(nats, &topology, Mode::Verify).await.unwrap_err();
    let TopologyError::Differs { name, fields } = &error else { panic!("{error}") };
    assert_eq!((name.as_str(), fields.as_str()), (TRADES, "max_age, allow_direct, republish"));
    apply(nats, &topology, Mode::Manage).await.unwrap();
    apply(nats, &topology, Mode::Verify).await.unwrap();

    let orders = nats.jetstream.get_stream(ORDERS).await.unwrap();
    let (_, mut intake) = topology.consumers[0].clone();
    intake.ack_wait = Duration::from_secs(5);
    intake.max_ack_pending = 7;
    orders.create_consumer(intake).await.unwrap();
    let error = apply(nats, &topology, Mode::Verify).await.unwrap_err();
    let TopologyError::Differs { name, fields } = &error else { panic!("{error}") };
    assert_eq!((name.as_str(), fields.as_str()), (INTAKE, "ack_wait, max_ack_pending"));
    apply(nats, &topology, Mode::Manage).await.unwrap();
    apply(nats, &topology, Mode::Verify).await.unwrap();

    orders.delete_consumer(INTAKE).await.unwrap();
    let error = apply(nats, &topology, Mode::Verify).await.unwrap_err();
    assert!(matches!(&error, TopologyError::MissingConsumer { name, .. } if name == INTAKE), "{error}");

    // What Skinbus does not rely on is the operator's.
    let mut config = orders.cached_info().config.clone();
    config.max_bytes = 1_000_000;
    config.description = Some("small".to_owned());
    nats.jetstream.update_stream(config).await.unwrap();
    apply(nats, &topology, Mode::Manage).await.unwrap();
    let config = &nats.jetstream.get_stream(ORDERS).await.unwrap().cached_info().config.clone();
    assert_eq!((config.max_bytes, config.description.as_deref()), (1_000_000, Some("small")));
}
