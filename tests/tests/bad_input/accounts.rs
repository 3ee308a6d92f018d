//! Orders for accounts, merchants and operations that there are not.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::look::headers;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::{System, SystemOptions};

use crate::{broken, bytes, violations};

#[tokio::test]
async fn another_merchants_account_is_as_unknown_as_none() {
    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let ask = async |order_id: &str, account: &str| {
        let order = v1::OrderRequest { account: account.to_owned(), ..order(order_id, "88101") };
        merchant.place(&order).await.unwrap()
    };
    let unknown = ask("wd-1", "skinify_nobody").await;
    let foreign = ask("wd-2", "skinify_other").await;
    assert_eq!(broken(&unknown.violations), [("account".to_owned(), "unknown_account".to_owned())]);
    for receipt in [&unknown, &foreign] {
        assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1));
    }
    // Nothing but what was given differs, so nobody can find out which accounts there are.
    let told = |receipt: &v1::OrderReceipt, account: &str| {
        format!("{:?}", receipt.violations).replace(account, "<account>")
    };
    assert_eq!(told(&unknown, "skinify_nobody"), told(&foreign, "skinify_other"));

    // Published, the ledger tells the same.
    let foreign = v1::OrderRequest { account: "skinify_other".to_owned(), ..order("wd-3", "88101") };
    merchant.publish(&foreign).await;
    let rejected = merchant.reaches("wd-3", TradeStatus::Rejected).await;
    assert_eq!(broken(violations(&rejected)), broken(&unknown.violations));
    assert_eq!(system.quota().await["arrivals"], 0);
}

#[tokio::test]
async fn an_unknown_merchant_owns_nothing_and_touches_nobody() {
    let system = System::start(SystemOptions::default()).await;
    let (merchant, nobody) = (system.merchant().await, Merchant::connect(&system.nats.url(), "nobody").await);
    // The account is real, the order id is another merchant's.
    merchant.publish(&order("wd-1", "88112")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;
    nobody.publish(&order("wd-1", "88101")).await;
    let rejected = nobody.reaches("wd-1", TradeStatus::Rejected).await;
    assert_eq!(rejected.merchant, "nobody");
    assert_eq!(broken(violations(&rejected)), [("account".to_owned(), "unknown_account".to_owned())]);
    let receipt = nobody.place_bytes("nobody", headers(&[]), bytes(&order("wd-1", "88101"))).await.unwrap();
    assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1));
    assert_eq!(merchant.last("wd-1").await.unwrap().to(), TradeStatus::Completed);
    assert_eq!(system.bought().await["wd-1"], 1);
}

#[tokio::test]
async fn what_the_provider_does_not_offer_is_refused() {
    use v1::order_request::Operation;

    let system = System::start(SystemOptions::default()).await;
    let merchant = system.merchant().await;
    let listing = Operation::Listing(v1::Listing::default());
    let order = v1::OrderRequest { operation: Some(listing), ..order("wd-1", "88101") };
    merchant.publish(&order).await;
    let rejected = merchant.reaches("wd-1", TradeStatus::Rejected).await;
    // Everything that is wrong, whether or not it would do any good to mend the rest.
    let expected =
        [("listing", "unsupported_operation"), ("listing.items", "one"), ("listing.seller", "required")]
            .map(|(field, rule)| (field.to_owned(), rule.to_owned()));
    assert_eq!((rejected.version, broken(violations(&rejected))), (1, expected.to_vec()));
    let receipt = merchant.place(&order).await.unwrap();
    assert_eq!((receipt.status(), receipt.version), (TradeStatus::Rejected, 1));
    assert_eq!(broken(&receipt.violations), expected);
    assert_eq!(system.quota().await["arrivals"], 0);
}
