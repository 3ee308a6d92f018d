//! What every simulated provider can do, so that routing, faults and reports need not know which it is.

use crate::answer::Answer;
use crate::call::Call;
use crate::ledger::ProviderLedger;
use crate::quota::QuotaReport;

/// Trouble that each provider words in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Too many requests.
    Limit,
    /// Nothing is served at the moment.
    Maintenance,
    /// Something broke inside.
    Internal,
}

/// A simulated provider.
pub(crate) trait Provider: Send + Sync {
    /// The path its API is mounted under.
    fn prefix(&self) -> &'static str;

    /// Counts the request and says whether it is served; the answer if not.
    fn admit(&self, call: &Call) -> Result<(), Answer>;

    /// Executes the request, once each time it is called.
    fn execute(&self, call: &Call) -> Answer;

    /// Whether the request is about this own id of ours.
    fn concerns(&self, call: &Call, custom_id: &str) -> bool;

    /// The provider's words for trouble.
    fn trouble(&self, trouble: Trouble) -> Answer;

    /// What was truly executed.
    fn ledger(&self) -> ProviderLedger;

    /// The quota record of each set of credentials, by alias.
    fn quota(&self) -> Vec<(String, QuotaReport)>;
}
