//! Everything is lost but a back-up of the ledger that is older than what was bought since. By the procedure of
//! docs/operations.md nothing is bought twice, and nothing is sent whose end the ledger has forgotten.

use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::clock;
use skinbus_tests::back_up::BackUp;
use skinbus_tests::merchant::order;
use skinbus_tests::process::binary;
use skinbus_tests::system::{ACCOUNT, SERVICES};
use skinbus_tests::{Merchant, System, SystemOptions, wait};

use crate::stage;

/// `skinbus reconcile` has findings.
const FINDINGS: Option<i32> = Some(4);

#[tokio::test]
async fn a_ledger_that_is_restored_from_an_old_back_up_buys_nothing_twice() {
    let (mut system, merchant, _watch) = stage::start(SystemOptions::default()).await;
    merchant.publish(&order("done", "88101")).await;
    merchant.reaches("done", TradeStatus::Completed).await;
    let back_up = lived_on_after_a_back_up(&mut system, &merchant).await;

    // 1. Nothing runs. 2. The streams are gone, and the ledger is restored.
    for service in SERVICES {
        stage::end(&mut system, service).await;
    }
    lose_everything(&merchant).await;
    back_up.restore(merchant.client()).await;
    // As long as nobody says so, the ledger gets no follower, and without it no service is ready.
    let refused = skinbus(&system, &["topology", "apply"]).await;
    assert!(refused.is_empty(), "{refused}");
    system.launch("provider-dispatch", None);
    let address = system.service("provider-dispatch").address("health").await;
    wait::until("dispatch to say why it is not ready", || async {
        let answer = skinbus_tests::http().get(format!("http://{address}/readyz")).send().await.ok()?;
        answer.text().await.ok()?.contains("ledger.restored_at").then_some(())
    })
    .await;
    stage::end(&mut system, "provider-dispatch").await;
    // 3. The moment is in the settings before any service starts.
    let section = format!("[ledger]\nrestored_at = \"{}\"\n[shutdown]", clock::now());
    stage::configure(&system, "[shutdown]", &section);
    assert!(skinbus(&system, &["topology", "apply"]).await.contains("tracker_trades"));
    let told = skinbus(&system, &["doctor", "--json"]).await;
    assert!(told.contains("configuration.restored") && !told.contains("nats.ledger"), "{told}");
    stage::launch_all(&mut system).await;

    // 4. What the provider knows and the ledger does not, before merchants are let in.
    for order_id in ["flying", "waiting"] {
        merchant.reaches(order_id, TradeStatus::Completed).await;
    }
    let forgotten = merchant.reaches("refused", TradeStatus::NeedsReview).await;
    assert_eq!(forgotten.trade.unwrap().reason, "ledger_restored");
    let (code, findings) = system.reconcile(ACCOUNT, &[]).await;
    let unknown: Vec<_> = findings.iter().filter_map(|finding| finding["reference"].as_str()).collect();
    assert_eq!((code, unknown), (FINDINGS, vec!["later"]), "{findings:?}");

    // 5. A merchant repeats what it has no answer to, and goes on.
    for order_id in ["later", "fresh"] {
        merchant.publish(&order(order_id, "88101")).await;
    }
    for order_id in ["later", "fresh"] {
        merchant.reaches(order_id, TradeStatus::Completed).await;
    }
    let bought = system.bought().await;
    let once = ["done", "flying", "fresh", "later", "waiting"].map(|order_id| (order_id.to_owned(), 1));
    assert_eq!(bought.into_iter().collect::<Vec<_>>(), once);
    assert_eq!(merchant.last("refused").await.unwrap().to(), TradeStatus::NeedsReview);
    assert!(merchant.dead().await.is_empty());
}

/// Orders in every state before they are known to be at the provider; each of them has ended when this does. `later` comes after
/// the back-up.
async fn lived_on_after_a_back_up(system: &mut System, merchant: &Merchant) -> BackUp {
    // Bought, and nobody has written that down.
    stage::end(system, "trade-tracker").await;
    stage::arm(system, "provider-dispatch", "dispatch.after_answer").await;
    merchant.publish(&order("flying", "88101")).await;
    system.service("provider-dispatch").crashed().await;
    system.forget_ended();
    for (order_id, offer_id) in [("waiting", "88101"), ("refused", "88113")] {
        merchant.publish(&order(order_id, offer_id)).await;
        merchant.reaches(order_id, TradeStatus::Accepted).await;
    }
    assert_eq!(merchant.last("flying").await.unwrap().to(), TradeStatus::Dispatching);
    let back_up = BackUp::of(merchant.client(), "TRADES").await;

    for service in ["provider-dispatch", "trade-tracker"] {
        system.launch(service, None);
    }
    system.ready().await;
    merchant.publish(&order("later", "88101")).await;
    for order_id in ["flying", "waiting", "later"] {
        merchant.reaches(order_id, TradeStatus::Completed).await;
    }
    merchant.reaches("refused", TradeStatus::Failed).await;
    back_up
}

async fn skinbus(system: &System, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(arguments).arg("--config").arg(system.config_file());
    String::from_utf8(command.kill_on_drop(true).output().await.unwrap().stdout).unwrap()
}

/// As if every server had lost its disk.
async fn lose_everything(merchant: &Merchant) {
    use futures_util::TryStreamExt;
    let names: Vec<String> = merchant.jetstream().stream_names().try_collect().await.unwrap();
    for name in names {
        merchant.jetstream().delete_stream(&name).await.unwrap();
    }
    wait::until("every stream to be gone", || async {
        let names: Vec<String> = merchant.jetstream().stream_names().try_collect().await.ok()?;
        names.is_empty().then_some(())
    })
    .await;
}
