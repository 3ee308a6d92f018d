//! Wrong settings.

use skinbus_tests::system::SERVICES;

use crate::{ended, write};

/// A mistake in every section, and a password wherever somebody might paste one.
const HOPELESS: &str = r#"
[nats]
url = "http://user:hunter2@127.0.0.1:4222"
layout = "manage"
topology = "hunter2"
replicas = 2
[webhooks]
listen = "hunter2"
public_url = "https://user:hunter2@hooks.example.com"
[intake]
concurrency = 0
[dispatch]
accounts = ["nobody"]
lease_margin = "hunter2"
[tracking]
arm_delay = 5
[accounts.skinify_main]
provider = "hunter2"
merchant = "Hunter2 Corp"
token = "hunter2"
quota = { requests = 0, per = "soon" }
[accounts."Bad Name"]
provider = "skinify"
[hunter2]
"#;

/// Settings and where they were set.
const MISTAKES: [(&str, &str); 17] = [
    ("nats.url", "file"),
    ("nats.layout", "file"),
    ("nats.topology", "file"),
    ("nats.replicas", "file"),
    ("webhooks.listen", "file"),
    ("webhooks.public_url", "file"),
    ("intake.concurrency", "file"),
    ("dispatch.accounts", "file"),
    ("dispatch.lease_margin", "file"),
    ("dispatch.concurrency", "variable SKINBUS_DISPATCH__CONCURRENCY"),
    ("tracking.arm_delay", "file"),
    ("tracking.velocity", "variable SKINBUS_TRACKING__VELOCITY"),
    ("accounts.skinify_main.provider", "file"),
    ("accounts.skinify_main.merchant", "file"),
    ("accounts.skinify_main.token", "file"),
    ("accounts.skinify_main.quota.requests", "file"),
    ("accounts.skinify_main.quota.per", "file"),
];

#[tokio::test]
async fn every_mistake_is_told_at_once_and_no_port_opens() {
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), HOPELESS);
    let variables = [("SKINBUS_DISPATCH__CONCURRENCY", "hunter2"), ("SKINBUS_TRACKING__VELOCITY", "hunter2")];
    for name in SERVICES {
        let (code, said) = ended(name, &file, &variables).await;
        assert_eq!(code, Some(78), "{name}: {said}");
        for (setting, source) in MISTAKES {
            let source = source.replace("file", &format!("file {}", file.display()));
            let start = format!("{setting} ({source}): ");
            assert!(said.lines().any(|line| line.starts_with(&start)), "{name}: no {start:?} in\n{said}");
        }
        assert!(said.contains("Bad Name") || said.contains("accounts"), "{said}");
        for hidden in ["hunter2", "Hunter2"] {
            // The section's own name is a setting's name, which has to be told.
            let values = said.replace("hunter2 (file", "");
            assert!(!values.contains(hidden), "{name}: {said}");
        }
        assert!(!said.contains("\"listening\""), "{name}: a port was opened: {said}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_without_its_text() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.toml");
    let broken = write(directory.path(), "[nats]\nurl = \"nats://user:hunter2@127.0.0.1\nreplicas = 3\n");
    for name in SERVICES {
        let (code, said) = ended(name, &missing, &[]).await;
        assert_eq!(code, Some(78), "{name}: {said}");
        assert!(said.contains("missing.toml"), "{said}");
        let (code, said) = ended(name, &broken, &[]).await;
        assert_eq!(code, Some(78), "{name}: {said}");
        assert!(said.contains("line 2") && !said.contains("hunter2"), "{name}: {said}");
        assert!(!said.contains("\"listening\""), "{name}: {said}");
    }
}

#[tokio::test]
async fn wrong_credentials_for_nats_do_not_show_the_password() {
    let directory = tempfile::tempdir().unwrap();
    let text = "[nats]\nurl = \"nats://user:hunter2@127.0.0.1:1\"\n\
                credentials_file = \"/nonexistent/skinbus.creds\"\n";
    let file = write(directory.path(), text);
    let (code, said) = ended("order-intake", &file, &[]).await;
    assert_ne!(code, Some(0), "{said}");
    assert!(said.contains("127.0.0.1:1") && !said.contains("hunter2"), "{said}");
}
