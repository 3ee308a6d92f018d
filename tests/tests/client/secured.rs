//! The same with the rights of a merchant's own NATS user, who may make no consumer and read no stream.

use rust_decimal::Decimal;
use serde_json::json;
use skinbus_client::credits::{CreditBook, CreditKey, Rules, Step, Told};
use skinbus_client::v1::TradeStatus;
use skinbus_client::{Client, Durable, Identity, Options};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::secured::{ca_file, seed_file};
use skinbus_tests::{System, SystemOptions, orders};

use crate::{assert_completed, order, soon, to_the_end, versions};

/// Keeps what was booked, and how often it was told of first versions. It keeps no other versions: nothing here comes out of order.
#[derive(Default)]
struct Booked(Vec<(String, Decimal)>, usize);

impl CreditBook for Booked {
    type Error = String;

    async fn apply(&mut self, told: &Told) -> Result<Vec<(CreditKey, Step)>, String> {
        self.1 += usize::from(told.order_id == "dep-1" && told.version == 1);
        for (key, booking) in &told.credits {
            let amount = booking.as_ref().ok_or("every credit here counts at once")?.amount;
            if !self.0.iter().any(|(known, _)| *known == key.key) {
                self.0.push((key.key.clone(), amount));
            }
        }
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_merchants_user_can_do_all_that_the_client_does() {
    let options = SystemOptions { secured: true, webhooks: true, ..SystemOptions::default() };
    let mut system = System::start(options).await;
    let identity = Identity::NkeySeedFile(seed_file(&system.nats, "merchant-acme").into());
    let options = Options::secured(system.nats.url(), "acme", identity).ca_file(ca_file(&system.nats));
    let client = Client::connect(options).await.unwrap();

    let mut watch = client.watch("o-1", 0).await.unwrap();
    client.place(&order("o-1")).await.unwrap();
    // All came before anybody asked for the first, and none is passed over.
    soon(client.until_settled("o-1", 0)).await.unwrap();
    let live = to_the_end(&mut watch).await;
    assert_completed(&live);
    let last = live.last().unwrap().change.version;
    assert!(
        versions(&live).into_iter().eq(1..=last) && live.iter().all(|update| update.missed == 0),
        "{live:#?}"
    );
    // Later only the newest can be read, and says what is missing.
    let late = to_the_end(&mut client.watch("o-1", 1).await.unwrap()).await;
    assert_eq!((versions(&late), late[0].missed), (vec![last], last - 2));

    client.publish(&orders::link(ProviderName::Skinify, "dep-1")).await.unwrap();
    let mut deposit = client.watch("dep-1", 0).await.unwrap();
    while soon(deposit.next()).await.unwrap().change.to() != TradeStatus::Submitted {}
    let paid = json!({"reference": "dep-1", "event": "pay", "amount": "7.40"});
    system.control(&json!({"skinify": {"deposits": [paid]}})).await;
    assert_completed(&to_the_end(&mut deposit).await);

    let mut booked = Booked::default();
    credit(&client, &mut booked).await;
    assert_eq!(booked.0.iter().map(|(_, amount)| amount.to_string()).collect::<Vec<_>>(), ["7.40"]);
    assert!(client.watch_all(&Durable::Own("mine".to_owned())).await.is_err(), "it may make no consumer");

    // Its server ends, and comes back.
    system.nats.restart().await;
    let (mut watch, receipt) = soon(async {
        loop {
            if let Ok(receipt) = client.place(&order("o-2")).await {
                break (client.watch("o-2", 0).await.unwrap(), receipt);
            }
        }
    })
    .await;
    assert_eq!(receipt.order_id, "o-2");
    assert_completed(&to_the_end(&mut watch).await);
    // From the beginning again.
    client.replay(&Durable::OfMerchant).await.unwrap();
    credit(&client, &mut booked).await;
    assert_eq!((booked.0.len(), booked.1), (1, 2));
}

/// Until nothing is left to do.
async fn credit(client: &Client, booked: &mut Booked) {
    let mut credits = client.credits(&Durable::OfMerchant, Rules::default()).await.unwrap();
    soon(async {
        while !credits.is_done().await.unwrap() {
            assert!(credits.apply_next(booked).await.unwrap().is_acknowledged);
        }
    })
    .await;
}
