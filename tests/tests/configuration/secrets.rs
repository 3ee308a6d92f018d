//! Secrets that cannot be read, and who needs them.

use skinbus_tests::process::Process;
use skinbus_tests::wait;

use crate::{ended, write};

/// Two accounts whose secrets are missing, empty, too short, or written where the file's name belongs.
const WITHOUT_SECRETS: &str = r#"
[nats]
url = "nats://127.0.0.1:1"
[webhooks]
listen = "127.0.0.1:0"
[accounts.skinify_main]
provider = "skinify"
merchant = "acme"
token_file = "DIRECTORY/missing"
webhook_path_secret_file = "DIRECTORY/short"
[accounts.skinify_other]
provider = "skinify"
merchant = "other"
token_file = "hunter2"
webhook_path_secret_file = "DIRECTORY/empty"
[accounts.skinify_third]
provider = "skinify"
merchant = "other"
"#;

fn configured() -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("short"), "hunter2\n").unwrap();
    std::fs::write(directory.path().join("empty"), "\n").unwrap();
    let text = WITHOUT_SECRETS.replace("DIRECTORY", directory.path().to_str().unwrap());
    let file = write(directory.path(), &text);
    (directory, file)
}

#[tokio::test]
async fn every_secret_that_is_needed_and_not_there_is_told_at_once() {
    let (_directory, file) = configured();
    for (name, settings) in [
        (
            "provider-dispatch",
            [
                "accounts.skinify_main.token_file",
                "accounts.skinify_other.token_file",
                "accounts.skinify_third.token_file",
            ]
            .as_slice(),
        ),
        (
            "webhook-ingress",
            &[
                "accounts.skinify_main.token_file",
                "accounts.skinify_main.webhook_path_secret_file",
                "accounts.skinify_other.token_file",
                "accounts.skinify_other.webhook_path_secret_file",
            ],
        ),
    ] {
        let (code, said) = ended(name, &file, &[]).await;
        assert_eq!(code, Some(78), "{name}: {said}");
        for setting in settings {
            let found = said.lines().any(|line| line.starts_with(&format!("{setting} (")));
            assert!(found, "{name}: no {setting} in\n{said}");
        }
        assert!(!said.contains("hunter2"), "{name}: {said}");
        assert!(!said.contains("\"listening\""), "{name}: a port was opened: {said}");
    }
}

#[tokio::test]
async fn who_needs_no_secret_reads_none() {
    let (_directory, file) = configured();
    for name in ["order-intake", "trade-tracker"] {
        let mut process = Process::start_with(name, &file, &[]);
        wait::until(&format!("{name} to be up"), || async {
            (process.page("/livez").await.0 == 200).then_some(())
        })
        .await;
        assert!(process.is_running());
    }
}
