//! Real queues: what becomes of a message whose handler refuses, crashes, ends, or finishes.

use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use bytes::Bytes;
use skinbus_bus::dead::Cause;
use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::topology::{DEAD, INTAKE, ORDERS};
use skinbus_bus::{Bus, Disposition, Incoming, Ledger, WorkOptions};
use skinbus_proto::{Message, v1};
use skinbus_runtime::{Shutdown, clock};
use skinbus_tests::wait;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::given;
use crate::world::{Nats, whole_topology};

const SUBJECT: &str = "skinbus.v1.orders.acme";

/// A server with the queue of orders and its consumer.
pub(crate) async fn queue() -> Nats {
    queue_with(|_| {}).await
}

/// The same with another consumer than services have.
pub(crate) async fn queue_with(
    change: impl FnOnce(&mut async_nats::jetstream::consumer::pull::Config),
) -> Nats {
    let nats = Nats::single().await;
    let consumers = whole_topology(1).consumers;
    let (stream, mut config) = consumers.into_iter().find(|(stream, _)| *stream == ORDERS).unwrap();
    change(&mut config);
    nats.jetstream.get_stream(stream).await.unwrap().create_consumer(config).await.unwrap();
    nats
}

#[expect(clippy::disallowed_methods, reason = "a merchant's message, with headers of its own")]
pub(crate) async fn publish(nats: &Nats, body: &str) -> u64 {
    let mut headers = HeaderMap::new();
    headers.append("Merchant", "first");
    headers.append("Merchant", "second");
    let body = Bytes::from(body.to_owned());
    nats.jetstream.publish_with_headers(SUBJECT, headers, body).await.unwrap().await.unwrap().sequence
}

pub(crate) async fn until_empty(nats: &Nats, stream: &str) {
    wait::until(&format!("{stream} to be empty"), || async {
        (nats.message_count(stream).await == 0).then_some(())
    })
    .await;
}

pub(crate) async fn ack_pending(nats: &Nats) -> usize {
    let stream = nats.jetstream.get_stream(ORDERS).await.unwrap();
    let consumer: async_nats::jetstream::consumer::PullConsumer = stream.get_consumer(INTAKE).await.unwrap();
    consumer.cached_info().num_ack_pending
}

/// Whatever the server sent before has arrived after this.
pub(crate) async fn round_trip(bus: &Bus) {
    let ledger = JetStreamLedger::new(bus).await.unwrap();
    assert_eq!(ledger.read_latest(&given::key("nobody")).await.unwrap(), None);
}

/// One call of a handler, which decides when the test says so.
pub(crate) struct Call {
    pub(crate) incoming: Incoming,
    pub(crate) at: Instant,
    answer: tokio::sync::oneshot::Sender<Disposition>,
}

impl Call {
    pub(crate) fn answer(self, disposition: Disposition) {
        self.answer.send(disposition).unwrap();
    }

    /// The handler panics.
    pub(crate) fn crash(self) {
        drop(self.answer);
    }

    pub(crate) fn body(&self) -> &str {
        std::str::from_utf8(&self.incoming.payload).unwrap()
    }
}

/// A worker on the queue, whose handler does what the test says.
pub(crate) struct Worker {
    pub(crate) bus: Bus,
    pub(crate) calls: mpsc::UnboundedReceiver<Call>,
    pub(crate) shutdown: Shutdown,
    pub(crate) working: JoinHandle<()>,
}

impl Worker {
    pub(crate) async fn start(nats: &Nats, concurrency: usize, deliveries_max: u64) -> Self {
        Self::on(nats.bus().await, concurrency, deliveries_max)
    }

    pub(crate) fn on(bus: Bus, concurrency: usize, deliveries_max: u64) -> Self {
        Self::with(bus, concurrency, concurrency / 2, deliveries_max)
    }

    fn with(bus: Bus, concurrency: usize, ahead: usize, deliveries_max: u64) -> Self {
        let shutdown = Shutdown::new();
        let (called, calls) = mpsc::unbounded_channel();
        let options = WorkOptions { stage: "conformance", concurrency, ahead, deliveries_max };
        let working = tokio::spawn({
            let (bus, shutdown) = (bus.clone(), shutdown.clone());
            let handler = move |incoming: Incoming| {
                let (answer, answered) = tokio::sync::oneshot::channel();
                called.send(Call { incoming, at: clock::monotonic_now(), answer }).ok();
                async move { answered.await.expect("a crash on purpose") }
            };
            async move { bus.work(ORDERS, INTAKE, options, &shutdown, handler).await }
        });
        Self { bus, calls, shutdown, working }
    }

    pub(crate) async fn call(&mut self) -> Call {
        let call = tokio::time::timeout(wait::LONGEST, self.calls.recv()).await;
        call.expect("a handler to be called").unwrap()
    }
}

/// A message stays in the queue until its handler says that it has had its effect, and not longer.
pub(crate) async fn ack_follows_the_outcome() {
    let nats = queue().await;
    let mut worker = Worker::start(&nats, 4, 10).await;
    publish(&nats, "order").await;
    let call = worker.call().await;
    assert_eq!(
        (call.incoming.subject.as_str(), call.body(), call.incoming.deliveries),
        (SUBJECT, "order", 1)
    );
    assert_eq!((nats.message_count(ORDERS).await, ack_pending(&nats).await), (1, 1));
    call.answer(Disposition::Acknowledge);
    until_empty(&nats, ORDERS).await;
    worker.shutdown.trigger();
    worker.working.await.unwrap();
    assert!(worker.calls.recv().await.is_none(), "one delivery");
}

/// Refused for a while, then a crash, then done: three deliveries of the same message, and none too early.
pub(crate) async fn comes_again() {
    let nats = queue().await;
    let mut worker = Worker::start(&nats, 4, 10).await;
    let sequence = publish(&nats, "order").await;
    let pause = Duration::from_millis(400);
    let first = worker.call().await;
    let refused_at = clock::monotonic_now();
    first.answer(Disposition::RedeliverAfter(pause));
    let second = worker.call().await;
    assert!(second.at.duration_since(refused_at) >= pause, "the server counts from later on");
    assert_eq!((second.incoming.deliveries, second.incoming.sequence, second.body()), (2, sequence, "order"));
    second.crash();
    let third = worker.call().await;
    assert_eq!((third.incoming.deliveries, third.incoming.sequence, third.body()), (3, sequence, "order"));
    assert_eq!(nats.message_count(ORDERS).await, 1);
    third.answer(Disposition::Acknowledge);
    until_empty(&nats, ORDERS).await;
    assert_eq!(nats.message_count(DEAD).await, 0);
}

/// The dead letters, with their message ids.
async fn dead(nats: &Nats) -> Vec<(String, v1::DeadLetter)> {
    let mut stream = nats.jetstream.get_stream(DEAD).await.unwrap();
    let (first, last) =
        (stream.cached_info().state.first_sequence, stream.info().await.unwrap().state.last_sequence);
    let mut letters = Vec::new();
    for sequence in first..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        assert_eq!(message.subject.as_str(), "skinbus.v1.dead.conformance");
        let id = message.headers.get("Nats-Msg-Id").unwrap().to_string();
        letters.push((id, v1::DeadLetter::decode(message.payload).unwrap()));
    }
    letters
}

/// A message whose handler fails every time is stored as a dead letter as it came, once, and only then ends.
pub(crate) async fn too_many_deliveries() {
    let nats = queue().await;
    let mut worker = Worker::start(&nats, 4, 3).await;
    let sequence = publish(&nats, "poison \u{1F4A3}").await;
    let mut last = None;
    for delivery in 1..=3 {
        let call = worker.call().await;
        assert_eq!(call.incoming.deliveries, delivery);
        last = Some(call.incoming.clone());
        call.answer(Disposition::RedeliverAfter(Duration::ZERO));
    }
    until_empty(&nats, ORDERS).await;
    // Buried again, because whoever did it ended before its word to the queue: still once.
    let again = Cause::new("too_many_deliveries", "again");
    worker.bus.bury("conformance", &last.unwrap(), &again).await.unwrap();
    let letters = dead(&nats).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let (id, letter) = &letters[0];
    assert_eq!(*id, format!("ORDERS:{sequence}"));
    assert_eq!((letter.reason.as_str(), letter.stream.as_str()), ("too_many_deliveries", ORDERS));
    assert_eq!((letter.sequence, letter.subject.as_str()), (sequence, SUBJECT));
    assert_eq!(letter.payload, "poison \u{1F4A3}".as_bytes());
    let headers: Vec<_> =
        letter.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(headers, [("Merchant", "first"), ("Merchant", "second")]);
    worker.shutdown.trigger();
    worker.working.await.unwrap();
    assert!(worker.calls.recv().await.is_none(), "nobody is called for a dead message");
}

/// While the dead letter cannot be stored, the message stays.
pub(crate) async fn dead_letter_comes_first() {
    let nats = queue().await;
    let letters = whole_topology(1).streams.into_iter().find(|stream| stream.name == DEAD).unwrap();
    nats.jetstream.delete_stream(DEAD).await.unwrap();
    let mut worker = Worker::start(&nats, 4, 10).await;
    publish(&nats, "unreadable").await;
    worker.call().await.answer(Disposition::Dead(Cause::new("undecodable", "no such message")));
    // It came again, so the first attempt to bury it is over.
    let again = worker.call().await;
    assert_eq!((again.incoming.deliveries, nats.message_count(ORDERS).await), (2, 1));
    nats.jetstream.create_stream(letters).await.unwrap();
    again.answer(Disposition::Dead(Cause::new("undecodable", "no such message")));
    until_empty(&nats, ORDERS).await;
    let letters = dead(&nats).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].1.reason.as_str(), letters[0].1.payload.as_ref()),
        ("undecodable", "unreadable".as_bytes())
    );
}

/// A message whose handler panics every time holds up none of those behind it, also where there is but one hand.
pub(crate) async fn poison_holds_up_nobody() {
    let nats = queue().await;
    let mut worker = Worker::start(&nats, 1, 3).await;
    for body in ["poison", "1", "2", "3", "4"] {
        publish(&nats, body).await;
    }
    let mut good = Vec::new();
    while good.len() < 4 {
        let call = worker.call().await;
        if call.body() == "poison" {
            call.crash();
        } else {
            good.push(call.body().to_owned());
            call.answer(Disposition::Acknowledge);
        }
    }
    assert_eq!(good, ["1", "2", "3", "4"]);
    while nats.message_count(ORDERS).await > 0 {
        tokio::select! {
            call = worker.call() => call.crash(),
            () = until_empty(&nats, ORDERS) => {}
        }
    }
    let letters = dead(&nats).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].1.reason.as_str(), letters[0].1.payload.as_ref()),
        ("too_many_deliveries", "poison".as_bytes())
    );
}

/// What nobody has a hand for stays in the queue: it waits there as long as it likes, and keeps its order.
pub(crate) async fn asks_for_no_more_than_it_has_hands_for() {
    let nats = queue_with(|config| config.ack_wait = Duration::from_secs(3600)).await;
    for number in 0..20 {
        publish(&nats, &number.to_string()).await;
    }
    let mut worker = Worker::with(nats.bus().await, 3, 0, 10);
    let mut left: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    while !left.is_empty() {
        let next: Vec<String> = left.drain(..left.len().min(3)).collect();
        let mut calls = Vec::new();
        while calls.len() < next.len() {
            calls.push(worker.call().await);
        }
        round_trip(&worker.bus).await;
        assert_eq!(ack_pending(&nats).await, calls.len(), "one of them waits for a hand");
        for call in calls {
            assert!(next.iter().any(|body| body == call.body()), "{} comes too early", call.body());
            assert_eq!(call.incoming.deliveries, 1);
            call.answer(Disposition::Acknowledge);
        }
        let stored = u64::try_from(left.len()).unwrap();
        wait::until("the words to arrive", || async {
            (nats.message_count(ORDERS).await == stored).then_some(())
        })
        .await;
    }
}
