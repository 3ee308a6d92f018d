//! Published orders. The acknowledgement comes last: after the ledger has the verdict, and dispatch the order.

use skinbus_bus::dead::Cause;
use skinbus_bus::{Disposition, Incoming, subjects};
use skinbus_domain::ids::TradeKey;
use skinbus_proto::{request, v1};
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::telemetry::spans;

use crate::accept::{Verdict, accept};
use crate::hand_over::hand_over;
use crate::{Intake, metrics};

pub(crate) async fn handle(intake: &Intake, incoming: &Incoming) -> Disposition {
    let Some(merchant) = subjects::merchant_of(&incoming.subject) else {
        return dead("no_merchant", "the subject names no merchant");
    };
    let order: v1::OrderRequest = match incoming.decode_or_json() {
        Ok(order) => order,
        Err(error) => return dead("undecodable", error.to_string()),
    };
    let request = match request::read(&merchant, &order, &intake.accounts) {
        Ok(request) => request,
        Err(unaddressable) => {
            metrics::verdict("unaddressable");
            return Disposition::Dead(Cause {
                reason: "no_order_id",
                detail: unaddressable.to_string(),
                violations: vec![unaddressable.violation],
            });
        }
    };
    let key = request.key.clone();
    spans::about(&key);
    crash_point("intake.before_append");
    let verdict = match accept(&intake.ledger, request).await {
        Ok(verdict) => verdict,
        Err(error) => return again(&key, &error),
    };
    crash_point("intake.after_append");
    let handed_over = match &verdict {
        Verdict::Accepted(recorded) => {
            metrics::verdict("accepted");
            hand_over(intake, recorded).await
        }
        Verdict::Repeated(recorded) => {
            metrics::verdict("repeated");
            hand_over(intake, recorded).await
        }
        Verdict::Rejected(_) => {
            metrics::verdict("rejected");
            Ok(())
        }
        Verdict::Conflict(_) => {
            metrics::verdict("conflict");
            return dead("order_id_conflict", format!("{key} is another order already"));
        }
    };
    if let Err(error) = handed_over {
        return again(&key, &error);
    }
    crash_point("intake.before_acknowledge");
    Disposition::Acknowledge
}

fn dead(reason: &'static str, detail: impl Into<String>) -> Disposition {
    metrics::verdict(reason);
    Disposition::Dead(Cause::new(reason, detail))
}

fn again(key: &TradeKey, error: &dyn std::error::Error) -> Disposition {
    tracing::warn!(trade = %key, error = skinbus_bus::chain(error), "an order has no verdict yet; it comes again");
    Disposition::Retry
}
