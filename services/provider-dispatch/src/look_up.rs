//! Looking trades up: one request to the provider for many of them, answered over NATS.

use std::sync::Arc;
use std::time::Duration;

use skinbus_bus::queries::{EndpointError, QueryEndpoint, QueryError, QueryService};
use skinbus_bus::{Incoming, subjects, trace};
use skinbus_domain::Reference;
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::Lane;
use skinbus_proto::{row_from_observation, timestamp, v1};
use skinbus_providers::LookedUp;
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::{Shutdown, clock};
use tracing::Instrument;

use crate::permits::Permit;
use crate::{Dispatcher, metrics};

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
        let span = tracing::info_span!("process lookup", account = %dispatcher.served.account.name);
        trace::follow(&span, &incoming.headers);
        async move { look_up(&dispatcher, &incoming).await }.instrument(span)
    };
    endpoint.answer(CONCURRENCY, shutdown, handler).await;
}

async fn look_up(dispatcher: &Dispatcher, incoming: &Incoming) -> Result<v1::LookupResponse, QueryError> {
    let bad_request = |status: String| QueryError { code: 400, status };
    let request: v1::LookupRequest =
        incoming.decode().map_err(|error| bad_request(format!("undecodable: {error}")))?;
    if request.references.len() > REFERENCES_MAX {
        return Err(bad_request(format!("too_many_references: at most {REFERENCES_MAX}")));
    }
    let references: Vec<Reference> = request
        .references
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()
        .map_err(|error| bad_request(format!("invalid_reference: {error}")))?;
    let asked_at = clock::now();
    let mut response = v1::LookupResponse { asked_at: Some(timestamp(asked_at)), ..Default::default() };
    let mut rest = references.as_slice();
    while !rest.is_empty() {
        let Some(permit) = permit(dispatcher).await else {
            break;
        };
        let asked = ask(dispatcher, rest, permit, &mut response).await?;
        rest = rest.get(asked..).unwrap_or_default();
    }
    response.not_asked.extend(rest.iter().map(ToString::to_string));
    Ok(response)
}

async fn permit(dispatcher: &Dispatcher) -> Option<Permit> {
    tokio::select! {
        permit = tokio::time::timeout(PERMIT_WAIT, dispatcher.permits.take(Lane::LookUps)) => permit.ok().flatten(),
        () = dispatcher.shutdown.requested() => None,
    }
}

/// Asks for the first of the references, and tells for how many.
async fn ask(
    dispatcher: &Dispatcher,
    references: &[Reference],
    permit: Permit,
    response: &mut v1::LookupResponse,
) -> Result<usize, QueryError> {
    let account = &dispatcher.served.account;
    let unavailable = |status: String| QueryError { code: 503, status };
    let batch = references.get(..account.look_up_batch.min(references.len())).unwrap_or(references);
    let look_up = match dispatcher.served.provider.look_up(batch) {
        Ok(look_up) => look_up,
        Err(error) => {
            permit.give_back();
            return Err(QueryError { code: 400, status: format!("not_buildable: {error}") });
        }
    };
    crash_point("dispatch.before_look_up");
    let began = clock::monotonic_now();
    let answer = dispatcher.http.send(look_up.request).await;
    crash_point("dispatch.after_look_up");
    let took = clock::monotonic_now().duration_since(began);
    permit.settle();
    dispatcher.reached(&answer);
    let read = answer.map(|answer| dispatcher.served.provider.read_looked_up(&answer, clock::now()));
    let outcome = match read {
        Ok(LookedUp::Rows { rows, unreadable }) => {
            response.rows.extend(rows.iter().map(row_from_observation));
            if unreadable > 0 {
                tracing::warn!(account = %account.name, unreadable, "rows of a look-up cannot be read");
                // Any of them may be the row of a reference that seems to be missing: none is absent.
                let missing = batch.iter().take(look_up.asked);
                let missing = missing.filter(|reference| rows.iter().all(|row| row.reference != **reference));
                response.not_asked.extend(missing.map(ToString::to_string));
            }
            Ok("answered")
        }
        Ok(LookedUp::Closed { until, reason }) => {
            dispatcher.permits.close_until(until, reason);
            Err(unavailable(format!("closed: {reason}")))
        }
        Ok(LookedUp::Unreadable { problem }) => Err(unavailable(format!("unreadable_answer: {problem}"))),
        Err(failure) => Err(unavailable(format!("provider_unreachable: {failure}"))),
    };
    let label = outcome.as_ref().map_or("failed", |label| *label);
    metrics::call(&account.name, "lookup", label, took);
    outcome.map(|_| look_up.asked)
}
