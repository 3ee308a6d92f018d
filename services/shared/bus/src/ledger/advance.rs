//! Read, fold, append; and again, where somebody else was faster.

use skinbus_domain::ids::TradeKey;
use skinbus_domain::rules::Rules;
use skinbus_domain::trade::StatusChange;
use skinbus_domain::{Alert, Anomaly, Fold, IllegalTransition, Input, Recorded, fold};
use skinbus_runtime::clock;

use super::{Append, Ledger, LedgerError};

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advanced {
    /// A new version is in the ledger.
    Written {
        /// It.
        recorded: Recorded,
        /// What somebody should look at, besides.
        alerts: Vec<Alert>,
    },
    /// The input changes nothing; this is the newest version.
    Stale(Recorded),
    /// The input contradicts the newest version.
    Anomaly {
        /// It.
        recorded: Recorded,
        /// In what.
        anomaly: Anomaly,
    },
}

/// What to do when somebody else's version came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Fold the same input on the newer version.
    Fold,
    /// Report [`Advanced::Stale`] with what is the newest version then: the input was decided on another one.
    GiveUp,
}

/// Why an input had no effect.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The ledger gave no answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The input may not be offered to this trade.
    #[error("advancing the trade {key}")]
    Illegal {
        /// Which.
        key: TradeKey,
        /// Why.
        #[source]
        source: IllegalTransition,
    },
    /// There is no such trade.
    #[error("the trade {0} is not in the ledger")]
    Unknown(TradeKey),
}

/// Applies `input` to the trade, beginning with the version in `known`, or from nothing where that is `None`.
///
/// `known` may be old: a version that it leads to is only written where it still is the newest, and "changes nothing" is
/// only said of the newest.
///
/// # Errors
///
/// [`AdvanceError`] where the ledger gives no answer or the input is illegal.
pub async fn advance<L: Ledger>(
    ledger: &L,
    key: &TradeKey,
    known: Option<Recorded>,
    input: &Input,
    rules: &Rules,
    retry: Retry,
) -> Result<Advanced, AdvanceError> {
    let mut current = known;
    let mut is_newest = false;
    loop {
        let now = clock::now();
        let folded = fold(current.as_ref().map(Recorded::trade), input, rules, now)
            .map_err(|source| AdvanceError::Illegal { key: key.clone(), source });
        let (change, alerts) = match folded {
            Ok(Fold::Applied(change)) => {
                let version = current.as_ref().map_or(0, |current| current.change.version) + 1;
                let change = *change;
                let status_change = StatusChange {
                    version,
                    from: change.from,
                    cause: change.cause,
                    occurred_at: change.occurred_at,
                    recorded_at: now,
                    trade: change.trade,
                };
                (status_change, change.alerts)
            }
            // Said of an old version, none of these is final.
            Ok(Fold::Stale | Fold::Anomaly(_)) | Err(_) if !is_newest => {
                current = ledger.read_latest(key).await?;
                is_newest = true;
                continue;
            }
            Ok(Fold::Stale) => {
                return current.map(Advanced::Stale).ok_or_else(|| AdvanceError::Unknown(key.clone()));
            }
            Ok(Fold::Anomaly(anomaly)) => {
                let recorded = current.ok_or_else(|| AdvanceError::Unknown(key.clone()))?;
                return Ok(Advanced::Anomaly { recorded, anomaly });
            }
            Err(error) => return Err(error),
        };
        let expected = current.as_ref().map_or(0, |current| current.sequence);
        match ledger.append(expected, &change).await? {
            Append::Written { sequence } => {
                return Ok(Advanced::Written { recorded: Recorded { change, sequence }, alerts });
            }
            Append::Lost => {
                current = ledger.read_latest(key).await?;
                is_newest = true;
                if retry == Retry::GiveUp {
                    return current.map(Advanced::Stale).ok_or_else(|| AdvanceError::Unknown(key.clone()));
                }
            }
        }
    }
}
