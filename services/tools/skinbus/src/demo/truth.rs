//! What the simulator truly executed for an order.

use skinbus_runtime::config::ProviderName;

use super::orders::{DemoOrder, Wanted};
use super::sums::{Sums, money};
use crate::dev::accounts;
use crate::simulator::{Deposit, Ledger, Listing};

/// The simulator's words for what is paid and sold.
const PAID: &str = "paid";
const SOLD: &str = "sold";

/// The simulator's record of one order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Truth {
    /// A word for each thing that was executed; there must not be two.
    pub(super) words: Vec<String>,
    /// What the merchant received.
    pub(super) credited: Sums,
}

/// What was executed for an order.
pub(super) fn of(order: &DemoOrder, ledger: &Ledger) -> Truth {
    let mut truth = Truth::default();
    match order.wanted {
        Wanted::Offer(_) | Wanted::Name(_) => {
            let own = ledger.purchases.iter().filter(|purchase| {
                is_at(order, &purchase.provider) && purchase.custom_id.as_deref() == Some(order.id)
            });
            truth.words = own.map(|purchase| purchase.status.clone()).collect();
        }
        Wanted::Page(_) | Wanted::Item(_) => {
            let own = ledger.deposits.iter();
            let own = own.filter(|deposit| is_at(order, &deposit.provider) && deposit.deposit_id == order.id);
            for deposit in own {
                truth.words.push(deposit.phase.clone());
                truth.credited.add_all(&received(deposit));
            }
        }
        Wanted::Sale(asset_id, _) => {
            let own = ledger.listings.iter();
            let own = own.filter(|listing| is_at(order, &listing.provider) && listing.asset_id == asset_id);
            for listing in own {
                truth.words.push(listing.phase.clone());
                truth.credited.add_all(&price(listing));
            }
        }
    }
    truth
}

/// How many things a provider has executed that none of these orders asked for.
pub(super) fn unasked(orders: &[&DemoOrder], ledger: &Ledger, provider: ProviderName) -> usize {
    let is_here = |name: &str| name == provider.as_str();
    let all = ledger.purchases.iter().filter(|purchase| is_here(&purchase.provider)).count()
        + ledger.deposits.iter().filter(|deposit| is_here(&deposit.provider)).count()
        + ledger.listings.iter().filter(|listing| is_here(&listing.provider)).count();
    let asked: usize = orders.iter().map(|order| of(order, ledger).words.len()).sum();
    all.saturating_sub(asked)
}

fn is_at(order: &DemoOrder, provider: &str) -> bool {
    accounts::provider_of(order.account).is_some_and(|own| own.as_str() == provider)
}

fn received(deposit: &Deposit) -> Sums {
    let paid = deposit.amount.iter().filter(|_| deposit.phase == PAID);
    let amounts = paid.chain(deposit.payments.iter().map(|payment| &payment.amount));
    amounts.filter_map(|amount| money(amount, &deposit.currency)).collect()
}

fn price(listing: &Listing) -> Sums {
    let sold = Some(&listing.price).filter(|_| listing.phase == SOLD);
    sold.and_then(|price| money(price, "USD")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::orders::Expected;
    use crate::dev::accounts::{SHADOWPAY, SKINIFY, SKINSBACK};
    use serde_json::json;
    use skinbus_domain::TradeStatus::Completed;

    fn ledger() -> Ledger {
        let deposit = |provider: &str, id: &str, phase: &str, credits: serde_json::Value| {
            json!({ "provider": provider, "deposit_id": id, "phase": phase, "amount": "7.40", "currency": "usd",
                "credits": credits })
        };
        let listing = |phase: &str, asset_id: &str| json!({ "provider": "shadowpay", "asset_id": asset_id, "phase": phase, "price": "12.5" });
        let purchase = json!({ "provider": "skinsback", "custom_id": "a", "status": "accepted" });
        serde_json::from_value(json!({
            "purchases": [purchase, { "provider": "skinify", "custom_id": null, "status": "accepted" }],
            "deposits": [
                deposit("skinify", "a", "paid", json!([])),
                deposit("skinify", "b", "held", json!([])),
                deposit("shadowpay", "c", "created", json!([{ "amount": "1.10" }, { "amount": "2.20" }])),
            ],
            "listings": [listing("sold", "7"), listing("canceled", "8")],
        }))
        .unwrap()
    }

    fn order(id: &'static str, wanted: Wanted, account: &'static str) -> DemoOrder {
        DemoOrder::new(id, wanted, "", Expected::never(Completed)).at(account)
    }

    fn told(order: &DemoOrder) -> (String, String) {
        let truth = of(order, &ledger());
        (truth.words.join(", "), truth.credited.to_string())
    }

    #[test]
    fn each_order_has_its_own_record() {
        let cases = [
            (order("a", Wanted::Offer("1"), SKINSBACK), ("accepted", "")),
            (order("a", Wanted::Offer("1"), SKINIFY), ("", "")),
            (order("a", Wanted::Page(None), SKINIFY), ("paid", "7.40 USD")),
            // A held deposit is not paid yet.
            (order("b", Wanted::Item("1"), SKINIFY), ("held", "")),
            // A link is paid item by item.
            (order("c", Wanted::Page(None), SHADOWPAY), ("created", "3.30 USD")),
            (order("x", Wanted::Sale("7", "1"), SHADOWPAY), ("sold", "12.50 USD")),
            (order("y", Wanted::Sale("8", "1"), SHADOWPAY), ("canceled", "")),
        ];
        for (order, (words, credited)) in cases {
            assert_eq!(told(&order), (words.to_owned(), credited.to_owned()), "{}", order.id);
        }
    }

    #[test]
    fn what_nobody_asked_for_is_counted() {
        let asked = order("a", Wanted::Page(None), SKINIFY);
        // The other deposit, and the purchase without a reference.
        assert_eq!(unasked(&[&asked], &ledger(), ProviderName::Skinify), 2);
        assert_eq!(unasked(&[], &ledger(), ProviderName::Skinslink), 0);
    }
}
