//! What nobody could work on: kept with all it had, and worked on again, once, when somebody says so.
#![cfg(test)]

mod mover;
mod operator;
mod redriven;

use std::process::Output;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use skinbus_tests::merchant::Merchant;
use skinbus_tests::process::binary;
use skinbus_tests::{System, wait};

/// Runs `skinbus dead` with these arguments.
async fn dead(system: &System, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.args(["--nats", &system.nats.url(), "dead"]).args(arguments).env("NO_COLOR", "1");
    command.output().await.unwrap()
}

/// What it prints where it does what was asked.
async fn told(system: &System, arguments: &[&str]) -> String {
    let output = dead(system, arguments).await;
    let (out, problems) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {out} {problems}");
    out
}

/// What it complains of where it does not.
async fn refused(system: &System, arguments: &[&str]) -> String {
    let output = dead(system, arguments).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The letters as `dead list --json` has them.
async fn listed(system: &System, filter: &[&str]) -> Vec<serde_json::Value> {
    let lines = told(system, &[&["list", "--json"], filter].concat()).await;
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Changes a durable consumer, so that the server gives up on a message after moments and not after days.
async fn impatient(merchant: &Merchant, stream: &str, name: &str, deliveries_max: i64) {
    let stream = merchant.jetstream().get_stream(stream).await.unwrap();
    let consumer: PullConsumer = stream.get_consumer(name).await.unwrap();
    let known = &consumer.cached_info().config;
    let config = pull::Config {
        durable_name: Some(name.to_owned()),
        name: Some(name.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(1),
        max_deliver: deliveries_max,
        max_ack_pending: known.max_ack_pending,
        filter_subject: known.filter_subject.clone(),
        ..pull::Config::default()
    };
    stream.create_consumer(config).await.unwrap();
}

async fn until_stored(merchant: &Merchant, stream: &str, messages: u64) {
    wait::until(&format!("{stream} to hold {messages} messages"), || async {
        (merchant.stored(stream).await == messages).then_some(())
    })
    .await;
}
