//! Orders with bad or missing fields.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::merchant::{assert_gapless, order};
use skinbus_tests::{System, SystemOptions};

use crate::{broken, violations, with_purchase};

/// As many mistakes as fit into one order.
fn hopeless(order_id: &str) -> v1::OrderRequest {
    let mut hopeless = with_purchase(order(order_id, "88101"), |purchase| {
        purchase.recipient =
            Some(v1::SteamUser { steam_id: "76561198".to_owned(), trade_token: "toolongtoken".to_owned() });
        purchase.game = 99;
        purchase.item = Some(v1::purchase::Item::OfferId(String::new()));
        purchase.max_price = Some(v1::Money { currency: "dollars".to_owned(), amount: "-1".to_owned() });
    });
    hopeless.account = "Not An Account".to_owned();
    let mut never = skinbus_proto::timestamp(jiff::Timestamp::MAX);
    never.seconds = i64::MAX;
    hopeless.expires_at = Some(never);
    hopeless.metadata = (0..20).map(|index| (format!("k{index}"), "v".repeat(300))).collect();
    hopeless
}

#[tokio::test]
async fn every_broken_rule_is_told_at_once_and_a_corrected_request_may_follow() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    merchant.publish(&hopeless("wd-1")).await;
    let rejected = merchant.reaches("wd-1", TradeStatus::Rejected).await;
    assert_eq!((rejected.version, rejected.from()), (1, TradeStatus::Unspecified));
    let found = broken(violations(&rejected));
    for (field, rule) in [
        ("account", "pattern"),
        ("expires_at", "range"),
        ("metadata", "too_many"),
        ("metadata.k0", "length"),
        ("purchase.game", "unknown"),
        ("purchase.max_price.amount", "decimal"),
        ("purchase.max_price.currency", "currency"),
        ("purchase.offer_id", "length"),
        ("purchase.recipient.steam_id", "steam_id"),
        ("purchase.recipient.trade_token", "trade_token"),
    ] {
        assert!(found.contains(&(field.to_owned(), rule.to_owned())), "{field} {rule}: {found:#?}");
    }
    assert!(!format!("{rejected:?}").contains("toolongtoken"), "{rejected:?}");

    // The same mistake again is the same verdict, whichever way it comes.
    merchant.publish(&hopeless("wd-1")).await;
    let receipt = merchant.place(&hopeless("wd-1")).await.unwrap();
    assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1));
    assert_eq!(broken(&receipt.violations), found);

    // Another mistake is another version, and a corrected request is accepted as the next.
    let mistaken = with_purchase(order("wd-1", "88101"), |purchase| purchase.recipient = None);
    let receipt = merchant.place(&mistaken).await.unwrap();
    assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 2));
    assert_eq!(broken(&receipt.violations), [("purchase.recipient".to_owned(), "required".to_owned())]);
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    let history = merchant.history().await;
    assert_gapless(&history);
    assert_eq!(history["wd-1"][2].to(), TradeStatus::Accepted);
    assert!(violations(&history["wd-1"][2]).is_empty());
    assert_eq!(system.bought().await["wd-1"], 1);
    assert!(merchant.dead().await.is_empty(), "the ledger tells of it");
}

#[tokio::test]
async fn each_missing_field_is_named() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let plain = |change: fn(&mut v1::Purchase)| with_purchase(order("wd-1", "88101"), change);
    let cases = [
        (v1::OrderRequest { operation: None, ..order("wd-1", "88101") }, "operation", "required"),
        (v1::OrderRequest { account: String::new(), ..order("wd-1", "88101") }, "account", "required"),
        (plain(|purchase| purchase.item = None), "purchase.item", "required"),
        (plain(|purchase| purchase.max_price = None), "purchase.max_price", "required"),
        (plain(|purchase| price(purchase, "EUR", "1")), "purchase.max_price.currency", "price_currency"),
        (plain(|purchase| price(purchase, "USD", "0.00")), "purchase.max_price.amount", "positive"),
        (plain(|purchase| price(purchase, "USD", "1e3")), "purchase.max_price.amount", "decimal"),
        (plain(|purchase| token(purchase, "")), "purchase.recipient.trade_token", "required"),
        (plain(by_name_only), "purchase.game", "required"),
    ];
    for (index, (mistaken, field, rule)) in cases.into_iter().enumerate() {
        let mistaken = v1::OrderRequest { order_id: format!("wd-{index}"), ..mistaken };
        let receipt = merchant.place(&mistaken).await.unwrap();
        assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1), "{field}");
        assert_eq!(broken(&receipt.violations), [(field.to_owned(), rule.to_owned())]);
        let kept = merchant.last(&format!("wd-{index}")).await.unwrap();
        assert_eq!(violations(&kept), receipt.violations);
    }
    assert_eq!(system.quota().await["arrivals"], 0);
}

fn price(purchase: &mut v1::Purchase, currency: &str, amount: &str) {
    purchase.max_price = Some(v1::Money { currency: currency.to_owned(), amount: amount.to_owned() });
}

fn token(purchase: &mut v1::Purchase, token: &str) {
    purchase.recipient.as_mut().unwrap().trade_token = token.to_owned();
}

fn by_name_only(purchase: &mut v1::Purchase) {
    purchase.game = 0;
    purchase.item = Some(v1::purchase::Item::MarketHashName("Accepted Rust Door".to_owned()));
}
