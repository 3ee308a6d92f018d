//! Metrics: OpenTelemetry instruments, shown as Prometheus text, and sent to an OTLP collector where that is asked for.

use opentelemetry_otlp::{MetricExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, PeriodicReader, SdkMeterProvider, Stream,
};
use prometheus::Registry;

use super::TelemetryError;
use crate::environment;

/// Boundaries of histograms in seconds: from our own milliseconds to a provider's time-out.
///
/// The library's default is made for milliseconds and would put every order into one bucket.
#[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
pub const SECONDS_BOUNDARIES: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Boundaries of the histograms of whole orders, `skinbus_order_…`, in seconds: from our own milliseconds to a hold of eight days
/// and its end.
#[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
const ORDER_BOUNDARIES: [f64; 16] = [
    0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0, 345_600.0,
    691_200.0, 777_600.0,
];

/// The source of instruments, and the registry that shows them.
pub(super) fn provider(
    resource: Resource,
    environment: &[(String, String)],
) -> Result<(SdkMeterProvider, Registry), TelemetryError> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        // Otherwise every series carries the name of the one scope there is.
        .scope_info_enabled(false)
        .build()
        .map_err(TelemetryError::Metrics)?;
    let mut builder =
        SdkMeterProvider::builder().with_resource(resource).with_reader(exporter).with_view(seconds_view);
    if let Some(endpoint) = endpoint(environment) {
        // The blocking client, as for traces: the reader's thread has no async runtime.
        let exporter = MetricExporter::builder().with_http().with_endpoint(endpoint).build();
        let reader = PeriodicReader::builder(exporter.map_err(TelemetryError::MetricsExport)?).build();
        builder = builder.with_reader(reader);
    }
    Ok((builder.build(), registry))
}

/// Where a collector takes metrics. A collector that is named for everything is sent metrics only where `OTEL_METRICS_EXPORTER`
/// says `otlp`: most have them from `/metrics`.
fn endpoint(environment: &[(String, String)]) -> Option<String> {
    let exporter = environment::find(environment, "OTEL_METRICS_EXPORTER");
    if exporter.is_some_and(|exporter| exporter != "otlp") {
        return None;
    }
    let for_metrics =
        environment::find(environment, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT").map(str::to_owned);
    for_metrics.or_else(|| {
        let for_all =
            environment::find(environment, "OTEL_EXPORTER_OTLP_ENDPOINT").filter(|_| exporter.is_some())?;
        Some(format!("{}/v1/metrics", for_all.trim_end_matches('/')))
    })
}

fn seconds_view(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram || instrument.unit() != "s" {
        return None;
    }
    let is_of_orders = instrument.name().starts_with("skinbus_order_");
    let boundaries = if is_of_orders { ORDER_BOUNDARIES.to_vec() } else { SECONDS_BOUNDARIES.to_vec() };
    let aggregation = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: false };
    Stream::builder().with_aggregation(aggregation).build().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use opentelemetry::KeyValue;
    use opentelemetry::metrics::MeterProvider;
    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn instruments_are_shown_under_prometheus_names() {
        let (provider, registry) = provider(Resource::builder().build(), &[]).unwrap();
        let meter = provider.meter("skinbus");
        let labels = [KeyValue::new("provider", "skinify")];
        meter.u64_counter("skinbus_orders_accepted").build().add(2, &labels);
        meter.f64_histogram("skinbus_provider_call").with_unit("s").build().record(0.2, &labels);

        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        assert!(text.contains("skinbus_orders_accepted_total{provider=\"skinify\"} 2"), "{text}");
        let bucket = "skinbus_provider_call_seconds_bucket{provider=\"skinify\",le=\"0.25\"} 1";
        assert!(text.contains(bucket), "{text}");
        assert!(!text.contains("otel_scope"), "{text}");
    }

    #[test]
    fn orders_have_boundaries_of_their_own() {
        let (provider, registry) = provider(Resource::builder().build(), &[]).unwrap();
        let meter = provider.meter("skinbus");
        let histogram = meter.f64_histogram("skinbus_order_accepted_to_end").with_unit("s").build();
        histogram.record(700_000.0, &[]);
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        assert!(text.contains("skinbus_order_accepted_to_end_seconds_bucket{le=\"691200\"} 0"), "{text}");
        assert!(text.contains("skinbus_order_accepted_to_end_seconds_bucket{le=\"777600\"} 1"), "{text}");
    }

    /// Whoever no longer counts must not go on showing what was true once.
    #[test]
    fn a_gauge_that_is_not_observed_is_not_shown() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, Ordering};

        let (provider, registry) = provider(Resource::builder().build(), &[]).unwrap();
        let counts = Arc::new(AtomicBool::new(true));
        let is_counting = Arc::clone(&counts);
        let _gauge = provider
            .meter("skinbus")
            .u64_observable_gauge("skinbus_open_orders")
            .with_callback(move |gauge| {
                if is_counting.load(Ordering::Relaxed) {
                    gauge.observe(7, &[KeyValue::new("state", "ACCEPTED")]);
                }
            })
            .build();
        let shown = || TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        assert!(shown().contains("skinbus_open_orders{state=\"ACCEPTED\"} 7"));
        counts.store(false, Ordering::Relaxed);
        assert!(!shown().contains("skinbus_open_orders{"), "{}", shown());
    }

    #[test]
    fn a_collector_is_sent_metrics_only_where_that_is_asked_for() {
        let endpoint = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            endpoint(&pairs)
        };
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
        let own = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://collector:4318/own");
        assert_eq!(endpoint(&[]), None);
        assert_eq!(endpoint(&[all]), None);
        let both = endpoint(&[all, ("OTEL_METRICS_EXPORTER", "otlp")]);
        assert_eq!(both.as_deref(), Some("http://collector:4318/v1/metrics"));
        assert_eq!(endpoint(&[own]).as_deref(), Some("http://collector:4318/own"));
        assert_eq!(endpoint(&[own, ("OTEL_METRICS_EXPORTER", "none")]), None);
        assert_eq!(endpoint(&[("OTEL_METRICS_EXPORTER", "otlp")]), None);
    }

    #[test]
    fn metrics_arrive_at_the_collector() {
        // The exporter's client needs the TLS provider even for plain HTTP.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1/metrics", listener.local_addr().unwrap());
        let collector = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
            while !String::from_utf8_lossy(&received).contains("skinbus_provider_call") {
                let count = stream.read(&mut buffer).unwrap();
                assert!(count > 0, "the request ends without the metric");
                received.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            received
        });
        let environment = [("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT".to_owned(), address)];
        let (provider, _registry) = provider(Resource::builder().build(), &environment).unwrap();
        provider
            .meter("skinbus")
            .f64_histogram("skinbus_provider_call")
            .with_unit("s")
            .build()
            .record(0.2, &[]);
        provider.shutdown().unwrap();
        let request = collector.join().unwrap();
        assert!(request.starts_with(b"POST /v1/metrics "), "{}", String::from_utf8_lossy(&request));
    }
}
