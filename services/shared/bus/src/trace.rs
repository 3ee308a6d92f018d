//! Messages as steps of a trace: spans named as OpenTelemetry's conventions for messaging say, and W3C context in headers.
//!
//! The conventions know no page for NATS; what is here is their common part (semantic conventions 1.42, messaging spans). A
//! message that is worked on is a part of the trace of whoever published it, and linked to it as well.
//!
//! Every token of a subject that has a name in its template is an attribute: `skinbus.account`, `skinbus.merchant` and so on.
//! Subjects hold no secret.

mod destination;

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::SpanKind;
use opentelemetry::{Context, KeyValue};
use skinbus_domain::trade::StatusChange;
use skinbus_runtime::telemetry::spans::{self, Span};

use crate::message::Incoming;
use destination::Destination;

struct Writer<'a>(&'a mut HeaderMap);

impl Injector for Writer<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty `tracestate` says nothing.
        if !value.is_empty() {
            self.0.insert(key, value);
        }
    }
}

struct Reader<'a>(&'a HeaderMap);

impl Extractor for Reader<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(async_nats::HeaderValue::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_ref()).collect()
    }
}

/// Writes a context into the headers of a message that is about to be published.
pub fn inject(context: &Context, headers: &mut HeaderMap) {
    spans::inject(context, &mut Writer(headers));
}

/// The context that a message carries.
#[must_use]
pub fn extract(headers: &HeaderMap) -> Context {
    spans::extract(&Reader(headers))
}

/// Publishing a message to a stream. Its context goes into the headers. What is no message of ours, such as a quota's window
/// in its bucket, is no step of anybody's trace.
pub(crate) fn publish(subject: &str, headers: &mut HeaderMap) -> Span {
    let span = match Destination::of(subject) {
        Some(destination) => {
            let span = Span::begin(destination.publish, SpanKind::Producer, &Context::current());
            let message_id = || headers.get(NATS_MESSAGE_ID).map(|id| id.as_str().to_owned());
            span.describe(|| attributes(destination, subject, ("publish", "send"), message_id()));
            span
        }
        None => Span::passing_on(&Context::current()),
    };
    inject(span.context(), headers);
    span
}

/// Working on a message of a stream; `consumer` is the durable one that it came from.
pub(crate) fn process(incoming: &Incoming, consumer: &str) -> Span {
    let span = receive(incoming, SpanKind::Consumer);
    span.set("messaging.consumer.group.name", || consumer.to_owned());
    span.set("skinbus.deliveries", || i64::try_from(incoming.deliveries).unwrap_or(i64::MAX));
    span
}

/// Answering a request.
pub(crate) fn serve(incoming: &Incoming) -> Span {
    receive(incoming, SpanKind::Server)
}

fn receive(incoming: &Incoming, kind: SpanKind) -> Span {
    let creation = extract(&incoming.headers);
    let Some(destination) = Destination::of(&incoming.subject) else {
        return Span::begin("process", kind, &creation);
    };
    let span = Span::begin(destination.process, kind, &creation);
    let message_id = || incoming.header(NATS_MESSAGE_ID.as_ref()).map(str::to_owned);
    span.describe(|| attributes(destination, &incoming.subject, ("process", "process"), message_id()));
    span.link(&creation);
    span
}

/// Asking another service. The context goes into the headers.
pub(crate) fn request(subject: &str, headers: &mut HeaderMap) -> Span {
    let span = match Destination::of(subject) {
        Some(destination) => {
            let span = Span::begin(destination.request, SpanKind::Client, &Context::current());
            span.describe(|| attributes(destination, subject, ("request", "send"), None));
            span
        }
        None => Span::passing_on(&Context::current()),
    };
    inject(span.context(), headers);
    span
}

/// Says of a step which version of a trade it is about, and in which state that is.
pub fn about_version(span: &Span, change: &StatusChange) {
    span.set("skinbus.version", || i64::try_from(change.version).unwrap_or(i64::MAX));
    span.set("skinbus.state", || change.trade.status().to_string());
}

/// A step in an order's own trace that something from another trace leads to, such as a webhook: `newest` is the context of
/// the order's last version. Each is linked to the other.
#[must_use]
pub fn in_order(name: &'static str, newest: &Context) -> Span {
    let span = Span::begin(name, SpanKind::Internal, newest);
    let cause = Context::current();
    span.link(&cause);
    spans::link(&cause, span.context());
    span
}

fn attributes(
    destination: &Destination,
    subject: &str,
    (operation, operation_type): (&'static str, &'static str),
    message_id: Option<String>,
) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("messaging.system", "nats"),
        KeyValue::new("messaging.operation.name", operation),
        KeyValue::new("messaging.operation.type", operation_type),
        KeyValue::new("messaging.destination.name", subject.to_owned()),
        KeyValue::new("messaging.destination.template", destination.template),
    ];
    attributes.extend(message_id.map(|id| KeyValue::new("messaging.message.id", id)));
    let named = destination.names_in(subject);
    attributes.extend(named.map(|(name, token)| KeyValue::new(format!("skinbus.{name}"), token.to_owned())));
    attributes
}
