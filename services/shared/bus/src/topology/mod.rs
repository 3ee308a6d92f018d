//! Streams, consumers and buckets as data; see [`apply()`] for what services do with them at start.

mod apply;
pub(crate) mod consumers;
mod followed;
mod streams;

use std::collections::BTreeSet;

use async_nats::jetstream::{consumer, stream};
use skinbus_domain::ids::{AccountId, MerchantId};
use skinbus_domain::planning::Urgency;
use skinbus_runtime::Config;

use crate::permissions::Role;

pub use apply::{Change, TopologyError, apply, check};
pub use followed::{UNFOLLOWED, is_unfollowed};

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

/// Durable consumer of [`TRADES`] for a merchant's own program.
#[must_use]
pub fn merchant_consumer(merchant: &MerchantId) -> String {
    format!("merchant-{merchant}")
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
    /// Everybody whose orders they are: each has a consumer of its own.
    pub merchants: BTreeSet<MerchantId>,
    /// Most status changes and due looks that trackers have in hand.
    pub tracker_max_ack_pending: i64,
}

impl TopologySettings {
    /// The settings of a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            replicas: usize::from(config.nats.replicas),
            accounts: config.accounts.keys().cloned().collect(),
            merchants: config.accounts.values().map(|account| account.merchant.clone()).collect(),
            tracker_max_ack_pending: i64::from(config.tracking.max_ack_pending),
        }
    }
}

impl Topology {
    /// The topology for these settings.
    #[must_use]
    pub fn new(settings: &TopologySettings) -> Self {
        Self { streams: streams::all(settings.replicas), consumers: consumers::all(settings) }
    }

    /// The part that a user needs, and may look at.
    #[must_use]
    pub fn needed_by(&self, role: &Role) -> Self {
        let rights = role.rights();
        let is_needed = |stream: &&stream::Config| rights.streams.contains(stream.name.as_str());
        let is_worked_on = |(stream, consumer): &&(&'static str, consumer::pull::Config)| {
            rights.works_on_consumer(stream, consumer.durable_name.as_deref().unwrap_or_default())
        };
        Self {
            streams: self.streams.iter().filter(is_needed).cloned().collect(),
            consumers: self.consumers.iter().filter(is_worked_on).cloned().collect(),
        }
    }
}
