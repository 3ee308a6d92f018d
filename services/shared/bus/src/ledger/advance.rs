//! The shell round [`skinbus_domain::advancing`]: does at a ledger what it says.

use skinbus_domain::advancing::{Advancing, AdvancingError, Effect, Event};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::rules::Rules;
use skinbus_domain::{Input, Recorded};
use skinbus_runtime::clock;

pub use skinbus_domain::advancing::{Advanced, Retry};

use super::{Append, Ledger, LedgerError};
use crate::metrics;

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
        source: AdvancingError,
    },
}

/// Applies `input` to the trade, beginning with the version in `known`, or from nothing where that is `None`.
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
    let illegal = |source| AdvanceError::Illegal { key: key.clone(), source };
    let credits_of = |recorded: &Option<Recorded>| {
        recorded.as_ref().map(|recorded| recorded.trade().credits.clone()).unwrap_or_default()
    };
    let mut credits = credits_of(&known);
    let started = Advancing::start(known, input.clone(), retry, rules, clock::now());
    let (mut advancing, mut effect) = started.map_err(illegal)?;
    loop {
        let event = match effect {
            Effect::ReadLatest => {
                let newest = ledger.read_latest(key).await?;
                credits = credits_of(&newest);
                Event::Read(newest)
            }
            Effect::Append { expected, change } => match ledger.append(expected, &change).await? {
                Append::Written { sequence } => {
                    metrics::trades::written(&credits, &change);
                    Event::Written { sequence }
                }
                Append::Lost => Event::Lost,
            },
            Effect::Finish(advanced) => return Ok(advanced),
        };
        effect = advancing.on(event, rules, clock::now()).map_err(illegal)?;
    }
}
