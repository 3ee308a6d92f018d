//! Placing orders. Whatever goes wrong on the way, the same order may be placed again: Skinbus accepts an id once, for ever.

use std::time::Duration;

use async_nats::service::{NATS_SERVICE_ERROR, NATS_SERVICE_ERROR_CODE};
use async_nats::{HeaderMap, Message as NatsMessage, Request};
use skinbus_domain::ids::{InvalidId, OrderId};
use skinbus_proto::{Message, Schema, v1};

use crate::connection::{Client, chain};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// The rule that says that an id belongs to another order.
const CONFLICT: &str = "order_id_conflict";
/// The one code that says that nothing was taken.
const BAD_REQUEST: &str = "400";

/// An order that was taken, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which.
    pub order_id: String,
    /// The version that this receipt tells of; watching from it tells everything after it.
    pub version: u64,
    /// How the order stands. For one that was placed before this may be any status, an end too.
    pub status: v1::TradeStatus,
}

/// Why there is no receipt.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing was bought and nothing will be. A corrected order may follow under the same id.
    #[error("the order {order_id} is refused: {}", told(.violations))]
    Refused {
        /// Which.
        order_id: String,
        /// Everything that is wrong with it.
        violations: Vec<v1::Violation>,
    },
    /// The id belongs to an order with other content, which is untouched.
    #[error("the order id {order_id} belongs to another order")]
    Conflict {
        /// Which.
        order_id: String,
    },
    /// The request itself was not understood, so nothing was taken: this program and Skinbus do not fit.
    #[error("the request was not understood: {status}")]
    NotUnderstood {
        /// What the service said.
        status: String,
    },
    /// Nobody knows whether the order was taken. It may be: ask again with the same id and content, never with a new id.
    #[error(
        "there is no verdict on the order {order_id}, it may have been taken; ask again with the same id: {problem}"
    )]
    Unknown {
        /// Which.
        order_id: String,
        /// Why.
        problem: String,
    },
}

/// Why an order is perhaps not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It can be no order id. Of such an order no status change could ever tell.
    #[error(transparent)]
    OrderId(#[from] InvalidId),
    /// It may or may not be stored; publishing the same order again is safe.
    #[error("the order {order_id} is perhaps not stored; publish it again: {problem}")]
    Unknown {
        /// Which.
        order_id: String,
        /// Why.
        problem: String,
    },
}

impl Client {
    /// Places an order and waits for the verdict.
    ///
    /// # Errors
    ///
    /// [`PlaceError`]. Every verdict is final but [`PlaceError::Unknown`], after which the same order is to be placed again:
    /// [`Client::place_until_known`] does.
    pub async fn place(&self, order: &v1::OrderRequest) -> Result<Receipt, PlaceError> {
        let request = Request::new()
            .headers(headers())
            .payload(order.encode_to_vec().into())
            .timeout(Some(self.request_timeout));
        let subject = format!("skinbus.v1.place.{}", self.merchant);
        match self.nats.send_request(subject, request).await {
            Ok(answer) => verdict(&order.order_id, &answer),
            Err(error) => Err(unknown(&order.order_id, chain(&error))),
        }
    }

    /// Places an order, and again for as long as there is no verdict, at most for `patience`.
    ///
    /// # Errors
    ///
    /// [`PlaceError`]. It is [`PlaceError::Unknown`] only where no verdict came in time: keep the order, and place it again later.
    pub async fn place_until_known(
        &self,
        order: &v1::OrderRequest,
        patience: Duration,
    ) -> Result<Receipt, PlaceError> {
        let mut latest = "no answer in time".to_owned();
        let asking = async {
            let mut pause = FIRST_PAUSE;
            loop {
                match self.place(order).await {
                    Err(PlaceError::Unknown { problem, .. }) => latest = problem,
                    known => return known,
                }
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(PAUSE_MAX);
            }
        };
        let known = tokio::time::timeout(patience, asking).await;
        known.unwrap_or_else(|_| Err(unknown(&order.order_id, latest)))
    }

    /// Publishes an order and waits until it is stored. Its verdict is its first status change: also a refusal is one. An id that
    /// belongs to another order has none: who wants to be told of that places the order.
    ///
    /// # Errors
    ///
    /// [`PublishError`]; publishing the same order again is safe.
    #[expect(clippy::disallowed_methods, reason = "the acknowledgement is waited for")]
    pub async fn publish(&self, order: &v1::OrderRequest) -> Result<(), PublishError> {
        let order_id: OrderId = order.order_id.parse()?;
        let failed = |error: &dyn std::error::Error| PublishError::Unknown {
            order_id: order_id.to_string(),
            problem: chain(error),
        };
        let subject = format!("skinbus.v1.orders.{}", self.merchant);
        let body = order.encode_to_vec().into();
        let sent = self.jetstream.publish_with_headers(subject, headers(), body).await;
        sent.map_err(|error| failed(&error))?.await.map_err(|error| failed(&error))?;
        Ok(())
    }
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Content-Type", "application/x-protobuf");
    headers.insert("Skinbus-Schema", v1::OrderRequest::NAME);
    headers
}

fn verdict(order_id: &str, answer: &NatsMessage) -> Result<Receipt, PlaceError> {
    let header =
        |name| answer.headers.as_ref().and_then(|headers| headers.get(name)).map(ToString::to_string);
    if let Some(code) = header(NATS_SERVICE_ERROR_CODE) {
        let status = header(NATS_SERVICE_ERROR).unwrap_or_default();
        return Err(match code.as_str() {
            BAD_REQUEST => PlaceError::NotUnderstood { status },
            _ => unknown(order_id, status),
        });
    }
    let receipt = v1::OrderReceipt::decode(answer.payload.as_ref());
    judged(order_id, receipt.map_err(|_| unknown(order_id, "the receipt cannot be read".to_owned()))?)
}

fn judged(order_id: &str, receipt: v1::OrderReceipt) -> Result<Receipt, PlaceError> {
    let status = receipt.status();
    let v1::OrderReceipt { order_id: told, version, violations, .. } = receipt;
    if violations.iter().any(|violation| violation.rule == CONFLICT) {
        return Err(PlaceError::Conflict { order_id: order_id.to_owned() });
    }
    if status == v1::TradeStatus::Rejected {
        return Err(PlaceError::Refused { order_id: order_id.to_owned(), violations });
    }
    // Whatever does not clearly say that this order was taken says nothing.
    if told != order_id || version == 0 || !violations.is_empty() {
        return Err(unknown(order_id, "the receipt is not of this order".to_owned()));
    }
    Ok(Receipt { order_id: told, version, status })
}

fn unknown(order_id: &str, problem: String) -> PlaceError {
    PlaceError::Unknown { order_id: order_id.to_owned(), problem }
}

fn told(violations: &[v1::Violation]) -> String {
    let lines = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.message));
    lines.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use v1::TradeStatus::{Accepted, Completed, Rejected, Unspecified};

    fn receipt(order_id: &str, version: u64, status: v1::TradeStatus, rules: &[&str]) -> v1::OrderReceipt {
        let violations = rules.iter().map(|rule| v1::Violation {
            field: "account".to_owned(),
            rule: (*rule).to_owned(),
            ..v1::Violation::default()
        });
        v1::OrderReceipt {
            order_id: order_id.to_owned(),
            version,
            status: status.into(),
            violations: violations.collect(),
        }
    }

    #[test]
    fn a_receipt_is_read_as_what_it_surely_says() {
        let of = |receipt| judged("o-1", receipt);
        assert!(of(receipt("o-1", 1, Accepted, &[])).is_ok());
        assert_eq!(of(receipt("o-1", 9, Completed, &[])).unwrap().version, 9);
        assert!(matches!(of(receipt("o-1", 1, Rejected, &["required"])), Err(PlaceError::Refused { .. })));
        assert!(matches!(of(receipt("o-1", 0, Rejected, &[CONFLICT])), Err(PlaceError::Conflict { .. })));
    }

    #[test]
    fn whatever_is_not_clear_is_unknown() {
        for odd in [
            v1::OrderReceipt::default(),
            receipt("o-2", 1, Accepted, &[]),
            receipt("o-1", 0, Accepted, &[]),
            receipt("o-1", 1, Accepted, &["required"]),
            receipt("o-1", 0, Unspecified, &[]),
        ] {
            assert!(matches!(judged("o-1", odd.clone()), Err(PlaceError::Unknown { .. })), "{odd:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let refused = judged("o-1", receipt("o-1", 1, Rejected, &["required"])).unwrap_err();
        assert!(refused.to_string().starts_with("the order o-1 is refused: account: "), "{refused}");
    }
}
