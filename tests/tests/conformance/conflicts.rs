//! What a refused append looks like, in both its forms, and that the bus takes both for the same.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::message::PublishMessage;
use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::quota::{QuotaStore, WindowWrite};
use skinbus_bus::{Append, Ledger, subjects};
use skinbus_domain::Recorded;
use skinbus_domain::quota::{Closing, Gate, QuotaWindow};
use skinbus_tests::proxy::{Proxy, Side};
use tokio::task::JoinSet;

use crate::given;
use crate::promises::in_flight;
use crate::world::{self, Nats, World, account};

const WRONG_LAST_SEQUENCE: u64 = 10_071;
/// Its constant form: on replicas, while another write to the subject is in flight.
const WRONG_LAST_SEQUENCE_CONSTANT: u64 = 10_164;
const WRITERS: usize = 16;
/// Far more than it takes until two writes meet in flight.
const ROUNDS_MAX: usize = 500;

fn code(error: &PublishError) -> u64 {
    let source =
        std::error::Error::source(error).and_then(|source| source.downcast_ref::<jetstream::Error>());
    source.unwrap_or_else(|| panic!("no answer of JetStream: {error}")).error_code().0
}

#[expect(clippy::disallowed_methods, reason = "the server's own answer is what is looked at")]
async fn publish(jetstream: &jetstream::Context, subject: String, expected: u64) -> Result<u64, u64> {
    let message = PublishMessage::build().payload("x".into()).expected_last_subject_sequence(expected);
    let answer = jetstream.send_publish(subject, message).await.unwrap().await;
    answer.map(|ack| ack.sequence).map_err(|error| code(&error))
}

pub(crate) async fn all(nats: &Nats) {
    codes_of_the_server(nats).await;
    ledger_takes_both(nats).await;
    quota_takes_both(nats).await;
}

/// What has to have been seen for a test of conflicts to say anything.
fn wanted(nats: &Nats) -> Vec<u64> {
    if nats.replicas > 1 {
        vec![WRONG_LAST_SEQUENCE, WRONG_LAST_SEQUENCE_CONSTANT]
    } else {
        vec![WRONG_LAST_SEQUENCE]
    }
}

/// The server, asked without the bus: which codes it gives, and that a wrong place is nothing else.
async fn codes_of_the_server(nats: &Nats) {
    let subject = subjects::append(&given::key("raw"));
    let mut last = publish(&nats.jetstream, subject.clone(), 0).await.unwrap();
    assert_eq!(publish(&nats.jetstream, subject.clone(), 0).await, Err(WRONG_LAST_SEQUENCE));
    let mut seen = Vec::new();
    for round in 0.. {
        assert!(round < ROUNDS_MAX, "of {:?}, only {seen:?} were seen", wanted(nats));
        let mut tasks = JoinSet::new();
        for _ in 0..WRITERS {
            let (jetstream, subject) = (nats.jetstream.clone(), subject.clone());
            tasks.spawn(async move { publish(&jetstream, subject, last).await });
        }
        let answers = tasks.join_all().await;
        let written: Vec<u64> = answers.iter().filter_map(|answer| answer.ok()).collect();
        assert_eq!(written.len(), 1, "one winner: {answers:?}");
        last = written[0];
        seen.extend(answers.into_iter().filter_map(Result::err));
        seen.sort_unstable();
        seen.dedup();
        if wanted(nats).iter().all(|code| seen.contains(code)) {
            assert_eq!(seen, wanted(nats));
            return;
        }
    }
}

fn saw(proxy: &Proxy, nats: &Nats) -> bool {
    wanted(nats).iter().all(|code| proxy.said(Side::Server, &format!("\"err_code\":{code}")) > 0)
}

/// The ledger answers "lost" to both, at once: it neither asks nor publishes again.
async fn ledger_takes_both(nats: &Nats) {
    let (key, proxy) = (given::key("codes"), Proxy::start(nats.first_address().await).await);
    let [_, _, mut newest] = in_flight(&*nats.ledger().await, &key).await;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let bus = world::connect(&proxy.nats_url(), Duration::from_secs(10)).await;
        writers.push(Arc::new(JetStreamLedger::new(&bus).await.unwrap()));
    }
    let mut appends = 0;
    while !saw(&proxy, nats) {
        assert!(appends < ROUNDS_MAX * WRITERS, "no writes met in flight");
        let mut tasks = JoinSet::new();
        for (number, writer) in writers.iter().cloned().enumerate() {
            let (expected, mut change) = (newest.sequence, newest.change.clone());
            change.version += 1;
            change.trade.facts.provider_status = Some(format!("writer {number}"));
            tasks.spawn(async move { (writer.append(expected, &change).await, change) });
        }
        appends += WRITERS;
        let mut won = Vec::new();
        for (answer, change) in tasks.join_all().await {
            match answer.unwrap() {
                Append::Written { sequence } => won.push(Recorded { change, sequence }),
                Append::Lost => {}
            }
        }
        assert_eq!(won.len(), 1, "one winner: {won:?}");
        newest = won.remove(0);
        assert_eq!(nats.versions(&key).await.last(), Some(&newest));
    }
    let published = proxy.said(Side::Client, &format!("PUB {} ", subjects::append(&key)));
    let asked = proxy.said(Side::Client, "$JS.API.STREAM.MSG.GET.TRADES");
    assert_eq!((published, asked), (appends, 0), "a conflict is an answer");
}

/// The same for the quota: two replicas never grant the same slot, and losing is no error.
async fn quota_takes_both(nats: &Nats) {
    let proxy = Proxy::start(nats.first_address().await).await;
    let mut replicas = Vec::new();
    for _ in 0..WRITERS {
        let bus = world::connect(&proxy.nats_url(), Duration::from_secs(10)).await;
        replicas.push(QuotaStore::new(&bus, &account()).await.unwrap());
    }
    let empty = replicas[0].read(&account()).await.unwrap();
    assert_eq!((&empty.window, empty.revision, empty.stored_at), (&QuotaWindow::default(), 0, None));
    let mut revision = 0;
    for round in 0_i64.. {
        assert!(round < 500, "no writes met in flight");
        let mut tasks = JoinSet::new();
        for (number, replica) in replicas.iter().cloned().enumerate() {
            let closing = Closing { until_ms: round + 1, reason: format!("replica {number}"), failures: 0 };
            let gate = Gate { closing: Some(closing), ..Gate::default() };
            let window = QuotaWindow { gate, ..QuotaWindow::default() };
            tasks.spawn(async move { (replica.write(&account(), &window, revision).await.unwrap(), window) });
        }
        let answers = tasks.join_all().await;
        let stored = answers.iter().filter_map(|(answer, window)| match answer {
            WindowWrite::Stored(revision) => Some((*revision, window.clone())),
            WindowWrite::Lost => None,
        });
        let stored: Vec<_> = stored.collect();
        assert_eq!(stored.len(), 1, "one winner: {answers:?}");
        revision = stored[0].0;
        if saw(&proxy, nats) {
            let bucket = nats.jetstream.get_key_value("skinbus_quota").await.unwrap();
            let entry = bucket.entry(account().to_string()).await.unwrap().unwrap();
            assert_eq!(entry.revision, revision, "it is a bucket as key-value clients know it");
            let last = replicas[0].read(&account()).await.unwrap();
            assert!(last.revision <= revision && last.stored_at.is_some());
            if nats.replicas == 1 {
                assert_eq!((last.revision, last.window), (revision, stored[0].1.clone()));
            }
            return;
        }
    }
}
