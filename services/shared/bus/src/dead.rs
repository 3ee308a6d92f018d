//! Dead letters and alerts: what a person should see is stored, not only logged.

use skinbus_domain::ids::{AccountId, MerchantId, TradeKey};
use skinbus_domain::{Alert, Anomaly, Violation};
use skinbus_proto::{Message, timestamp, v1, violation_to_proto};
use skinbus_runtime::clock;

use crate::connection::Bus;
use crate::drift::DriftError;
use crate::message::Incoming;
use crate::publish::StoreError;
use crate::{metrics, subjects};

/// What a dead letter's own headers may take of the server's limit for one message.
const OWN_HEADERS_MAX_BYTES: usize = 4096;

/// Why a message is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Stable word, for example `undecodable`.
    pub reason: &'static str,
    /// For people; never a secret.
    pub detail: String,
    /// The broken rules, where that is the reason.
    pub violations: Vec<Violation>,
}

impl Cause {
    /// A cause without violations.
    #[must_use]
    pub fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), violations: Vec::new() }
    }
}

/// Somebody is perhaps not told.
#[derive(Debug, thiserror::Error)]
pub enum RaiseError {
    /// The alert is perhaps not stored.
    #[error(transparent)]
    Alert(#[from] StoreError),
    /// Drift is perhaps not counted.
    #[error(transparent)]
    Drift(#[from] DriftError),
}

impl Bus {
    /// Stores a message that `stage` cannot work on, once, with its bytes and headers. Only then may it be acknowledged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it is perhaps not stored.
    pub async fn bury(&self, stage: &str, incoming: &Incoming, cause: &Cause) -> Result<(), StoreError> {
        let headers = incoming.headers.iter().flat_map(|(name, values)| {
            values.iter().map(|value| v1::Header { name: name.to_string(), value: value.to_string() })
        });
        let mut letter = v1::DeadLetter {
            reason: cause.reason.to_owned(),
            detail: cause.detail.clone(),
            stream: incoming.stream.clone(),
            sequence: incoming.sequence,
            subject: incoming.subject.clone(),
            payload: incoming.payload.clone(),
            headers: headers.collect(),
            at: Some(timestamp(clock::now())),
            violations: cause.violations.iter().map(violation_to_proto).collect(),
            cut: false,
        };
        fit(&mut letter, self.client().server_info().max_payload.saturating_sub(OWN_HEADERS_MAX_BYTES));
        let id = format!("{}:{}", incoming.stream, incoming.sequence);
        self.store_once(subjects::dead(stage), &letter, &id).await?;
        metrics::requests::buried(stage, cause.reason);
        tracing::warn!(
            stage,
            reason = cause.reason,
            detail = cause.detail,
            stream = incoming.stream,
            sequence = incoming.sequence,
            "dead letter"
        );
        Ok(())
    }

    /// Stores alerts about a trade. The same thing told again within the stream's window is one alert; drift is counted, and
    /// told at its first sights.
    ///
    /// # Errors
    ///
    /// [`RaiseError`] where one is perhaps not stored; raising them again is safe. What caused them must not be
    /// acknowledged before.
    pub async fn raise(
        &self,
        account: Option<&AccountId>,
        key: &TradeKey,
        alerts: &[Alert],
    ) -> Result<(), RaiseError> {
        for alert in alerts {
            if let (Some(account), Some(drift)) = (account, &alert.drift) {
                self.count_drift(account, Some(key), &alert.detail, drift).await?;
                continue;
            }
            let kind = alert.kind.as_str();
            let message = v1::Alert {
                kind: kind.to_owned(),
                account: account.map(ToString::to_string).unwrap_or_default(),
                merchant: key.merchant.to_string(),
                order_id: key.order_id.to_string(),
                detail: alert.detail.clone(),
                at: Some(timestamp(clock::now())),
                ..v1::Alert::default()
            };
            let id = format!("{kind}:{key}:{}", alert.detail);
            self.store_once(subjects::alert(kind), &message, &id).await?;
            metrics::alert(alert.kind, account);
            tracing::warn!(kind, trade = %key, detail = alert.detail, "alert");
        }
        Ok(())
    }

    /// Stores an alert about an account as a whole.
    ///
    /// # Errors
    ///
    /// As [`Bus::raise`].
    pub async fn raise_about(
        &self,
        account: &AccountId,
        merchant: &MerchantId,
        alert: &Alert,
    ) -> Result<(), StoreError> {
        let kind = alert.kind.as_str();
        let message = v1::Alert {
            kind: kind.to_owned(),
            account: account.to_string(),
            merchant: merchant.to_string(),
            detail: alert.detail.clone(),
            at: Some(timestamp(clock::now())),
            ..v1::Alert::default()
        };
        self.store_once(subjects::alert(kind), &message, &format!("{kind}:{account}:{}", alert.detail))
            .await?;
        metrics::alert(alert.kind, Some(account));
        tracing::warn!(kind, account = %account, detail = alert.detail, "alert");
        Ok(())
    }

    /// Stores the alert of a contradiction about a trade.
    ///
    /// # Errors
    ///
    /// As [`Bus::raise`].
    pub async fn raise_anomaly(
        &self,
        account: Option<&AccountId>,
        key: &TradeKey,
        anomaly: &Anomaly,
    ) -> Result<(), RaiseError> {
        match anomaly {
            Anomaly::Contradiction(alert) => self.raise(account, key, std::slice::from_ref(alert)).await,
            // Told to whoever sent the second order.
            Anomaly::OrderConflict => Ok(()),
        }
    }
}

/// Makes a letter fit into one message: a letter that cannot be stored would keep its original coming again for ever. The
/// end of the original's bytes goes first, and its headers only where that does not help.
fn fit(letter: &mut v1::DeadLetter, max_bytes: usize) {
    if letter.encoded_len() <= max_bytes {
        return;
    }
    letter.detail.push_str("; too large to be kept whole");
    letter.cut = true;
    let over = letter.encoded_len().saturating_sub(max_bytes);
    letter.payload.truncate(letter.payload.len().saturating_sub(over));
    if letter.encoded_len() > max_bytes {
        letter.headers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(payload: usize, header: usize) -> v1::DeadLetter {
        let header = v1::Header { name: "Shop".to_owned(), value: "b".repeat(header) };
        v1::DeadLetter {
            reason: "undecodable".to_owned(),
            payload: vec![7; payload].into(),
            headers: vec![header],
            ..v1::DeadLetter::default()
        }
    }

    #[test]
    fn a_letter_is_cut_only_as_far_as_it_must_be() {
        let mut whole = letter(800, 100);
        fit(&mut whole, 1000);
        assert_eq!(whole, letter(800, 100));

        for (payload, header, keeps_headers) in [(900, 100, true), (5000, 100, true), (10, 5000, false)] {
            let mut cut = letter(payload, header);
            fit(&mut cut, 1000);
            assert!(cut.encoded_len() <= 1000, "{payload} {header}");
            assert_eq!(!cut.headers.is_empty(), keeps_headers, "{payload} {header}");
            assert!(cut.cut && cut.detail.contains("too large"));
        }
        let mut cut = letter(5000, 100);
        fit(&mut cut, 1000);
        assert!(cut.payload.len() > 800, "{}", cut.payload.len());
    }
}
