//! Spans: the steps of a trace.
//!
//! They are made with OpenTelemetry's own API and not out of log lines. So a span that nobody samples holds nothing but
//! ids, and nothing gets into a trace that was not put there by name (invariant S1): ids, states, counts and stable words;
//! never a secret, a trade token, a body, or an address with its path.
//!
//! Without a collector there are no spans at all. The context that came with a message is then passed on as it came, so
//! that the trace of a merchant who does have a collector is not cut here.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{
    FutureExt, Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;
use skinbus_domain::ids::TradeKey;

/// Where spans go; set once, and only where there is a collector.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

pub(super) fn export_with(tracer: SdkTracer) {
    // A process sets telemetry up once.
    let _first = TRACER.get_or_init(|| tracer);
}

/// A step that is under way. It ends when it is dropped.
#[derive(Debug)]
pub struct Span {
    context: Context,
    /// Otherwise it is a context that is only passed on.
    is_own: bool,
}

impl Span {
    /// Begins a step of what `parent` is a part of, or a new trace where that is none.
    #[must_use]
    pub fn begin(name: &'static str, kind: SpanKind, parent: &Context) -> Self {
        Self::begin_with(TRACER.get(), name, kind, parent)
    }

    /// Begins a step inside this process of what is under way.
    #[must_use]
    pub fn inside(name: &'static str) -> Self {
        Self::begin(name, SpanKind::Internal, &Context::current())
    }

    /// Begins one step for several orders. It belongs to the trace of the first one that is sampled, and is sampled where
    /// any of them is; the others are linked to it, and it to them.
    #[must_use]
    pub fn together(name: &'static str, orders: &[Context]) -> Self {
        Self::together_with(TRACER.get(), name, orders)
    }

    fn together_with(tracer: Option<&SdkTracer>, name: &'static str, orders: &[Context]) -> Self {
        let sampled = orders.iter().find(|order| order.span().span_context().is_sampled());
        let none = Context::new();
        let parent = sampled.or(orders.first()).unwrap_or(&none);
        let span = Self::begin_with(tracer, name, SpanKind::Internal, parent);
        if orders.len() > 1 {
            for order in orders {
                span.link(order);
                link(order, &span.context);
            }
        }
        span
    }

    /// No step of its own: only what `context` says is passed on.
    #[must_use]
    pub fn passing_on(context: &Context) -> Self {
        Self { context: context.clone(), is_own: false }
    }

    fn begin_with(tracer: Option<&SdkTracer>, name: &'static str, kind: SpanKind, parent: &Context) -> Self {
        let Some(tracer) = tracer else { return Self::passing_on(parent) };
        let span = tracer.build_with_context(SpanBuilder::from_name(name).with_kind(kind), parent);
        // Nobody will ever see it, so its parent's id says as much as its own.
        if !span.is_recording() && parent.has_active_span() {
            return Self::passing_on(parent);
        }
        Self { context: parent.with_span(span), is_own: true }
    }

    /// What belongs to this step: for a part of it that is done in another task.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Does a part of this step. Not an `async fn`, which would hold the work twice.
    pub fn run<Work: Future>(&self, work: Work) -> impl Future<Output = Work::Output> + use<Work> {
        work.with_context(self.context.clone())
    }

    /// Says something of this step. The value is only made where somebody will see it.
    pub fn set<Given: Into<Value>>(&self, key: &'static str, value: impl FnOnce() -> Given) {
        set(&self.context, key, value);
    }

    /// Says several things of this step.
    pub fn describe(&self, attributes: impl FnOnce() -> Vec<KeyValue>) {
        let span = self.context.span();
        if span.is_recording() {
            span.set_attributes(attributes());
        }
    }

    /// Says which order this step is about.
    pub fn about(&self, key: &TradeKey) {
        about_in(&self.context, key);
    }

    /// Tells of another step that belongs to another trace, or that this one is not a part of.
    pub fn link(&self, cause: &Context) {
        link(&self.context, cause);
    }

    /// We could not do it. A refused order is no failure of ours.
    pub fn failed(&self, error_type: impl Into<Cow<'static, str>>) {
        self.set("error.type", || Value::from(error_type.into()));
        self.context.span().set_status(Status::error(""));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.is_own {
            self.context.span().end();
        }
    }
}

/// Says which order the step that is under way is about.
pub fn about(key: &TradeKey) {
    Context::map_current(|current| about_in(current, key));
}

fn about_in(context: &Context, key: &TradeKey) {
    set(context, "skinbus.merchant", || key.merchant.to_string());
    set(context, "skinbus.order_id", || key.order_id.to_string());
}

fn set<Given: Into<Value>>(context: &Context, key: &'static str, value: impl FnOnce() -> Given) {
    let span = context.span();
    if span.is_recording() {
        span.set_attribute(KeyValue::new(key, value()));
    }
}

/// Tells of one step that another led to it. What nobody sampled is left out: the link would lead nowhere.
pub fn link(from: &Context, to: &Context) {
    let (span, target) = (from.span(), to.span());
    if span.is_recording() && target.span_context().is_sampled() {
        span.add_link(target.span_context().clone(), Vec::new());
    }
}

/// Writes a context into headers, as W3C says.
pub fn inject(context: &Context, headers: &mut dyn Injector) {
    TraceContextPropagator::new().inject_context(context, headers);
}

/// The context that headers carry; an empty one where they carry none.
#[must_use]
pub fn extract(headers: &dyn Extractor) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), headers)
}

#[cfg(test)]
mod tests;
