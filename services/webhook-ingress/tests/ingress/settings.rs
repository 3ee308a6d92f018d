//! What of the configuration is refused before any port opens, and what is taken.

use std::path::Path;

use skinbus_runtime::{Config, SecretReader};
use webhook_ingress::prepare;

use crate::support::{Mode, PATH, Server, config, post};

/// Accounts of Skinify, each a name and its settings; a secret is given as the file's text.
fn account(directory: &Path, name: &str, provider: &str, secrets: &[(&str, &str)]) -> String {
    let mut text = format!("[accounts.{name}]\nprovider = \"{provider}\"\nmerchant = \"acme\"\n");
    for (setting, secret) in secrets {
        let path = directory.join(format!("{name}-{setting}"));
        std::fs::write(&path, secret).unwrap();
        text.push_str(&format!("{setting} = {path:?}\n"));
    }
    text
}

#[test]
fn every_mistake_is_reported_at_once_and_none_shows_a_secret() {
    let directory = tempfile::tempdir().unwrap();
    let (path, signature) = ("webhook_path_secret_file", "webhook_signature_file");
    let good = "0123456789abcdef";
    let digest = "0cc175b9c0f1b6a831c399e269772661";
    let text = [
        account(directory.path(), "a_good", "skinify", &[(path, good), (signature, digest)]),
        account(directory.path(), "b_short", "skinify", &[(path, "hunter2"), (signature, digest)]),
        account(
            directory.path(),
            "c_slash",
            "skinify",
            &[(path, "hunter2/hunter2/hunter2"), (signature, digest)],
        ),
        account(directory.path(), "d_long", "skinify", &[(path, &"hunter2".repeat(50)), (signature, digest)]),
        account(directory.path(), "e_both", "skinify", &[(path, "hunter2")]),
        account(directory.path(), "f_token", "skinify", &[(path, good), (signature, "hunter2hunter2")]),
        account(directory.path(), "g_empty", "skinify", &[(path, ""), (signature, digest)]),
        account(directory.path(), "h_unknown", "skinslink", &[(path, good)]),
        account(directory.path(), "i_skipped", "skinslink", &[]),
        account(
            directory.path(),
            "j_hidden",
            "skinify",
            &[(path, good), (signature, "\n"), ("token_file", "t")],
        ),
    ]
    .concat();
    let errors = prepare(&Config::from_toml(&text).unwrap(), &mut SecretReader::new()).err().unwrap();
    let found: Vec<String> =
        errors.errors().iter().map(|error| format!("{}: {}", error.setting, error.problem)).collect();
    let expected = [
        "accounts.b_short.webhook_path_secret_file: the path secret is shorter than 16 characters",
        "accounts.c_slash.webhook_path_secret_file: the path secret may hold letters, digits,",
        "accounts.d_long.webhook_path_secret_file: the path secret is longer than 256 characters",
        "accounts.e_both.webhook_path_secret_file: the path secret is shorter than 16 characters",
        "accounts.e_both.webhook_signature_file: provider skinify needs it",
        "accounts.f_token.webhook_signature_file: must hold 32 lower-case hexadecimal digits",
        "accounts.g_empty.webhook_path_secret_file: the secret file is empty",
        "accounts.h_unknown.webhook_secret_file: provider skinslink needs it",
        "accounts.j_hidden.webhook_signature_file: the secret file is empty",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
}

#[test]
fn no_account_needs_webhooks() {
    assert!(prepare(&Config::default(), &mut SecretReader::new()).is_ok());
}

#[tokio::test]
async fn the_constant_is_derived_from_the_token_only_where_it_is_not_given() {
    // MD5 of "a" and of "b".
    let (of_a, of_b) = ("0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f");
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "b\n").unwrap();
    let derived = |config: &mut Config| {
        let account = config.accounts.values_mut().last().unwrap();
        account.webhook_signature_file = None;
        account.token_file = Some(token.clone());
    };
    let given =
        |config: &mut Config| config.accounts.values_mut().last().unwrap().token_file = Some(token.clone());
    assert_eq!(config(directory.path()).accounts.keys().last().unwrap().as_str(), "skinify_main");

    for (server, right, wrong) in [
        (Server::start_with(Mode::Keeps, derived).await, of_b, of_a),
        (Server::start_with(Mode::Keeps, given).await, of_a, of_b),
    ] {
        let with = |proof: &str| post(PATH, "text/plain", &format!("token_md5={proof}&deposit_id=1"));
        assert_eq!(server.ask(&with(right)).await.status, 200);
        assert_eq!(server.ask(&with(wrong)).await.status, 401);
    }
}

/// The settings of an account with events: plain ones, and secrets as texts of files.
fn with_events(
    directory: &Path,
    name: &str,
    provider: &str,
    plain: &str,
    secrets: &[(&str, &str)],
) -> String {
    format!("{}events = true\n{plain}\n", account(directory, name, provider, secrets))
}

#[test]
fn events_need_an_id_and_a_constant_and_no_key() {
    let directory = tempfile::tempdir().unwrap();
    let digest = "0cc175b9c0f1b6a831c399e269772661";
    let (webhooks, events) = ("webhook_signature_file", "events_signature_file");
    let (client, project) = ("client_id = \"1\"", "project_id = \"1\"");
    let of = |name: &str, provider: &str, plain: &str, secrets: &[(&str, &str)]| {
        with_events(directory.path(), name, provider, plain, secrets)
    };
    let good = [
        of("a_constant", "skinsback", client, &[(webhooks, digest)]),
        of("b_derived", "skinsback", client, &[("client_secret_file", "hunter2")]),
        of("c_constant", "skinify", project, &[(events, digest)]),
        of("d_derived", "skinify", project, &[("token_file", "hunter2")]),
    ]
    .concat();
    assert!(prepare(&Config::from_toml(&good).unwrap(), &mut SecretReader::new()).is_ok());
    let path = ("webhook_path_secret_file", "0123456789abcdef");
    let wrong = [
        of("e_nothing", "skinsback", "", &[path]),
        of("f_nothing", "skinify", "", &[]),
        // Webhooks have another constant there.
        of("g_other", "skinify", project, &[(webhooks, digest)]),
        of("h_key", "skinify", project, &[(events, "hunter2hunter2")]),
        of("i_none", "skinout", "", &[]),
        of("j_none", "shadowpay", "", &[]),
        of("k_none", "skinslink", "", &[]),
    ]
    .concat();
    let errors = prepare(&Config::from_toml(&wrong).unwrap(), &mut SecretReader::new()).err().unwrap();
    let found: Vec<String> =
        errors.errors().iter().map(|error| format!("{}: {}", error.setting, error.problem)).collect();
    let expected = [
        "accounts.e_nothing.client_id: provider skinsback needs it",
        "accounts.e_nothing.webhook_signature_file: provider skinsback needs it",
        "accounts.f_nothing.project_id: provider skinify needs it",
        "accounts.f_nothing.events_signature_file: provider skinify needs it",
        "accounts.g_other.events_signature_file: provider skinify needs it",
        "accounts.h_key.events_signature_file: must hold 32 lower-case hexadecimal digits",
        "accounts.i_none.events: provider skinout has no real-time events",
        "accounts.j_none.events: provider shadowpay has no real-time events",
        "accounts.k_none.events: provider skinslink has no real-time events",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
    for address in ["https://skinsback.com/ws/", "wss://x/ws/?signature=hunter2", "wss://hunter2@x/", "ws"] {
        let text = of(
            "l_address",
            "skinsback",
            &format!("{client}\nevents_url = {address:?}"),
            &[(webhooks, digest)],
        );
        let errors = Config::from_toml(&text).unwrap_err().to_string();
        assert!(errors.contains("accounts.l_address.events_url") && !errors.contains("hunter2"), "{errors}");
    }
}

/// The settings of `previous`, each with the file's text.
fn previous(directory: &Path, name: &str, secrets: &[(&str, &str)]) -> String {
    let text = account(directory, &format!("{name}-previous"), "", secrets);
    let settings = text.lines().skip(3).collect::<Vec<_>>().join("\n");
    format!("[accounts.{name}.previous]\n{settings}\n")
}

#[test]
fn secrets_that_were_replaced_are_as_strict_as_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let (path, signature) = ("webhook_path_secret_file", "webhook_signature_file");
    let (good, digest) = ("0123456789abcdef", "0cc175b9c0f1b6a831c399e269772661");
    let whole = |name: &str, provider: &str, secrets: &[(&str, &str)]| {
        account(directory.path(), name, provider, secrets)
    };
    let was = |name: &str, secrets: &[(&str, &str)]| previous(directory.path(), name, secrets);
    let binding = [(path, good), (signature, digest), ("client_secret_file", "c")];
    let text = [
        whole("a_good", "skinify", &[(path, good), (signature, digest)]),
        was("a_good", &[(path, good), (signature, digest)]),
        whole("b_wrong", "skinify", &[(path, good), (signature, digest)]),
        was("b_wrong", &[(path, "hunter2"), (signature, "hunter2")]),
        whole("c_foreign", "shadowpay", &[(path, good), ("secret_hash_file", "h")]),
        was("c_foreign", &[(signature, digest)]),
        // The constant alone would be worth less than what it stands for.
        whole("d_binds", "skinsback", &binding) + "client_id = 1\nwebhook_sign_binds = true\n",
        was("d_binds", &[(signature, digest)]),
        whole("e_binds", "skinsback", &binding) + "client_id = 1\nwebhook_sign_binds = true\n",
        was("e_binds", &binding[1..]),
        whole("f_nobody", "skinslink", &[]),
        was("f_nobody", &[("webhook_secret_file", "s")]),
        whole("g_empty", "skinslink", &[(path, good), ("webhook_secret_file", "s")]),
        was("g_empty", &[("webhook_secret_file", "")]),
    ]
    .concat();
    let errors = prepare(&Config::from_toml(&text).unwrap(), &mut SecretReader::new()).err().unwrap();
    let found: Vec<String> =
        errors.errors().iter().map(|error| format!("{}: {}", error.setting, error.problem)).collect();
    let expected = [
        "accounts.b_wrong.previous.webhook_path_secret_file: the path secret is shorter",
        "accounts.b_wrong.previous.webhook_signature_file: must hold 32 lower-case",
        "accounts.c_foreign.previous.webhook_signature_file: provider shadowpay does not verify webhooks by it",
        "accounts.d_binds.previous.client_secret_file: provider skinsback needs it",
        "accounts.f_nobody.previous: needs webhook_path_secret_file",
        "accounts.g_empty.previous.webhook_secret_file: the secret file is empty",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
}
