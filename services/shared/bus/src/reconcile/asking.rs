//! What the provider is asked, through provider-dispatch.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use skinbus_domain::query::HistoryKind;
use skinbus_proto::{Schema, moment, timestamp, v1};
use skinbus_runtime::clock;

use super::{CLOCKS, MARGIN, Reconcile, ReconcileError};
use crate::queries::QueryError;
use crate::subjects;

/// How long one answer may take: a question waits for the quota.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pauses before a question is asked again that may be answered later: orders and look-ups go first.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
];

pub(super) fn name(kind: HistoryKind) -> &'static str {
    match kind {
        HistoryKind::Purchases => "purchases",
        HistoryKind::Deposits => "deposits",
        HistoryKind::Money => "money",
    }
}

/// A page of a record.
pub(super) struct Page {
    pub(super) response: v1::HistoryResponse,
    /// The provider was asked then, or later.
    pub(super) asked_at: Timestamp,
}

/// A record, page by page.
pub(super) struct Pages<'a> {
    reconcile: &'a Reconcile<'a>,
    request: v1::HistoryRequest,
    name: &'static str,
    is_last: bool,
    is_supported: bool,
}

impl<'a> Pages<'a> {
    pub(super) fn new(reconcile: &'a Reconcile<'a>, kind: HistoryKind) -> Self {
        let now = clock::now();
        // To the nanosecond another question than every other run's: an answer that is kept for those may be older.
        let from = reconcile.since.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN);
        let own = SignedDuration::from_nanos(i64::from(now.subsec_nanosecond()));
        let from = from.saturating_sub(own).unwrap_or(Timestamp::MIN);
        let until = reconcile.until.saturating_add(MARGIN).unwrap_or(Timestamp::MAX).min(now);
        let proto = match kind {
            HistoryKind::Purchases => v1::HistoryKind::Purchases,
            HistoryKind::Deposits => v1::HistoryKind::Deposits,
            HistoryKind::Money => v1::HistoryKind::Money,
        };
        let request = v1::HistoryRequest {
            kind: proto.into(),
            from: Some(timestamp(from)),
            until: Some(timestamp(until)),
            page_token: String::new(),
        };
        Self { reconcile, request, name: name(kind), is_last: false, is_supported: true }
    }

    /// The next page; `None` after the last, and where the provider has no such record.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, ReconcileError> {
        if self.is_last {
            return Ok(None);
        }
        let asked_at = clock::now().saturating_sub(CLOCKS).unwrap_or(Timestamp::MIN);
        let answer = ask(self.reconcile, "history", &self.request).await;
        let response: v1::HistoryResponse = match answer {
            Err(error) if is_unsupported(&error) => {
                (self.is_last, self.is_supported) = (true, false);
                return Ok(None);
            }
            answer => answer.map_err(|error| ReconcileError::Ask { question: self.name, error })?,
        };
        let next = response.next_page_token.clone();
        self.is_last = next.is_empty();
        if !self.is_last && next == self.request.page_token {
            let status = "unreadable_answer: a page leads to itself".to_owned();
            return Err(ReconcileError::Ask { question: self.name, error: QueryError { code: 502, status } });
        }
        self.request.page_token = next;
        let fetched_at = response.fetched_at.as_ref().and_then(moment);
        let asked_at = fetched_at.map_or(asked_at, |fetched_at| fetched_at.min(asked_at));
        Ok(Some(Page { response, asked_at }))
    }

    pub(super) fn is_supported(&self) -> bool {
        self.is_supported
    }
}

/// Every webhook that failed; `None` where the provider does not tell them.
pub(super) async fn failed_webhooks(
    reconcile: &Reconcile<'_>,
) -> Result<Option<Vec<v1::FailedWebhook>>, ReconcileError> {
    let (mut webhooks, mut request) = (Vec::new(), v1::FailedWebhooksRequest::default());
    loop {
        let answer = ask(reconcile, "failed_webhooks", &request).await;
        let page: v1::FailedWebhooksResponse = match answer {
            Err(error) if is_unsupported(&error) => return Ok(None),
            answer => answer.map_err(|error| ReconcileError::Ask { question: "failed webhooks", error })?,
        };
        webhooks.extend(page.webhooks);
        if page.next_page_token.is_empty() || page.next_page_token == request.page_token {
            return Ok(Some(webhooks));
        }
        request.page_token = page.next_page_token;
    }
}

/// The account's money; `None` where the provider does not tell it.
pub(super) async fn balance(
    reconcile: &Reconcile<'_>,
) -> Result<Option<v1::BalanceResponse>, ReconcileError> {
    match ask(reconcile, "balance", &v1::BalanceRequest {}).await {
        Ok(balance) => Ok(Some(balance)),
        Err(error) if is_unsupported(&error) => Ok(None),
        Err(error) => Err(ReconcileError::Ask { question: "the balance", error }),
    }
}

fn is_unsupported(error: &QueryError) -> bool {
    error.status.split(':').next() == Some("unsupported_query")
}

/// Asks, and asks again where that may help.
async fn ask<Request: Schema, Response: Schema>(
    reconcile: &Reconcile<'_>,
    operation: &'static str,
    request: &Request,
) -> Result<Response, QueryError> {
    let subject = || subjects::query(&reconcile.account.name, operation);
    for pause in PAUSES {
        match reconcile.bus.query(subject(), request, PATIENCE).await {
            Err(error) if error.code == 503 => {
                tracing::debug!(operation, status = error.status, "a question is asked again");
                tokio::time::sleep(pause).await;
            }
            answer => return answer,
        }
    }
    reconcile.bus.query(subject(), request, PATIENCE).await
}
