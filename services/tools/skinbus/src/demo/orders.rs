//! The orders of the demo, in parts: what each asks for, and what must come of it.

use skinbus_domain::TradeStatus;
use skinbus_proto::v1;

use crate::dev::layout::{MAIN_ACCOUNT, OTHER_ACCOUNT};

/// A user of Steam who does not exist.
const STEAM_ID: &str = "76561198000000042";
const TRADE_TOKEN: &str = "AbCd_-12";

/// How an order is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Published as protobuf.
    Publish,
    /// Published as JSON.
    PublishJson,
    /// Placed by request and reply.
    Place,
}

/// Which item is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Offer(&'static str),
    Name(&'static str),
}

/// What must come of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// Where it ends.
    pub(crate) status: TradeStatus,
    /// A status that it must have had before.
    pub(crate) after: Option<TradeStatus>,
    /// The simulator's word for the one purchase; `None` where it must not have been bought.
    pub(crate) at_simulator: Option<&'static str>,
}

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DemoOrder {
    pub(crate) id: &'static str,
    /// Shown until the provider names the item.
    pub(crate) item: &'static str,
    pub(crate) way: Way,
    wanted: Wanted,
    game: v1::Game,
    account: &'static str,
    max_price: &'static str,
    steam_id: &'static str,
    /// The deadline, in seconds from when it is sent.
    pub(crate) deadline_seconds: Option<i64>,
    pub(crate) expected: Expected,
}

/// A group of orders that show one thing.
pub(crate) struct Part {
    pub(crate) heading: &'static str,
    pub(crate) explanation: &'static str,
    pub(crate) orders: Vec<DemoOrder>,
}

impl DemoOrder {
    const fn new(
        id: &'static str,
        way: Way,
        offer: &'static str,
        item: &'static str,
        expected: Expected,
    ) -> Self {
        Self {
            id,
            item,
            way,
            wanted: Wanted::Offer(offer),
            game: v1::Game::Rust,
            account: MAIN_ACCOUNT,
            max_price: "5.00",
            steam_id: STEAM_ID,
            deadline_seconds: None,
            expected,
        }
    }

    const fn cs2(self) -> Self {
        Self { game: v1::Game::Cs2, ..self }
    }

    /// The request, with a deadline where it has one.
    pub(crate) fn request(&self, now: jiff::Timestamp) -> v1::OrderRequest {
        let item = match self.wanted {
            Wanted::Offer(id) => v1::purchase::Item::OfferId(id.to_owned()),
            Wanted::Name(name) => v1::purchase::Item::MarketHashName(name.to_owned()),
        };
        let purchase = v1::Purchase {
            recipient: Some(v1::SteamUser {
                steam_id: self.steam_id.to_owned(),
                trade_token: TRADE_TOKEN.to_owned(),
            }),
            game: self.game.into(),
            item: Some(item),
            max_price: Some(v1::Money { currency: "USD".to_owned(), amount: self.max_price.to_owned() }),
        };
        let deadline = self.deadline_seconds.map(|seconds| {
            let delay = jiff::SignedDuration::from_secs(seconds);
            skinbus_proto::timestamp(now.saturating_add(delay).unwrap_or(now))
        });
        v1::OrderRequest {
            order_id: self.id.to_owned(),
            account: self.account.to_owned(),
            operation: Some(v1::order_request::Operation::Purchase(purchase)),
            expires_at: deadline,
            metadata: [("shop".to_owned(), "demo".to_owned())].into(),
        }
    }

    /// The same, published.
    pub(crate) fn published(self) -> Self {
        Self { way: Way::Publish, ..self }
    }

    /// The same id with another content.
    pub(crate) fn contradicting(&self) -> Self {
        Self { max_price: "4.00", ..*self }
    }
}

const fn bought(status: TradeStatus, at_simulator: &'static str) -> Expected {
    Expected { status, after: None, at_simulator: Some(at_simulator) }
}

const fn bought_after(after: TradeStatus, status: TradeStatus, at_simulator: &'static str) -> Expected {
    Expected { status, after: Some(after), at_simulator: Some(at_simulator) }
}

const fn never_bought(status: TradeStatus) -> Expected {
    Expected { status, after: None, at_simulator: None }
}

use TradeStatus::{Canceled, Completed, Expired, Failed, OnHold, Rejected, Reverted, Uncertain};
use Way::{Place, Publish, PublishJson};

pub(crate) fn delivered() -> Part {
    let by_name = DemoOrder {
        wanted: Wanted::Name("Instant Rust Jacket"),
        ..DemoOrder::new("by-name", Place, "", "Instant Rust Jacket", bought(Completed, "accepted"))
    };
    Part {
        heading: "Orders that are delivered",
        explanation: "Each order goes onto NATS, is bought at the provider over HTTP, and its status changes come back on \
                      NATS. CS2 items stay ON_HOLD while Steam lets the user take them back (here for seconds, really for \
                      days).",
        orders: vec![
            DemoOrder::new(
                "published",
                Publish,
                "88101",
                "Accepted Rust Door",
                bought(Completed, "accepted"),
            ),
            DemoOrder::new(
                "as-json",
                PublishJson,
                "88101",
                "Accepted Rust Door",
                bought(Completed, "accepted"),
            ),
            by_name,
            DemoOrder::new(
                "hold-ends",
                Place,
                "88102",
                "Protected | Sand Dune (Field-Tested)",
                bought_after(OnHold, Completed, "accepted"),
            )
            .cs2(),
            DemoOrder::new(
                "taken-back",
                Publish,
                "88109",
                "Rolled Back By User | Predator (Field-Tested)",
                bought_after(OnHold, Reverted, "rollback_user"),
            )
            .cs2(),
        ],
    }
}

pub(crate) fn not_delivered() -> Part {
    Part {
        heading: "Orders that end without the item",
        explanation: "The provider took the order, but the user or the provider ended it; the reason says who and why.",
        orders: vec![
            DemoOrder::new(
                "declined",
                Publish,
                "88103",
                "Canceled Rust Hatchet",
                bought(Canceled, "canceled"),
            ),
            DemoOrder::new("timed-out", Publish, "88104", "Timed Out Rust Torch", bought(Expired, "timeout")),
            DemoOrder::new(
                "invalid-token",
                Publish,
                "88105",
                "Invalid Token Rust Bag",
                bought(Failed, "error_invalid_token"),
            ),
            DemoOrder::new(
                "not-tradable",
                Publish,
                "88106",
                "Not Tradable Rust Vest",
                bought(Failed, "error_user_not_tradable"),
            ),
            DemoOrder::new(
                "create-failed",
                Publish,
                "88107",
                "Create Failed Rust Crate",
                bought(Failed, "error_create_failed"),
            ),
        ],
    }
}

pub(crate) fn never_sent_or_refused() -> Part {
    Part {
        heading: "Orders for which nothing is bought",
        explanation: "A wrong order is refused with everything that is wrong with it. One that is too late is never sent. A \
                      price above the maximum is refused by the provider; Skinbus makes sure by a look-up that nothing was \
                      bought.",
        orders: vec![
            DemoOrder {
                steam_id: "42",
                max_price: "-1",
                ..DemoOrder::new("wrong-fields", Place, "88101", "Accepted Rust Door", never_bought(Rejected))
            },
            DemoOrder {
                account: OTHER_ACCOUNT,
                ..DemoOrder::new(
                    "foreign-account",
                    Publish,
                    "88101",
                    "Accepted Rust Door",
                    never_bought(Rejected),
                )
            },
            DemoOrder {
                deadline_seconds: Some(-1),
                ..DemoOrder::new("too-late", Publish, "88101", "Accepted Rust Door", never_bought(Expired))
            },
            DemoOrder {
                max_price: "0.10",
                ..DemoOrder::new("price-refused", Place, "88112", "Instant Rust Jacket", never_bought(Failed))
            },
        ],
    }
}

/// The order whose answer the simulator does not send.
pub(crate) fn lost_answer() -> Part {
    Part {
        heading: "Never twice: the provider's answer is lost",
        explanation: "The simulator buys the item and cuts the connection. Nobody knows what happened: the order is \
                      UNCERTAIN, is not sent again, and is found by a look-up.",
        orders: vec![DemoOrder::new(
            "lost-answer",
            Publish,
            "88101",
            "Accepted Rust Door",
            bought_after(Uncertain, Completed, "accepted"),
        )],
    }
}

pub(crate) fn still_on_hold() -> Part {
    Part {
        heading: "An order that stays on hold",
        explanation: "With Steam's real trade protection of seven days: delivered, and not final yet.",
        orders: vec![
            DemoOrder::new(
                "on-hold",
                Place,
                "88102",
                "Protected | Sand Dune (Field-Tested)",
                bought(OnHold, "accepted"),
            )
            .cs2(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_order_has_an_id_of_its_own() {
        let parts = [delivered(), not_delivered(), never_sent_or_refused(), lost_answer(), still_on_hold()];
        let orders: Vec<DemoOrder> = parts.into_iter().flat_map(|part| part.orders).collect();
        let ids: BTreeSet<&str> = orders.iter().map(|order| order.id).collect();
        assert_eq!(ids.len(), orders.len());
        assert!(orders.len() >= 14);
        assert!(ids.iter().all(|id| id.parse::<skinbus_domain::ids::OrderId>().is_ok()));
    }
}
