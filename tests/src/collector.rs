//! A collector of traces: OTLP over HTTP, as protobuf.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1 as otlp;
use skinbus_proto::Message;
use tokio::net::TcpListener;

/// A span, as it arrived.
#[derive(Debug, Clone)]
pub struct Span {
    /// The service that it comes from.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: otlp::span::SpanKind,
    /// The trace that it belongs to, in hex.
    pub trace_id: String,
    /// Its id, in hex.
    pub span_id: String,
    /// Its parent's id, in hex; empty where it has none.
    pub parent_id: String,
    /// What it is linked to: ids of traces and spans.
    pub links: Vec<(String, String)>,
    /// What it says.
    pub attributes: BTreeMap<String, String>,
    /// Whether it says that something failed.
    pub is_error: bool,
}

impl Span {
    /// One of its attributes; empty where it has none.
    #[must_use]
    pub fn says(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// What was received.
#[derive(Debug, Default)]
struct Received {
    is_discarding: bool,
    bytes: usize,
    bodies: Vec<Bytes>,
}

/// A collector that runs as long as the runtime that it was started on.
#[derive(Debug, Clone)]
pub struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
}

impl Collector {
    /// Starts one that keeps everything.
    pub async fn start() -> Self {
        Self::serve(false).await
    }

    /// Starts one that only counts.
    pub async fn discarding() -> Self {
        Self::serve(true).await
    }

    async fn serve(is_discarding: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Received { is_discarding, ..Received::default() }));
        let collector = Self { address, received };
        let serving = collector.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let collector = serving.clone();
                let service = service_fn(move |request| {
                    let collector = collector.clone();
                    async move { Ok::<_, Infallible>(collector.take(request).await) }
                });
                // An exporter that ends leaves its connection.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(connection), service));
            }
        });
        collector
    }

    async fn take(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        assert_eq!(request.uri().path(), "/v1/traces");
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let mut received = self.received.lock().unwrap();
        received.bytes += body.len();
        if !received.is_discarding {
            received.bodies.push(body);
        }
        Response::new(Full::default())
    }

    /// What services are told as `OTEL_EXPORTER_OTLP_ENDPOINT` to send their traces here.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How much has arrived.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.received.lock().unwrap().bytes
    }

    /// Every byte that arrived.
    #[must_use]
    pub fn everything(&self) -> Vec<u8> {
        self.received.lock().unwrap().bodies.concat()
    }

    /// Every span that arrived.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let bodies = self.received.lock().unwrap().bodies.clone();
        let requests = bodies.into_iter().map(|body| ExportTraceServiceRequest::decode(body).unwrap());
        let of_services = requests.flat_map(|request| request.resource_spans).flat_map(|of_service| {
            let resource = attributes(&of_service.resource.unwrap().attributes);
            let service = resource.get("service.name").unwrap().clone();
            let spans = of_service.scope_spans.into_iter().flat_map(|scope| scope.spans);
            spans.map(move |span| read(&service, span)).collect::<Vec<_>>()
        });
        of_services.collect()
    }
}

fn read(service: &str, span: otlp::Span) -> Span {
    Span {
        service: service.to_owned(),
        kind: span.kind(),
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: hex(&span.parent_span_id),
        links: span.links.iter().map(|link| (hex(&link.trace_id), hex(&link.span_id))).collect(),
        attributes: attributes(&span.attributes),
        is_error: span.status.is_some_and(|status| status.code() == otlp::status::StatusCode::Error),
        name: span.name,
    }
}

fn attributes(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    attributes.iter().map(|said| (said.key.clone(), text(said.value.as_ref()))).collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        other => panic!("no service of ours says {other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
