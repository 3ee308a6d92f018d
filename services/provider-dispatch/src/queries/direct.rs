//! Queries whose answer is the provider's own.

use std::sync::Arc;

use skinbus_bus::queries::QueryError;
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_proto::query::{self, InvalidQuery, ListFacts};
use skinbus_proto::{Message, v1};
use skinbus_runtime::clock;

use super::ask::{self, Answered};
use super::{other_kind, refused};
use crate::Dispatcher;

type Answer<Response> = Result<Response, QueryError>;

pub(super) fn invalid(error: InvalidQuery) -> QueryError {
    refused("invalid_request", &error.to_string())
}

/// The question's own bytes tell it from every other, with the operation before them.
fn question(operation: &str, request: &impl Message) -> Vec<u8> {
    let mut question = operation.as_bytes().to_vec();
    question.push(0);
    question.extend(request.encode_to_vec());
    question
}

async fn answered(
    dispatcher: &Dispatcher,
    operation: &str,
    request: &impl Message,
    query: &Query,
) -> Answer<Arc<Answered>> {
    ask::shared(dispatcher, question(operation, request), query).await
}

pub(super) async fn inventory(
    dispatcher: Arc<Dispatcher>,
    request: v1::InventoryRequest,
) -> Answer<v1::ItemsResponse> {
    let query = query::inventory(&request).map_err(invalid)?;
    items(answered(&dispatcher, "inventory", &request, &query).await?.as_ref())
}

pub(super) async fn search(
    dispatcher: Arc<Dispatcher>,
    request: v1::SearchRequest,
) -> Answer<v1::ItemsResponse> {
    let query = query::search(&request).map_err(invalid)?;
    items(answered(&dispatcher, "search", &request, &query).await?.as_ref())
}

/// The offers that the provider itself picks out: one by its id, or those within a range of prices.
pub(super) async fn offers(
    dispatcher: &Dispatcher,
    request: &v1::OffersRequest,
    query: &Query,
) -> Answer<v1::ItemsResponse> {
    items(answered(dispatcher, "offers", request, query).await?.as_ref())
}

fn items(answered: &Answered) -> Answer<v1::ItemsResponse> {
    let QueryAnswer::Items(page) = &answered.answer else { return Err(other_kind(&answered.answer)) };
    let items: Vec<v1::Item> = page.items.iter().map(query::item_to_proto).collect();
    let facts = ListFacts {
        fetched_at: answered.at,
        updated_at: page.updated_at,
        unreadable: page.unreadable,
        details: page.details.clone(),
    };
    let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
    Ok(query::items_response(items, total, String::new(), &facts, clock::now()))
}

pub(super) async fn balance(
    dispatcher: Arc<Dispatcher>,
    request: v1::BalanceRequest,
) -> Answer<v1::BalanceResponse> {
    let answered = answered(&dispatcher, "balance", &request, &Query::Balance).await?;
    let QueryAnswer::Balance(balance) = &answered.answer else { return Err(other_kind(&answered.answer)) };
    Ok(query::balance_to_proto(balance, answered.at))
}

pub(super) async fn currencies(
    dispatcher: Arc<Dispatcher>,
    request: v1::CurrenciesRequest,
) -> Answer<v1::CurrenciesResponse> {
    let answered = answered(&dispatcher, "currencies", &request, &Query::Currencies).await?;
    let QueryAnswer::Currencies(currencies) = &answered.answer else {
        return Err(other_kind(&answered.answer));
    };
    Ok(query::currencies_to_proto(currencies, answered.at))
}

pub(super) async fn status(
    dispatcher: Arc<Dispatcher>,
    request: v1::StatusRequest,
) -> Answer<v1::StatusResponse> {
    let answered = answered(&dispatcher, "status", &request, &Query::Status).await?;
    let QueryAnswer::Status(status) = &answered.answer else { return Err(other_kind(&answered.answer)) };
    Ok(query::status_to_proto(status, answered.at))
}

pub(super) async fn history(
    dispatcher: Arc<Dispatcher>,
    request: v1::HistoryRequest,
) -> Answer<v1::HistoryResponse> {
    let query = query::history(&request).map_err(invalid)?;
    let answered = answered(&dispatcher, "history", &request, &query).await?;
    let QueryAnswer::History(page) = &answered.answer else { return Err(other_kind(&answered.answer)) };
    Ok(query::history_to_proto(page, answered.at))
}

pub(super) async fn failed_webhooks(
    dispatcher: Arc<Dispatcher>,
    request: v1::FailedWebhooksRequest,
) -> Answer<v1::FailedWebhooksResponse> {
    let query = query::failed_webhooks(&request);
    let answered = answered(&dispatcher, "failed_webhooks", &request, &query).await?;
    let QueryAnswer::FailedWebhooks(page) = &answered.answer else {
        return Err(other_kind(&answered.answer));
    };
    Ok(query::failed_webhooks_to_proto(page, answered.at))
}
