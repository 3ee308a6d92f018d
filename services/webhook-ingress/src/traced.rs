//! A webhook as the beginning of a trace.
//!
//! Named and described as OpenTelemetry's conventions for HTTP servers say (semantic conventions 1.42), without the path and
//! the sender's address: the path holds the account's secret. A `traceparent` that came with it is not believed. Anybody may
//! send one, and would have us sample what he likes, or put himself into the trace of somebody's order.

use http::{Method, Request, StatusCode};
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use skinbus_runtime::telemetry::spans::Span;

use crate::accounts::Account;

/// The way that is configured at the provider; only its form is told.
const ROUTE: &str = "/webhooks/{account}/{path_secret}";

/// Begins with a request to an account.
pub(crate) fn begin<Body>(request: &Request<Body>, account: &Account) -> Span {
    let (name, method) = match *request.method() {
        Method::GET => ("GET /webhooks/{account}/{path_secret}", "GET"),
        _ => ("POST /webhooks/{account}/{path_secret}", "POST"),
    };
    let span = Span::begin(name, SpanKind::Server, &Context::new());
    span.describe(|| {
        vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("http.route", ROUTE),
            KeyValue::new("skinbus.account", account.id.to_string()),
        ]
    });
    span
}

/// Ends with an answer. What is refused is the sender's mistake.
pub(crate) fn end(span: &Span, status: StatusCode) {
    span.set("http.response.status_code", || i64::from(status.as_u16()));
    if status.is_server_error() {
        span.failed(status.as_u16().to_string());
    }
}
