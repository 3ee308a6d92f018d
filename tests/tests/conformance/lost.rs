//! Appends through a connection that loses what one side says.

use std::sync::Arc;
use std::time::Duration;

use order_intake::{Verdict, accept};
use skinbus_bus::ledger::{Advanced, JetStreamLedger};
use skinbus_bus::topology::TRADES;
use skinbus_bus::{Append, Ledger, subjects};
use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_tests::proxy::{Proxy, Side};
use skinbus_tests::wait;

use crate::given;
use crate::promises::in_flight;
use crate::world::{self, Listener, Nats, World};

/// Soon given up, so that a lost answer is noticed soon.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(500);

struct Loss<'a> {
    nats: &'a Nats,
    proxy: Proxy,
    /// The writer whose answers get lost.
    writer: Arc<JetStreamLedger>,
    /// Another one, whose connection is fine.
    rival: Arc<JetStreamLedger>,
}

impl<'a> Loss<'a> {
    async fn prepare(nats: &'a Nats) -> Self {
        let proxy = Proxy::start(nats.first_address().await).await;
        let bus = world::connect(&proxy.nats_url(), REQUEST_TIMEOUT).await;
        let writer = Arc::new(JetStreamLedger::new(&bus).await.unwrap());
        Self { nats, proxy, writer, rival: nats.ledger().await }
    }

    /// The version after the newest of `key`, on its way, while one side's words get lost.
    async fn append(&self, lost: Side, newest: &Recorded) -> tokio::task::JoinHandle<Append> {
        // Everything before is over: only what follows is lost.
        assert_eq!(self.writer.read_latest(&newest.trade().key).await.unwrap().as_ref(), Some(newest));
        self.proxy.lose(lost);
        let (writer, expected, change) = (Arc::clone(&self.writer), newest.sequence, next(newest).change);
        tokio::spawn(async move { writer.append(expected, &change).await.unwrap() })
    }

    /// Waits until the writer says this once more.
    async fn client_says(&self, text: &str) {
        let before = self.proxy.said(Side::Client, text);
        wait::until(text, || async { (self.proxy.said(Side::Client, text) > before).then_some(()) }).await;
    }
}

/// A version that may follow.
fn next(newest: &Recorded) -> Recorded {
    let mut next = newest.clone();
    next.change.version += 1;
    next.change.trade.facts.provider_status = Some(format!("version {}", next.change.version));
    next
}

pub(crate) async fn all(nats: &Nats) {
    // A connection each: once cut, the client may know other ways into a cluster than through the proxy.
    answer_lost(&Loss::prepare(nats).await).await;
    answers_lost(&Loss::prepare(nats).await).await;
    answer_lost_and_somebody_followed(&Loss::prepare(nats).await).await;
    request_lost(&Loss::prepare(nats).await).await;
    request_lost_and_somebody_was_faster(&Loss::prepare(nats).await).await;
    first_version(&Loss::prepare(nats).await).await;
    predecessor_lost(&Loss::prepare(nats).await).await;
}

/// The append is in the ledger and its writer was not told: it finds out, and does not write again.
async fn answer_lost(loss: &Loss<'_>) {
    let key = given::key("answer-lost");
    let [_, _, newest] = in_flight(&*loss.writer, &key).await;
    let mut listener = Listener::start(loss.nats).await;
    let append = loss.append(Side::Server, &newest).await;
    let (_, stored) = listener.hear().await;
    loss.proxy.heal();
    assert_eq!(append.await.unwrap(), Append::Written { sequence: stored.sequence });
    let versions = loss.nats.versions(&key).await;
    assert_eq!((versions.len(), versions.last()), (4, Some(&stored)));
    assert_eq!(stored.change, next(&newest).change);
}

/// The same, and the answer to its question is lost as well. What it hears then is that its next try lost: to itself.
async fn answers_lost(loss: &Loss<'_>) {
    let key = given::key("answers-lost");
    let [_, _, newest] = in_flight(&*loss.writer, &key).await;
    let append = loss.append(Side::Server, &newest).await;
    loss.client_says("$JS.API.STREAM.MSG.GET.TRADES").await;
    loss.proxy.heal();
    let Append::Written { sequence } = append.await.unwrap() else { panic!() };
    assert_eq!(loss.nats.versions(&key).await[3..], [Recorded { sequence, ..next(&newest) }]);
}

/// The same, and by the time it can ask, there is a version after its own. Also then it was written.
async fn answer_lost_and_somebody_followed(loss: &Loss<'_>) {
    let key = given::key("answer-lost-followed");
    let [_, _, newest] = in_flight(&*loss.writer, &key).await;
    let mut listener = Listener::start(loss.nats).await;
    let append = loss.append(Side::Server, &newest).await;
    let (_, stored) = listener.hear().await;
    let followed =
        given::offer(&*loss.rival, &key, Some(&stored), &given::news(&key, "rival")).await.unwrap();
    let Advanced::Written(followed) = followed else { panic!("{followed:?}") };
    loss.proxy.heal();
    assert_eq!(append.await.unwrap(), Append::Written { sequence: stored.sequence });
    let versions = loss.nats.versions(&key).await;
    assert_eq!(versions[3..], [stored, followed]);
}

/// The append never arrived. It is repeated until it is written, once.
async fn request_lost(loss: &Loss<'_>) {
    let key = given::key("request-lost");
    let [_, _, newest] = in_flight(&*loss.writer, &key).await;
    let append = loss.append(Side::Client, &newest).await;
    loss.client_says(&format!("PUB {} ", subjects::append(&key))).await;
    assert_eq!(loss.nats.versions(&key).await.len(), 3);
    loss.proxy.heal();
    let Append::Written { sequence } = append.await.unwrap() else { panic!() };
    let versions = loss.nats.versions(&key).await;
    assert_eq!(versions[3..], [Recorded { sequence, ..next(&newest) }]);
}

/// The append never arrived, and somebody else's did.
async fn request_lost_and_somebody_was_faster(loss: &Loss<'_>) {
    let key = given::key("request-lost-faster");
    let [_, _, newest] = in_flight(&*loss.writer, &key).await;
    let append = loss.append(Side::Client, &newest).await;
    loss.client_says(&format!("PUB {} ", subjects::append(&key))).await;
    let rival = given::offer(&*loss.rival, &key, Some(&newest), &given::news(&key, "rival")).await.unwrap();
    let Advanced::Written(rival) = rival else { panic!("{rival:?}") };
    loss.proxy.heal();
    assert_eq!(append.await.unwrap(), Append::Lost);
    assert_eq!(loss.nats.versions(&key).await[3..], [rival]);
}

/// A request whose acceptance was not answered is accepted, not repeated: its writer hands it over.
async fn first_version(loss: &Loss<'_>) {
    let key: TradeKey = given::key("accept-answer-lost");
    let mut listener = Listener::start(loss.nats).await;
    assert_eq!(loss.writer.read_latest(&key).await.unwrap(), None);
    loss.proxy.lose(Side::Server);
    let (writer, request) = (Arc::clone(&loss.writer), given::request(&key, 1));
    let accepting = tokio::spawn(async move { accept(&*writer, request).await.unwrap() });
    let (_, stored) = listener.hear().await;
    let other = accept(&*loss.rival, given::request(&key, 1)).await.unwrap();
    assert_eq!(other, Verdict::Repeated(stored.clone()));
    loss.proxy.heal();
    assert_eq!(accepting.await.unwrap(), Verdict::Accepted(stored.clone()));
    assert_eq!(loss.nats.versions(&key).await, [stored]);
}

/// The server comes back without the version that was to be followed. The writer must not ask for ever.
async fn predecessor_lost(loss: &Loss<'_>) {
    let key = given::key("predecessor-lost");
    let [_, started, newest] = in_flight(&*loss.writer, &key).await;
    let append = loss.append(Side::Client, &newest).await;
    loss.client_says(&format!("PUB {} ", subjects::append(&key))).await;
    let trades = loss.nats.jetstream.get_stream_no_info(TRADES).await.unwrap();
    assert!(trades.delete_message(newest.sequence).await.unwrap());
    loss.proxy.heal();
    assert_eq!(append.await.unwrap(), Append::Lost);
    assert_eq!(loss.writer.read_latest(&key).await.unwrap(), Some(started));
}
