//! What there is to tell, and how it is written down for the way.

use bytes::Bytes;

use super::deposit::{Credit, Deposit};
use super::deposit_life::DepositStep;
use super::fate::Status;
use super::listing::Listing;
use super::notifications::NotificationMode;
use super::purchase::Purchase;

/// What a notification is about, as it was at that time.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// A deposit made a step other than a credit.
    Deposit { deposit: Deposit, step: DepositStep },
    /// A link was credited once more.
    Credit { deposit: Deposit, credit: Credit },
    /// A purchase reached a status.
    Purchase { purchase: Purchase, status: Status },
    /// A listing made a step.
    Listing { listing: Listing },
}

/// Something to tell, if the provider tells of such things.
#[derive(Debug, Clone)]
pub(crate) struct News {
    pub(crate) subject: Subject,
    /// Instead of the mode that is set.
    pub(crate) mode: Option<NotificationMode>,
    /// Instead of the address that is set.
    pub(crate) url: Option<String>,
    /// Sent even where the provider does not tell of such things.
    pub(crate) insisted: bool,
}

impl News {
    /// Plain news.
    pub(crate) fn of(subject: Subject) -> Self {
        Self { subject, mode: None, url: None, insisted: false }
    }
}

/// What carries a notification.
#[derive(Debug, Clone)]
pub(crate) enum Carrier {
    /// A POST request with a body.
    Post { content_type: &'static str, body: Bytes },
    /// A GET request; the query is without its question mark.
    Get { query: String },
}

/// A notification as the provider writes it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) carrier: Carrier,
    /// Besides the content type.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The provider's word for the status it tells of.
    pub(crate) status: &'static str,
}

impl Message {
    /// A POST request without headers of its own.
    pub(crate) fn post(status: &'static str, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let carrier = Carrier::Post { content_type, body: body.into() };
        Self { carrier, headers: Vec::new(), status }
    }

    /// A GET request without headers of its own.
    pub(crate) fn get(status: &'static str, query: String) -> Self {
        Self { carrier: Carrier::Get { query }, headers: Vec::new(), status }
    }

    /// The same with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
