//! NATS as far as the services see it: the ledger's stream, work queues, schedules, the quota bucket, alerts and dead letters.
//!
//! What it acknowledged it keeps. What may go wrong on the way to it and back is [`crate::world`]'s.

use std::collections::BTreeMap;
use std::rc::Rc;

use skinbus_domain::ids::{AccountId, TradeKey};

use crate::queue::{Bell, MINUTE, Micros, SECOND};

/// How long a delivered message waits for its acknowledgement.
pub const ACK_WAIT: Micros = 30 * SECOND;
/// How long a message id is remembered.
const DEDUPE_WINDOW: Micros = 2 * MINUTE;

/// A message of a work queue, or of a durable consumer.
pub struct Message {
    /// What it says.
    pub payload: Rc<Vec<u8>>,
    /// How often it was delivered.
    pub deliveries: u64,
    /// Not delivered before this.
    ready_at: Micros,
}

/// One delivery.
#[derive(Clone)]
pub struct Delivery {
    /// The queue's name.
    pub queue: String,
    /// Its place in the queue.
    pub sequence: u64,
    /// What it says.
    pub payload: Rc<Vec<u8>>,
    /// 1 for the first.
    pub deliveries: u64,
}

/// A message that was taken out of a queue for a while.
pub struct Taken {
    /// Its place in the queue.
    pub sequence: u64,
    /// What it says.
    pub payload: Rc<Vec<u8>>,
    /// 1 for the first time.
    pub deliveries: u64,
}

/// A work queue.
#[derive(Default)]
pub struct WorkQueue {
    messages: BTreeMap<u64, Message>,
    ids: BTreeMap<String, Micros>,
    next: u64,
    /// Rung when there may be something to take.
    pub bell: Rc<Bell>,
}

/// A version as it is stored.
#[derive(Clone)]
pub struct Version {
    /// Its place in the stream.
    pub sequence: u64,
    /// Its bytes.
    pub bytes: Rc<Vec<u8>>,
    /// Its message id.
    pub id: u64,
    /// When it was stored.
    pub at: Micros,
}

/// Everything that is stored.
#[derive(Default)]
pub struct Nats {
    /// Versions by trade, in order.
    pub trades: BTreeMap<TradeKey, Vec<Version>>,
    last_sequence: u64,
    queues: BTreeMap<String, WorkQueue>,
    /// By subject: the revision, and what it is to send where.
    pub schedules: BTreeMap<String, u64>,
    /// Quota windows: bytes, revision, when stored.
    pub windows: BTreeMap<AccountId, (Rc<Vec<u8>>, u64, Micros)>,
    /// Alerts by message id.
    pub alerts: BTreeMap<String, Micros>,
    /// Dead letters by message id, with the reason.
    pub dead: BTreeMap<String, String>,
    /// Away until then.
    pub away_until: Micros,
}

impl WorkQueue {
    /// Stores a message, unless one with this id came lately.
    pub fn store(&mut self, payload: Vec<u8>, id: Option<&str>, now: Micros) {
        if let Some(id) = id {
            if self.ids.get(id).is_some_and(|at| now - at < DEDUPE_WINDOW) {
                return;
            }
            self.ids.insert(id.to_owned(), now);
        }
        self.next += 1;
        let message = Message { payload: Rc::new(payload), deliveries: 0, ready_at: now };
        self.messages.insert(self.next, message);
    }

    /// Delivers the first message that may be, or tells when there may be one.
    pub fn take(&mut self, now: Micros) -> Result<Taken, Option<Micros>> {
        for (sequence, message) in &mut self.messages {
            if message.ready_at <= now {
                message.ready_at = now + ACK_WAIT;
                message.deliveries += 1;
                let payload = Rc::clone(&message.payload);
                return Ok(Taken { sequence: *sequence, payload, deliveries: message.deliveries });
            }
        }
        Err(self.messages.values().map(|message| message.ready_at).min())
    }

    /// It has had its effect.
    pub fn acknowledge(&mut self, sequence: u64) {
        self.messages.remove(&sequence);
    }

    /// It comes again, not before this.
    pub fn put_off(&mut self, sequence: u64, until: Micros) {
        if let Some(message) = self.messages.get_mut(&sequence) {
            message.ready_at = until;
        }
    }
}

impl Nats {
    /// The queue with this name.
    pub fn queue(&mut self, name: &str) -> &mut WorkQueue {
        if !self.queues.contains_key(name) {
            self.queues.insert(name.to_owned(), WorkQueue::default());
        }
        self.queues.get_mut(name).expect("just made")
    }

    /// Every bell, for when the server is there again.
    pub fn bells(&self) -> Vec<Rc<Bell>> {
        self.queues.values().map(|queue| Rc::clone(&queue.bell)).collect()
    }

    /// Names and sizes of the queues that hold something.
    pub fn left(&self) -> Vec<(String, usize)> {
        let sizes = self.queues.iter().map(|(name, queue)| (name.clone(), queue.messages.len()));
        sizes.filter(|(_, size)| *size > 0).collect()
    }

    /// Appends where `expected` is the newest sequence; the new one, or nothing.
    pub fn append(
        &mut self,
        key: &TradeKey,
        expected: u64,
        bytes: Rc<Vec<u8>>,
        id: u64,
        at: Micros,
    ) -> Option<u64> {
        let versions = self.trades.entry(key.clone()).or_default();
        if versions.last().map_or(0, |newest| newest.sequence) != expected {
            return None;
        }
        self.last_sequence += 1;
        versions.push(Version { sequence: self.last_sequence, bytes, id, at });
        Some(self.last_sequence)
    }

    /// The newest version.
    pub fn newest(&self, key: &TradeKey) -> Option<&Version> {
        self.trades.get(key).and_then(|versions| versions.last())
    }

    /// The window of an account.
    pub fn window(&self, account: &AccountId) -> (Rc<Vec<u8>>, u64, Micros) {
        self.windows.get(account).cloned().unwrap_or_default()
    }

    /// Stores a window after the one with this revision; the new revision, or nothing.
    pub fn store_window(
        &mut self,
        account: &AccountId,
        bytes: Rc<Vec<u8>>,
        expected: u64,
        at: Micros,
    ) -> Option<u64> {
        if self.window(account).1 != expected {
            return None;
        }
        self.windows.insert(account.clone(), (bytes, expected + 1, at));
        Some(expected + 1)
    }
}
