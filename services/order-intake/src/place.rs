//! Orders placed by request and reply: the caller gets the verdict at once.

use std::sync::Arc;

use skinbus_bus::queries::{EndpointError, QueryEndpoint, QueryError};
use skinbus_bus::{Bus, Incoming, subjects};
use skinbus_domain::Violation;
use skinbus_proto::{receipt_of, request, v1, violation_to_proto};
use skinbus_runtime::Shutdown;
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::telemetry::spans;

use crate::accept::{Verdict, accept};
use crate::hand_over::hand_over;
use crate::{Intake, metrics};

pub(crate) async fn endpoint(bus: &Bus) -> Result<QueryEndpoint, EndpointError> {
    let service = bus.query_service("order-intake", "Places orders and answers with a receipt").await?;
    service.endpoint("skinbus.v1.place.*".to_owned()).await
}

pub(crate) async fn serve(
    intake: &Arc<Intake>,
    endpoint: QueryEndpoint,
    concurrency: usize,
    shutdown: &Shutdown,
) {
    let intake = Arc::clone(intake);
    let handler = move |incoming: Incoming| {
        let intake = Arc::clone(&intake);
        async move {
            let answer = place(&intake, &incoming).await;
            crash_point("intake.place_before_answer");
            answer
        }
    };
    endpoint.answer(concurrency, shutdown, handler).await;
}

async fn place(intake: &Intake, incoming: &Incoming) -> Result<v1::OrderReceipt, QueryError> {
    let bad_request = |status: String| QueryError { code: 400, status };
    let Some(merchant) = subjects::merchant_of(&incoming.subject) else {
        return Err(bad_request("no_merchant: the subject names no merchant".to_owned()));
    };
    let order: v1::OrderRequest =
        incoming.decode_or_json().map_err(|error| bad_request(format!("undecodable: {error}")))?;
    let request = match request::read(&merchant, &order, &intake.accounts) {
        Ok(request) => request,
        Err(unaddressable) => {
            metrics::verdict("unaddressable");
            return Ok(refused(&order.order_id, &unaddressable.violation));
        }
    };
    let key = request.key.clone();
    spans::about(&key);
    // Nothing is acknowledged before the answer, so a caller without one simply asks again.
    let unavailable = |error: &dyn std::error::Error| {
        tracing::warn!(
            trade = %key,
            error = skinbus_bus::chain(error),
            "an order has no verdict; its caller may ask again"
        );
        QueryError { code: 503, status: "unavailable: ask again with the same order_id".to_owned() }
    };
    crash_point("intake.place_before_append");
    let verdict = accept(&intake.ledger, request).await.map_err(|error| unavailable(&error))?;
    crash_point("intake.place_after_append");
    match verdict {
        Verdict::Accepted(recorded) => {
            metrics::verdict("accepted");
            hand_over(intake, &recorded).await.map_err(|error| unavailable(&error))?;
            Ok(receipt_of(&recorded.change))
        }
        Verdict::Repeated(recorded) => {
            metrics::verdict("repeated");
            hand_over(intake, &recorded).await.map_err(|error| unavailable(&error))?;
            Ok(receipt_of(&recorded.change))
        }
        Verdict::Rejected(recorded) => {
            metrics::verdict("rejected");
            Ok(receipt_of(&recorded.change))
        }
        Verdict::Conflict(recorded) => {
            metrics::verdict("conflict");
            let order_id = recorded.trade().key.order_id.as_str();
            let message = "belongs to another order, which is untouched";
            Ok(refused(order_id, &Violation::new("order_id", "order_id_conflict", message, order_id)))
        }
    }
}

/// A receipt for a request of which nothing is stored.
fn refused(order_id: &str, violation: &Violation) -> v1::OrderReceipt {
    v1::OrderReceipt {
        order_id: order_id.chars().take(64).collect(),
        version: 0,
        status: v1::TradeStatus::Rejected.into(),
        violations: vec![violation_to_proto(violation)],
    }
}
