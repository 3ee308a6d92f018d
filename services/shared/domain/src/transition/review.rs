//! A trade goes to a person, with what is known of it.

use jiff::Timestamp;

use crate::fold::{Alert, AlertKind};
use crate::trade::{Reason, Trade, TradeState};

/// The trade in NEEDS_REVIEW, and the alert that says so. What is told quotes no answer: words and times only.
pub(crate) fn needs_review(trade: &Trade, code: &str, why: &str, now: Timestamp) -> (Trade, Alert) {
    let last = trade.state.reason();
    let mut findings = Vec::new();
    if let Some(attempt) = &trade.attempt {
        findings.push(format!(
            "attempt {} was made under the reference {}, with a lease until {}",
            attempt.number, attempt.reference, attempt.lease_until
        ));
    }
    if let TradeState::Uncertain { since, reason, .. } = &trade.state {
        let word = reason.provider_code.as_ref().map(|word| format!(", in the provider's word {word:?}"));
        findings.push(format!(
            "its outcome is unknown since {since}: {}{}",
            reason.code,
            word.unwrap_or_default()
        ));
    }
    findings.push(format!("{now}: {why}"));
    let word = last.map(|last| &last.code).filter(|last| *last != code);
    let reason = Reason { code: code.to_owned(), provider_code: word.cloned() };
    let detail = format!("{why}; compare with its own records, then `skinbus trade resolve`");
    let alert = Alert::new(AlertKind::NeedsReview, detail);
    (trade.moved_to(TradeState::NeedsReview { reason, findings }), alert)
}
