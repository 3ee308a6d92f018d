//! Everything that is done with Skinbus, by users with the least rights. Not one refusal is logged meanwhile.

use futures_util::StreamExt;
use serde_json::json;
use skinbus_proto::v1::TradeStatus;
use skinbus_proto::{Message, v1};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::{Merchant, order};
use skinbus_tests::process::binary;
use skinbus_tests::secured::{ca_file, seed_file};
use skinbus_tests::system::{ACCOUNT, SERVICES};
use skinbus_tests::{System, orders, wait};

use crate::{secured, text, told};

/// What the services counted of refusals, and what they said of them.
pub(crate) async fn refusals(system: &System) -> Vec<String> {
    let mut all = Vec::new();
    for service in &system.services {
        let (_, metrics) = service.page("/metrics").await;
        let counted = metrics.lines().filter(|line| line.starts_with("skinbus_nats_refused"));
        all.extend(counted.map(|line| format!("{}: {line}", service.name)));
        all.extend(service.log().into_iter().filter(|line| line.contains("for want of a right")));
    }
    all
}

#[tokio::test]
async fn whole_lives_are_led_with_the_least_rights() {
    let system = System::start(secured()).await;
    let acme = Merchant::connect_as(&system.nats.url(), "acme", system.options_of("merchant-acme")).await;
    let operator = system.merchant().await;

    // Published, placed by request and reply, and seen live.
    let mut seen = acme.client().subscribe("skinbus.v1.status.acme.*").await.unwrap();
    acme.client().flush().await.unwrap();
    acme.publish(&order("wd-1", "88101")).await;
    let receipt = acme.place(&order("wd-2", "88102")).await.unwrap();
    assert_eq!(receipt.status(), TradeStatus::Accepted);
    for order_id in ["wd-1", "wd-2"] {
        operator.reaches(order_id, TradeStatus::Completed).await;
    }
    let first = seen.next().await.unwrap();
    let first = v1::TradeStatusChanged::decode(first.payload).unwrap();
    assert_eq!((first.merchant.as_str(), first.version), ("acme", 1));

    // A deposit that only webhooks and look-ups tell of; a question; a command.
    acme.publish(&orders::link(ProviderName::Skinify, "dep-1")).await;
    operator.reaches("dep-1", TradeStatus::Submitted).await;
    let paid = json!({"reference": "dep-1", "event": "pay", "amount": "7.40"});
    system.control(&json!({"skinify": {"deposits": [paid]}})).await;
    operator.reaches("dep-1", TradeStatus::Completed).await;
    let balance: v1::BalanceResponse = acme.query(ACCOUNT, "balance", &v1::BalanceRequest {}).await.unwrap();
    assert!(!balance.lines.is_empty());
    // A list goes through the object store.
    let prices =
        told(&system, "merchant-acme", "query prices --account skinify_main --game cs2 --json").await;
    assert!(!prices.is_empty());
    let about = v1::CommandRequest { order_id: "wd-1".to_owned(), ..v1::CommandRequest::default() };
    let refusal = acme.command(ACCOUNT, "cancel", &about).await;
    assert!(refusal.is_ok() || refusal.unwrap_err().code == 400, "an answer came");

    merchants_read(&system, &operator).await;
    operators_decide(&system, &operator).await;
    assert_eq!(refusals(&system).await, Vec::<String>::new());
}

/// By the command line, and by a program that credits users: all on its own consumer.
async fn merchants_read(system: &System, operator: &Merchant) {
    let shown = told(system, "merchant-acme", "trade show wd-1 --json").await;
    assert!(shown.contains("COMPLETED") && shown.lines().count() == 1, "{shown}");
    let watched = told(system, "merchant-acme", "watch --order wd-1 --until-final --json").await;
    assert!(watched.contains("COMPLETED"), "{watched}");
    let all = system.skinbus("merchant-acme", &["watch", "--all"]).await;
    assert!(text(&all).contains("may not read all orders at once"), "{}", text(&all));

    let client = system.options_of("merchant-acme").connect(system.nats.url()).await.unwrap();
    let context =
        async_nats::jetstream::context::ContextBuilder::new().api_prefix("skinbus.js").build(client);
    let mut consumer: async_nats::jetstream::consumer::PullConsumer =
        context.get_consumer_from_stream("merchant-acme", "TRADES").await.unwrap();
    let expected: usize = operator.history().await.values().map(Vec::len).sum();
    // No request stays open, to which messages would still be given.
    let mut messages = consumer.fetch().max_messages(expected).messages().await.unwrap();
    for _ in 0..expected {
        let message = messages.next().await.unwrap().unwrap();
        assert!(message.subject.starts_with("skinbus.v1.status.acme."), "{}", message.subject);
        message.double_ack().await.unwrap();
    }
    let info = consumer.info().await.unwrap();
    assert_eq!((info.num_pending, info.num_ack_pending), (0, 0));
    credited(system).await;
}

/// The example program books the deposit, from the beginning of the same consumer.
async fn credited(system: &System) {
    let directory = tempfile::tempdir().unwrap();
    let mut program = tokio::process::Command::new(binary("crediting-example"));
    program.args(["--url", &system.nats.url(), "--merchant", "acme", "--consumer", "merchant-acme"]);
    program.args(["--nkey", &seed_file(&system.nats, "merchant-acme"), "--jetstream", "skinbus.js"]);
    program.args(["--once", "--replay", "--ca", &ca_file(&system.nats), "--database"]);
    let output =
        program.arg(directory.path().join("crediting.db")).kill_on_drop(true).output().await.unwrap();
    let said = text(&output);
    assert!(output.status.success() && said.lines().any(|line| line.starts_with("balance of ")), "{said}");
}

async fn operators_decide(system: &System, operator: &Merchant) {
    // A trade that waits for a person.
    let fault = json!({ "path": "/withdraw/buy", "custom_id": "wd-3", "kind": "refuse" });
    system.control(&json!({ "faults": [fault] })).await;
    operator.publish(&order("wd-3", "88101")).await;
    operator.reaches("wd-3", TradeStatus::NeedsReview).await;
    assert!(told(system, "operator", "trade review").await.contains("wd-3"));
    told(system, "operator", "trade resolve wd-3 --as absent --reason looked").await;
    operator.reaches("wd-3", TradeStatus::Completed).await;

    // A dead letter, published again: it dies again, and is dropped.
    let acme = Merchant::connect_as(&system.nats.url(), "acme", system.options_of("merchant-acme")).await;
    acme.publish_bytes(vec![0xff; 8], "application/x-protobuf").await;
    let letters = || async {
        let listed = told(system, "operator", "dead list --json").await;
        let letters: Vec<serde_json::Value> =
            listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (letters.len() == 1).then(|| letters[0]["handle"].to_string())
    };
    let handle = wait::until("a dead letter", letters).await;
    told(system, "operator", &format!("dead redrive {handle}")).await;
    let again = wait::until("it to die again", letters).await;
    assert_ne!(again, handle);
    told(system, "operator", &format!("dead drop {again}")).await;

    let config = system.config_file();
    let config = config.to_str().unwrap();
    for command in ["accounts", "quota", "reconcile --account skinify_main --since 1h"] {
        told(system, "operator", &format!("{command} --json --config {config}")).await;
    }
    told(system, "operator", "drift --json").await;
    // Nothing is missing, and applying again changes nothing.
    for command in ["check", "apply"] {
        let said = told(system, "admin", &format!("topology {command} --config {config}")).await;
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert_eq!(system.services.len(), SERVICES.len());
}

#[tokio::test]
async fn topology_check_says_what_differs() {
    let system = System::start_without_services(secured()).await;
    let config = system.config_file();
    let config = config.to_str().unwrap();
    let client = system.options_of("admin").connect(system.nats.url()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    context.delete_consumer_from_stream("intake", "ORDERS").await.unwrap();
    let arguments = ["topology", "check", "--config", config];
    let output = system.skinbus("admin", &arguments).await;
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    assert!(text(&output).contains("consumer intake"), "{}", text(&output));
    let applied = told(&system, "admin", &format!("topology apply --config {config}")).await;
    assert!(applied.starts_with("created the consumer intake\n"), "{applied}");
    let output = system.skinbus("admin", &arguments).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}
