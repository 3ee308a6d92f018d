//! Webhook secrets that are replaced: for as long as the operator says, the old ones are taken too.

use skinbus_tests::process::Process;
use skinbus_tests::system::{TOKEN_MD5, WEBHOOK_PATH};
use skinbus_tests::{System, http};

use crate::{change, gave_way, options, replace};

const NEW_PATH: &str = "60c4e1d5a7b2c9f3";
/// MD5 of "b".
const NEW_CONSTANT: &str = "92eb5ffee6ae2fec3ad71c777531578f";

/// Sends one event to the account; gives the status of the answer.
async fn send(ingress: &Process, path: &str, constant: &str, number: u32) -> u16 {
    let url = format!("http://{}/webhooks/skinify_main/{path}", ingress.address("\"webhooks\"").await);
    let body = format!(
        "token_md5={constant}&deposit_id=dep-{number}&transaction_id={number}&status=success&date=1795255505"
    );
    let request = http().post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn path_and_proof_are_replaced_while_both_are_taken() {
    let mut system = System::start_without_services(options()).await;
    for (name, text) in [("path", NEW_PATH), ("constant", NEW_CONSTANT), ("old_constant", TOKEN_MD5)] {
        replace(&system, name, text);
    }
    system.launch("webhook-ingress", None);
    system.ready().await;
    let directory = system.config_file().parent().unwrap().display().to_string();
    let old_path = format!("webhook_path_secret_file = \"{directory}/skinify_webhook_path_secret_file\"\n");
    let previous = format!(
        "[accounts.skinify_main.previous]\n{old_path}webhook_signature_file = \"{directory}/old_constant\"\n"
    );
    change(&system, |text| {
        let new = format!(
            "webhook_path_secret_file = \"{directory}/path\"\nwebhook_signature_file = \"{directory}/constant\"\n"
        );
        text.replacen(&old_path, &(new + &previous), 1)
    });
    let ingress = system.service("webhook-ingress");
    assert_eq!(gave_way(ingress, 1).await, 0);

    // The address is told to the provider at another time than the key, so each pair comes.
    let pairs = [
        (NEW_PATH, NEW_CONSTANT),
        (NEW_PATH, TOKEN_MD5),
        (WEBHOOK_PATH, NEW_CONSTANT),
        (WEBHOOK_PATH, TOKEN_MD5),
    ];
    for (number, (path, constant)) in (1..).zip(pairs) {
        assert_eq!(send(ingress, path, constant, number).await, 200, "{number}");
    }
    assert_eq!(send(ingress, NEW_PATH, "0cc175b9c0f1b6a831c399e269772661", 5).await, 401);
    assert_eq!(send(ingress, "0000000000000000", NEW_CONSTANT, 6).await, 404);
    let (_, metrics) = ingress.page("/metrics").await;
    for (secret, count) in [("current", 1), ("previous", 3)] {
        let line = metrics.lines().find(|line| line.contains(&format!("secret=\"{secret}\""))).unwrap();
        assert!(line.contains("outcome=\"stored\"") && line.ends_with(&format!(" {count}")), "{line}");
    }

    change(&system, |text| text.replace(&previous, ""));
    let ingress = system.service("webhook-ingress");
    assert_eq!(gave_way(ingress, 2).await, 0);
    assert_eq!(send(ingress, NEW_PATH, NEW_CONSTANT, 7).await, 200);
    assert_eq!(send(ingress, NEW_PATH, TOKEN_MD5, 8).await, 401);
    assert_eq!(send(ingress, WEBHOOK_PATH, NEW_CONSTANT, 9).await, 404);
    let log = ingress.log().join("\n");
    for secret in [NEW_PATH, NEW_CONSTANT, TOKEN_MD5, WEBHOOK_PATH] {
        assert!(!log.contains(secret), "{log}");
    }
}
