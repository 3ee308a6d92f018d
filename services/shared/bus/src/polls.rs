//! How many looks of an account are planned, and how many are due.

use async_nats::jetstream::consumer::PullConsumer;
use futures_util::TryStreamExt;
use skinbus_domain::ids::AccountId;
use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::{Open, Urgency};
use skinbus_domain::rules::ByKind;

use crate::connection::{Bus, chain};
use crate::subjects;
use crate::topology::{POLLS, due_consumer};

/// The looks of an account at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polls {
    /// Those whose time has not come.
    pub planned: Open,
    /// Those whose time has come and that are not over, by line.
    pub due_now: u64,
    /// The same of the other line.
    pub due_later: u64,
}

/// NATS gave no answer.
#[derive(Debug, thiserror::Error)]
#[error("counting the looks of {account}: {problem}")]
pub struct PollsError {
    account: AccountId,
    problem: String,
}

impl Bus {
    /// Counts the looks of an account. Takes about a second for each hundred thousand.
    ///
    /// # Errors
    ///
    /// [`PollsError`] where NATS gives no answer.
    pub async fn polls(&self, account: &AccountId) -> Result<Polls, PollsError> {
        Ok(Polls {
            planned: Open {
                now: self.planned(account, Urgency::Now).await?,
                later: self.planned(account, Urgency::Later).await?,
            },
            due_now: self.due(account, Urgency::Now).await?,
            due_later: self.due(account, Urgency::Later).await?,
        })
    }

    async fn planned(&self, account: &AccountId, urgency: Urgency) -> Result<ByKind<u64>, PollsError> {
        let mut planned = ByKind::all(0);
        for kind in OrderKind::ALL {
            let subject = subjects::polls_at(account, kind, urgency);
            let count = self.count(account, &subject).await?;
            planned = planned.map(|of, known| if of == kind { count } else { known });
        }
        Ok(planned)
    }

    async fn count(&self, account: &AccountId, subject: &str) -> Result<u64, PollsError> {
        let failed = |error: &dyn std::error::Error| failed(account, error);
        let stream = self.jetstream().get_stream_no_info(POLLS).await.map_err(|error| failed(&error))?;
        let subjects = stream.info_with_subjects(subject).await.map_err(|error| failed(&error))?;
        let counted = subjects.try_fold(0_u64, |sum, (_, count)| async move {
            Ok(sum.saturating_add(u64::try_from(count).unwrap_or(u64::MAX)))
        });
        counted.await.map_err(|error| failed(&error))
    }

    async fn due(&self, account: &AccountId, urgency: Urgency) -> Result<u64, PollsError> {
        let name = due_consumer(account, urgency);
        let consumer: PullConsumer = self
            .jetstream()
            .get_consumer_from_stream(&name, POLLS)
            .await
            .map_err(|error| failed(account, &error))?;
        let info = consumer.cached_info();
        let in_hand = u64::try_from(info.num_ack_pending).unwrap_or(u64::MAX);
        Ok(info.num_pending.saturating_add(in_hand))
    }
}

fn failed(account: &AccountId, error: &dyn std::error::Error) -> PollsError {
    PollsError { account: account.clone(), problem: chain(error) }
}
