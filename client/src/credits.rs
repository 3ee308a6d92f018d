//! Crediting users exactly once, from the status changes alone; the recipe is `docs/crediting.md`.
//!
//! What a version says of credits is read by [`read`], what is to be done is decided by [`is_new`] and [`steps`], and your
//! database does it in one transaction ([`CreditBook`]). [`Credits`] acknowledges after that. What is between the two may happen
//! again, and then changes nothing: the program may be killed at any line.

mod booking;
#[cfg(test)]
mod tests;

use crate::feed::{Delivery, Durable, Feed, FeedError};
use crate::{BoxError, Client};

pub use booking::{
    Amount, Booking, Count, CreditKey, Rules, Step, Told, USER, Unreadable, is_new, read, steps, user_of,
};

/// Your database, with three things in it: the greatest version that was applied of each order, what is booked under each
/// [`CreditKey`], and the balances.
pub trait CreditBook {
    /// What goes wrong with the database.
    type Error: Into<BoxError>;

    /// Applies a version, in **one transaction** that holds the order's lock against other copies of the program:
    ///
    /// 1. where [`is_new`] says no of the version and the greatest that was applied, it changes nothing;
    /// 2. for each credit makes the [`steps`] from what is booked under its key to what was told: books, or takes back;
    /// 3. remembers the version, and commits.
    ///
    /// Gives the steps that were made, for the log. It may be called again for a version that was applied before.
    fn apply(
        &mut self,
        told: &Told,
    ) -> impl Future<Output = Result<Vec<(CreditKey, Step)>, Self::Error>> + Send;
}

/// Why nothing more is credited. Nothing is lost by it: what was not acknowledged comes again.
#[derive(Debug, thiserror::Error)]
pub enum CreditsError {
    /// No more versions come.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// A version cannot be understood. Skipping it could lose a credit.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The database failed, so nothing was acknowledged.
    #[error("booking what version {version} of the order {order_id} says")]
    Book {
        /// Which order.
        order_id: String,
        /// Which version of it.
        version: u64,
        /// Why.
        #[source]
        source: BoxError,
    },
}

/// What became of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What was booked and taken back; nothing, where the version said nothing new.
    pub steps: Vec<(CreditKey, Step)>,
    /// Whether the server knows that it is done. Otherwise it comes again, which changes nothing.
    pub is_acknowledged: bool,
}

/// The versions of all orders on their way into a [`CreditBook`].
pub struct Credits {
    feed: Feed,
    rules: Rules,
    /// Delivered, and not yet acknowledged.
    in_hand: Option<Delivery>,
}

impl Client {
    /// Follows all orders for what they bring users. Each database has a consumer of its own.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where the consumer is not there, or may not be made.
    pub async fn credits(&self, durable: &Durable, rules: Rules) -> Result<Credits, FeedError> {
        Ok(Credits { feed: self.watch_all(durable).await?, rules, in_hand: None })
    }
}

impl Credits {
    /// Waits for the next version, has it applied, and acknowledges it. Safe to drop and call again, also after an error: it goes
    /// on with the same version.
    ///
    /// # Errors
    ///
    /// [`CreditsError`]; then the version is not acknowledged.
    pub async fn apply_next<Book: CreditBook>(&mut self, book: &mut Book) -> Result<Applied, CreditsError> {
        let delivery = match self.in_hand.take() {
            Some(delivery) => self.in_hand.insert(delivery),
            None => self.in_hand.insert(self.feed.next().await?),
        };
        let told = read(&delivery.change, &self.rules)?;
        let steps = book.apply(&told).await.map_err(|error| CreditsError::Book {
            order_id: told.order_id.clone(),
            version: told.version,
            source: error.into(),
        })?;
        let is_acknowledged = delivery.acknowledge().await;
        self.in_hand = None;
        Ok(Applied { steps, is_acknowledged })
    }

    /// Whether everything that is stored was applied, by this program or a copy of it.
    ///
    /// # Errors
    ///
    /// [`FeedError`] where the server does not say.
    pub async fn is_done(&mut self) -> Result<bool, FeedError> {
        self.feed.is_done().await
    }
}
