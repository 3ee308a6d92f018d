//! Asking the provider one question, under the quota, once for all who ask it at the same time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_bus::queries::QueryError;
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_domain::quota::Lane;
use skinbus_providers::{Queried, drift};
use skinbus_runtime::clock;

use super::{refused, unavailable};
use crate::permits::Permit;
use crate::{About, Dispatcher, metrics, said};

/// How long a question waits for a permit. Whoever asks waits longer.
const PERMIT_WAIT: Duration = Duration::from_secs(10);

/// An answer, and when the provider gave it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) answer: QueryAnswer,
    pub(crate) at: Timestamp,
}

/// The provider's answer; the last one where it is young enough, also where it was a refusal: otherwise a flood of callers
/// would ask again and again. `question` is the request's own bytes.
pub(super) async fn shared(
    dispatcher: &Dispatcher,
    question: Vec<u8>,
    query: &Query,
) -> Result<Arc<Answered>, QueryError> {
    let asking = async { once(dispatcher, query).await.map(Arc::new) };
    dispatcher.queries.answers.get_with(question, asking).await
}

/// The provider's answer, asked for now.
pub(super) async fn once(dispatcher: &Dispatcher, query: &Query) -> Result<Answered, QueryError> {
    let permit = permit(dispatcher, query).await?;
    with_permit(dispatcher, query, permit).await
}

/// The provider's answer, asked for under a permit that is there already.
pub(crate) async fn with_permit(
    dispatcher: &Dispatcher,
    query: &Query,
    permit: Permit,
) -> Result<Answered, QueryError> {
    let served = &dispatcher.served;
    let request = match served.provider.query(query) {
        Ok(request) => request,
        Err(error) => {
            permit.give_back();
            return Err(refused("unsupported_query", error.0));
        }
    };
    let began = clock::monotonic_now();
    let answer = dispatcher.ask(operation(query).0, request).await;
    let took = clock::monotonic_now().duration_since(began);
    let at = clock::now();
    let read = match &answer {
        // A list of many megabytes takes long to read, and must not keep others waiting.
        Ok(response) if response.body().len() > LARGE_BYTES => {
            tokio::task::block_in_place(|| served.provider.read_queried(query, response, at))
        }
        Ok(response) => served.provider.read_queried(query, response, at),
        Err(failure) => {
            permit.settle(said(&served.account.name, &answer, None));
            metrics::call(&served.account, "query", "failed", took);
            return Err(unavailable("provider_unreachable", &failure.to_string()));
        }
    };
    let closed = if let Queried::Closed(closed) = &read { Some(*closed) } else { None };
    permit.settle(said(&served.account.name, &answer, closed));
    dispatcher.drifted(drift::in_queried(operation(query).0, &read), None);
    let outcome = match read {
        Queried::Answer(answer) => Ok(Answered { answer, at }),
        Queried::Refused { code, provider_code } => Err(refused(code, &provider_code)),
        Queried::Closed(closed) => Err(unavailable("closed", closed.reason)),
        Queried::Unreadable { problem } => {
            Err(QueryError { code: 502, status: format!("unreadable_answer: {problem}") })
        }
    };
    metrics::call(&served.account, "query", if outcome.is_ok() { "answered" } else { "failed" }, took);
    outcome
}

/// Bodies beyond this are read aside.
const LARGE_BYTES: usize = 256 * 1024;

/// The operation by which a question is counted, and the user whom it is about.
fn operation(query: &Query) -> (&'static str, Option<String>) {
    match query {
        Query::Inventory { user, .. } => ("inventory", Some(user.steam_id.to_string())),
        Query::Prices { .. } => ("prices", None),
        Query::Search { .. } => ("search", None),
        Query::Offers(_) => ("offers", None),
        Query::SteamPrices { .. } => ("steam_prices", None),
        Query::Balance => ("balance", None),
        Query::Currencies => ("currencies", None),
        Query::Status => ("status", None),
        Query::History { .. } => ("history", None),
        Query::FailedWebhooks { .. } => ("failed_webhooks", None),
    }
}

async fn permit(dispatcher: &Dispatcher, query: &Query) -> Result<Permit, QueryError> {
    let (operation, user) = operation(query);
    let about = About { user: user.as_deref(), order: None, is_hinted: false };
    let permit = dispatcher.permit(Lane::Catalogue, operation, &about);
    let permit = tokio::select! {
        permit = tokio::time::timeout(PERMIT_WAIT, permit) => permit.ok().flatten(),
        () = dispatcher.shutdown.requested() => None,
    };
    permit.ok_or_else(|| unavailable("quota_spent", "orders and look-ups need the quota; ask again later"))
}
