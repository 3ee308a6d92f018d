//! Catalogue queries: what merchants ask of a provider besides orders.
//!
//! No flood of callers can spend the quota: the same question is asked once for all who ask it at the same time, whole lists
//! are fetched once by one replica for all, and what remains waits in the lowest lane, which leaves a third of the quota
//! to orders and look-ups.

pub(crate) mod ask;
mod direct;
mod kept;
mod paging;

use std::sync::Arc;
use std::time::Duration;

use skinbus_bus::lists::{ListError, ListStore};
use skinbus_bus::message::Undecodable;
use skinbus_bus::queries::{EndpointError, QueryEndpoint, QueryError, QueryService};
use skinbus_bus::{Incoming, subjects};
use skinbus_domain::ids::AccountId;
use skinbus_domain::query::QueryAnswer;
use skinbus_proto::Schema;
use skinbus_runtime::config::QueriesConfig;

use crate::Dispatcher;
use crate::call::HttpClient;
use kept::KeptLists;

/// Questions of one kind that one account answers at the same time; further ones wait.
const CONCURRENCY: usize = 64;
/// Answers that are remembered, over all questions of an account.
const ANSWERS_MAX: u64 = 1000;

/// What one account needs to answer queries.
pub(crate) struct Queries {
    /// Lists may be larger than any other answer.
    pub(crate) http: HttpClient,
    /// The last answers by question; they are forgotten after `queries.answer_age`.
    answers: moka::future::Cache<Vec<u8>, Result<Arc<ask::Answered>, QueryError>>,
    lists: KeptLists,
}

/// The endpoints of one account, one for each operation.
pub(crate) struct Endpoints {
    inventory: QueryEndpoint,
    prices: QueryEndpoint,
    steam_prices: QueryEndpoint,
    search: QueryEndpoint,
    offers: QueryEndpoint,
    balance: QueryEndpoint,
    currencies: QueryEndpoint,
    status: QueryEndpoint,
    history: QueryEndpoint,
    failed_webhooks: QueryEndpoint,
}

/// Offers the endpoints of an account.
pub(crate) async fn endpoints(
    service: &QueryService,
    account: &AccountId,
) -> Result<Endpoints, EndpointError> {
    let endpoint = |operation: &'static str| service.endpoint(subjects::query(account, operation));
    Ok(Endpoints {
        inventory: endpoint("inventory").await?,
        prices: endpoint("prices").await?,
        steam_prices: endpoint("steam_prices").await?,
        search: endpoint("search").await?,
        offers: endpoint("offers").await?,
        balance: endpoint("balance").await?,
        currencies: endpoint("currencies").await?,
        status: endpoint("status").await?,
        history: endpoint("history").await?,
        failed_webhooks: endpoint("failed_webhooks").await?,
    })
}

impl Queries {
    pub(crate) fn new(
        store: ListStore,
        settings: &QueriesConfig,
        connect: Duration,
        total: Duration,
    ) -> Result<Self, reqwest::Error> {
        let answers = moka::future::Cache::builder()
            .max_capacity(ANSWERS_MAX)
            .time_to_live(settings.answer_age)
            .build();
        Ok(Self {
            http: HttpClient::for_lists(connect, total, settings.price_list_max_bytes)?,
            lists: KeptLists::new(store, settings.price_list_age),
            answers,
        })
    }
}

/// Answers until the shutdown.
pub(crate) async fn serve(dispatcher: Arc<Dispatcher>, endpoints: Endpoints) {
    tokio::join!(
        answer(&dispatcher, endpoints.inventory, direct::inventory),
        answer(&dispatcher, endpoints.prices, paging::prices),
        answer(&dispatcher, endpoints.steam_prices, paging::steam_prices),
        answer(&dispatcher, endpoints.search, direct::search),
        answer(&dispatcher, endpoints.offers, paging::offers),
        answer(&dispatcher, endpoints.balance, direct::balance),
        answer(&dispatcher, endpoints.currencies, direct::currencies),
        answer(&dispatcher, endpoints.status, direct::status),
        answer(&dispatcher, endpoints.history, direct::history),
        answer(&dispatcher, endpoints.failed_webhooks, direct::failed_webhooks),
    );
}

async fn answer<Request, Response, Handler, Handling>(
    dispatcher: &Arc<Dispatcher>,
    endpoint: QueryEndpoint,
    handler: Handler,
) where
    Request: Schema,
    Response: Schema,
    Handler: Fn(Arc<Dispatcher>, Request) -> Handling + Copy + Send + Sync + 'static,
    Handling: Future<Output = Result<Response, QueryError>> + Send + 'static,
{
    let serving = Arc::clone(dispatcher);
    let handle = move |incoming: Incoming| {
        let dispatcher = Arc::clone(&serving);
        async move { handler(dispatcher, incoming.decode_or_json().map_err(undecodable)?).await }
    };
    endpoint.answer(CONCURRENCY, &dispatcher.shutdown, handle).await;
}

fn undecodable(error: Undecodable) -> QueryError {
    QueryError { code: 400, status: format!("undecodable: {error}") }
}

/// A question that the provider cannot be asked: the caller's mistake.
fn refused(code: &str, problem: &str) -> QueryError {
    QueryError { code: 400, status: format!("{code}: {problem}") }
}

/// Something that may pass.
fn unavailable(code: &str, problem: &str) -> QueryError {
    QueryError { code: 503, status: format!("{code}: {problem}") }
}

fn not_stored(error: &ListError) -> QueryError {
    tracing::warn!(error = skinbus_bus::chain(error), "the kept lists give no answer");
    unavailable("lists_unavailable", "the kept lists give no answer")
}

/// An answer of another kind than the question: a defect of the adapter.
fn other_kind(_: &QueryAnswer) -> QueryError {
    QueryError { code: 500, status: "other_kind: the adapter answered another question".to_owned() }
}
