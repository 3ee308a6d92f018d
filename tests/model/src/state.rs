//! One state of the whole world: the ledger, the queues, every process, the provider, and what is on its way.

use skinbus_domain::trade::StatusChange;
use skinbus_domain::{Observation, Recorded, TradeStatus};

use crate::operator::Deciding;
use crate::provider::Provider;
use crate::replica::Placed;
use crate::shared::Shared;
use crate::tracker::Tracker;
use crate::writing::Write;

/// One state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// Seconds after the acceptance.
    pub now: i64,
    /// So many faults may still happen.
    pub faults_left: u8,
    /// Every version, in the order in which they were written. Writing one is publishing it.
    pub ledger: Vec<Shared<Recorded>>,
    /// Appends of processes that are gone, which may still arrive.
    pub late_appends: Vec<Shared<(u64, StatusChange)>>,
    /// The messages that ask for the order to be placed.
    pub dispatch: Vec<Message>,
    /// Two replicas of provider-dispatch, each with the delivery in hand. They are alike, so they are kept in one order.
    pub replicas: [Option<Shared<Placed>>; 2],
    /// The provider, and what is on its way from and to it.
    pub provider: Provider,
    /// The follower of the ledger and the due looks of trade-tracker.
    pub tracker: Tracker,
    /// Webhooks that are stored and not acknowledged, in one order.
    pub webhooks: Vec<Shared<Observation>>,
    /// The webhook in hand of trade-tracker.
    pub folding: Option<Shared<(Observation, Write)>>,
    /// The decision in hand of the operator.
    pub deciding: Option<Shared<Deciding>>,
    /// The due look in hand is paused until then, or goes on before.
    pub look_paused_until: Option<i64>,
    /// The webhook in hand is paused until then, or goes on before.
    pub webhook_paused_until: Option<i64>,
    /// The decision in hand is paused until then, or goes on before.
    pub decision_paused_until: Option<i64>,
    /// What was seen broken in the steps up to here.
    pub seen: Seen,
}

/// What no single state shows: noted in the step in which it happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// T5: a message was acknowledged, and its effect was not in the ledger.
    pub acknowledged_without_effect: bool,
    /// T6: a request left without an intent in the ledger.
    pub called_without_intent: bool,
    /// T7: a request left while another one was, or might yet be, executed.
    pub resent_while_unknown: bool,
    /// The shell did what the shipped machines do not expect, or the fold calls illegal.
    pub out_of_order: bool,
}

/// A message that asks for the order to be placed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Message {
    /// The accepted version that it carries. Handing the same version over twice makes one message.
    pub accepted: Shared<Recorded>,
    /// When it is delivered next; `None` while it is in hand.
    pub ready_at: Option<i64>,
}

impl State {
    /// The newest version.
    #[must_use]
    pub fn newest(&self) -> Option<&Shared<Recorded>> {
        self.ledger.last()
    }

    /// The newest version's status.
    #[must_use]
    pub fn status(&self) -> Option<TradeStatus> {
        self.newest().map(|newest| newest.trade().status())
    }

    /// What a read shows that is not sure to show the newest version.
    pub(crate) fn read(&self, stale: bool) -> Option<Shared<Recorded>> {
        let newest = self.ledger.len().checked_sub(1)?;
        self.ledger.get(if stale { newest.checked_sub(1)? } else { newest }).cloned()
    }

    /// Compare-and-set, as `Ledger` in bus/src/ledger promises it. The follower of the ledger gets every version.
    pub(crate) fn append(&mut self, expected: u64, change: StatusChange, compare: bool) -> Option<u64> {
        let last = self.newest().map_or(0, |newest| newest.sequence);
        if compare && last != expected {
            return None;
        }
        let recorded = Shared::new(Recorded { change, sequence: last + 1 });
        self.ledger.push(recorded.clone());
        (self.tracker.unfollowed, self.tracker.is_late) = (Some(recorded), false);
        Some(last + 1)
    }

    /// The accepted version goes to dispatch; handed over twice it is there once.
    pub(crate) fn hand_over(&mut self, accepted: Shared<Recorded>) {
        let version = accepted.change.version;
        if self.dispatch.iter().all(|message| message.accepted.change.version != version) {
            self.dispatch.push(Message { accepted, ready_at: Some(self.now) });
            self.dispatch.sort_by_key(|message| message.accepted.change.version);
        }
    }

    /// The message that carries this version, while it is not acknowledged.
    pub(crate) fn message(&mut self, version: u64) -> Option<&mut Message> {
        self.dispatch.iter_mut().find(|message| message.accepted.change.version == version)
    }

    /// The message has had its effect, or so it is said.
    pub(crate) fn acknowledge(&mut self, version: u64) {
        let has_effect = self.newest().is_some_and(|newest| newest.change.version > version);
        self.seen.acknowledged_without_effect |= !has_effect;
        self.dispatch.retain(|message| message.accepted.change.version != version);
    }

    pub(crate) fn store_webhook(&mut self, observation: Observation) {
        self.webhooks.push(Shared::new(observation));
        self.webhooks.sort_by_key(Shared::order);
    }

    /// Replicas are alike: which of them does what makes no difference.
    pub(crate) fn in_one_order(mut self) -> Self {
        self.replicas.sort_by_key(|replica| replica.as_ref().map(Shared::order));
        self
    }
}
