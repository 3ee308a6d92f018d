//! Webhooks that prove what they say, and processes that die with them in hand: nobody else may ever tell of the credit.

use serde_json::{Value, json};
use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::config::ProviderName::{self, Shadowpay, Skinsback};
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::expected::Expected;
use crate::points::BEFORE_WEBHOOK_FOLD;
use crate::{checks, stage};
use skinbus_tests::orders;

/// What users pay, and the status that follows: whoever has a link of ShadowPay may sell one more item there, for days,
/// while a deposit at SkinsBack is paid once.
const PAID: [(ProviderName, &[&str], TradeStatus); 2] =
    [(Shadowpay, &["7.40", "12.15"], TradeStatus::Submitted), (Skinsback, &["7.40"], TradeStatus::Completed)];

#[tokio::test]
async fn binding_webhooks_survive_the_death_of_those_who_hold_them() {
    let options = SystemOptions { providers: vec![Shadowpay, Skinsback], ..SystemOptions::default() };
    let mut system = stage::start_with_webhooks(options).await;
    let (merchant, watch) = stage::open(&system).await;
    let mut expected = Vec::new();
    for (provider, amounts, ending) in PAID {
        for (service, point) in [
            ("webhook-ingress", "ingress.before_store"),
            ("webhook-ingress", "ingress.after_store"),
            ("trade-tracker", BEFORE_WEBHOOK_FOLD),
        ] {
            // SkinsBack takes short ids only.
            let order_id = format!("{provider}-{}", point.rsplit('.').next().unwrap().replace('_', "-"));
            merchant.publish(&orders::link(provider, &order_id)).await;
            merchant.reaches(&order_id, TradeStatus::Submitted).await;
            stage::arm(&mut system, service, point).await;
            system.service(service).ready().await;
            pay(&system, provider, &order_id, amounts).await;
            stage::crashed_then_restarted(&mut system, service).await;
            if service == "webhook-ingress" {
                // A webhook that is still repeated would take the tracker to its point before it is ready.
                until_credited(&merchant, &order_id, amounts.len()).await;
            }
            expected.push(Expected::deposit(order_id, &[ending]).paid_on_its_page(amounts.len()));
        }
    }

    checks::close_the_books(&system, &merchant, &watch, &expected).await;
    every_webhook_is_stored_once(&system, &merchant).await;
    let alerts = merchant.alerts().await;
    assert!(alerts.is_empty(), "{alerts:#?}");
}

/// Everything that was paid is in the ledger.
async fn until_credited(merchant: &Merchant, order_id: &str, payments: usize) {
    wait::until(&format!("{payments} credits of {order_id}"), || async {
        let history = merchant.history().await;
        let last = history.get(order_id)?.last()?.trade.as_ref()?;
        (last.credits.len() >= payments).then_some(())
    })
    .await;
}

/// The user pays so often, and the provider tells it.
async fn pay(system: &System, provider: ProviderName, order_id: &str, amounts: &[&str]) {
    let event = if provider == Shadowpay { "credit" } else { "pay" };
    let payment = |amount: &&str| json!({ "reference": order_id, "event": event, "amount": amount });
    let payments: Value = amounts.iter().map(payment).collect();
    system.control(&json!({ provider.as_str(): { "deposits": payments } })).await;
}

/// The provider got its answer to each, and had to ask again for those that nobody was there to answer.
async fn every_webhook_is_stored_once(system: &System, merchant: &Merchant) {
    let ledger = system.record("_ledger").await;
    let sent = ledger["notifications"].as_array().unwrap();
    assert!(sent.iter().all(|sent| sent["delivered"] == true), "{sent:#?}");
    let repeated = sent.iter().filter(|sent| sent["attempts"].as_u64() > Some(1)).count();
    assert!(repeated >= 4, "each death of the ingress leaves an unanswered webhook: {sent:#?}");
    assert_eq!(merchant.stored("WEBHOOKS").await, u64::try_from(sent.len()).unwrap());
}
