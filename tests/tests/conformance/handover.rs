//! Messages that go from one worker to another: at an end, after a crash, or because both have one.

use std::time::Duration;

use order_intake::{Verdict, accept};
use skinbus_bus::Disposition;
use skinbus_bus::topology::{INTAKE, ORDERS};
use skinbus_runtime::Shutdown;
use skinbus_tests::proxy::{Proxy, Side};
use skinbus_tests::wait;

use crate::given;
use crate::work::{Worker, ack_pending, publish, queue, queue_with, round_trip, until_empty};
use crate::world::{self, Nats, World};

/// A queue that gives nothing to somebody else on its own while this test runs.
async fn patient_queue() -> Nats {
    queue_with(|config| config.ack_wait = Duration::from_secs(3600)).await
}

/// A worker that ends works on what it has begun and gives back the rest: others have it at once, not after the time
/// that a message may be in hand.
pub(crate) async fn gives_back_what_it_has_not_begun() {
    let nats = patient_queue().await;
    let mut ending = Worker::start(&nats, 4, 10).await;
    for body in ["1", "2", "3", "4", "5"] {
        publish(&nats, body).await;
    }
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(ending.call().await);
    }
    // The fifth is there as well, and waits for a free hand.
    wait::until("all to be delivered", || async { (ack_pending(&nats).await == 5).then_some(()) }).await;
    round_trip(&ending.bus).await;
    let mut other = Worker::start(&nats, 4, 10).await;
    ending.shutdown.trigger();
    let given_back = other.call().await;
    assert_eq!((given_back.body(), given_back.incoming.deliveries), ("5", 2));
    given_back.answer(Disposition::Acknowledge);
    assert!(!ending.working.is_finished(), "it still works on what it has begun");
    for call in begun {
        assert_eq!(call.incoming.deliveries, 1);
        call.answer(Disposition::Acknowledge);
    }
    ending.working.await.unwrap();
    until_empty(&nats, ORDERS).await;
}

/// The same for messages that are kept in hand, of which many wait at a time.
pub(crate) async fn gives_back_what_it_has_not_taken() {
    const MESSAGES: usize = 400;
    let nats = patient_queue().await;
    for number in 0..MESSAGES {
        publish(&nats, &number.to_string()).await;
    }
    let (bus, shutdown) = (nats.bus().await, Shutdown::new());
    let mut held = bus.hold(ORDERS, INTAKE, &shutdown);
    let first = held.next().await.unwrap();
    wait::until("all to be delivered", || async { (ack_pending(&nats).await == MESSAGES).then_some(()) })
        .await;
    round_trip(&bus).await;
    let mut other = Worker::start(&nats, 4, 10).await;
    shutdown.trigger();
    assert!(held.next().await.is_none(), "asked to end");
    held.close().await;
    for _ in 1..MESSAGES {
        let call = other.call().await;
        assert_ne!(call.incoming.sequence, first.incoming.sequence);
        assert_eq!(call.incoming.deliveries, 2);
        call.answer(Disposition::Acknowledge);
    }
    first.acknowledge().await;
    until_empty(&nats, ORDERS).await;
}

/// What is in the hand of somebody who ends without a word comes to somebody else, unchanged.
pub(crate) async fn comes_to_somebody_else() {
    let nats = queue_with(|config| config.ack_wait = Duration::from_millis(500)).await;
    let sequence = publish(&nats, "order").await;
    let bus = nats.bus().await;
    let mut held = bus.hold(ORDERS, INTAKE, &Shutdown::new());
    let taken = held.next().await.unwrap();
    assert_eq!((taken.incoming.sequence, taken.incoming.deliveries), (sequence, 1));
    // Ends: nothing of it is answered, and it asks for nothing more.
    drop((taken, held));
    let mut other = Worker::start(&nats, 4, 10).await;
    let call = other.call().await;
    assert_eq!((call.incoming.sequence, call.incoming.deliveries, call.body()), (sequence, 2, "order"));
    assert_eq!(call.incoming.header("Merchant"), Some("first"));
    call.answer(Disposition::Acknowledge);
    until_empty(&nats, ORDERS).await;
}

/// A worker that crashed after its append, and one that was too slow: whoever gets the message then comes to the same.
pub(crate) async fn handled_twice() {
    let nats = queue_with(|config| config.ack_wait = Duration::from_millis(500)).await;
    let (ledger, key) = (nats.ledger().await, given::key("handled-twice"));
    let mut workers = [Worker::start(&nats, 1, 10).await, Worker::start(&nats, 1, 10).await];
    publish(&nats, "order").await;
    // Nobody answers, so both get it.
    let [one, other] = &mut workers;
    let (first, second) = tokio::join!(one.call(), other.call());
    let (at_first, at_second) =
        tokio::join!(accept(&*ledger, given::request(&key, 1)), accept(&*ledger, given::request(&key, 1)));
    let stored = nats.versions(&key).await.remove(0);
    let verdicts = [at_first.unwrap(), at_second.unwrap()];
    for verdict in [Verdict::Accepted(stored.clone()), Verdict::Repeated(stored.clone())] {
        assert!(verdicts.contains(&verdict), "{verdicts:?}");
    }
    // The slow one comes to its end after all; what is left of it is a crash.
    first.crash();
    second.crash();
    let again = tokio::select! {
        call = one.call() => call,
        call = other.call() => call,
    };
    assert!(again.incoming.deliveries > 2);
    assert_eq!(accept(&*ledger, given::request(&key, 1)).await.unwrap(), Verdict::Repeated(stored.clone()));
    again.answer(Disposition::Acknowledge);
    until_empty(&nats, ORDERS).await;
    assert_eq!(nats.versions(&key).await, [stored]);
}

/// The last acknowledgements have left when the connection is closed, also where the process ends at once.
pub(crate) async fn last_words_leave() {
    const MESSAGES: usize = 1_000;
    let nats = queue().await;
    for _ in 0..MESSAGES {
        publish(&nats, "order").await;
    }
    let url = nats.url.clone();
    let process = move || {
        // Nothing of it goes on after the end, as nothing of a process does.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (bus, shutdown) = (world::connect(&url, Duration::from_secs(5)).await, Shutdown::new());
            let mut held = bus.hold(ORDERS, INTAKE, &shutdown);
            let mut taken = Vec::new();
            while taken.len() < MESSAGES {
                taken.push(held.next().await.unwrap());
            }
            // Nothing is waited for between the last words and the end.
            held.close().await;
            for message in taken {
                message.acknowledge().await;
            }
            bus.close().await;
        });
        runtime.shutdown_background();
    };
    tokio::task::spawn_blocking(process).await.unwrap();
    until_empty(&nats, ORDERS).await;
}

/// While a handler takes its time, the server is told that it is still at work.
pub(crate) async fn a_slow_handler_keeps_its_message() {
    let nats = queue().await;
    let proxy = Proxy::start(nats.first_address().await).await;
    let bus = world::connect(&proxy.nats_url(), Duration::from_secs(5)).await;
    let mut worker = Worker::on(bus, 1, 10);
    publish(&nats, "order").await;
    let call = worker.call().await;
    wait::until("a word of progress", || async { (proxy.said(Side::Client, "+WPI") > 0).then_some(()) })
        .await;
    call.answer(Disposition::Acknowledge);
    until_empty(&nats, ORDERS).await;
}
