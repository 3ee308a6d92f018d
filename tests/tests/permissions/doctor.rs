//! `skinbus doctor` as the user operator: what is well is found well, and each fault is named with what to do.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::process::binary;
use skinbus_tests::system::SERVICES;
use skinbus_tests::{System, SystemOptions};

use crate::secured;

/// What it found, by check; of several with one name the last.
struct Found {
    code: Option<i32>,
    checks: BTreeMap<String, Value>,
}

impl Found {
    fn of(code: Option<i32>, stdout: &[u8]) -> Self {
        let text = String::from_utf8(stdout.to_vec()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let named = |line: Value| Some((line["check"].as_str()?.to_owned(), line));
        Self { code, checks: lines.filter_map(named).collect() }
    }

    fn verdict(&self, check: &str) -> &str {
        self.checks.get(check).unwrap_or_else(|| panic!("no {check} in {:#?}", self.checks))["verdict"]
            .as_str()
            .unwrap()
    }

    fn advice(&self, check: &str) -> &str {
        self.checks[check]["advice"].as_str().unwrap()
    }

    fn with(&self, verdict: &str) -> Vec<&str> {
        let of = |(_, check): &(&String, &Value)| check["verdict"] == verdict;
        self.checks.iter().filter(of).map(|(name, _)| name.as_str()).collect()
    }
}

#[tokio::test]
async fn a_system_that_is_well_is_found_well_by_the_operator() {
    let system = System::start(secured()).await;
    let (config, monitor) = (system.config_file(), system.nats.monitoring_url());
    let arguments = ["doctor", "--json", "--nats-monitor", &monitor, "--config", config.to_str().unwrap()];
    let output = system.skinbus("operator", &arguments).await;
    let found = Found::of(output.status.code(), &output.stdout);
    assert_eq!((found.code, found.with("wrong")), (Some(0), Vec::new()), "{:#?}", found.checks);
    for check in [
        "configuration",
        "secrets.skinify_main",
        "nats.server",
        "nats.storage",
        "nats.clock",
        "nats.rights",
        "nats.topology",
        "services.order-intake",
        "services.provider-dispatch.skinify_main",
        "services.trade-tracker",
        "services.version",
        "providers.skinify_main",
    ] {
        assert_eq!(found.verdict(check), "ok", "{check}: {:#?}", found.checks);
    }
    // The tests' time is fast, and their only server has every stream.
    assert_eq!(found.verdict("configuration.speed"), "warning");
    assert_eq!(found.verdict("nats.replicas"), "warning");
    assert_ne!(found.verdict("nats.sync"), "unseen");
    assert_eq!(found.with("unseen"), ["providers.clock", "services.webhook-ingress"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("sim-token"), "a secret: {text}");
}

#[tokio::test]
async fn each_fault_is_found_and_has_its_advice() {
    let providers = vec![ProviderName::Skinify, ProviderName::Skinsback, ProviderName::Skinslink];
    let mut system =
        System::start_without_services(SystemOptions { providers, ..SystemOptions::default() }).await;
    // A key that is not ours, and an address that the provider does not know.
    let token = system.config_file().with_file_name("skinify_token_file");
    std::fs::write(token, "another-token-0123456789").unwrap();
    system.control(&json!({"skinsback": {"ip_allowed": false}})).await;
    for name in SERVICES {
        system.launch(name, None);
    }
    system.ready().await;
    let found = doctor(&system).await;
    assert_eq!(found.code, Some(1));
    assert_eq!(
        found.with("wrong"),
        ["providers.skinify_main", "providers.skinify_other", "providers.skinsback_main"]
    );
    assert!(found.advice("providers.skinify_main").contains("credentials"));
    assert!(found.advice("providers.skinsback_main").contains("allow-list"));
    assert_eq!(found.verdict("providers.skinslink_main"), "ok");
    assert_eq!(found.verdict("nats.rights"), "warning", "everybody may do everything here");
    assert_eq!(found.verdict("nats.sync"), "unseen");

    // Nobody dispatches, nobody follows, and a stream is gone.
    for service in ["provider-dispatch", "trade-tracker"] {
        let process = system.service(service);
        process.terminate();
        process.ended().await;
    }
    let merchant = system.merchant().await;
    merchant.jetstream().delete_stream("DEAD").await.unwrap();
    let found = doctor(&system).await;
    for check in [
        "services.provider-dispatch.skinslink_main",
        "services.trade-tracker",
        "providers.skinslink_main",
        "nats.topology",
    ] {
        assert_eq!(found.verdict(check), "wrong", "{check}");
    }
    assert!(found.checks["nats.topology"]["found"].as_str().unwrap().contains("DEAD"));
    assert_eq!(found.verdict("services.order-intake"), "ok");

    // Without NATS the rest is not guessed at.
    system.nats.kill();
    let found = doctor(&system).await;
    assert_eq!((found.code, found.with("wrong")), (Some(1), vec!["nats.server"]));
}

async fn doctor(system: &System) -> Found {
    let mut command = tokio::process::Command::new(binary("skinbus"));
    command.arg("--nats").arg(system.nats.url()).args(["doctor", "--json", "--config"]);
    let output = command.arg(system.config_file()).kill_on_drop(true).output().await.unwrap();
    Found::of(output.status.code(), &output.stdout)
}
