//! Calls of the provider, as steps of a trace.
//!
//! Named and described as OpenTelemetry's conventions for HTTP clients say (semantic conventions 1.42), with two exceptions.
//! The address is told without path and query, because there are tokens and users in some. An answer of 4xx is no error: a
//! provider refuses orders with it, and whether that is a failure the outcome tells.
//!
//! The provider is told nothing of the trace: no `traceparent` leaves us, for what we do among ourselves is none of its
//! business.

use bytes::Bytes;
use http::{Method, Request, Response};
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use skinbus_domain::quota::Lane;
use skinbus_runtime::telemetry::spans::Span;

use crate::Dispatcher;
use crate::call::{CallFailure, HttpClient};

impl Dispatcher {
    /// Sends a request that is about orders, once.
    pub(crate) async fn call(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, CallFailure> {
        self.send(&self.http, operation, request).await
    }

    /// Sends a question, whose answer may be a long list.
    pub(crate) async fn ask(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, CallFailure> {
        self.send(&self.queries.http, operation, request).await
    }

    async fn send(
        &self,
        client: &HttpClient,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, CallFailure> {
        let span = Span::begin(name(request.method()), SpanKind::Client, &Context::current());
        span.describe(|| {
            let mut attributes = self.whose(operation);
            attributes.push(KeyValue::new("http.request.method", name(request.method())));
            let (host, port) = (request.uri().host(), request.uri().port_u16());
            attributes.extend(host.map(|host| KeyValue::new("server.address", host.to_owned())));
            attributes.extend(port.map(|port| KeyValue::new("server.port", i64::from(port))));
            attributes
        });
        let answer = span.run(client.send(request)).await;
        match &answer {
            Ok(response) => {
                let status = response.status();
                span.set("http.response.status_code", || i64::from(status.as_u16()));
                if status.is_server_error() {
                    span.failed(status.as_u16().to_string());
                }
            }
            Err(failure) => span.failed(failure.word()),
        }
        answer
    }

    /// For whom something is done.
    pub(crate) fn whose(&self, operation: &str) -> Vec<KeyValue> {
        let account = &self.served.account;
        vec![
            KeyValue::new("skinbus.account", account.name.to_string()),
            KeyValue::new("skinbus.provider", account.provider.name),
            KeyValue::new("skinbus.operation", operation.to_owned()),
        ]
    }
}

/// How a lane is named in traces.
pub(crate) fn word(lane: Lane) -> &'static str {
    match lane {
        Lane::Orders => "orders",
        Lane::LookUps => "look_ups",
        Lane::Catalogue => "catalogue",
    }
}

/// A span is named after its method, and a name has few values.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "HTTP",
    }
}
