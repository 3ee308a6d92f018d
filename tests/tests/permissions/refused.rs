//! What each user must not do is refused by the server, in words.

use std::collections::BTreeMap;

use async_nats::{Client, Event, ServerError};
use skinbus_proto::v1;
use skinbus_tests::merchant::order;
use skinbus_tests::{System, wait};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::secured;

/// Forbidden for everybody but the one who owns it, and for whom it is named.
const OTHERS_INBOXES: [(&str, &str); 6] = [
    ("order-intake", "_INBOX_order_intake.>"),
    ("provider-dispatch", "_INBOX_provider_dispatch.>"),
    ("trade-tracker", "_INBOX_trade_tracker.>"),
    ("webhook-ingress", "_INBOX_webhook_ingress.>"),
    ("admin", "_INBOX_admin.>"),
    ("nobody", ">"),
];

/// Nobody at all may publish on these.
const NOBODYS: [&str; 8] = [
    "skinbus.v1.status.acme.wd-1",
    "$JS.API.STREAM.DELETE.TRADES",
    "$JS.API.STREAM.PURGE.TRADES",
    "$JS.API.STREAM.MSG.DELETE.TRADES",
    "$JS.API.STREAM.SNAPSHOT.TRADES",
    "$JS.API.STREAM.PURGE.KV_skinbus_quota",
    "$SYS.REQ.SERVER.PING",
    "anything",
];

/// What a user may not publish on besides.
fn forbidden() -> BTreeMap<&'static str, Vec<&'static str>> {
    // Who makes and changes streams.
    let provisioning = [
        "$JS.API.STREAM.CREATE.MINE",
        "$JS.API.STREAM.UPDATE.TRADES",
        "$JS.API.CONSUMER.CREATE.ORDERS.intake",
        "$JS.API.CONSUMER.DELETE.ORDERS.intake",
    ];
    let merchant = [
        "skinbus.v1.append.acme.wd-1",
        "skinbus.v1.append.other.wd-1",
        "skinbus.v1.dispatch.skinify_main",
        "skinbus.v1.webhooks.skinify_main",
        "skinbus.v1.poll.due.skinify_main",
        "skinbus.v1.dead.intake",
        "skinbus.v1.alert.orphan",
        "$KV.skinbus_quota.skinify_main",
        "$JS.API.STREAM.INFO.TRADES",
        "$JS.API.STREAM.MSG.GET.TRADES",
        "$JS.API.DIRECT.GET.TRADES",
        "$JS.API.CONSUMER.CREATE.TRADES.x.skinbus.v1.status.acme.>",
        "skinbus.js.STREAM.INFO.TRADES",
        "skinbus.js.STREAM.MSG.GET.TRADES",
        "skinbus.js.CONSUMER.CREATE.TRADES.x.skinbus.v1.status.acme.>",
        "skinbus.js.CONSUMER.MSG.NEXT.TRADES.tracker_trades",
    ];
    let of_merchant = |own: &[&'static str]| [&merchant[..], &provisioning[..], own].concat();
    let of_service = |own: &[&'static str]| [&provisioning[..], own].concat();
    [
        (
            "order-intake",
            of_service(&[
                "skinbus.v1.orders.acme",
                "skinbus.v1.webhooks.skinify_main",
                "skinbus.v1.poll.due.skinify_main",
                "skinbus.v1.query.skinify_main.balance",
                "skinbus.v1.command.skinify_main.cancel",
                "skinbus.v1.dead.dispatch",
                "$KV.skinbus_quota.skinify_main",
                "$JS.API.STREAM.MSG.GET.WEBHOOKS",
                "$JS.API.STREAM.MSG.GET.DISPATCH",
                "$JS.API.STREAM.INFO.POLLS",
                "$JS.API.CONSUMER.MSG.NEXT.TRADES.tracker_trades",
                "_INBOX_trade_tracker.x",
            ]),
        ),
        (
            "provider-dispatch",
            of_service(&[
                "skinbus.v1.orders.acme",
                "skinbus.v1.place.acme",
                "skinbus.v1.poll.hint.skinify_main.acme.wd-1.first",
                "skinbus.v1.poll.due.skinify_main",
                "skinbus.v1.dead.intake",
                "$JS.API.STREAM.MSG.GET.WEBHOOKS",
                "$JS.API.STREAM.MSG.DELETE.DISPATCH",
                "$JS.API.CONSUMER.MSG.NEXT.ORDERS.intake",
                "$JS.API.CONSUMER.MSG.NEXT.TRADES.tracker_trades",
                "$KV.skinbus_claims.events.skinify_main",
            ]),
        ),
        (
            "trade-tracker",
            of_service(&[
                "skinbus.v1.orders.acme",
                "skinbus.v1.place.acme",
                "skinbus.v1.webhooks.skinify_main",
                "$KV.skinbus_quota.skinify_main",
                "$KV.skinbus_claims.events.skinify_main",
                "$JS.API.CONSUMER.MSG.NEXT.ORDERS.intake",
                "$JS.API.CONSUMER.MSG.NEXT.DISPATCH.dispatch_skinify_main",
                "$JS.API.STREAM.MSG.DELETE.WEBHOOKS",
                "$JS.API.STREAM.MSG.GET.DEAD",
            ]),
        ),
        (
            "webhook-ingress",
            of_service(&[
                "skinbus.v1.append.acme.wd-1",
                "skinbus.v1.orders.acme",
                "skinbus.v1.dispatch.skinify_main",
                "skinbus.v1.poll.due.skinify_main",
                "skinbus.v1.query.skinify_main.balance",
                "skinbus.v1.command.skinify_main.cancel",
                "skinbus.v1.dead.intake",
                "skinbus.v1.alert.orphan",
                "$KV.skinbus_claims.lists.skinify_main.prices.cs2",
                "$KV.skinbus_quota.skinify_main",
                "$JS.API.STREAM.MSG.GET.WEBHOOKS",
                "$JS.API.DIRECT.GET.TRADES.skinbus.v1.status.acme.wd-1",
                "$JS.API.CONSUMER.MSG.NEXT.WEBHOOKS.tracker_webhooks",
            ]),
        ),
        (
            "operator",
            of_service(&[
                "skinbus.v1.poll.at.skinify_main.acme.wd-1.purchase_now",
                "skinbus.v1.dead.intake",
                "$KV.skinbus_quota.skinify_main",
                "$KV.skinbus_claims.events.skinify_main",
                "$JS.API.STREAM.MSG.GET.WEBHOOKS",
                "$JS.API.STREAM.MSG.DELETE.ORDERS",
            ]),
        ),
        (
            "admin",
            vec![
                "skinbus.v1.append.acme.wd-1",
                "skinbus.v1.orders.acme",
                "skinbus.v1.poll.due.skinify_main",
                "$JS.API.STREAM.MSG.GET.TRADES",
                "$JS.API.DIRECT.GET.TRADES.skinbus.v1.status.acme.wd-1",
                "$JS.API.CONSUMER.MSG.NEXT.TRADES.tracker_trades",
            ],
        ),
        (
            "merchant-acme",
            of_merchant(&[
                "skinbus.v1.orders.other",
                "skinbus.v1.place.other",
                "skinbus.v1.query.skinify_other.balance",
                "skinbus.v1.command.skinify_other.approve_hold",
                "skinbus.js.DIRECT.GET.TRADES.skinbus.v1.status.other.wd-1",
                "skinbus.js.CONSUMER.MSG.NEXT.TRADES.merchant-other",
                "$JS.ACK.TRADES.merchant-other.1.1.1.1.1",
            ]),
        ),
        (
            "merchant-other",
            of_merchant(&[
                "skinbus.v1.orders.acme",
                "skinbus.v1.query.skinify_main.balance",
                "skinbus.js.DIRECT.GET.TRADES.skinbus.v1.status.acme.wd-1",
                "skinbus.js.CONSUMER.MSG.NEXT.TRADES.merchant-acme",
            ]),
        ),
    ]
    .into()
}

/// Subjects that a user may not hear.
fn unheard(user: &str) -> Vec<&'static str> {
    let mut subjects: Vec<&str> =
        OTHERS_INBOXES.iter().filter(|(owner, _)| *owner != user).map(|(_, inbox)| *inbox).collect();
    subjects.extend([
        "skinbus.v1.append.>",
        "skinbus.v1.orders.*",
        "skinbus.v1.webhooks.*",
        "$JS.API.>",
        "_R_.>",
    ]);
    match user {
        "merchant-acme" => subjects.extend(["skinbus.v1.status.other.*", "skinbus.v1.status.*.*", "$SRV.>"]),
        "merchant-other" => subjects.extend(["skinbus.v1.status.acme.*", "skinbus.v1.status.>"]),
        "operator" => subjects.extend(["skinbus.v1.query.>", "_INBOX.>"]),
        "order-intake" => {
            subjects.extend(["skinbus.v1.query.*.*", "skinbus.v1.status.*.*", "_INBOX_skinbus.>"])
        }
        "provider-dispatch" => subjects.extend(["skinbus.v1.place.*", "_INBOX_skinbus.>", "_INBOX.>"]),
        _ => subjects.extend(["skinbus.v1.status.*.*", "skinbus.v1.place.*", "_INBOX_skinbus.>", "_INBOX.>"]),
    }
    subjects
}

/// A user's connection, and what the server says to it.
async fn connected(system: &System, user: &str) -> (Client, UnboundedReceiver<String>) {
    let (tell, told) = unbounded_channel();
    let options = system.options_of(user).event_callback(move |event| {
        if let Event::ServerError(ServerError::Other(text)) = event {
            tell.send(text).unwrap();
        }
        std::future::ready(())
    });
    (options.connect(system.nats.url()).await.unwrap(), told)
}

/// The next thing that the server refuses.
async fn next(told: &mut UnboundedReceiver<String>, of: &str) -> String {
    let refusal = tokio::time::timeout(wait::LONGEST, told.recv()).await;
    refusal.unwrap_or_else(|_| panic!("{of} was not refused")).unwrap()
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what is refused is never acknowledged")]
async fn every_forbidden_subject_is_refused_to_every_user() {
    let system = System::start_without_services(secured()).await;
    for (user, subjects) in forbidden() {
        let (client, mut told) = connected(&system, user).await;
        for subject in subjects.into_iter().chain(NOBODYS) {
            client.publish(subject, "forged".into()).await.unwrap();
            let expected = format!("Permissions Violation for Publish to \"{subject}\"");
            assert_eq!(next(&mut told, &format!("{user}: {subject}")).await, expected);
        }
        for subject in unheard(user) {
            let _subscriber = client.subscribe(subject).await.unwrap();
            let refusal = next(&mut told, &format!("{user}: {subject}")).await;
            let expected = format!("Permissions Violation for Subscription to \"{subject}\"");
            assert_eq!(refusal, expected, "{user}");
        }
    }
    // Nothing of it was stored.
    let operator = system.merchant().await;
    assert!(operator.history().await.is_empty() && operator.dead().await.is_empty());
}

/// Without a key, or with one that nobody knows, there is no connection; neither without TLS.
#[tokio::test]
async fn strangers_do_not_come_in() {
    let system = System::start_without_services(secured()).await;
    let stranger = async_nats::ConnectOptions::new();
    assert!(
        stranger.connect(system.nats.url()).await.is_err(),
        "the authority is not known, and there is no key"
    );
    let seed = nkeys_seed();
    let output = {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), seed).unwrap();
        let arguments = ["--nats-nkey", file.path().to_str().unwrap(), "dead", "list"];
        system.skinbus("operator", &arguments).await
    };
    assert_eq!(output.status.code(), Some(1), "{}", crate::text(&output));
}

/// The seed of a user that the server was never told of.
fn nkeys_seed() -> String {
    let directory = tempfile::tempdir().unwrap();
    let keys = skinbus_bus::permissions::Keys::in_directory(directory.path());
    keys.public("stranger").unwrap();
    std::fs::read_to_string(keys.seed_file("stranger")).unwrap()
}

/// A service that is refused something says so once, and counts it: here intake, with the key of the ingress.
#[tokio::test]
async fn refusals_are_logged_and_counted() {
    let system = System::start_without_services(secured()).await;
    let own = [
        ("SKINBUS_NATS__REQUEST_TIMEOUT", "250ms"),
        ("SKINBUS_NATS__INBOX_PREFIX", "_INBOX_webhook_ingress"),
    ];
    let process = system.launch_as("order-intake", "webhook-ingress", &own);
    let counted = wait::until("refusals to be counted", || async {
        let (_, metrics) = process.page("/metrics").await;
        let line = metrics.lines().find(|line| {
            line.starts_with("skinbus_nats_refused") && line.contains(r#"subject="$JS.API.STREAM.INFO""#)
        });
        let count = line?.rsplit(' ').next()?.parse::<u64>().ok()?;
        (count > 2).then_some(count)
    })
    .await;
    let lines = process.log();
    let logged: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("for want of a right") && line.contains("$JS.API.STREAM.INFO"))
        .collect();
    assert_eq!(logged.len(), 1, "{counted} refusals: {logged:#?}");
}

/// The right account and the wrong merchant: what the server lets through the services refuse.
#[tokio::test]
async fn an_order_for_another_merchants_account_is_rejected() {
    let system = System::start(secured()).await;
    let other =
        skinbus_tests::Merchant::connect_as(&system.nats.url(), "other", system.options_of("merchant-other"))
            .await;
    let receipt = other.place(&order("wd-1", "88101")).await.unwrap();
    assert_eq!(receipt.status(), v1::TradeStatus::Rejected);
}
