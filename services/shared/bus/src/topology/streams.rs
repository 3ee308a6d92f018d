//! The streams.

use std::time::Duration;

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Republish, RetentionPolicy, StorageType, SubjectTransform,
};

use super::{ADVISORIES, CLAIMS, DEAD, DISPATCH, DRIFT, LISTS, ORDERS, POLLS, QUOTA, TRADES, WEBHOOKS};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
const GIB: i64 = 1024 * 1024 * 1024;

pub(super) fn all(replicas: usize) -> Vec<Config> {
    let all = [orders(), trades(), dispatch(), webhooks(), polls(), dead(), advisories(), quota()];
    all.into_iter()
        .chain([lists(), claims(), drift()])
        .map(|config| Config { num_replicas: replicas, storage: StorageType::File, ..config })
        .collect()
}

/// Full means refused: the publisher sees that its order was not taken.
fn orders() -> Config {
    Config {
        name: ORDERS.to_owned(),
        description: Some("Orders as merchants publish them".to_owned()),
        subjects: vec!["skinbus.v1.orders.*".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_bytes: GIB,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

/// The ledger. Services write on `append`; what was stored, and only that, appears on `status`. No schedules here: a
/// schedule header would let any writer write every subject of the stream.
fn trades() -> Config {
    Config {
        name: TRADES.to_owned(),
        description: Some("The ledger: every version of every trade".to_owned()),
        subjects: vec!["skinbus.v1.append.*.*".to_owned()],
        subject_transform: Some(SubjectTransform {
            source: "skinbus.v1.append.>".to_owned(),
            destination: "skinbus.v1.status.>".to_owned(),
        }),
        republish: Some(Republish {
            source: "skinbus.v1.status.>".to_owned(),
            destination: "skinbus.v1.status.>".to_owned(),
            headers_only: false,
        }),
        retention: RetentionPolicy::Limits,
        allow_direct: true,
        // Longer than any hold plus any replay of an order id: what is gone could be accepted again.
        max_age: 400 * DAY,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

fn dispatch() -> Config {
    Config {
        name: DISPATCH.to_owned(),
        description: Some("Accepted orders that wait to be placed".to_owned()),
        subjects: vec!["skinbus.v1.dispatch.*".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

fn webhooks() -> Config {
    Config {
        name: WEBHOOKS.to_owned(),
        description: Some("Webhooks as they came in, for the tracker and for audit".to_owned()),
        subjects: vec!["skinbus.v1.webhooks.*".to_owned()],
        retention: RetentionPolicy::Limits,
        max_age: 30 * DAY,
        duplicate_window: 10 * MINUTE,
        ..Config::default()
    }
}

/// One schedule per open trade, and what has fallen due. Only the tracker may publish here.
fn polls() -> Config {
    Config {
        name: POLLS.to_owned(),
        description: Some("When each open trade is looked at next".to_owned()),
        subjects: vec!["skinbus.v1.poll.>".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        // Open trades are counted by reading all of it without taking anything out.
        allow_direct: true,
        allow_message_schedules: true,
        allow_message_ttl: true,
        // What the server sets by itself for schedules; named so that a comparison finds no difference.
        allow_rollup: true,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

fn dead() -> Config {
    Config {
        name: DEAD.to_owned(),
        description: Some("Messages that could not be worked on, and alerts".to_owned()),
        subjects: vec!["skinbus.v1.dead.*".to_owned(), "skinbus.v1.alert.*".to_owned()],
        retention: RetentionPolicy::Limits,
        max_age: 90 * DAY,
        duplicate_window: 10 * MINUTE,
        ..Config::default()
    }
}

fn advisories() -> Config {
    Config {
        name: ADVISORIES.to_owned(),
        description: Some("What the server says of messages that were delivered too often".to_owned()),
        subjects: vec!["$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>".to_owned()],
        retention: RetentionPolicy::Limits,
        max_age: 7 * DAY,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

/// The object store `skinbus_lists`, as an object-store client would create it. What nobody renews for a day is of no use.
fn lists() -> Config {
    Config {
        name: LISTS.to_owned(),
        description: Some("Price lists of the providers, compressed".to_owned()),
        subjects: vec!["$O.skinbus_lists.C.>".to_owned(), "$O.skinbus_lists.M.>".to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_age: DAY,
        allow_direct: true,
        allow_rollup: true,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}

/// The bucket `skinbus_claims`: who fetches a list for everybody, and who listens to a provider's events. A claim whose
/// holder died ends by itself.
fn claims() -> Config {
    Config {
        name: CLAIMS.to_owned(),
        description: Some("Which replica does what only one should do".to_owned()),
        subjects: vec!["$KV.skinbus_claims.>".to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        max_age: 2 * MINUTE,
        allow_direct: true,
        duplicate_window: MINUTE,
        ..Config::default()
    }
}

/// The bucket `skinbus_drift`: what providers said that their adapters do not know, one entry of bounded size per account.
fn drift() -> Config {
    bucket(DRIFT, "What providers said that is not known, counted by kind", "$KV.skinbus_drift.>")
}

/// The bucket `skinbus_quota`.
fn quota() -> Config {
    bucket(QUOTA, "The quota window of every account", "$KV.skinbus_quota.>")
}

/// A bucket as a key-value client would create it.
fn bucket(name: &str, description: &str, subject: &str) -> Config {
    Config {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        subjects: vec![subject.to_owned()],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        allow_direct: true,
        allow_rollup: true,
        deny_delete: true,
        duplicate_window: 2 * MINUTE,
        ..Config::default()
    }
}
