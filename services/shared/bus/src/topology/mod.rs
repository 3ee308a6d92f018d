//! Streams, consumers and buckets as data; see [`apply()`] for what services do with them at start.

mod apply;
pub(crate) mod consumers;
mod streams;

use async_nats::jetstream::{consumer, stream};
use skinbus_domain::ids::AccountId;
use skinbus_domain::planning::Urgency;

pub use apply::{TopologyError, apply};

/// Name of the stream of published orders.
pub const ORDERS: &str = "ORDERS";
/// Name of the ledger's stream.
pub const TRADES: &str = "TRADES";
/// Name of the stream of orders that wait to be placed.
pub const DISPATCH: &str = "DISPATCH";
/// Name of the stream of webhooks.
pub const WEBHOOKS: &str = "WEBHOOKS";
/// Name of the stream of schedules and due looks.
pub const POLLS: &str = "POLLS";
/// Name of the stream of dead letters and alerts.
pub const DEAD: &str = "DEAD";
/// Name of the stream that keeps what the server says of messages that were delivered too often.
pub const ADVISORIES: &str = "ADVISORIES";
/// Name of the stream behind the bucket `skinbus_quota`.
pub const QUOTA: &str = "KV_skinbus_quota";
/// Name of the stream behind the object store `skinbus_lists`.
pub const LISTS: &str = "OBJ_skinbus_lists";
/// Name of the stream behind the bucket `skinbus_claims`.
pub const CLAIMS: &str = "KV_skinbus_claims";
/// Name of the stream behind the bucket `skinbus_drift`.
pub const DRIFT: &str = "KV_skinbus_drift";

/// Durable consumer of [`ORDERS`].
pub const INTAKE: &str = "intake";
/// Durable consumer of [`TRADES`] that arms the looks.
pub const TRACKER_TRADES: &str = "tracker_trades";
/// Durable consumer of [`WEBHOOKS`].
pub const TRACKER_WEBHOOKS: &str = "tracker_webhooks";

/// Durable consumer of [`POLLS`] for due reconciliations, of all accounts.
pub const TRACKER_RECONCILE: &str = "tracker_reconcile";

/// Durable consumer of [`ADVISORIES`] that buries what was delivered too often.
pub const MOVER: &str = "mover";

/// Durable consumer of [`DISPATCH`] for one account.
#[must_use]
pub fn dispatch_consumer(account: &AccountId) -> String {
    format!("dispatch_{account}")
}

/// Durable consumer of [`POLLS`] for one line of an account's due looks.
#[must_use]
pub fn due_consumer(account: &AccountId, urgency: Urgency) -> String {
    match urgency {
        Urgency::Now => format!("tracker_due_{account}"),
        Urgency::Later => format!("tracker_later_{account}"),
    }
}

/// What the whole system needs of NATS.
#[derive(Debug, Clone)]
pub struct Topology {
    /// Every stream, the bucket's included.
    pub streams: Vec<stream::Config>,
    /// Every durable consumer, with its stream.
    pub consumers: Vec<(&'static str, consumer::pull::Config)>,
}

/// What can be set about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologySettings {
    /// Copies of every stream.
    pub replicas: usize,
    /// Every account, of all services: each has consumers of its own.
    pub accounts: Vec<AccountId>,
    /// Most status changes and due looks that trackers have in hand.
    pub tracker_max_ack_pending: i64,
}

impl Topology {
    /// The topology for these settings.
    #[must_use]
    pub fn new(settings: &TopologySettings) -> Self {
        Self { streams: streams::all(settings.replicas), consumers: consumers::all(settings) }
    }
}
