//! Commands: changes of an order that the provider already has.
//!
//! A command is harmless to repeat and changes no trade by itself; what became of it is seen at the trade's next look. Only
//! what no look-up could ever tell, that a listing was taken off sale, is folded in from the provider's own word.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use skinbus_bus::ledger::{Advanced, Retry, advance};
use skinbus_bus::queries::{EndpointError, QueryEndpoint, QueryError, QueryService};
use skinbus_bus::{Incoming, subjects, trace};
use skinbus_domain::ids::{AccountId, OrderId, TradeKey};
use skinbus_domain::order::OrderKind;
use skinbus_domain::quota::Lane;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Command, CommandOutcome, Input, Observation, Progress, ProviderFacts, Recorded};
use skinbus_proto::{status_to_proto, v1};
use skinbus_providers::{CommandAnswer, drift};
use skinbus_runtime::clock;
use skinbus_runtime::telemetry::spans;

use crate::{About, Dispatcher, metrics, said};

/// Commands of one kind that one account works on at the same time.
const CONCURRENCY: usize = 16;
/// How long a command waits for a permit. Whoever asks waits longer.
const PERMIT_WAIT: Duration = Duration::from_secs(10);

/// The endpoints of one account, one for each command.
pub(crate) struct Endpoints([(&'static str, QueryEndpoint); 4]);

/// Offers the endpoints of an account.
pub(crate) async fn endpoints(
    service: &QueryService,
    account: &AccountId,
) -> Result<Endpoints, EndpointError> {
    let endpoint = |command: &'static str| async move {
        Ok::<_, EndpointError>((command, service.endpoint(subjects::command(account, command)).await?))
    };
    Ok(Endpoints([
        endpoint("approve_hold").await?,
        endpoint("cancel").await?,
        endpoint("change_price").await?,
        endpoint("update_trade_token").await?,
    ]))
}

/// Answers until the shutdown.
pub(crate) async fn serve(dispatcher: Arc<Dispatcher>, endpoints: Endpoints) {
    let serving = endpoints.0.map(|(name, endpoint)| {
        let served = Arc::clone(&dispatcher);
        let handle = move |incoming: Incoming| {
            let dispatcher = Arc::clone(&served);
            async move { answer(&dispatcher, name, &incoming).await }
        };
        let shutdown = dispatcher.shutdown.clone();
        async move { endpoint.answer(CONCURRENCY, &shutdown, handle).await }
    });
    futures_util::future::join_all(serving).await;
}

fn refused(status: impl Into<String>) -> QueryError {
    QueryError { code: 400, status: status.into() }
}

fn unavailable(status: impl Into<String>) -> QueryError {
    QueryError { code: 503, status: status.into() }
}

async fn answer(
    dispatcher: &Dispatcher,
    name: &'static str,
    incoming: &Incoming,
) -> Result<v1::CommandResponse, QueryError> {
    let request: v1::CommandRequest =
        incoming.decode_or_json().map_err(|error| refused(format!("undecodable: {error}")))?;
    let command = command(name, &request)?;
    // Every command changes something at the provider.
    if dispatcher.served.account.config.paused {
        return Err(unavailable("account_paused: nothing is changed at the provider until it is resumed"));
    }
    let (recorded, in_trace) = trade(dispatcher, &request.order_id).await?;
    let outcome = send(dispatcher, &command, &recorded).await?;
    if command == Command::ApproveHold {
        look_soon(dispatcher, &recorded).await;
    }
    let recorded = fold_in(dispatcher, &command, &outcome, recorded, &in_trace).await?;
    let (result, reason) = match outcome {
        CommandOutcome::Done => (v1::CommandResult::Done, None),
        CommandOutcome::Refused(reason) => (v1::CommandResult::Refused, Some(reason)),
        CommandOutcome::Unknown(reason) => (v1::CommandResult::Unknown, Some(reason)),
    };
    let (reason, provider_reason) =
        reason.map(|reason| (reason.code, reason.provider_code.unwrap_or_default())).unwrap_or_default();
    Ok(v1::CommandResponse {
        result: result.into(),
        reason,
        provider_reason,
        status: status_to_proto(recorded.trade().status()).into(),
        version: recorded.change.version,
    })
}

fn command(name: &str, request: &v1::CommandRequest) -> Result<Command, QueryError> {
    match name {
        "approve_hold" => Ok(Command::ApproveHold),
        "cancel" => Ok(Command::Cancel),
        "change_price" => {
            let price = request.price.as_ref().and_then(skinbus_proto::query::money);
            let price = price.ok_or_else(|| refused("invalid_request: price must be an amount"))?;
            Ok(Command::ChangePrice { price })
        }
        "update_trade_token" => {
            let trade_token = request.trade_token.parse();
            let trade_token = trade_token.map_err(|error| refused(format!("invalid_request: {error}")))?;
            Ok(Command::UpdateTradeToken { trade_token })
        }
        _ => Err(refused("unknown_command: no such command")),
    }
}

/// The trade of an order of the account's own merchant at this account, and the context of its last version.
async fn trade(dispatcher: &Dispatcher, order_id: &str) -> Result<(Recorded, Context), QueryError> {
    let account = &dispatcher.served.account;
    let order_id: OrderId = order_id.parse().map_err(|error| refused(format!("invalid_request: {error}")))?;
    let key = TradeKey { merchant: account.merchant.clone(), order_id };
    spans::about(&key);
    let read = dispatcher.ledger.read_in_trace(&key).await.map_err(|error| {
        tracing::warn!(trade = %key, error = skinbus_bus::chain(&error), "a command waits");
        unavailable("unavailable: the ledger gives no answer")
    })?;
    let is_here = |(recorded, _): &(Recorded, Context)| {
        recorded.trade().order.as_ref().is_some_and(|order| order.account == account.name)
    };
    read.filter(is_here).ok_or_else(|| refused("unknown_order: no such order at this account"))
}

async fn send(
    dispatcher: &Dispatcher,
    command: &Command,
    recorded: &Recorded,
) -> Result<CommandOutcome, QueryError> {
    let served = &dispatcher.served;
    let request = served.provider.command(command, recorded.trade());
    let request = request.map_err(|error| refused(format!("unsupported_command: {}", error.0)))?;
    let about = About { user: None, order: Some(recorded.trade().key.order_id.as_str()), is_hinted: false };
    let permit = dispatcher.permit(Lane::Orders, command.as_str(), &about);
    let permit = tokio::select! {
        permit = tokio::time::timeout(PERMIT_WAIT, permit) => permit.ok().flatten(),
        () = dispatcher.shutdown.requested() => None,
    };
    let permit = permit.ok_or_else(|| unavailable("quota_spent: ask again later"))?;
    let began = clock::monotonic_now();
    let answer = dispatcher.call(command.as_str(), request).await;
    let took = clock::monotonic_now().duration_since(began);
    let read = match &answer {
        Ok(response) => served.provider.read_commanded(command, response, clock::now()),
        Err(failure) => CommandOutcome::Unknown(Reason::new(failure.word())).into(),
    };
    let CommandAnswer { outcome, closed } = read;
    permit.settle(said(&served.account.name, &answer, closed));
    let reference = recorded.trade().attempt.as_ref().map(|attempt| &attempt.reference);
    dispatcher.drifted(drift::in_commanded(command.as_str(), &outcome), reference);
    let label = match &outcome {
        CommandOutcome::Done => "done",
        CommandOutcome::Refused(_) => "refused",
        CommandOutcome::Unknown(_) => "unknown",
    };
    metrics::call(&served.account, command.as_str(), label, took);
    Ok(outcome)
}

/// A hold is looked at some times a day only, and whoever takes the risk of an advance waits to see it. So the tracker gets a
/// hint, like that of a webhook which proves nothing. Where this fails, or the look finds no room, the planned one comes.
async fn look_soon(dispatcher: &Dispatcher, recorded: &Recorded) {
    let (account, trade) = (&dispatcher.served.account.name, recorded.trade());
    let Some(attempt) = &trade.attempt else { return };
    if let Err(error) = dispatcher.bus.hint(account, &attempt.reference).await {
        tracing::warn!(trade = %trade.key, error = skinbus_bus::chain(&error), "no earlier look is asked for");
    }
}

/// A listing that was taken off sale leaves no row in any look-up: the provider's answer is all that there is.
async fn fold_in(
    dispatcher: &Dispatcher,
    command: &Command,
    outcome: &CommandOutcome,
    recorded: Recorded,
    in_trace: &Context,
) -> Result<Recorded, QueryError> {
    let trade = recorded.trade();
    let is_off_sale = *command == Command::Cancel
        && *outcome == CommandOutcome::Done
        && trade.kind() == Some(OrderKind::Listing);
    let Some(attempt) = trade.attempt.as_ref().filter(|_| is_off_sale) else { return Ok(recorded) };
    let input = Input::Observed(Observation {
        cause: Cause::Dispatch,
        reference: attempt.reference.clone(),
        progress: Progress::Canceled(Reason::new("listing_canceled")),
        facts: ProviderFacts::default(),
        credits: Vec::new(),
        occurred_at: None,
    });
    let (key, rules) = (trade.key.clone(), &dispatcher.served.account.rules);
    let folding = advance(&dispatcher.ledger, &key, Some(recorded), &input, rules, Retry::Fold);
    let advanced = trace::in_order("apply command", in_trace).run(folding).await;
    let advanced = advanced.map_err(|error| {
        tracing::error!(trade = %key, error = skinbus_bus::chain(&error), "a canceled listing is not written down");
        unavailable("unavailable: done at the provider, not written down; send it again")
    })?;
    Ok(match advanced {
        Advanced::Written(recorded) | Advanced::Stale(recorded) => recorded,
        Advanced::Anomaly { recorded, anomaly } => {
            dispatcher.raise_anomaly(&key, &anomaly).await;
            recorded
        }
    })
}
