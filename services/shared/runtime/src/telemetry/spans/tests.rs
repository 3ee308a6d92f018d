//! What is sampled, what is passed on, and what leads to what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanProcessor};

use super::*;

const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// The spans that ended.
#[derive(Debug, Clone, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut opentelemetry_sdk::trace::Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        self.0.lock().unwrap().push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A source of spans by this sampler, and what became of them.
fn traced(sampler: Sampler) -> (SdkTracer, Ended) {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder().with_sampler(sampler).with_span_processor(ended.clone());
    (provider.build().tracer("tests"), ended)
}

fn parent_based(root: Sampler) -> Sampler {
    Sampler::ParentBased(Box::new(root))
}

#[derive(Default)]
struct Headers(BTreeMap<String, String>);

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }
}

impl Extractor for Headers {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

fn received(traceparent: &str) -> Context {
    let mut headers = Headers::default();
    headers.set("traceparent", traceparent.to_owned());
    extract(&headers)
}

fn passed_on(context: &Context) -> Option<String> {
    let mut headers = Headers::default();
    inject(context, &mut headers);
    headers.0.remove("traceparent")
}

fn id_of(context: &Context) -> SpanId {
    context.span().span_context().span_id()
}

#[test]
fn what_the_sender_did_not_sample_stays_unsampled_and_is_passed_on() {
    // Whatever begins here would be sampled.
    let (tracer, ended) = traced(parent_based(Sampler::AlwaysOn));
    let parent = received(UNSAMPLED);
    let outer = Span::begin_with(Some(&tracer), "outer", SpanKind::Consumer, &parent);
    let inner = Span::begin_with(Some(&tracer), "inner", SpanKind::Producer, outer.context());
    inner.set("made", || -> String { panic!("a value is made that nobody sees") });
    inner.describe(|| panic!("values are made that nobody sees"));
    assert_eq!(passed_on(inner.context()).as_deref(), Some(UNSAMPLED));
    drop((outer, inner));
    assert!(ended.0.lock().unwrap().is_empty());
}

#[test]
fn what_begins_here_and_is_not_sampled_is_told_to_whoever_comes_next() {
    let (tracer, ended) = traced(parent_based(Sampler::AlwaysOff));
    let root = Span::begin_with(Some(&tracer), "root", SpanKind::Server, &Context::new());
    let told = passed_on(root.context()).unwrap();
    assert!(told.ends_with("-00"), "{told}");
    // The next process would sample everything that begins there.
    let (next, also_ended) = traced(parent_based(Sampler::AlwaysOn));
    drop(Span::begin_with(Some(&next), "next", SpanKind::Consumer, &received(&told)));
    drop(root);
    assert!(ended.0.lock().unwrap().is_empty() && also_ended.0.lock().unwrap().is_empty());
}

#[test]
fn without_a_collector_the_context_is_passed_on_as_it_came() {
    for traceparent in [SAMPLED, UNSAMPLED] {
        let span = Span::begin_with(None, "step", SpanKind::Consumer, &received(traceparent));
        assert_eq!(passed_on(span.context()).as_deref(), Some(traceparent));
    }
    let span = Span::begin_with(None, "step", SpanKind::Consumer, &received("garbage"));
    assert_eq!(passed_on(span.context()), None);
}

#[tokio::test]
async fn a_step_ends_when_it_is_dropped_and_what_runs_in_it_is_a_part_of_it() {
    let (tracer, ended) = traced(parent_based(Sampler::AlwaysOn));
    let parent = received(SAMPLED);
    let outer = Span::begin_with(Some(&tracer), "outer", SpanKind::Consumer, &parent);
    let key = TradeKey { merchant: "acme".parse().unwrap(), order_id: "wd-1".parse().unwrap() };
    let inside = outer.run(async {
        tokio::task::yield_now().await;
        about(&key);
        let inner = Span::begin_with(Some(&tracer), "inner", SpanKind::Client, &Context::current());
        inner.failed("timed_out");
        id_of(inner.context())
    });
    let inside = inside.await;
    assert!(!id_of(&Context::current()).eq(&inside), "it is over");
    // Whoever still holds the context does not keep the step from ending.
    let kept = outer.context().clone();
    drop(outer);

    let ended = ended.0.lock().unwrap();
    let [inner, outer] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!((inner.span_context.span_id(), inner.parent_span_id), (inside, id_of(&kept)));
    assert_eq!((outer.span_context.span_id(), outer.parent_span_id), (id_of(&kept), id_of(&parent)));
    assert_eq!(outer.span_context.trace_id(), parent.span().span_context().trace_id());
    assert_eq!((&inner.status, &outer.status), (&Status::error(""), &Status::Unset));
    let said: Vec<String> = [inner, outer]
        .iter()
        .flat_map(|span| &span.attributes)
        .map(|said| format!("{}={}", said.key, said.value))
        .collect();
    assert_eq!(said, ["error.type=timed_out", "skinbus.merchant=acme", "skinbus.order_id=wd-1"]);
}

#[test]
fn one_step_for_several_orders_is_sampled_where_one_of_them_is_and_linked_with_those() {
    let (tracer, ended) = traced(parent_based(Sampler::AlwaysOn));
    let (never, _) = traced(Sampler::AlwaysOff);
    let order = |tracer| Span::begin_with(Some(tracer), "order", SpanKind::Consumer, &Context::new());
    let orders = [order(&never), order(&tracer), order(&tracer)];
    let contexts = orders.each_ref().map(|order| order.context().clone());
    drop(Span::together_with(Some(&tracer), "look up", &contexts));
    drop(orders);

    let ended = ended.0.lock().unwrap();
    let [together, first, second] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!(together.parent_span_id, first.span_context.span_id());
    assert_eq!(together.span_context.trace_id(), first.span_context.trace_id());
    let linked = |span: &SpanData| -> Vec<SpanId> {
        span.links.iter().map(|link| link.span_context.span_id()).collect()
    };
    assert_eq!(linked(together), [first.span_context.span_id(), second.span_context.span_id()]);
    assert_eq!(linked(first), [together.span_context.span_id()]);
    assert_eq!(linked(second), [together.span_context.span_id()]);
}

#[test]
fn one_step_for_one_order_is_simply_a_part_of_it() {
    let (tracer, ended) = traced(parent_based(Sampler::AlwaysOn));
    let order = Span::begin_with(Some(&tracer), "order", SpanKind::Consumer, &received(SAMPLED));
    drop(Span::together_with(Some(&tracer), "look up", &[order.context().clone()]));
    drop(order);
    let ended = ended.0.lock().unwrap();
    assert_eq!(ended.first().unwrap().parent_span_id, ended.last().unwrap().span_context.span_id());
    assert!(ended.iter().all(|span| span.links.is_empty()));
}
