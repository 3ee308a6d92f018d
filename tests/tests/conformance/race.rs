//! Sixteen writers race on a few orders: accept, then one intent, then news, each of which must become a version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use order_intake::{Verdict, accept};
use skinbus_bus::ledger::Advanced;
use skinbus_bus::{Append, Ledger};
use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::given;
use crate::witness::{Log, Witness};
use crate::world::World;

const WRITERS: u8 = 16;
const ORDERS: usize = 4;

/// A race that is prepared: every writer has its connection.
pub(crate) struct Race<L> {
    writers: Vec<Witness<L>>,
    pub(crate) keys: Vec<TradeKey>,
    pub(crate) log: Log,
    news_each: usize,
}

impl<L: Ledger + 'static> Race<L> {
    /// `news_each` is how many news each writer has for each order.
    pub(crate) async fn prepare(world: &impl World<Ledger = L>, news_each: usize) -> Self {
        let log = Log::new();
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(Witness { ledger: world.ledger().await, log: log.clone() });
        }
        let keys = (0..ORDERS).map(|order| given::key(&format!("race-{order}"))).collect();
        Self { writers, keys, log, news_each }
    }

    /// Versions that there are in the end: of each order an acceptance, an intent and all news.
    pub(crate) fn versions(&self) -> usize {
        ORDERS * (2 + usize::from(WRITERS) * self.news_each)
    }

    /// Lets all run against each other.
    pub(crate) async fn run(&mut self) -> Outcome {
        let barrier = Arc::new(Barrier::new(self.writers.len()));
        let mut tasks = JoinSet::new();
        for (number, ledger) in self.writers.drain(..).enumerate() {
            let barrier = Arc::clone(&barrier);
            let mut keys = self.keys.clone();
            // Every order has somebody who begins with it.
            keys.rotate_left(number % ORDERS);
            let news_each = self.news_each;
            tasks.spawn(async move { write(number, &ledger, &keys, news_each, &barrier).await });
        }
        tasks.join_all().await.into_iter().fold(Outcome::default(), Outcome::with)
    }
}

/// What the writers were told, by order.
#[derive(Default)]
pub(crate) struct Outcome {
    accepted: BTreeMap<TradeKey, Vec<(u8, Verdict)>>,
    intents: BTreeMap<TradeKey, Vec<Advanced>>,
    news: BTreeMap<TradeKey, BTreeSet<String>>,
}

impl Outcome {
    fn with(mut self, other: Self) -> Self {
        for (key, verdicts) in other.accepted {
            self.accepted.entry(key).or_default().extend(verdicts);
        }
        for (key, intents) in other.intents {
            self.intents.entry(key).or_default().extend(intents);
        }
        for (key, labels) in other.news {
            self.news.entry(key).or_default().extend(labels);
        }
        self
    }
}

/// One writer's part.
async fn write<L: Ledger>(
    number: usize,
    ledger: &Witness<L>,
    keys: &[TradeKey],
    news_each: usize,
    barrier: &Barrier,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut known: BTreeMap<&TradeKey, Recorded> = BTreeMap::new();
    let content = u8::try_from(number % 2).unwrap();
    barrier.wait().await;
    for key in keys {
        let verdict = accept(ledger, given::request(key, content)).await.unwrap();
        let (Verdict::Accepted(recorded)
        | Verdict::Rejected(recorded)
        | Verdict::Repeated(recorded)
        | Verdict::Conflict(recorded)) = verdict.clone();
        known.insert(key, recorded);
        outcome.accepted.entry(key.clone()).or_default().push((content, verdict));
    }
    barrier.wait().await;
    for key in keys {
        let advanced = given::offer(ledger, key, known.get(key), &given::intent(key)).await.unwrap();
        outcome.intents.entry(key.clone()).or_default().push(advanced);
    }
    barrier.wait().await;
    for round in 0..news_each {
        for key in keys {
            let label = format!("writer {number}, round {round}");
            // What this writer knows is old nearly always, and must not matter.
            let advanced =
                given::offer(ledger, key, known.get(key), &given::news(key, &label)).await.unwrap();
            let Advanced::Written(recorded) = advanced else {
                panic!("{label} was not written: {advanced:?}")
            };
            known.insert(key, recorded);
            assert!(outcome.news.entry(key.clone()).or_default().insert(label));
        }
    }
    outcome
}

/// The promises of the ledger, checked against what it keeps.
pub(crate) async fn check<L>(world: &impl World, race: &Race<L>, outcome: &Outcome) {
    let answers = race.log.answers();
    for key in &race.keys {
        let versions = world.versions(key).await;
        gapless(key, &versions);
        // Of the appends that name one predecessor, one was written: the one that is there.
        let mut winners: BTreeMap<u64, (u64, _)> = BTreeMap::new();
        for answered in answers.iter().filter(|answered| answered.change.trade.key == *key) {
            if let Append::Written { sequence } = answered.answer {
                let earlier = winners.insert(answered.expected, (sequence, &answered.change));
                assert!(earlier.is_none(), "{key}: two winners after {}: {answered:?}", answered.expected);
            }
        }
        assert_eq!(winners.len(), versions.len(), "{key}: as many winners as versions");
        let mut expected = 0;
        for version in &versions {
            assert_eq!(
                winners.get(&expected),
                Some(&(version.sequence, &version.change)),
                "{key} after {expected}"
            );
            expected = version.sequence;
        }
        // Every piece of news is in exactly one version.
        let told: Vec<String> =
            versions.iter().filter_map(|version| version.trade().facts.provider_status.clone()).collect();
        let unique: BTreeSet<String> = told.iter().cloned().collect();
        assert_eq!(told.len(), unique.len(), "{key}: nothing is there twice");
        assert_eq!(unique, outcome.news[key], "{key}: nothing is missing");
        one_order(key, &outcome.accepted[key], &versions);
        let started =
            outcome.intents[key].iter().filter(|intent| matches!(intent, Advanced::Written(_))).count();
        assert_eq!(started, 1, "{key}: one writer may call");
    }
}

pub(crate) fn gapless(key: &TradeKey, versions: &[Recorded]) {
    let mut before = None;
    for (index, version) in versions.iter().enumerate() {
        assert_eq!(version.change.version, u64::try_from(index).unwrap() + 1, "{key}: {versions:#?}");
        assert_eq!(version.change.from, before, "{key}: {versions:#?}");
        before = Some(version.trade().status());
    }
}

/// One request was accepted, once; the same came to the same, the other one is a conflict.
fn one_order(key: &TradeKey, verdicts: &[(u8, Verdict)], versions: &[Recorded]) {
    let winner = versions[0].trade().fingerprint[0];
    let mut accepted = 0;
    for (content, verdict) in verdicts {
        match verdict {
            Verdict::Accepted(recorded) => {
                accepted += 1;
                assert_eq!(recorded, &versions[0], "{key}");
            }
            Verdict::Repeated(_) => assert_eq!(*content, winner, "{key}"),
            Verdict::Conflict(_) => assert_ne!(*content, winner, "{key}"),
            Verdict::Rejected(_) => panic!("{key}: {verdict:?}"),
        }
    }
    assert_eq!((accepted, verdicts.len()), (1, usize::from(WRITERS)), "{key}");
}
