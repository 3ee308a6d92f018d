//! The one decision of this service: a request is accepted once for ever, or refused.

use skinbus_bus::ledger::{AdvanceError, Advanced, Ledger, Retry, advance};
use skinbus_domain::order::Request;
use skinbus_domain::rules::Rules;
use skinbus_domain::{Input, Recorded, TradeStatus};

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the order now.
    Accepted(Recorded),
    /// It is refused, and the ledger says why.
    Rejected(Recorded),
    /// It came before; this is what became of it.
    Repeated(Recorded),
    /// Its id belongs to another order, which is untouched.
    Conflict(Recorded),
}

/// Why there is no verdict.
pub type AcceptError = AdvanceError;

/// Judges a request and writes the verdict down. Asking again gives the same verdict.
///
/// # Errors
///
/// [`AcceptError`] where the ledger gives no answer; then asking again is safe.
pub async fn accept<L: Ledger>(ledger: &L, request: Request) -> Result<Verdict, AcceptError> {
    let key = request.key.clone();
    // Nearly every order is new, so the first append is tried without looking.
    let advanced =
        advance(ledger, &key, None, &Input::Requested(request), &Rules::default(), Retry::Fold).await?;
    Ok(match advanced {
        Advanced::Written(recorded) if recorded.trade().status() == TradeStatus::Rejected => {
            Verdict::Rejected(recorded)
        }
        Advanced::Written(recorded) => Verdict::Accepted(recorded),
        Advanced::Stale(recorded) => Verdict::Repeated(recorded),
        Advanced::Anomaly { recorded, .. } => Verdict::Conflict(recorded),
    })
}
