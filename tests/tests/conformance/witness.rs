//! Ledgers around ledgers: one writes down what a ledger answers, others misbehave.

use std::sync::{Arc, Mutex};

use skinbus_bus::{Append, Ledger, LedgerError};
use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::StatusChange;
use tokio::sync::watch;

/// One answered append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) expected: u64,
    pub(crate) change: StatusChange,
    pub(crate) answer: Append,
}

/// Every answer that any writer got.
#[derive(Clone)]
pub(crate) struct Log {
    answered: Arc<Mutex<Vec<Answered>>>,
    written: watch::Sender<usize>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { answered: Arc::default(), written: watch::Sender::new(0) }
    }

    pub(crate) fn answers(&self) -> Vec<Answered> {
        self.answered.lock().unwrap().clone()
    }

    pub(crate) fn lost(&self) -> usize {
        self.answers().iter().filter(|answered| answered.answer == Append::Lost).count()
    }

    pub(crate) fn written(&self) -> usize {
        *self.written.borrow()
    }

    /// Waits until so many appends were answered with "written".
    pub(crate) async fn wait_for(&self, written: usize) {
        self.written.subscribe().wait_for(|count| *count >= written).await.unwrap();
    }

    fn add(&self, expected: u64, change: &StatusChange, answer: Append) {
        self.answered.lock().unwrap().push(Answered { expected, change: change.clone(), answer });
        if answer != Append::Lost {
            self.written.send_modify(|count| *count += 1);
        }
    }
}

/// Writes down every answer.
pub(crate) struct Witness<L> {
    pub(crate) ledger: Arc<L>,
    pub(crate) log: Log,
}

impl<L: Ledger> Ledger for Witness<L> {
    async fn read(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        self.ledger.read(key).await
    }

    /// While no server answers, nothing can be read: whoever asked for it asks again. An append never fails so.
    async fn read_latest(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        loop {
            match self.ledger.read_latest(key).await {
                Err(LedgerError::Read { .. }) => {}
                answer => return answer,
            }
        }
    }

    async fn append(&self, expected: u64, change: &StatusChange) -> Result<Append, LedgerError> {
        // Somebody else's turn between reading and writing, also where the ledger itself never waits.
        tokio::task::yield_now().await;
        let answer = self.ledger.append(expected, change).await?;
        self.log.add(expected, change, answer);
        Ok(answer)
    }
}

/// Reads what was the newest version some time ago. Leaders are not stale.
pub(crate) struct Stale<L> {
    pub(crate) ledger: Witness<L>,
    pub(crate) seen: Option<Recorded>,
}

impl<L: Ledger> Ledger for Stale<L> {
    async fn read(&self, _key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        Ok(self.seen.clone())
    }

    async fn read_latest(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        self.ledger.read_latest(key).await
    }

    async fn append(&self, expected: u64, change: &StatusChange) -> Result<Append, LedgerError> {
        self.ledger.append(expected, change).await
    }
}

/// Stores the first append and then fails, as if the writer's process had ended before it knew.
pub(crate) struct CrashAfterAppend<L> {
    pub(crate) ledger: Witness<L>,
}

impl<L: Ledger> Ledger for CrashAfterAppend<L> {
    async fn read(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        self.ledger.read(key).await
    }

    async fn read_latest(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        self.ledger.read_latest(key).await
    }

    async fn append(&self, expected: u64, change: &StatusChange) -> Result<Append, LedgerError> {
        self.ledger.append(expected, change).await?;
        Err(LedgerError::Append { key: change.trade.key.clone(), problem: "crashed".to_owned() })
    }
}
