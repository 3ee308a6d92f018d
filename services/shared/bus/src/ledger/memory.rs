//! The ledger in memory, for tests. It keeps the same promises; the conformance tests hold it to them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::StatusChange;
use skinbus_proto::{Message, status_change_to_proto};

use super::jetstream::read_version;
use super::{Append, Ledger, LedgerError};

/// A ledger in memory. Versions are kept as the bytes that NATS would keep.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    last_sequence: u64,
    trades: BTreeMap<TradeKey, Vec<(u64, Vec<u8>)>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every version of a trade, in order.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Corrupt`] where a version cannot be read back.
    pub fn versions(&self, key: &TradeKey) -> Result<Vec<Recorded>, LedgerError> {
        let store = self.store();
        let versions = store.trades.get(key).map(Vec::as_slice).unwrap_or_default();
        versions.iter().map(|(sequence, bytes)| decode(key, *sequence, bytes)).collect()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    async fn read(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        self.read_latest(key).await
    }

    async fn read_latest(&self, key: &TradeKey) -> Result<Option<Recorded>, LedgerError> {
        let store = self.store();
        let newest = store.trades.get(key).and_then(|versions| versions.last());
        newest.map(|(sequence, bytes)| decode(key, *sequence, bytes)).transpose()
    }

    async fn append(&self, expected: u64, change: &StatusChange) -> Result<Append, LedgerError> {
        let mut store = self.store();
        let key = &change.trade.key;
        let newest =
            store.trades.get(key).and_then(|versions| versions.last()).map_or(0, |(sequence, _)| *sequence);
        if newest != expected {
            return Ok(Append::Lost);
        }
        store.last_sequence += 1;
        let sequence = store.last_sequence;
        let bytes = status_change_to_proto(change).encode_to_vec();
        store.trades.entry(key.clone()).or_default().push((sequence, bytes));
        Ok(Append::Written { sequence })
    }
}

fn decode(key: &TradeKey, sequence: u64, bytes: &[u8]) -> Result<Recorded, LedgerError> {
    read_version(bytes, sequence).map_err(|source| LedgerError::Corrupt {
        key: key.clone(),
        sequence,
        source,
    })
}
