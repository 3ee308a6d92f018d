//! Drift in the bucket `skinbus_drift`: one entry for each account, counted by all replicas with compare-and-set.

use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::stream::DirectGetErrorKind;
use skinbus_domain::AlertKind;
use skinbus_domain::drift::{Drift, KINDS_MAX, Seen, Telling};
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_proto::{Message, drift_from_proto, drift_to_proto, timestamp, v1};
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;

use crate::connection::{Bus, chain};
use crate::merchant::{MerchantClient, MerchantError};
use crate::message::Incoming;
use crate::publish::{Outgoing, StoreError, is_conflict};
use crate::topology::DRIFT;
use crate::{metrics, subjects};

/// What comes before an account's name in its entry's subject.
const BUCKET: &str = "$KV.skinbus_drift.";
/// How often one count is tried while others count too.
const TRIES_MAX: u32 = 50;
/// Pause before the next try: a copy of the bucket may be behind.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// Drift was perhaps not counted; counting it again is safe, and may count it twice.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// The bucket gave no answer, or holds something else.
    #[error("{operation} the drift of {account}: {problem}")]
    Bucket {
        /// What was tried.
        operation: &'static str,
        /// Whose.
        account: AccountId,
        /// Why it failed.
        problem: String,
    },
    /// The alert is perhaps not stored.
    #[error("telling of drift")]
    Alert(#[from] StoreError),
}

/// One kind of drift as it was seen.
struct Sight<'a> {
    account: &'a AccountId,
    about: Option<&'a TradeKey>,
    detail: &'a str,
    drift: &'a Drift,
}

impl Bus {
    /// What was seen of drift at an account.
    ///
    /// # Errors
    ///
    /// [`DriftError`] where the bucket gives no answer.
    pub async fn drift_seen(&self, account: &AccountId) -> Result<Seen, DriftError> {
        self.read_drift(account).await.map(|(seen, _)| seen)
    }

    /// Counts one sight of drift, and raises an alert where it is the first of its kind, the tenth, the hundredth and so on.
    /// Whoever dies in here, or before what this was called for is acknowledged, may count twice. The alert comes before the
    /// count, so it is never lost.
    ///
    /// # Errors
    ///
    /// [`DriftError`] where it was perhaps not counted or not told.
    pub async fn count_drift(
        &self,
        account: &AccountId,
        about: Option<&TradeKey>,
        detail: &str,
        drift: &Drift,
    ) -> Result<(), DriftError> {
        let sight = Sight { account, about, detail, drift };
        for _ in 0..TRIES_MAX {
            let (mut seen, revision) = self.read_drift(account).await?;
            let telling = seen.count(drift, clock::now());
            self.tell_drift(&sight, &seen, telling).await?;
            crash_point("drift.told");
            let outgoing = Outgoing::of(&drift_to_proto(&seen)).expecting(revision);
            match self.store(key(account), outgoing).await {
                Ok(_) => {
                    metrics::drift(account, drift, &seen);
                    return Ok(());
                }
                Err(error) if is_conflict(&error) => tokio::time::sleep(RETRY_PAUSE).await,
                Err(error) => return Err(failed("counting", account, &error)),
            }
        }
        let problem = "others were faster again and again".to_owned();
        Err(DriftError::Bucket { operation: "counting", account: account.clone(), problem })
    }

    async fn read_drift(&self, account: &AccountId) -> Result<(Seen, u64), DriftError> {
        let stream = self.jetstream().get_stream_no_info(DRIFT).await;
        let stream = stream.map_err(|error| failed("opening", account, &error))?;
        match stream.direct_get_last_for_subject(key(account)).await {
            Ok(message) => {
                let seen = v1::DriftSeen::decode(message.payload.as_ref())
                    .map_err(|error| failed("decoding", account, &error))?;
                let seen = drift_from_proto(&seen).map_err(|error| failed("reading", account, &error))?;
                Ok((seen, message.sequence))
            }
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok((Seen::default(), 0)),
            Err(error) => Err(failed("reading", account, &error)),
        }
    }

    async fn tell_drift(&self, sight: &Sight<'_>, seen: &Seen, telling: Telling) -> Result<(), StoreError> {
        let Sight { account, about, detail, drift } = *sight;
        let kind = AlertKind::Drift.as_str();
        let mut message = v1::Alert {
            kind: kind.to_owned(),
            account: account.to_string(),
            merchant: about.map(|key| key.merchant.to_string()).unwrap_or_default(),
            order_id: about.map(|key| key.order_id.to_string()).unwrap_or_default(),
            at: Some(timestamp(clock::now())),
            ..v1::Alert::default()
        };
        let id = match telling {
            Telling::Nothing => return Ok(()),
            Telling::Kind { count } => {
                let since = seen.kinds.iter().find(|kind| kind.drift == *drift).map(|kind| kind.first_seen);
                let often = since.filter(|_| count > 1);
                let often = often.map(|since| format!("; seen {count} times since {since}"));
                message.detail = format!("{detail}{}", often.unwrap_or_default());
                message.count = count;
                message.operation.clone_from(&drift.operation);
                message.field.clone_from(&drift.field);
                message.value.clone_from(&drift.value);
                format!("{kind}:{account}:{}:{}:{:?}:{count}", drift.operation, drift.field, drift.value)
            }
            Telling::Others { count } => {
                message.detail = format!(
                    "more kinds of drift than the {KINDS_MAX} that are kept, seen {count} times; see `skinbus drift`"
                );
                message.count = count;
                format!("{kind}:{account}:others:{count}")
            }
        };
        self.store_once(subjects::alert(kind), &message, &id).await?;
        metrics::alert(AlertKind::Drift, Some(account));
        tracing::warn!(kind, %account, detail = message.detail, "alert");
        Ok(())
    }
}

impl MerchantClient {
    /// What was seen of drift, by account.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] where the bucket gives no answer.
    pub async fn drift(&self) -> Result<Vec<(AccountId, Seen)>, MerchantError> {
        let read = |incoming: &Incoming| {
            let broken = |problem: String| MerchantError::Read { what: incoming.subject.clone(), problem };
            let account = incoming.subject.rsplit('.').next().unwrap_or_default().parse::<AccountId>();
            let seen =
                v1::DriftSeen::decode(incoming.payload.as_ref()).map_err(|error| broken(chain(&error)))?;
            let seen = drift_from_proto(&seen).map_err(|error| broken(chain(&error)))?;
            Ok((account.map_err(|error| broken(chain(&error)))?, seen))
        };
        self.read_all(DRIFT, format!("{BUCKET}>"), DeliverPolicy::LastPerSubject, read).await
    }
}

fn key(account: &AccountId) -> String {
    format!("{BUCKET}{account}")
}

fn failed(operation: &'static str, account: &AccountId, error: &dyn std::error::Error) -> DriftError {
    DriftError::Bucket { operation, account: account.clone(), problem: chain(error) }
}
