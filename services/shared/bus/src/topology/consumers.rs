//! The durable consumers.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};

use skinbus_domain::planning::Urgency;

use super::{
    ADVISORIES, DISPATCH, INTAKE, MOVER, ORDERS, POLLS, TRACKER_RECONCILE, TRACKER_TRADES, TRACKER_WEBHOOKS,
    TRADES, TopologySettings, WEBHOOKS, dispatch_consumer, due_consumer, merchant_consumer,
};
use crate::subjects;
use crate::work::DELIVERIES_MAX;

/// How long a message may be in hand without a word of progress.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(30);

const INTAKE_MAX_ACK_PENDING: i64 = 10_000;
const DISPATCH_MAX_ACK_PENDING: i64 = 10_000;
const WEBHOOKS_MAX_ACK_PENDING: i64 = 1_000;
const MOVER_MAX_ACK_PENDING: i64 = 100;
const RECONCILE_MAX_ACK_PENDING: i64 = 100;
const MERCHANT_MAX_ACK_PENDING: i64 = 1_000;
/// Due reconciliations of every account.
const RECONCILE_DUE: &str = "skinbus.v1.poll.reconcile.*";

/// What a consumer does with a message that was delivered again and again.
#[derive(Clone, Copy)]
enum Deliveries {
    /// The services bury it after [`DELIVERIES_MAX`] deliveries. Where even that fails each time, the server stops a little
    /// later and says so, and the mover buries it.
    Net,
    /// A due look comes again for as long as the ledger is away, and it is all that its trade is followed by. The server
    /// stops only after what takes most of a day.
    LongNet,
    /// The server never stops. A version that the follower has not acknowledged has no schedule yet: a message that is left
    /// behind would be a trade at which nobody looks, and one that a merchant's program has not acknowledged a credit that
    /// nobody books. And nobody rescues the rescuer.
    Unlimited,
}

impl Deliveries {
    fn max(self) -> i64 {
        match self {
            Self::Net => i64::try_from(DELIVERIES_MAX).unwrap_or(i64::MAX).saturating_add(50),
            Self::LongNet => 1_000,
            Self::Unlimited => -1,
        }
    }
}

pub(super) fn all(settings: &TopologySettings) -> Vec<(&'static str, Config)> {
    let tracker = settings.tracker_max_ack_pending;
    let filter = Some(RECONCILE_DUE.to_owned());
    let reconcile = durable(TRACKER_RECONCILE, filter, RECONCILE_MAX_ACK_PENDING, Deliveries::LongNet);
    let fixed = [
        (ORDERS, durable(INTAKE, None, INTAKE_MAX_ACK_PENDING, Deliveries::Net)),
        (TRADES, durable(TRACKER_TRADES, None, tracker, Deliveries::Unlimited)),
        (WEBHOOKS, durable(TRACKER_WEBHOOKS, None, WEBHOOKS_MAX_ACK_PENDING, Deliveries::Net)),
        (POLLS, reconcile),
        (ADVISORIES, durable(MOVER, None, MOVER_MAX_ACK_PENDING, Deliveries::Unlimited)),
    ];
    let per_account = settings.accounts.iter().flat_map(|account| {
        let (name, filter) = (dispatch_consumer(account), subjects::dispatch(account));
        let dispatch = durable(&name, Some(filter), DISPATCH_MAX_ACK_PENDING, Deliveries::Net);
        // Only what is due: an acknowledged schedule would be a deleted one.
        let [now, later] = Urgency::ALL.map(|urgency| {
            let (name, filter) = (due_consumer(account, urgency), subjects::poll_due(account, urgency));
            durable(&name, Some(filter), tracker, Deliveries::LongNet)
        });
        [(DISPATCH, dispatch), (POLLS, now), (POLLS, later)]
    });
    let per_merchant = settings.merchants.iter().map(|merchant| {
        let (name, filter) = (merchant_consumer(merchant), format!("skinbus.v1.status.{merchant}.>"));
        (TRADES, durable(&name, Some(filter), MERCHANT_MAX_ACK_PENDING, Deliveries::Unlimited))
    });
    fixed.into_iter().chain(per_account).chain(per_merchant).collect()
}

/// No `backoff`: it makes delayed redeliveries come at wrong times. Handlers decide when a message is dead; `max_deliver` is
/// the net for those that do not come so far.
fn durable(name: &str, filter: Option<String>, max_ack_pending: i64, deliveries: Deliveries) -> Config {
    Config {
        durable_name: Some(name.to_owned()),
        name: Some(name.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: deliveries.max(),
        max_ack_pending,
        filter_subject: filter.unwrap_or_default(),
        ..Config::default()
    }
}
