//! The durable consumers.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};

use super::{
    DISPATCH, INTAKE, ORDERS, POLLS, TRACKER_TRADES, TRACKER_WEBHOOKS, TRADES, TopologySettings, WEBHOOKS,
    dispatch_consumer, due_consumer,
};
use crate::subjects;

/// How long a message may be in hand without a word of progress.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(30);

const INTAKE_MAX_ACK_PENDING: i64 = 10_000;
const DISPATCH_MAX_ACK_PENDING: i64 = 10_000;
const WEBHOOKS_MAX_ACK_PENDING: i64 = 1_000;

pub(super) fn all(settings: &TopologySettings) -> Vec<(&'static str, Config)> {
    let tracker = settings.tracker_max_ack_pending;
    let fixed = [
        (ORDERS, durable(INTAKE, None, INTAKE_MAX_ACK_PENDING)),
        (TRADES, durable(TRACKER_TRADES, None, tracker)),
        (WEBHOOKS, durable(TRACKER_WEBHOOKS, None, WEBHOOKS_MAX_ACK_PENDING)),
    ];
    let per_account = settings.accounts.iter().flat_map(|account| {
        let dispatch =
            durable(&dispatch_consumer(account), Some(subjects::dispatch(account)), DISPATCH_MAX_ACK_PENDING);
        // Only what is due: an acknowledged schedule would be a deleted one.
        let due = durable(&due_consumer(account), Some(subjects::poll_due(account)), tracker);
        [(DISPATCH, dispatch), (POLLS, due)]
    });
    fixed.into_iter().chain(per_account).collect()
}

/// No `backoff` and no `max_deliver`: the one makes delayed redeliveries come at wrong times, the other leaves messages
/// that nobody sees. Handlers decide when a message is dead.
fn durable(name: &str, filter: Option<String>, max_ack_pending: i64) -> Config {
    Config {
        durable_name: Some(name.to_owned()),
        name: Some(name.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending,
        filter_subject: filter.unwrap_or_default(),
        ..Config::default()
    }
}
