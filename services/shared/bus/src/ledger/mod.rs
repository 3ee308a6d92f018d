//! The ledger: the last status change of an order is its state, and appending to it is compare-and-set.

mod advance;
mod jetstream;
mod memory;
mod scan;

use std::future::Future;

use skinbus_domain::Recorded;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::trade::StatusChange;

pub use advance::{AdvanceError, Advanced, Retry, advance};
pub use jetstream::JetStreamLedger;
pub use memory::MemoryLedger;

/// Where versions of trades are kept. The conformance tests hold every implementation to the same promises:
///
/// * Of many appends that name the same predecessor, at most one is written; exactly one, where their writers wait for
///   their answers.
/// * An append is answered [`Append::Written`] if and only if it is in the ledger: also where the first answer was lost,
///   and where somebody has followed on it by the time the writer can ask.
/// * [`Append::Lost`] means that it is not in the ledger and never will be. What came first may still be on its way
///   there, so that the newest version may be the old one for a moment.
/// * An error means that it was refused. A writer that ends before its answer comes does not know.
/// * Versions that were written are never changed, and stay in their order.
pub trait Ledger: Send + Sync {
    /// The last version of a trade. It may be older than what was written a moment ago, which costs its reader a lost
    /// append and nothing else.
    fn read(&self, key: &TradeKey) -> impl Future<Output = Result<Option<Recorded>, LedgerError>> + Send;

    /// The last version of a trade, surely the newest.
    fn read_latest(
        &self,
        key: &TradeKey,
    ) -> impl Future<Output = Result<Option<Recorded>, LedgerError>> + Send;

    /// Appends a version after the one with the sequence `expected`; 0 where it is to be the first.
    fn append(
        &self,
        expected: u64,
        change: &StatusChange,
    ) -> impl Future<Output = Result<Append, LedgerError>> + Send;
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Append {
    /// It is in the ledger.
    Written {
        /// Under this sequence.
        sequence: u64,
    },
    /// Somebody else's version came first. Decide again.
    Lost,
}

/// Why the ledger gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The ledger could not be opened.
    #[error("opening the ledger: {problem}")]
    Open {
        /// Why.
        problem: String,
    },
    /// The last version could not be read.
    #[error("reading the trade {key} from the ledger: {problem}")]
    Read {
        /// Which trade.
        key: TradeKey,
        /// Why.
        problem: String,
    },
    /// What is stored is not what one of our services writes.
    #[error("the trade {key} is unreadable in the ledger, at sequence {sequence}")]
    Corrupt {
        /// Which trade.
        key: TradeKey,
        /// Where.
        sequence: u64,
        /// Why.
        #[source]
        source: skinbus_proto::Corrupt,
    },
    /// What was written since some time could not be read.
    #[error("reading the ledger: {problem}")]
    Scan {
        /// Why.
        problem: String,
    },
    /// The server refuses the append for another reason than a race.
    #[error("appending to the trade {key}: {problem}")]
    Append {
        /// Which trade.
        key: TradeKey,
        /// Why.
        problem: String,
    },
}
