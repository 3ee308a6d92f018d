//! What a collector is told of a purchase and of a deposit with its webhook.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::accounts::SKINSBACK_SECRET;
use skinbus_tests::collector::{Collector, Span};
use skinbus_tests::merchant::order;
use skinbus_tests::system::{TOKEN, TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{Merchant, System, SystemOptions, http, orders};

use crate::world::{publish, versions};

/// The merchant's trace for each order, and its own span there.
const PURCHASE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const DEPOSIT: &str = "0af7651916cd43dd8448eb211c80319c";
const MERCHANTS_SPAN: &str = "00f067aa0ba902b7";
const TRADE_TOKEN: &str = "AbCd_-12";

/// Lets both orders go their way to the end. The deposit's webhook proves what it says; the purchase's is a hint, and
/// pretends to be a part of the purchase's trace.
async fn live(system: &mut System, merchant: &Merchant) {
    let ingress = system.service("webhook-ingress").address("\"webhooks\"").await;
    publish(merchant, &order("wd-1", "88102"), &format!("00-{PURCHASE}-{MERCHANTS_SPAN}-01")).await;
    let page = orders::link(ProviderName::Skinsback, "dep-1");
    publish(merchant, &page, &format!("00-{DEPOSIT}-{MERCHANTS_SPAN}-01")).await;
    merchant.reaches("dep-1", TradeStatus::Submitted).await;
    let paid = json!({"reference": "dep-1", "event": "pay", "amount": "7.40"});
    system.control(&json!({"skinsback": {"deposits": [paid]}})).await;
    merchant.reaches("wd-1", TradeStatus::OnHold).await;
    let hint =
        format!("token_md5={TOKEN_MD5}&deposit_id=wd-1&transaction_id=77&status=pending&date=1795255505");
    let hint = http().post(format!("http://{ingress}/webhooks/skinify_main/{WEBHOOK_PATH}")).body(hint);
    let hint = hint.header("content-type", "application/x-www-form-urlencoded");
    let hint = hint.header("traceparent", format!("00-{PURCHASE}-{MERCHANTS_SPAN}-01"));
    assert!(hint.send().await.unwrap().status().is_success());
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    merchant.reaches("dep-1", TradeStatus::Completed).await;
}

/// Whether there is a span of this service with this name and kind in a trace.
fn has(spans: &[Span], trace_id: &str, service: &str, kind: SpanKind, name: &str) -> bool {
    spans.iter().any(|span| {
        span.trace_id == trace_id && span.service == service && span.kind == kind && span.name == name
    })
}

#[tokio::test]
async fn the_spans_of_an_order_arrive_as_one_trace() {
    let collector = Collector::start().await;
    let mut system = System::start(SystemOptions {
        providers: vec![ProviderName::Skinify, ProviderName::Skinsback],
        webhooks: true,
        variables: vec![("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), collector.endpoint())],
        ..SystemOptions::default()
    })
    .await;
    let merchant = system.merchant().await;
    live(&mut system, &merchant).await;
    for (order_id, trace_id) in [("wd-1", PURCHASE), ("dep-1", DEPOSIT)] {
        for (cause, told) in versions(&merchant, order_id).await {
            assert!(told.as_ref().is_some_and(|told| told.contains(trace_id)), "{cause}: {told:?}");
        }
    }
    // At their end they send what they have.
    for service in &mut system.services {
        service.terminate();
        service.ended().await;
    }
    let spans = collector.spans();
    check_names(&spans);
    check_graph(&spans);
    check_orders(&spans);
    check_webhooks(&spans);
    check_attributes(&spans);
    let everything = String::from_utf8_lossy(&collector.everything()).into_owned();
    for secret in [TRADE_TOKEN, TOKEN, TOKEN_MD5, WEBHOOK_PATH, SKINSBACK_SECRET, "token="] {
        assert!(!everything.contains(secret), "{secret} is in a trace");
    }
}

/// The steps of both lives, each by the service that takes it.
fn check_names(spans: &[Span]) {
    use SpanKind::{Client, Consumer, Internal, Producer};
    let append = "publish skinbus.v1.append.{merchant}.{order_id}";
    let steps = [
        ("order-intake", Consumer, "process skinbus.v1.orders.{merchant}"),
        ("order-intake", Producer, append),
        ("order-intake", Producer, "publish skinbus.v1.dispatch.{account}"),
        ("provider-dispatch", Consumer, "process skinbus.v1.dispatch.{account}"),
        ("provider-dispatch", Internal, "wait for a permit"),
        ("provider-dispatch", Client, "POST"),
        ("provider-dispatch", Producer, append),
        ("trade-tracker", Consumer, "process skinbus.v1.status.{merchant}.{order_id}"),
    ];
    for trace_id in [PURCHASE, DEPOSIT] {
        for (service, kind, name) in steps {
            assert!(has(spans, trace_id, service, kind, name), "{trace_id}: {service}: {name}");
        }
    }
    let schedule = "publish skinbus.v1.poll.at.{account}.{merchant}.{order_id}.{line}";
    assert!(has(spans, PURCHASE, "trade-tracker", Producer, schedule));
    let due = "process skinbus.v1.poll.due.{account}";
    assert!(has(spans, PURCHASE, "trade-tracker", Consumer, due), "the looks go on in the trace");
    assert!(has(spans, PURCHASE, "trade-tracker", Internal, "look up"));
    assert!(has(spans, PURCHASE, "trade-tracker", Producer, append), "what they found as well");
    let look_up = "process skinbus.v1.query.{account}.{operation}";
    assert!(has(spans, PURCHASE, "provider-dispatch", SpanKind::Server, look_up));
}

/// Every parent and every link is a span that arrived, or the merchant's own; and nothing failed.
fn check_graph(spans: &[Span]) {
    let ids: BTreeSet<(&str, &str)> =
        spans.iter().map(|span| (span.trace_id.as_str(), span.span_id.as_str())).collect();
    assert_eq!(ids.len(), spans.len(), "ids are unique");
    let is_known = |trace_id: &str, span_id: &str| {
        let is_merchants = [PURCHASE, DEPOSIT].contains(&trace_id) && span_id == MERCHANTS_SPAN;
        is_merchants || ids.contains(&(trace_id, span_id))
    };
    for span in spans {
        let is_root = span.parent_id.is_empty() && ![PURCHASE, DEPOSIT].contains(&span.trace_id.as_str());
        assert!(is_root || is_known(&span.trace_id, &span.parent_id), "its parent is missing: {span:?}");
        for (trace_id, span_id) in &span.links {
            assert!(is_known(trace_id, span_id), "a link leads nowhere: {span:?}");
        }
        assert!(!span.is_error, "{span:?}");
        let is_received = [SpanKind::Consumer, SpanKind::Server].contains(&span.kind);
        if is_received && !span.parent_id.is_empty() {
            let creation = (span.trace_id.clone(), span.parent_id.clone());
            assert!(span.links.contains(&creation), "not linked to its message's creation: {span:?}");
        }
    }
}

/// What says that it is about an order is in the order's trace; only the webhook itself has another. So is its end.
fn check_orders(spans: &[Span]) {
    for (order_id, trace_id) in [("wd-1", PURCHASE), ("dep-1", DEPOSIT)] {
        let of_order = spans.iter().filter(|span| span.says("skinbus.order_id") == order_id);
        let strays: Vec<&Span> = of_order
            .filter(|span| span.trace_id != trace_id)
            .filter(|span| !span.name.contains("webhooks"))
            .collect();
        assert!(strays.is_empty(), "{strays:#?}");
        for name in ["publish skinbus.v1.append", "process skinbus.v1.status"] {
            let is_end = |span: &&Span| {
                span.trace_id == trace_id
                    && span.name.starts_with(name)
                    && span.says("skinbus.state") == "COMPLETED"
            };
            assert!(spans.iter().any(|span| is_end(&span)), "{order_id}: {name}");
        }
    }
}

/// Each webhook has a trace of its own, which leads to the order's, and the order's to it.
fn check_webhooks(spans: &[Span]) {
    for order in [PURCHASE, DEPOSIT] {
        let is_applied = |span: &&Span| span.name == "apply webhook" && span.trace_id == order;
        let applied = spans.iter().find(is_applied).unwrap_or_else(|| panic!("none in {order}"));
        let [(webhooks_trace, webhook)] = applied.links.as_slice() else { panic!("{applied:?}") };
        assert!(![PURCHASE, DEPOSIT].contains(&webhooks_trace.as_str()), "{applied:?}");
        let worked_on = spans.iter().find(|span| span.span_id == *webhook).unwrap();
        assert_eq!(worked_on.name, "process skinbus.v1.webhooks.{account}");
        assert!(worked_on.links.contains(&(order.to_owned(), applied.span_id.clone())), "{worked_on:?}");
        let of_webhook = |service, kind, name| has(spans, webhooks_trace, service, kind, name);
        assert!(of_webhook("webhook-ingress", SpanKind::Server, "POST /webhooks/{account}/{path_secret}"));
        let stored = "publish skinbus.v1.webhooks.{account}";
        assert!(of_webhook("webhook-ingress", SpanKind::Producer, stored));
    }
}

fn check_attributes(spans: &[Span]) {
    let said: BTreeSet<&str> =
        spans.iter().flat_map(|span| span.attributes.keys()).map(String::as_str).collect();
    assert!(said.iter().all(|name| !name.starts_with("url.")), "{said:?}");
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let taken = find("process skinbus.v1.dispatch.{account}");
    for (name, value) in [
        ("messaging.system", "nats"),
        ("messaging.operation.name", "process"),
        ("messaging.operation.type", "process"),
        ("messaging.destination.template", "skinbus.v1.dispatch.{account}"),
        ("skinbus.merchant", "acme"),
        ("skinbus.disposition", "acknowledge"),
    ] {
        assert_eq!(taken.says(name), value, "{taken:?}");
    }
    for name in ["messaging.destination.name", "messaging.consumer.group.name", "messaging.message.id"] {
        assert_ne!(taken.says(name), "", "{name}: {taken:?}");
    }
    let bought = spans.iter().find(|span| span.says("skinbus.operation") == "place" && span.name == "POST");
    let bought = bought.unwrap();
    let told = ["server.address", "http.request.method", "http.response.status_code", "skinbus.provider"];
    assert!(told.iter().all(|name| !bought.says(name).is_empty()), "{bought:?}");
}
