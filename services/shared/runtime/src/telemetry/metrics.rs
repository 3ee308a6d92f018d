//! Metrics: OpenTelemetry instruments, shown as Prometheus text.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream};
use prometheus::Registry;

use super::TelemetryError;

/// Boundaries of histograms in seconds: from our own milliseconds to a provider's time-out.
///
/// The library's default is made for milliseconds and would put every order into one bucket.
#[expect(clippy::disallowed_types, reason = "a time in seconds, for a histogram")]
pub const SECONDS_BOUNDARIES: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The source of instruments, and the registry that shows them.
pub(super) fn provider(resource: Resource) -> Result<(SdkMeterProvider, Registry), TelemetryError> {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        // Otherwise every series carries the name of the one scope there is.
        .scope_info_enabled(false)
        .build()
        .map_err(TelemetryError::Metrics)?;
    let provider = SdkMeterProvider::builder()
        .with_resource(resource)
        .with_reader(exporter)
        .with_view(seconds_view)
        .build();
    Ok((provider, registry))
}

fn seconds_view(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram || instrument.unit() != "s" {
        return None;
    }
    let boundaries = SECONDS_BOUNDARIES.to_vec();
    let aggregation = Aggregation::ExplicitBucketHistogram { boundaries, record_min_max: false };
    Stream::builder().with_aggregation(aggregation).build().ok()
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;
    use opentelemetry::metrics::MeterProvider;
    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn instruments_are_shown_under_prometheus_names() {
        let (provider, registry) = provider(Resource::builder().build()).unwrap();
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
}
