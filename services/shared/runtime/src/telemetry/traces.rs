//! Traces: OTLP over HTTP where a collector is named.

use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::TelemetryError;
use crate::environment;

/// Where the collector takes traces, by the rules of the OpenTelemetry specification: the address for traces is taken as
/// it is, the address for everything gets the path of traces.
fn endpoint(environment: &[(String, String)]) -> Option<String> {
    let for_traces = environment::find(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").map(str::to_owned);
    for_traces.or_else(|| {
        let for_all = environment::find(environment, "OTEL_EXPORTER_OTLP_ENDPOINT")?;
        Some(format!("{}/v1/traces", for_all.trim_end_matches('/')))
    })
}

/// The source of spans, where there is a collector for them. What is sampled the library reads itself from
/// `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`: by default what its sender sampled, and all that begins here.
pub(super) fn provider(
    resource: Resource,
    environment: &[(String, String)],
) -> Result<Option<SdkTracerProvider>, TelemetryError> {
    let Some(endpoint) = endpoint(environment) else { return Ok(None) };
    // The client is the blocking one: the exporter's thread has no async runtime, and with the async client every span
    // is silently lost there.
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint)
        .build()
        .map_err(TelemetryError::Traces)?;
    let builder = SdkTracerProvider::builder().with_resource(resource);
    Ok(Some(builder.with_batch_exporter(exporter).build()))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;

    use opentelemetry::trace::{Tracer, TracerProvider};

    use super::*;

    fn pairs(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn the_address_follows_the_specification() {
        assert_eq!(endpoint(&[]), None);
        assert_eq!(endpoint(&pairs("OTEL_EXPORTER_OTLP_ENDPOINT", "")), None);
        let traces = Some("http://collector:4318/v1/traces".to_owned());
        assert_eq!(endpoint(&pairs("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")), traces);
        let own = endpoint(&pairs("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318/own"));
        assert_eq!(own, Some("http://collector:4318/own".to_owned()));
    }

    /// Takes one request, gives its bytes to the test, and answers it.
    fn collector() -> (String, mpsc::Receiver<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut received = Vec::new();
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&received).contains("place skinify_main") {
                let count = stream.read(&mut buffer).unwrap();
                if count == 0 {
                    break;
                }
                received.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            sender.send(received).unwrap();
        });
        (address, receiver)
    }

    #[test]
    fn a_span_arrives_at_the_collector() {
        // The exporter's client needs the TLS provider even for plain HTTP.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let (address, received) = collector();
        let environment = pairs("OTEL_EXPORTER_OTLP_ENDPOINT", &address);
        let resource = super::super::resource("provider-dispatch", &environment);

        let provider = provider(resource, &environment).unwrap().unwrap();
        provider.tracer("tests").in_span("place skinify_main", |_context| {});
        provider.shutdown().unwrap();

        let request = received.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        let request = String::from_utf8_lossy(&request);
        assert!(request.starts_with("POST /v1/traces "), "{request}");
        assert!(request.contains("place skinify_main") && request.contains("provider-dispatch"), "{request}");
    }
}
