//! One request from admission to the last byte, with the fault that a rule asks for.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::time::sleep;

use crate::answer::{Answer, HTML, Reply};
use crate::arrivals::{Arrival, Fate};
use crate::call::Call;
use crate::faults::FaultKind;
use crate::provider::{Provider, Trouble};
use crate::shared::Shared;

const BROKEN_PAGE: &str = "<html><head><title>500 Internal Server Error</title></head><body></body></html>";
const PROXY_PAGE: &str = "<!DOCTYPE html><html><body><h1>Checking your browser</h1></body></html>";

/// Serves one request of a provider's API.
pub(crate) async fn serve(shared: &Arc<Shared>, provider: Arc<dyn Provider>, call: Call) -> Reply {
    let at_us = shared.clock.now_us();
    let note = |fate| note(shared, provider.as_ref(), &call, at_us, fate);
    if let Err(refusal) = provider.admit(&call) {
        note(Fate::Refused);
        return Reply::Whole(refusal);
    }
    if shared.settings().maintenance {
        note(Fate::Maintenance);
        return Reply::Whole(provider.trouble(Trouble::Maintenance));
    }
    let fault = shared.faults().pick(provider.project().name(), &provider.place(&call), |wanted| {
        provider.references(&call).iter().any(|reference| reference == wanted)
    });
    note(fault.map_or(Fate::Served, Fate::Fault));
    match fault {
        None => Reply::Whole(provider.execute(&call)),
        Some(kind) => under_fault(shared, provider, call, kind).await,
    }
}

/// Keeps the request in the record of arrivals, where there is one.
fn note(shared: &Shared, provider: &dyn Provider, call: &Call, at_us: u64, fate: Fate) {
    if shared.arrivals.is_on() {
        let references = provider.references(call).into_iter().map(Cow::into_owned).collect();
        let (provider, path) = (provider.project().name(), provider.counted_as(call));
        shared.arrivals.add(Arrival { at_us, provider, path, references, fate });
    }
}

async fn under_fault(
    shared: &Arc<Shared>,
    provider: Arc<dyn Provider>,
    call: Call,
    kind: FaultKind,
) -> Reply {
    match kind {
        FaultKind::Refuse => Reply::Cut,
        FaultKind::Status500NotExecuted => {
            Reply::Whole(Answer::html(StatusCode::INTERNAL_SERVER_ERROR, BROKEN_PAGE))
        }
        FaultKind::LimitExceeded => Reply::Whole(provider.trouble(Trouble::Limit)),
        FaultKind::Maintenance => Reply::Whole(provider.trouble(Trouble::Maintenance)),
        FaultKind::CutAfterExecution => {
            provider.execute(&call);
            Reply::Cut
        }
        FaultKind::Status500Executed => {
            provider.execute(&call);
            Reply::Whole(Answer::html(StatusCode::INTERNAL_SERVER_ERROR, BROKEN_PAGE))
        }
        FaultKind::ErrorExecuted => {
            provider.execute(&call);
            Reply::Whole(provider.trouble(Trouble::Internal))
        }
        FaultKind::HtmlBody => {
            provider.execute(&call);
            Reply::Whole(Answer::html(StatusCode::OK, PROXY_PAGE))
        }
        FaultKind::TruncatedBody => {
            let answer = provider.execute(&call);
            let half = answer.body.slice(..answer.body.len() / 2);
            Reply::Whole(Answer { body: half, ..answer })
        }
        FaultKind::CutInBody => Reply::CutInBody(provider.execute(&call)),
        FaultKind::EmptyBody => Reply::Whole(Answer { body: bytes::Bytes::new(), ..provider.execute(&call) }),
        FaultKind::NotJsonContent => Reply::Whole(Answer { content_type: HTML, ..provider.execute(&call) }),
        FaultKind::DelayAnswerMs(delay_ms) => {
            let answer = provider.execute(&call);
            sleep(Duration::from_millis(delay_ms)).await;
            Reply::Whole(answer)
        }
        FaultKind::DelayExecutionMs(delay_ms) => execute_late(shared, provider, call, delay_ms).await,
    }
}

/// Executes after a delay, in a task of its own: a client that hangs up ends its connection's task, and the
/// execution must come all the same.
async fn execute_late(shared: &Arc<Shared>, provider: Arc<dyn Provider>, call: Call, delay_ms: u64) -> Reply {
    let shutdown = shared.shutdown.clone();
    let execution = shared.tasks.spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => Reply::Cut,
            () = sleep(Duration::from_millis(delay_ms)) => Reply::Whole(provider.execute(&call)),
        }
    });
    execution.await.unwrap_or(Reply::Cut)
}
