//! Request and reply over the NATS service API.

use std::sync::Arc;
use std::time::Duration;

use async_nats::service::{self, ServiceExt};
use bytes::Bytes;
use futures_util::StreamExt;
use skinbus_proto::Schema;
use skinbus_runtime::telemetry::spans::Span;
use skinbus_runtime::{Shutdown, clock};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::connection::{Bus, chain};
use crate::message::{CONTENT_TYPE, Incoming, JSON, PROTOBUF, SCHEMA};
use crate::metrics::requests::Endpoint;
use crate::trace;

/// A refused query: a stable code and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Like an HTTP status: 400 for the caller's mistakes, 503 for what may pass.
    pub code: usize,
    /// Stable word, then words for people; never a secret.
    pub status: String,
}

/// Why a service's endpoint could not be offered.
#[derive(Debug, thiserror::Error)]
#[error("offering {subject}: {problem}")]
pub struct EndpointError {
    subject: String,
    problem: String,
}

/// A set of endpoints under one name, as `nats micro ls` shows it.
pub struct QueryService {
    bus: Bus,
    service: Arc<service::Service>,
}

impl Bus {
    /// Starts a service; endpoints are added to it.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] where NATS does not take it.
    pub async fn query_service(&self, name: &str, description: &str) -> Result<QueryService, EndpointError> {
        let service = self.client().service_builder().description(description);
        let service = service
            .start(name, env!("CARGO_PKG_VERSION"))
            .await
            .map_err(|error| EndpointError { subject: name.to_owned(), problem: error.to_string() })?;
        Ok(QueryService { bus: self.clone(), service: Arc::new(service) })
    }

    /// Asks another service.
    ///
    /// # Errors
    ///
    /// [`QueryError`] as that service gave it, or 503 where no answer came.
    pub async fn query<Request: Schema, Response: Schema>(
        &self,
        subject: String,
        request: &Request,
        timeout: Duration,
    ) -> Result<Response, QueryError> {
        let mut headers = async_nats::HeaderMap::new();
        headers.insert(CONTENT_TYPE, PROTOBUF);
        headers.insert(SCHEMA, Request::NAME);
        let span = trace::request(&subject, &mut headers);
        let answer = self.ask(subject, headers, request, timeout).await;
        tell(&span, answer.as_ref().err());
        answer
    }

    async fn ask<Request: Schema, Response: Schema>(
        &self,
        subject: String,
        headers: async_nats::HeaderMap,
        request: &Request,
        timeout: Duration,
    ) -> Result<Response, QueryError> {
        let request = async_nats::Request::new()
            .headers(headers)
            .payload(Bytes::from(request.encode_to_vec()))
            .timeout(Some(timeout));
        let unavailable = |status: String| QueryError { code: 503, status };
        let message = self
            .client()
            .send_request(subject, request)
            .await
            .map_err(|error| unavailable(format!("no_answer: {}", chain(&error))))?;
        let incoming = Incoming::from(message);
        if let Some(code) = incoming.header(service::NATS_SERVICE_ERROR_CODE) {
            let status = incoming.header(service::NATS_SERVICE_ERROR).unwrap_or_default().to_owned();
            return Err(QueryError { code: code.parse().unwrap_or(500), status });
        }
        incoming.decode().map_err(|error| unavailable(format!("unreadable_answer: {error}")))
    }
}

/// Requests on one subject, taken from the moment it exists.
pub struct QueryEndpoint {
    /// An endpoint ends with its service.
    service: Arc<service::Service>,
    endpoint: service::endpoint::Endpoint,
    measured: Endpoint,
}

impl QueryService {
    /// Subscribes to requests on `subject`: whoever asks from now on finds somebody. They are answered by
    /// [`QueryEndpoint::answer`].
    ///
    /// # Errors
    ///
    /// [`EndpointError`] where NATS does not take the endpoint.
    pub async fn endpoint(&self, subject: String) -> Result<QueryEndpoint, EndpointError> {
        let failed = |problem: String| EndpointError { subject: subject.clone(), problem };
        let name: String = subject.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let endpoint = self.service.endpoint_builder().name(name).add(subject.clone()).await;
        let endpoint = endpoint.map_err(|error| failed(error.to_string()))?;
        self.bus.client().flush().await.map_err(|error| failed(error.to_string()))?;
        Ok(QueryEndpoint { service: Arc::clone(&self.service), endpoint, measured: Endpoint::of(&subject) })
    }
}

impl QueryEndpoint {
    /// Answers until the shutdown, a task for each request, `concurrency` at a time.
    pub async fn answer<Response, Handler, Handling>(
        self,
        concurrency: usize,
        shutdown: &Shutdown,
        handler: Handler,
    ) where
        Response: Schema,
        Handler: Fn(Incoming) -> Handling + Send + Sync + 'static,
        Handling: Future<Output = Result<Response, QueryError>> + Send + 'static,
    {
        let Self { service: _kept, mut endpoint, measured } = self;
        let (slots, handler) = (Arc::new(Semaphore::new(concurrency)), Arc::new(handler));
        let measured = Arc::new(measured);
        let mut tasks = JoinSet::new();
        let mut stopping = false;
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { break };
            while tasks.try_join_next().is_some() {}
            let request = tokio::select! {
                biased;
                // Those that wait here already are answered as well: their callers would wait in vain.
                () = shutdown.requested(), if !stopping => {
                    stopping = true;
                    if let Err(error) = endpoint.stop().await {
                        tracing::debug!(%error, "ending a subscription");
                    }
                    continue;
                }
                request = endpoint.next() => request,
            };
            let Some(request) = request else { break };
            let (handler, measured) = (Arc::clone(&handler), Arc::clone(&measured));
            tasks.spawn(async move {
                let began = clock::monotonic_now();
                let incoming = Incoming::from(request.message.clone());
                let span = trace::serve(&incoming);
                let answer = span.run(handler(incoming)).await;
                tell(&span, answer.as_ref().err());
                let error = answer.as_ref().err().map(|error| error.code);
                respond(&request, answer).await;
                measured.answered(error, clock::monotonic_now().duration_since(began));
                drop(slot);
            });
        }
        while tasks.join_next().await.is_some() {}
    }
}

/// Says in its trace why a request has no answer. A mistake of whoever asks is no failure of ours.
fn tell(span: &Span, error: Option<&QueryError>) {
    let Some(error) = error else { return };
    span.set("skinbus.error_code", || i64::try_from(error.code).unwrap_or(i64::MAX));
    if error.code >= 500 {
        span.failed(error.code.to_string());
    }
}

/// Whoever asks in JSON is answered in JSON.
async fn respond<Response: Schema>(request: &service::Request, answer: Result<Response, QueryError>) {
    let result = match answer {
        Ok(response) => {
            let json = Incoming::from(request.message.clone()).is_json();
            let json = json.then(|| skinbus_proto::json::write(&response).ok()).flatten();
            let (content_type, body) = match json {
                Some(text) => (JSON, Bytes::from(text)),
                None => (PROTOBUF, Bytes::from(response.encode_to_vec())),
            };
            let mut headers = async_nats::HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type);
            headers.insert(SCHEMA, Response::NAME);
            request.respond_with_headers(Ok(body), headers).await
        }
        Err(error) => {
            request.respond(Err(service::error::Error { code: error.code, status: error.status })).await
        }
    };
    if let Err(error) = result {
        tracing::warn!(%error, "answering a query");
    }
}
