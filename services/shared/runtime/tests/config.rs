//! The configuration: names, defaults, overrides, and every mistake at once without a value.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::path::Path;
use std::time::Duration;

use skinbus_domain::quota::{Each, Limit, OperationLimit};
use skinbus_domain::rules::ByGame;
use skinbus_runtime::config::{ConfigError, ProviderName, QuotaConfig, SecretField, Topology};
use skinbus_runtime::{Config, ConfigErrors, accounts};

const ACCOUNT: &str = "[accounts.skinify_main]\nprovider = \"skinify\"\nmerchant = \"acme\"\n";

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Loads a file with this text, under these variables. The file's path in errors is `skinbus.toml`.
fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("skinbus.toml");
    std::fs::write(&path, text).unwrap();
    let shorten = |mut error: ConfigError| {
        error.source = error.source.replace(&path.display().to_string(), "skinbus.toml");
        error
    };
    Config::load(Some(&path), variables(pairs))
        .map_err(|errors| errors.into_iter().map(shorten).collect::<Vec<_>>().into())
}

fn errors(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    load(text, pairs).unwrap_err().errors().iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_file_everything_has_a_default() {
    let config = Config::load(None, Vec::new()).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.nats.url.expose(), "nats://127.0.0.1:4222");
    assert_eq!(config.nats.topology, Topology::Manage);
    assert_eq!(config.tracking.protection, Duration::from_secs(8 * 86_400));
}

#[test]
fn the_documented_file_is_read() {
    let text = include_str!("skinbus.toml");
    let config = load(text, &[]).unwrap();
    let account = &config.accounts[&"skinify_main".parse().unwrap()];
    assert_eq!(account.provider, ProviderName::Skinify);
    assert_eq!(account.merchant.as_str(), "acme");
    assert_eq!(account.quota, Some(QuotaConfig { requests: 300, per: Duration::from_secs(60) }));
    assert_eq!(account.token_file.as_deref(), Some(Path::new("/run/secrets/skinify_main/token")));

    // What the example shows for the sections are the defaults.
    let mut sections = config.clone();
    sections.accounts.clear();
    sections.webhooks.public_url = None;
    assert_eq!(sections, Config::default());
}

#[test]
fn the_documentation_shows_the_defaults() {
    let page = include_str!("../../../../docs/configuration.md");
    let block = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut config = load(block, &[]).unwrap();
    let account = &config.accounts[&"skinify_main".parse().unwrap()];
    let provider = skinbus_providers::registry::defaults("skinify").unwrap();
    assert_eq!(account.base_url.as_deref(), Some(provider.base_url));
    assert_eq!(account.settle_time, Some(provider.settle_time));
    assert_eq!(account.refusal_settle_time, Some(provider.refusal_settle_time));
    assert_eq!(account.lookup_batch, Some(provider.look_up_batch.purchase));
    let quota = account.quota.unwrap();
    assert_eq!((quota.requests, quota.per), (provider.quota.requests, provider.quota.per));
    config.accounts.clear();
    config.webhooks.public_url = None;
    assert_eq!(config, Config::default());
}

#[test]
fn variables_win_over_the_file() {
    let text = format!("[nats]\nreplicas = 1\n{ACCOUNT}quota = {{ requests = 5, per = \"1s\" }}\n");
    let pairs = [
        ("SKINBUS_CONFIG", "ignored.toml"),
        ("SKINBUS_CRASH_AT", "ignored"),
        ("SKINBUS_NATS__REPLICAS", "3"),
        ("SKINBUS_NATS__TOPOLOGY", "verify"),
        ("SKINBUS_TRACKING__SPEED", "60"),
        ("SKINBUS_DISPATCH__ACCOUNTS", "skinify_main"),
        ("SKINBUS_ACCOUNTS__SKINIFY_MAIN__QUOTA__REQUESTS", "7"),
        ("SKINBUS_ACCOUNTS__SKINIFY_MAIN__CLIENT_ID", "00123"),
        ("SKINBUS_ACCOUNTS__SKINIFY_MAIN__PUBLIC_HASH", "true"),
        ("UNRELATED", "x"),
    ];
    let config = load(&text, &pairs).unwrap();
    assert_eq!(config.nats.replicas, 3);
    assert_eq!(config.nats.topology, Topology::Verify);
    assert_eq!(config.tracking.scaled(Duration::from_secs(60)), Duration::from_secs(1));
    assert_eq!(config.dispatch.accounts.len(), 1);
    let account = &config.accounts[&"skinify_main".parse().unwrap()];
    assert_eq!(account.quota, Some(QuotaConfig { requests: 7, per: Duration::from_secs(1) }));
    assert_eq!(account.client_id.as_deref(), Some("00123"));
    assert_eq!(account.public_hash.as_deref(), Some("true"));
}

#[test]
fn lists_and_tables_in_variables_are_toml() {
    let pairs = [
        ("SKINBUS_DISPATCH__ACCOUNTS", r#"["skinify_main"]"#),
        ("SKINBUS_ACCOUNTS__SKINIFY_MAIN__QUOTA", r#"{ requests = 7, per = "2s" }"#),
    ];
    let config = load(ACCOUNT, &pairs).unwrap();
    let account = &config.accounts[&config.dispatch.accounts[0]];
    assert_eq!(account.quota, Some(QuotaConfig { requests: 7, per: Duration::from_secs(2) }));
}

#[test]
fn every_mistake_is_reported_with_its_name_and_source() {
    let text = r#"
        [nats]
        replicas = 2
        request_timeout = "soon"
        [webhooks]
        lisen = "127.0.0.1:8080"
        [accounts.skinify_main]
        provider = "skinfy"
        merchant = "Acme"
        base_url = "skinify.io/api"
        total_timeout = "2s"
        quota = { requests = 0 }
        [accounts.Second]
        provider = "skinout"
        merchant = "acme"
        [accounts.third]
    "#;
    let pairs = [
        ("SKINBUS_HTTP__LISTEN", "9100"),
        ("SKINBUS_TRACKING__SPEED", "0"),
        ("SKINBUS_DISPATCH__CONCURRENCY", "many"),
        ("SKINBUS_NATS_URL", "nats://typo"),
    ];
    let file = "file skinbus.toml";
    let providers = "must be one of skinsback, skinout, skinify, shadowpay, skinslink";
    let mut expected = vec![
        format!("accounts.Second ({file}): account must match [a-z0-9_]{{1,32}}"),
        format!("accounts.skinify_main.merchant ({file}): merchant must match [a-z0-9_]{{1,32}}"),
        format!("accounts.skinify_main.provider ({file}): {providers}"),
        format!("accounts.skinify_main.quota.per ({file}): must be set"),
        format!("accounts.third.merchant ({file}): must be set"),
        format!("accounts.third.provider ({file}): must be set"),
        "dispatch.concurrency (variable SKINBUS_DISPATCH__CONCURRENCY): must be a whole number, 0 or larger, but is text"
            .to_owned(),
        "http.listen (variable SKINBUS_HTTP__LISTEN): must be an address with a port, like 127.0.0.1:9100 or [::]:9100".to_owned(),
        format!("nats.request_timeout ({file}): must be a duration like \"250ms\", \"60s\", \"5m\" or \"8d\""),
        "nats_url (variable SKINBUS_NATS_URL): no such setting; known here: nats, http, webhooks, intake, \
         dispatch, tracking, queries, ledger, shutdown, reload, accounts"
            .to_owned(),
        "tracking.speed (variable SKINBUS_TRACKING__SPEED): must be a whole number, 1 or larger".to_owned(),
        format!(
            "webhooks.lisen ({file}): no such setting; known here: listen, public_url, body_limit_bytes, \
             read_timeout, max_connections"
        ),
        // Found by the rules over whole values, after all the others.
        format!("accounts.skinify_main.base_url ({file}): must be like https://host/path, without user, password, query or fragment"),
        format!("accounts.skinify_main.quota.requests ({file}): must be between 1 and 100000"),
        format!("accounts.skinify_main.total_timeout ({file}): must be longer than connect_timeout"),
        format!("nats.replicas ({file}): must be 1, 3 or 5"),
    ];
    let mut found = errors(text, &pairs);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn no_error_repeats_a_value() {
    let text = r#"
        [nats]
        url = "nats://user:hunter2@"
        credentials_file = 20017001
        [http]
        listen = "hunter2"
        [dispatch]
        accounts = ["hunter2-"]
        [accounts.main]
        provider = "hunter2"
        merchant = "hunter2-"
        base_url = "https://user:hunter2@skinify.io"
        connect_timeout = "hunter2"
        token_file = ["hunter2"]
        client_id = true
        lookup_batch = "hunter2"
        token = "hunter2"
    "#;
    let all = errors(text, &[("SKINBUS_WEBHOOKS__PUBLIC_URL", "hunter2")]);
    assert_eq!(all.len(), 13, "{all:#?}");
    let all = all.join("\n");
    assert!(!all.contains("hunter2") && !all.contains("20017001"), "{all}");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line_only() {
    let found = errors("[nats]\nreplicas = 3\ntoken = hunter2\n", &[]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("line 3 (file skinbus.toml): not TOML: "), "{found:?}");
    assert!(!found[0].contains("hunter2"), "{found:?}");
}

#[test]
fn a_named_file_must_be_there() {
    let path = Path::new("/nonexistent/skinbus.toml");
    let errors = Config::load(Some(path), Vec::new()).unwrap_err();
    assert_eq!(errors.errors().len(), 1);
    assert!(
        errors.to_string().starts_with("--config (file /nonexistent/skinbus.toml): cannot read"),
        "{errors}"
    );
}

#[test]
fn dispatch_serves_known_accounts_only() {
    let found = errors(ACCOUNT, &[("SKINBUS_DISPATCH__ACCOUNTS", "skinify_main,other")]);
    let expected = "dispatch.accounts (variable SKINBUS_DISPATCH__ACCOUNTS): names an account that has no \
                    [accounts.…] section";
    assert_eq!(found, [expected]);
}

#[test]
fn a_section_that_is_no_table_is_one_mistake() {
    assert_eq!(
        errors("", &[("SKINBUS_NATS", "nats://127.0.0.1:4222")]),
        ["nats (variable SKINBUS_NATS): must be a table of settings, but is text"]
    );
    assert_eq!(
        errors("accounts = 3", &[]),
        ["accounts (file skinbus.toml): must be a map, but is a whole number"]
    );
}

#[test]
fn required_names_in_the_wrong_place_hide_nothing() {
    let file = "file skinbus.toml";
    let found = errors("nats.provider = 1\nnats.per = 2\nnats.replicas = 2\n[accounts]\nper = 3\n", &[]);
    let known = "no such setting; known here: url, topology, replicas, credentials_file, nkey_seed_file, inbox_prefix, jetstream_prefix, tls_ca_file, tls_certificate_file, tls_key_file, request_timeout";
    let expected = [
        format!("accounts.per ({file}): must be a table of settings, but is a whole number"),
        format!("nats.per ({file}): {known}"),
        format!("nats.provider ({file}): {known}"),
        format!("nats.replicas ({file}): must be 1, 3 or 5"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_password_of_a_nats_address_is_not_printed() {
    let text = "[nats]\nurl = \"nats://me:hunter2@a:4222, tls://b:4222\"\n";
    let config = Config::from_toml(text).unwrap();
    assert_eq!(config.nats.url.to_string(), "nats://a:4222,tls://b:4222");
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(config.nats.url.expose().contains("hunter2"));
}

const SKINSLINK: &str = "[accounts.skinslink_main]\nprovider = \"skinslink\"\nmerchant = \"acme\"\n";

fn operations(settings: &str) -> std::collections::BTreeMap<String, OperationLimit> {
    let config = load(&format!("{SKINSLINK}{settings}"), &[]).unwrap();
    accounts::resolve(&config).unwrap().remove(&"skinslink_main".parse().unwrap()).unwrap().operations
}

#[test]
fn limits_of_operations_are_the_documented_ones_and_those_that_are_set() {
    let limit = |each, requests, seconds| OperationLimit {
        each,
        limit: Limit { requests, per: Duration::from_secs(seconds) },
    };
    // A ninth, in a tenth of a minute, of what look-ups may have of 60.
    let planned = ("planned_lookup".to_owned(), limit(Each::Account, 6, 6));
    let [inventory, look_up] = [limit(Each::User, 1, 5), limit(Each::Order, 1, 1)];
    // A tenth of the account's 60 a minute.
    let hinted = ("hinted_lookup".to_owned(), limit(Each::Account, 6, 60));
    let documented = [
        hinted.clone(),
        planned.clone(),
        ("inventory".to_owned(), inventory),
        ("lookup".to_owned(), look_up),
    ];
    assert_eq!(operations(""), documented.into());
    let set = operations(
        "[accounts.skinslink_main.operation_quotas]\n\
         inventory = { requests = 3, per = \"5s\" }\n\
         balance = { requests = 2, per = \"10s\" }\n",
    );
    let expected = [
        hinted,
        planned,
        ("balance".to_owned(), limit(Each::Account, 2, 10)),
        ("inventory".to_owned(), limit(Each::Account, 3, 5)),
        ("lookup".to_owned(), look_up),
    ];
    assert_eq!(set, expected.into());
}

#[test]
fn wrong_limits_of_operations_are_refused() {
    let text = format!(
        "{SKINSLINK}[accounts.skinslink_main.operation_quotas]\n\
         buying = {{ requests = 1, per = \"1s\" }}\n\
         balance = {{ requests = 0, per = \"0s\", each = \"user\" }}\n\
         prices = {{ requests = 1, per = \"1s\", each = \"item\" }}\n\
         search = {{ requests = 1, per = \"1s\", most = 3 }}\n"
    );
    let found = errors(&text, &[]);
    let section = "accounts.skinslink_main.operation_quotas";
    let expected = [
        format!("{section}.balance.each (file skinbus.toml): must be \"account\"; \"user\" is for inventory"),
        format!("{section}.balance.per (file skinbus.toml): must be longer than nothing"),
        format!("{section}.balance.requests (file skinbus.toml): must be between 1 and 100000"),
        format!(
            "{section}.buying (file skinbus.toml): is no operation; there are place, lookup, hinted_lookup, planned_lookup,"
        ),
        format!("{section}.prices.each (file skinbus.toml): must be"),
        format!(
            "{section}.search.most (file skinbus.toml): no such setting; known here: requests, per, each"
        ),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for expected in expected {
        assert!(found.iter().any(|found| found.starts_with(&expected)), "{expected}\n{found:#?}");
    }
}

#[test]
fn look_ups_are_counted_by_order_only_where_they_ask_for_one() {
    let config = load(&format!("{SKINSLINK}lookup_batch = 5\n"), &[]).unwrap();
    let found = accounts::resolve(&config).unwrap_err().to_string();
    let expected = "accounts.skinslink_main.operation_quotas.lookup.each (configuration): \"order\" needs lookup_batch = 1";
    assert_eq!(found, expected);
}

#[test]
fn every_game_may_have_a_hold_of_its_own() {
    let holds = |text: &str| load(text, &[]).unwrap().tracking.protection_by_game();
    let days = |days: u64| Duration::from_secs(days * 86_400);
    assert_eq!(holds(""), ByGame::protected_cs2(days(8)));
    let set = "[tracking]\nprotection = \"9d\"\n[tracking.game_protection]\ndota2 = \"7d\"\ncs2 = \"10d\"\n";
    let none = Duration::ZERO;
    let expected = ByGame { cs2: days(10), dota2: days(7), rust: none, tf2: none, unknown: days(9) };
    assert_eq!(holds(set), expected);
    let unknown = errors("[tracking.game_protection]\nchess = \"7d\"\n", &[]);
    assert!(unknown[0].contains("tracking.game_protection"), "{unknown:?}");
}

#[test]
fn only_what_verifies_webhooks_has_a_previous_file() {
    let text = format!(
        "{ACCOUNT}paused = true\n[accounts.skinify_main.previous]\nwebhook_signature_file = \"/a\"\n"
    );
    let config = load(&text, &[]).unwrap();
    let account = &config.accounts[&"skinify_main".parse().unwrap()];
    assert!(account.paused);
    let was = account.with_previous_secrets();
    assert_eq!(was.setting_name("webhook_signature_file"), "previous.webhook_signature_file");
    let fields = [SecretField::WebhookSignature, SecretField::Token, SecretField::WebhookPathSecret];
    assert_eq!(fields.map(|field| was.secret_file(field).is_some()), [true, false, false]);

    let errors = load(&text.replace("webhook_signature_file", "token_file"), &[]).unwrap_err();
    let settings: Vec<&str> = errors.errors().iter().map(|error| error.setting.as_str()).collect();
    assert_eq!(settings, ["accounts.skinify_main.previous.token_file"], "{errors}");
}

#[test]
fn a_reload_takes_time() {
    let errors = load("[reload]\nevery = \"0s\"\nready_timeout = \"soon\"\n", &[]).unwrap_err();
    let mut settings: Vec<&str> = errors.errors().iter().map(|error| error.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(settings, ["reload.every", "reload.ready_timeout"], "{errors}");
}
