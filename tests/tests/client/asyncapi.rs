//! `docs/asyncapi.yaml` has every subject that a merchant may use, as the code has it, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use skinbus_bus::permissions::{GUEST_API, Rights, Role};
use skinbus_bus::topology::{ORDERS, TRADES, Topology, TopologySettings, merchant_consumer};
use skinbus_tests::system::{ACCOUNT, MERCHANT};
use skinbus_tests::{System, SystemOptions};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/asyncapi.yaml")).unwrap()
}

/// The values of a key, wherever it stands.
fn values<'a>(document: &'a str, key: &str) -> Vec<&'a str> {
    let of_line = |line: &'a str| line.trim_start().strip_prefix(key)?.strip_prefix(": ");
    document.lines().filter_map(of_line).filter(|value| *value != "null").collect()
}

/// A subject as the document names it.
fn named(subject: &str) -> String {
    let accounts = [ACCOUNT, "skinify_other"];
    let subject =
        accounts.iter().fold(subject.to_owned(), |subject, account| subject.replace(account, "{account}"));
    let subject = subject.replace(MERCHANT, "{merchant}");
    match subject.strip_prefix("$JS.API.") {
        Some(call) => format!("{GUEST_API}.{call}"),
        None => subject,
    }
}

fn rights() -> Rights {
    Role::Merchant(MERCHANT.parse().unwrap(), vec![ACCOUNT.parse().unwrap()]).rights()
}

fn is_of_skinbus(subject: &&String) -> bool {
    subject.starts_with("skinbus.v1.")
}

#[test]
fn the_channels_are_what_a_merchant_may_use() {
    let rights = rights();
    let all = rights.publish.iter().chain(&rights.subscribe).filter(is_of_skinbus);
    let allowed: BTreeSet<String> = all.map(|subject| named(subject)).collect();
    let document = document();
    let described: BTreeSet<String> = values(&document, "address")
        .into_iter()
        .map(|address| match address.rsplit_once('.') {
            // One right is for every operation, and one for every order.
            Some((of, _)) if of.ends_with("{account}") => format!("{of}.*"),
            Some((of, "{orderId}")) => format!("{of}.*"),
            _ => address.to_owned(),
        })
        .collect();
    assert_eq!(described, allowed);
}

#[test]
fn jetstream_is_described_as_it_is() {
    let expected = jetstream();
    assert!(document().contains(&expected), "docs/asyncapi.yaml must have\n{expected}");
}

/// Everything of a merchant's rights that is no channel, and what the streams and the consumer are like.
fn jetstream() -> String {
    let settings = TopologySettings {
        replicas: 1,
        accounts: vec![ACCOUNT.parse().unwrap()],
        merchants: [MERCHANT.parse().unwrap()].into(),
        tracker_max_ack_pending: 1,
    };
    let topology = Topology::new(&settings);
    let name = merchant_consumer(&MERCHANT.parse().unwrap());
    let own = topology.consumers.iter().find(|(_, config)| config.durable_name.as_ref() == Some(&name));
    let (stream_of, consumer) = own.unwrap();
    let mut text = format!("x-jetstream:\n  api-prefix: {GUEST_API}\n  streams:\n");
    for stream in topology.streams.iter().filter(|stream| [ORDERS, TRADES].contains(&stream.name.as_str())) {
        text += &format!(
            "    {}: {{ retention: {:?}, max-age-days: {}, max-bytes: {}, duplicate-window-seconds: {} }}\n",
            stream.name,
            stream.retention,
            stream.max_age.as_secs() / Duration::from_hours(24).as_secs(),
            stream.max_bytes,
            stream.duplicate_window.as_secs(),
        );
    }
    text += &format!(
        "  consumer:\n    stream: {stream_of}\n    name: {}\n    filter-subject: {}\n    ack-policy: {:?}\n    \
         ack-wait-seconds: {}\n    max-ack-pending: {}\n    max-deliver: {}\n",
        named(&name),
        named(&consumer.filter_subject),
        consumer.ack_policy,
        consumer.ack_wait.as_secs(),
        consumer.max_ack_pending,
        consumer.max_deliver,
    );
    let rights = rights();
    for (what, subjects) in [("publish", &rights.publish), ("subscribe", &rights.subscribe)] {
        text += &format!("  {what}:\n");
        for subject in subjects.iter().filter(|subject| !is_of_skinbus(subject)) {
            text += &format!("    - {}\n", named(subject));
        }
    }
    text
}

#[test]
fn the_messages_are_those_of_the_proto_files() {
    let document = document();
    let (messages, files) = (values(&document, "x-protobuf-message"), values(&document, "x-protobuf-file"));
    assert!(messages.len() == files.len() && messages.len() > 20, "{messages:?}");
    for (message, file) in messages.into_iter().zip(files) {
        let proto = std::fs::read_to_string(root().join(file)).unwrap();
        let name = message.strip_prefix("skinbus.v1.").unwrap();
        assert!(proto.contains(&format!("\nmessage {name} {{")), "{file} has no {message}");
    }
}

/// The services say themselves what they answer.
#[tokio::test]
async fn every_request_is_answered_and_every_answer_described() {
    let system = System::start(SystemOptions::default()).await;
    let client = system.merchant().await.client().clone();
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a question to all, which many answer")]
    client.publish_with_reply("$SRV.INFO", inbox, "".into()).await.unwrap();
    let mut answered = BTreeSet::new();
    // Intake, and dispatch for queries, look-ups and commands.
    while !(answered.contains("skinbus.v1.place.{merchant}") && answered.len() > 4) {
        let answer = crate::soon(answers.next()).await.unwrap();
        let info: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
        for endpoint in info["endpoints"].as_array().unwrap() {
            let subject = endpoint["subject"].as_str().unwrap();
            answered.insert(named(&subject.replace("place.*", "place.acme")));
        }
    }
    let document = document();
    let asked = |address: &&str| ["place", "query", "command"].contains(&address.split('.').nth(2).unwrap());
    let described: BTreeSet<String> =
        values(&document, "address").into_iter().filter(asked).map(str::to_owned).collect();
    assert_eq!(described, answered);
}
