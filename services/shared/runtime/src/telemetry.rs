//! Logs, traces and metrics of a process.
//!
//! Logs go to stderr: text for a terminal, JSON otherwise. Traces go to an OTLP collector where one is named, and are
//! passed on in message headers in any case. Metrics are read by Prometheus at `/metrics`, and go to a collector where one is
//! named for them.
//!
//! Never logged, at any level: secrets, trade tokens, webhook bodies, `Authorization` headers, full provider answers
//! (invariant S1). Ids, states, counts and durations are enough to find what happened.

use std::io::{self, IsTerminal};
use std::time::Duration;

use opentelemetry::metrics::Meter;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::Registry;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::environment;

mod metrics;
pub mod spans;
mod traces;

pub use metrics::SECONDS_BOUNDARIES;

/// How long the last spans may take to leave at the end of the process.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// What is logged where `RUST_LOG` says nothing. The telemetry library speaks up only where spans are lost.
const DEFAULT_DIRECTIVES: &str = "info,opentelemetry=warn";

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The collector's address or another `OTEL_` variable cannot be used.
    #[error("cannot set up the export of traces; check the OTEL_EXPORTER_OTLP_ variables")]
    Traces(#[source] opentelemetry_otlp::ExporterBuildError),
    /// The same for metrics.
    #[error("cannot set up the export of metrics; check the OTEL_EXPORTER_OTLP_ variables")]
    MetricsExport(#[source] opentelemetry_otlp::ExporterBuildError),
    /// The Prometheus exporter refused to start.
    #[error("cannot set up metrics")]
    Metrics(#[source] opentelemetry_sdk::error::OTelSdkError),
    /// Something in the process has set up logs already.
    #[error("cannot set up logs: this process has a subscriber already")]
    Logs(#[source] tracing_subscriber::util::TryInitError),
}

/// What must live as long as the process, and be finished at its end.
#[derive(Debug)]
pub struct Telemetry {
    /// Only where there is a collector.
    tracer_provider: Option<SdkTracerProvider>,
    meter_provider: SdkMeterProvider,
    registry: Registry,
}

impl Telemetry {
    /// Sets up logs, traces and metrics for the whole process. Call it once, and outside of any async runtime: the
    /// exporter of traces has a blocking client and a thread of its own.
    ///
    /// # Errors
    ///
    /// [`TelemetryError`] where a part cannot start; nothing is set up for the process then, except metrics.
    pub fn install(service_name: &'static str) -> Result<Self, TelemetryError> {
        let environment = environment::pairs();
        let resource = resource(service_name, &environment);
        let tracer_provider = traces::provider(resource.clone(), &environment)?;
        let (meter_provider, registry) = metrics::provider(resource, &environment)?;

        tracing_subscriber::registry()
            .with(log_layer(&environment))
            .try_init()
            .map_err(TelemetryError::Logs)?;

        if let Some(provider) = &tracer_provider {
            spans::export_with(provider.tracer("skinbus"));
        }
        global::set_meter_provider(meter_provider.clone());
        Ok(Self { tracer_provider, meter_provider, registry })
    }

    /// What `/metrics` shows.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Sends the last spans, and waits for it a few seconds at most.
    pub fn finish(self) {
        let spans = self.tracer_provider.map_or(Ok(()), |spans| spans.shutdown_with_timeout(FLUSH_TIMEOUT));
        let meters = self.meter_provider.shutdown_with_timeout(FLUSH_TIMEOUT);
        if let Err(error) = spans.and(meters) {
            tracing::warn!(%error, "the last traces or metrics were not sent");
        }
    }
}

/// The meter of all our instruments.
///
/// Name instruments `skinbus_<noun>`; the exporter adds the unit and `_total`. Durations are in seconds with unit `s`,
/// and get [`SECONDS_BOUNDARIES`]. Labels have few values: provider, account, outcome, reason; never an order id. Take
/// instruments after the process has set up telemetry: those taken before count nothing.
#[must_use]
pub fn meter() -> Meter {
    global::meter("skinbus")
}

/// Who we are, as `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say it, with our own name where they do not.
fn resource(service_name: &'static str, environment: &[(String, String)]) -> Resource {
    let builder =
        Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let named = environment::find(environment, "OTEL_SERVICE_NAME").is_some()
        || environment::find(environment, "OTEL_RESOURCE_ATTRIBUTES")
            .is_some_and(|attributes| attributes.contains("service.name="));
    // Setting the name overrides the variables, so it is set only where they are silent.
    if named { builder.build() } else { builder.with_service_name(service_name).build() }
}

fn log_layer<S>(environment: &[(String, String)]) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let directives = environment::find(environment, "RUST_LOG").unwrap_or(DEFAULT_DIRECTIVES);
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(directives);
    // At TRACE the NATS client writes whole messages, with trade tokens in them, whoever asks for it.
    let filter = filter.and(LevelFilter::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    if io::stderr().is_terminal() {
        lines.with_filter(filter).boxed()
    } else {
        lines.json().flatten_event(true).with_filter(filter).boxed()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    fn service_name(environment: &[(&str, &str)]) -> Option<String> {
        let pairs: Vec<(String, String)> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        resource("order-intake", &pairs).get(&Key::new("service.name")).map(|name| name.to_string())
    }

    #[test]
    fn our_name_is_only_a_default() {
        assert_eq!(service_name(&[]).as_deref(), Some("order-intake"));
        // The library itself reads the variables of the process, which this test leaves alone: not our name is enough.
        assert_ne!(service_name(&[("OTEL_SERVICE_NAME", "mine")]).as_deref(), Some("order-intake"));
        let attributes = [("OTEL_RESOURCE_ATTRIBUTES", "a=b,service.name=mine")];
        assert_ne!(service_name(&attributes).as_deref(), Some("order-intake"));
    }
}
