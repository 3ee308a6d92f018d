//! How far dispatch has come with the orders that wait for it.

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::stream::RawMessageErrorKind;
use jiff::Timestamp;
use skinbus_domain::ids::AccountId;

use crate::connection::{Bus, chain};
use crate::subjects;
use crate::topology::{DISPATCH, dispatch_consumer};

/// The stream gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("asking how far dispatch has come with {account}: {problem}")]
pub struct BacklogError {
    account: AccountId,
    problem: String,
}

impl Bus {
    /// When the oldest order of the account was handed over that dispatch has not seen yet, by the server's clock; `None`
    /// where it has seen all. What was handed over earlier is in hand, comes again, or is gone.
    ///
    /// # Errors
    ///
    /// [`BacklogError`] where NATS gives no answer.
    pub async fn oldest_waiting(&self, account: &AccountId) -> Result<Option<Timestamp>, BacklogError> {
        let failed =
            |error: &dyn std::error::Error| BacklogError { account: account.clone(), problem: chain(error) };
        let stream = self.jetstream().get_stream_no_info(DISPATCH).await.map_err(|error| failed(&error))?;
        let consumer: PullConsumer = self
            .jetstream()
            .get_consumer_from_stream(&dispatch_consumer(account), DISPATCH)
            .await
            .map_err(|error| failed(&error))?;
        let seen = consumer.cached_info().delivered.stream_sequence;
        // Through the leader: a copy may be behind.
        let next = stream
            .get_first_raw_message_by_subject(subjects::dispatch(account), seen.saturating_add(1))
            .await;
        match next {
            Ok(message) => Ok(Timestamp::from_nanosecond(message.time.unix_timestamp_nanos()).ok()),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}
