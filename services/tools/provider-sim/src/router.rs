//! From a path to the provider, or to one of the simulator's own pages.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::answer::{Answer, Reply};
use crate::call::Call;
use crate::engine::view;
use crate::provider::Provider;
use crate::shared::Shared;
use crate::{control, delivery, ledger, websocket};

/// The largest request body that is read.
const BODY_LIMIT: usize = 1024 * 1024;

/// Everything that is simulated.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) shared: Arc<Shared>,
    pub(crate) providers: Vec<Arc<dyn Provider>>,
}

/// Answers one request.
pub(crate) async fn reply(world: &World, mut request: Request<Incoming>) -> Reply {
    for provider in &world.providers {
        if let Some(traits) = provider.feed().filter(|traits| traits.path == request.uri().path()) {
            return websocket::open(provider, traits, &mut request);
        }
    }
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return plain(StatusCode::PAYLOAD_TOO_LARGE),
        // The client broke off; there is nobody to answer.
        Err(_) => return Reply::Cut,
    };
    for provider in &world.providers {
        let inside =
            head.uri.path().strip_prefix(provider.prefix()).is_some_and(|rest| rest.starts_with('/'));
        if inside {
            return delivery::serve(&world.shared, Arc::clone(provider), Call::read(head, body)).await;
        }
    }
    own_page(world, &Call::read(head, Bytes::new()), &body)
}

fn own_page(world: &World, call: &Call, body: &Bytes) -> Reply {
    let get = call.verb == Method::GET;
    match call.path.as_str() {
        "/_ledger" if get => {
            let parts = world.providers.iter().map(|provider| view::ledger(provider.as_ref())).collect();
            Reply::Whole(ledger::answer(parts, &call.query))
        }
        "/_quota" if get => {
            let records: BTreeMap<_, _> =
                world.providers.iter().flat_map(|provider| provider.project().quota()).collect();
            Reply::Whole(Answer::json(&records))
        }
        "/_arrivals" if get => Reply::Whole(Answer::json(&world.shared.arrivals.all())),
        "/_control" if get => Reply::Whole(control::show(world)),
        "/_control" if call.verb == Method::POST => Reply::Whole(control::change(world, body)),
        "/_ledger" | "/_quota" | "/_arrivals" | "/_control" => plain(StatusCode::METHOD_NOT_ALLOWED),
        _ => plain(StatusCode::NOT_FOUND),
    }
}

fn plain(status: StatusCode) -> Reply {
    Reply::Whole(Answer::text(status, status.to_string()))
}
