//! Looking trades up: one request to the provider for many of them, answered over NATS.

use std::sync::Arc;
use std::time::Duration;

use skinbus_bus::queries::{EndpointError, QueryEndpoint, QueryError, QueryService};
use skinbus_bus::{Incoming, Ledger, subjects};
use skinbus_domain::Reference;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::order::OrderKind;
use skinbus_domain::quota::Lane;
use skinbus_proto::{game_from_proto, moment, row_from_observation, target_of, timestamp, v1};
use skinbus_providers::{LookUpTarget, LookedUp, drift};
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::{Shutdown, clock};

use crate::permits::Permit;
use crate::{About, Dispatcher, metrics, record, said};

/// Look-ups of one account in hand at the same time.
const CONCURRENCY: usize = 16;
/// Most references in one question.
const REFERENCES_MAX: usize = 1000;
/// How long a look-up waits for a permit. Whoever asks has a longer time-out.
const PERMIT_WAIT: Duration = Duration::from_secs(20);

pub(crate) async fn endpoint(
    service: &QueryService,
    account: &AccountId,
) -> Result<QueryEndpoint, EndpointError> {
    service.endpoint(subjects::query(account, "lookup")).await
}

pub(crate) async fn serve(dispatcher: Arc<Dispatcher>, endpoint: QueryEndpoint, shutdown: &Shutdown) {
    let handler = move |incoming: Incoming| {
        let dispatcher = Arc::clone(&dispatcher);
        async move { look_up(&dispatcher, &incoming).await }
    };
    endpoint.answer(CONCURRENCY, shutdown, handler).await;
}

async fn look_up(dispatcher: &Dispatcher, incoming: &Incoming) -> Result<v1::LookupResponse, QueryError> {
    let bad_request = |status: String| QueryError { code: 400, status };
    let request: v1::LookupRequest =
        incoming.decode().map_err(|error| bad_request(format!("undecodable: {error}")))?;
    if request.references.len() + request.targets.len() > REFERENCES_MAX {
        return Err(bad_request(format!("too_many_references: at most {REFERENCES_MAX}")));
    }
    let asked_at = clock::now();
    let mut response = v1::LookupResponse { asked_at: Some(timestamp(asked_at)), ..Default::default() };
    let targets = targets(dispatcher, &request, &mut response).await?;
    let targets =
        if request.hinted { targets } else { record::read(dispatcher, targets, &mut response).await };
    let mut rest = targets.as_slice();
    while !rest.is_empty() {
        let Some(permit) = permit(dispatcher, rest.first(), request.hinted).await else {
            break;
        };
        let asked = ask(dispatcher, rest, permit, &mut response).await?;
        rest = rest.get(asked..).unwrap_or_default();
    }
    response.no_room = !rest.is_empty();
    response.not_asked.extend(rest.iter().map(|target| target.reference.to_string()));
    Ok(response)
}

/// What is asked for, kinds apart, so that each kind makes the largest batches that it can.
async fn targets(
    dispatcher: &Dispatcher,
    request: &v1::LookupRequest,
    response: &mut v1::LookupResponse,
) -> Result<Vec<LookUpTarget>, QueryError> {
    let bad_request = |field: &str| QueryError { code: 400, status: format!("invalid_target: {field}") };
    let mut asked = request.targets.clone();
    for reference in &request.references {
        match known_target(dispatcher, reference).await? {
            Some(target) => asked.push(target),
            None => response.not_asked.push(reference.clone()),
        }
    }
    let mut targets = asked.iter().map(read_target).collect::<Result<Vec<_>, _>>().map_err(bad_request)?;
    targets.sort_by_key(|target| target.kind);
    Ok(targets)
}

/// What the ledger knows of a reference: people ask with nothing but that.
async fn known_target(
    dispatcher: &Dispatcher,
    reference: &str,
) -> Result<Option<v1::LookupTarget>, QueryError> {
    let reference: Result<Reference, _> = reference.parse();
    let Some(order_id) = reference.ok().and_then(|reference| reference.order_id().ok()) else {
        return Err(QueryError { code: 400, status: "invalid_target: reference".to_owned() });
    };
    let key = TradeKey { merchant: dispatcher.served.account.merchant.clone(), order_id };
    let read = dispatcher.ledger.read(&key).await.map_err(|error| {
        tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a look-up waits");
        QueryError { code: 503, status: "unavailable: the ledger gives no answer".to_owned() }
    })?;
    Ok(read.as_ref().and_then(|recorded| target_of(recorded.trade())))
}

fn read_target(target: &v1::LookupTarget) -> Result<LookUpTarget, &'static str> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(LookUpTarget {
        reference: target.reference.parse().map_err(|_| "reference")?,
        kind: OrderKind::named(&target.kind).ok_or("kind")?,
        provider_id: text(&target.provider_id),
        game: game_from_proto(v1::Game::try_from(target.game).map_err(|_| "game")?),
        user: target.steam_id.parse().map_err(|_| "steam_id")?,
        asset_id: text(&target.asset_id),
        since: target.since.as_ref().and_then(moment).ok_or("since")?,
    })
}

/// A permit to ask for this one, and for what fits with it.
pub(crate) async fn permit(
    dispatcher: &Dispatcher,
    target: Option<&LookUpTarget>,
    is_hinted: bool,
) -> Option<Permit> {
    let order = target.map(|target| target.reference.as_str());
    let about = About { user: None, order, is_hinted };
    let permit = dispatcher.permit(Lane::LookUps, "lookup", &about);
    tokio::select! {
        permit = tokio::time::timeout(PERMIT_WAIT, permit) => permit.ok().flatten(),
        () = dispatcher.shutdown.requested() => None,
    }
}

/// Asks for the first of the references, and tells for how many.
async fn ask(
    dispatcher: &Dispatcher,
    targets: &[LookUpTarget],
    permit: Permit,
    response: &mut v1::LookupResponse,
) -> Result<usize, QueryError> {
    let account = &dispatcher.served.account;
    let unavailable = |status: String| QueryError { code: 503, status };
    let size = targets.first().map_or(1, |first| account.look_up_batch.of(first.kind));
    let batch = targets.get(..size.min(targets.len())).unwrap_or(targets);
    let look_up = match dispatcher.served.provider.look_up(batch) {
        Ok(look_up) => look_up,
        Err(error) => {
            permit.give_back();
            return Err(QueryError { code: 400, status: format!("not_buildable: {error}") });
        }
    };
    crash_point("dispatch.before_look_up");
    let began = clock::monotonic_now();
    let answer = dispatcher.call("lookup", look_up.request).await;
    crash_point("dispatch.after_look_up");
    let took = clock::monotonic_now().duration_since(began);
    let asked = batch.get(..look_up.asked.min(batch.len())).unwrap_or(batch);
    let read =
        answer.as_ref().map(|answer| dispatcher.served.provider.read_looked_up(asked, answer, clock::now()));
    let closed = if let Ok(LookedUp::Closed(closed)) = &read { Some(*closed) } else { None };
    permit.settle(said(&account.name, &answer, closed));
    dispatcher.drifted(read.as_ref().ok().and_then(|told| drift::in_looked_up("lookup", told)), None);
    let outcome = match read {
        Ok(LookedUp::Rows { rows, unreadable }) => {
            response.rows.extend(rows.iter().map(row_from_observation));
            if unreadable > 0 {
                tracing::warn!(account = %account.name, unreadable, "rows of a look-up cannot be read");
                // Any of them may be the row of a reference that seems to be missing: none is absent.
                let is_missing =
                    |target: &&LookUpTarget| rows.iter().all(|row| row.reference != target.reference);
                let missing = asked.iter().filter(is_missing);
                response.not_asked.extend(missing.map(|target| target.reference.to_string()));
            }
            Ok("answered")
        }
        Ok(LookedUp::Closed(closed)) => Err(unavailable(format!("closed: {}", closed.reason))),
        Ok(LookedUp::Unreadable { problem }) => Err(unavailable(format!("unreadable_answer: {problem}"))),
        Err(failure) => Err(unavailable(format!("provider_unreachable: {failure}"))),
    };
    let label = outcome.as_ref().map_or("failed", |label| *label);
    metrics::call(account, "lookup", label, took);
    outcome.map(|_| look_up.asked)
}
