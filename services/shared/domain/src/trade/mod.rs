//! The order's life at the provider and at Steam.

mod state;
mod status;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use state::{Reason, ReversedBy, TradeState};
pub use status::TradeStatus;

use crate::credit::Credit;
use crate::decision::Decision;
use crate::fold::Alert;
use crate::ids::{Reference, TradeKey};
use crate::observation::ProviderFacts;
use crate::order::{Fingerprint, Order, OrderKind};

/// The whole state of a trade. It carries its order, so that every later step can be done from the ledger alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trade {
    /// Which trade.
    pub key: TradeKey,
    /// Hash of the request that made it.
    pub fingerprint: Fingerprint,
    /// The merchant's own notes.
    pub metadata: BTreeMap<String, String>,
    /// What was asked for; `None` only where the request was rejected.
    pub order: Option<Order>,
    /// When the order was accepted; `None` only where the request was rejected.
    pub accepted_at: Option<Timestamp>,
    /// Since when it has this status; `ACCEPTED` and `DISPATCHING`, between which an order goes back and forth while it is not
    /// sent, count as one. Set where a version is made.
    pub status_since: Timestamp,
    /// It was told of that the trade stands still for too long; until its status changes.
    pub is_stuck: bool,
    /// Of a deposit that is over by a look-up's word: when that was asked for. What a webhook told before that is older.
    pub ended_as_of: Option<Timestamp>,
    /// Where the trade stands.
    pub state: TradeState,
    /// The attempt that is or was last in flight.
    pub attempt: Option<Attempt>,
    /// What the provider told.
    pub facts: ProviderFacts,
    /// What arrived for a deposit, or for a listed item that was sold, in the order in which it was told.
    pub credits: Vec<Credit>,
}

/// One try to place the order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// Our id of it at the provider.
    pub reference: Reference,
    /// It can no longer be in flight after this.
    pub lease_until: Timestamp,
}

/// What brought a version about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The merchant's request.
    Order,
    /// The dispatch of the order: the intent, or the outcome of a call.
    Dispatch,
    /// A look-up at the provider.
    LookUp,
    /// A webhook that proves its content.
    Webhook,
    /// A deadline, a hold or a lease ended.
    Timer,
    /// An operator's decision.
    Operator,
}

impl Trade {
    /// The state's name.
    #[must_use]
    pub fn status(&self) -> TradeStatus {
        self.state.status()
    }

    /// The kind of the trade's order; `None` only where the request was rejected.
    #[must_use]
    pub fn kind(&self) -> Option<OrderKind> {
        self.order.as_ref().map(|order| order.operation.kind())
    }

    /// Whether the provider has only put the item aside: it is paid for, and delivered days later, if at all. Adapters say
    /// `reserved` for that, whatever their provider's word is.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.status() == TradeStatus::Submitted && self.facts.provider_status.as_deref() == Some("reserved")
    }

    /// The same trade in another state. What a final trade no longer needs, the user's trade token, is dropped.
    #[must_use]
    pub fn moved_to(&self, state: TradeState) -> Self {
        let mut trade = Self { state, ended_as_of: None, ..self.clone() };
        if trade.status().is_final()
            && let Some(order) = &mut trade.order
        {
            order.operation.user_mut().trade_token = None;
        }
        trade
    }
}

/// One version of a trade, as the ledger stores it and a merchant receives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatusChange {
    /// 1, 2, 3 … without gaps (invariant T2).
    pub version: u64,
    /// The status before; `None` for the first version.
    pub from: Option<TradeStatus>,
    /// What brought it about.
    pub cause: Cause,
    /// When it happened, where the provider says so.
    pub occurred_at: Option<Timestamp>,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// The whole state.
    pub trade: Trade,
    /// What somebody should look at. Kept with the version, so that whoever follows the ledger raises it surely.
    pub alerts: Vec<Alert>,
    /// The operator's decision that brought it about.
    pub decision: Option<Decision>,
}

/// A version with its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recorded {
    /// The version.
    pub change: StatusChange,
    /// Its sequence in the ledger's stream; the next append must name it.
    pub sequence: u64,
}

impl Recorded {
    /// The trade as of this version.
    #[must_use]
    pub fn trade(&self) -> &Trade {
        &self.change.trade
    }
}
