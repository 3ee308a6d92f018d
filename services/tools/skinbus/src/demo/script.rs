//! The orders of the demo, in parts.

use skinbus_domain::TradeStatus::{
    Canceled, Completed, Expired, Failed, OnHold, Rejected, Reverted, Submitted, Uncertain,
};

use super::orders::{DemoOrder, Expected, Part, Wanted, Way};
use crate::dev::accounts::{SHADOWPAY, SKINIFY, SKINIFY_OTHER, SKINOUT, SKINSBACK, SKINSLINK};

const DOOR: &str = "Accepted Rust Door";
const JACKET: &str = "Instant Rust Jacket";
const SAND_DUNE: &str = "Protected | Sand Dune (Field-Tested)";

/// The user's items; their prices are the simulator's.
pub(super) const CARBON_FIBER: &str = "30117720401";
const NIGHT_STRIPE: &str = "30117720402";
const CARNIVORE: &str = "30117720403";

/// An item that is delivered for good.
const fn at_once(id: &'static str, at_simulator: &'static str) -> DemoOrder {
    DemoOrder::new(id, Wanted::Offer("88101"), DOOR, Expected::executed(Completed, at_simulator))
}

/// An item that Steam lets the user give back for a while.
const fn held(id: &'static str, at_simulator: &'static str) -> DemoOrder {
    let expected = Expected::executed(Completed, at_simulator).after(OnHold);
    DemoOrder::new(id, Wanted::Offer("88102"), SAND_DUNE, expected).cs2()
}

const fn fails(
    id: &'static str,
    offer: &'static str,
    item: &'static str,
    at_simulator: &'static str,
) -> DemoOrder {
    DemoOrder::new(id, Wanted::Offer(offer), item, Expected::executed(Failed, at_simulator))
}

pub(super) fn purchases() -> Part {
    let by_name =
        DemoOrder { wanted: Wanted::Name(JACKET), item: JACKET, ..at_once("skinslink-buy", "completed") };
    let no_tag = "Not Tradable Rust Vest";
    let bad_token = "Invalid Token Rust Bag";
    Part {
        heading: "Purchases at five providers",
        explanation: "Orders go onto NATS, are bought over HTTP, and their status changes come back on NATS, in one \
                      vocabulary. CS2 items stay ON_HOLD while Steam lets the user take them back: here for seconds, \
                      really for days. The last order of each provider does not get there, for a reason of its own.",
        orders: vec![
            at_once("skinsback-buy", "accepted").at(SKINSBACK),
            held("skinsback-hold", "accepted").at(SKINSBACK),
            fails("skinsback-fail", "88106", no_tag, "user_not_tradable").at(SKINSBACK),
            held("skinout-hold", "accepted").at(SKINOUT).by(Way::Place),
            DemoOrder::new(
                "skinout-back",
                Wanted::Offer("88109"),
                "Rolled Back By User | Predator (Field-Tested)",
                Expected::executed(Reverted, "rollback_user").after(OnHold),
            )
            .at(SKINOUT)
            .cs2(),
            fails("skinout-fail", "88102", SAND_DUNE, "error_inventory_private").at(SKINOUT).cs2(),
            at_once("skinify-buy", "accepted").at(SKINIFY).by(Way::PublishJson),
            held("skinify-hold", "accepted").at(SKINIFY),
            fails("skinify-fail", "88105", bad_token, "error_invalid_token").at(SKINIFY),
            at_once("shadowpay-buy", "finished/3").at(SHADOWPAY),
            held("shadowpay-hold", "finished/3").at(SHADOWPAY),
            fails("shadowpay-fail", "88108", "Unavailable Rust Rock", "cancelled/8").at(SHADOWPAY),
            by_name.at(SKINSLINK).by(Way::Place),
            held("skinslink-hold", "completed").at(SKINSLINK),
            fails("skinslink-fail", "88107", "Create Failed Rust Crate", "failed").at(SKINSLINK),
        ],
    }
}

pub(super) fn deposits() -> Part {
    let page = |id, least| {
        let expected = Expected::executed(Completed, "paid").after(OnHold).credited(1);
        DemoOrder::new(id, Wanted::Page(least), "page", expected)
    };
    let item = |id, asset_id| {
        let expected = Expected::executed(Completed, "paid").after(OnHold).credited(1);
        DemoOrder::new(id, Wanted::Item(asset_id), "item of the user", expected)
    };
    // It never closes, and every sold item is a credit of its own.
    let link = Expected::executed(Submitted, "created").credited(2);
    let taken_back = Expected::executed(Reverted, "returned").after(OnHold);
    Part {
        heading: "Deposits at five providers",
        explanation: "A user gives items on a page of the provider, or items that are named in the order. What arrives is \
                      a credit: pending while Steam may undo the trade, credited when the provider pays, reversed when \
                      the user takes it back. ShadowPay's page stays open and pays item by item.",
        orders: vec![
            page("skinsback-page", Some("12.00")).at(SKINSBACK),
            page("skinout-page", Some("8.50")).at(SKINOUT),
            DemoOrder { expected: taken_back, ..page("skinout-page-back", Some("3.00")).at(SKINOUT) },
            page("skinify-page", Some("5.00")).at(SKINIFY),
            DemoOrder::new("shadowpay-page", Wanted::Page(Some("15.00")), "page", link).at(SHADOWPAY),
            page("skinslink-page", None).at(SKINSLINK),
            item("skinsback-item", CARBON_FIBER).at(SKINSBACK),
            DemoOrder { expected: taken_back, ..item("skinify-item-back", NIGHT_STRIPE).at(SKINIFY) },
            item("skinslink-item", CARNIVORE).at(SKINSLINK),
        ],
    }
}

pub(super) const LISTING_HEADING: &str = "Listings at ShadowPay";
pub(super) const LISTING_EXPLANATION: &str = "A user's item is put on sale. One is sold, and its credit counts when the trade cannot be undone any more; the other \
     is taken off sale by a command.";

/// An item that somebody buys.
pub(super) fn sold() -> DemoOrder {
    let expected = Expected::executed(Completed, "sold").after(OnHold).credited(1);
    DemoOrder::new("shadowpay-sell", Wanted::Sale(NIGHT_STRIPE, "12.50"), "on sale", expected).at(SHADOWPAY)
}

/// An item that is taken off sale.
pub(super) fn taken_off_sale() -> DemoOrder {
    let expected = Expected::executed(Canceled, "canceled").after(Submitted);
    DemoOrder::new("shadowpay-cancel", Wanted::Sale(CARBON_FIBER, "9.90"), "on sale", expected).at(SHADOWPAY)
}

pub(super) fn ended_by_others() -> Part {
    Part {
        heading: "Orders that the user or time ends, and orders for which nothing is bought",
        explanation: "The reason says who and why. A wrong order is refused with everything that is wrong with it, one \
                      that is too late is never sent, and a price above the maximum buys nothing, of which Skinbus makes \
                      sure by a look-up.",
        orders: vec![
            DemoOrder::new(
                "declined",
                Wanted::Offer("88103"),
                "Canceled Rust Hatchet",
                Expected::executed(Canceled, "canceled"),
            )
            .at(SKINSBACK),
            DemoOrder::new(
                "timed-out",
                Wanted::Offer("88104"),
                "Timed Out Rust Torch",
                Expected::executed(Expired, "timeout"),
            ),
            DemoOrder {
                steam_id: "42",
                max_price: "-1",
                ..DemoOrder::new("wrong-fields", Wanted::Offer("88101"), DOOR, Expected::never(Rejected))
            }
            .by(Way::Place),
            DemoOrder::new("foreign-account", Wanted::Offer("88101"), DOOR, Expected::never(Rejected))
                .at(SKINIFY_OTHER),
            DemoOrder {
                deadline_seconds: Some(-1),
                ..DemoOrder::new("too-late", Wanted::Offer("88101"), DOOR, Expected::never(Expired))
            },
            DemoOrder {
                max_price: "0.10",
                ..DemoOrder::new("price-refused", Wanted::Offer("88112"), JACKET, Expected::never(Failed))
            },
        ],
    }
}

/// The order whose answer the simulator does not send.
pub(super) fn lost_answer() -> Part {
    Part {
        heading: "Never twice: the provider's answer is lost",
        explanation: "The simulator buys the item and cuts the connection. Nobody knows what happened: the order is \
                      UNCERTAIN, is not sent again, and is found by a look-up.",
        orders: vec![DemoOrder::new(
            "lost-answer",
            Wanted::Offer("88101"),
            DOOR,
            Expected::executed(Completed, "accepted").after(Uncertain),
        )],
    }
}

pub(super) fn still_on_hold() -> Part {
    Part {
        heading: "An order that stays on hold",
        explanation: "With Steam's real trade protection of seven days: delivered, and not final yet.",
        orders: vec![
            DemoOrder::new(
                "on-hold",
                Wanted::Offer("88102"),
                SAND_DUNE,
                Expected::executed(OnHold, "accepted"),
            )
            .cs2()
            .by(Way::Place),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::accounts;
    use skinbus_runtime::config::ProviderName;
    use std::collections::BTreeSet;

    fn all() -> Vec<DemoOrder> {
        let parts = [purchases(), deposits(), ended_by_others(), lost_answer(), still_on_hold()];
        let orders = parts.into_iter().flat_map(|part| part.orders);
        orders.chain([sold(), taken_off_sale()]).collect()
    }

    #[test]
    fn every_order_has_an_id_of_its_own() {
        let orders = all();
        let ids: BTreeSet<&str> = orders.iter().map(|order| order.id).collect();
        assert_eq!(ids.len(), orders.len());
        assert!(ids.iter().all(|id| id.parse::<skinbus_domain::ids::OrderId>().is_ok()));
    }

    #[test]
    fn every_provider_buys_and_takes_deposits() {
        for provider in ProviderName::ALL {
            let at = |orders: Vec<DemoOrder>| {
                orders.iter().filter(|order| accounts::provider_of(order.account) == Some(provider)).count()
            };
            assert_eq!(at(purchases().orders), 3, "{provider}");
            assert!(at(deposits().orders) > 0, "{provider}");
        }
    }

    #[test]
    fn every_order_says_what_it_asks_for() {
        for order in all() {
            let request = order.request(jiff::Timestamp::UNIX_EPOCH);
            assert!(request.operation.is_some(), "{}", order.id);
            assert!(accounts::provider_of(&request.account).is_some(), "{}", order.id);
        }
    }
}
