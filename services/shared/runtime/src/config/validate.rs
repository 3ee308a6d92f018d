//! Rules over values that were read well: ranges, addresses, and settings that must fit together.

use std::time::Duration;

use axum::http::Uri;
use figment::Figment;
use skinbus_domain::quota::{Each, OPERATIONS};

use super::collect::source_of;
use super::{AccountConfig, Config, ConfigError, NatsConfig};

/// Longest rate-limit window that makes sense; the permits of a window are one small entry.
const QUOTA_PER_MAX: Duration = Duration::from_secs(24 * 60 * 60);
const QUOTA_REQUESTS_MAX: u32 = 100_000;

/// Adds what is wrong to `errors`. Settings that are listed there already are not judged again: a stand-in has their
/// place.
pub(super) fn check(settings: &Figment, config: &Config, errors: Vec<ConfigError>) -> Vec<ConfigError> {
    let mut checker = Checker { settings, errors };
    sections(&mut checker, config);
    for (name, account) in &config.accounts {
        account_section(&mut checker, &format!("accounts.{name}"), account);
    }
    for name in &config.dispatch.accounts {
        let known = config.accounts.contains_key(name);
        checker.rule("dispatch.accounts", known, "names an account that has no [accounts.…] section");
    }
    checker.errors
}

fn nats_user(checker: &mut Checker<'_>, nats: &NatsConfig) {
    let one_user = nats.nkey_seed_file.is_none() || nats.credentials_file.is_none();
    checker.rule("nats.nkey_seed_file", one_user, "must not be set together with nats.credentials_file");
    let is_pair = nats.tls_certificate_file.is_some() == nats.tls_key_file.is_some();
    checker.rule("nats.tls_key_file", is_pair, "must be set together with nats.tls_certificate_file");
    let inbox_good = nats.inbox_prefix.as_deref().is_none_or(is_subject);
    checker.rule("nats.inbox_prefix", inbox_good, SUBJECT_RULE);
    checker.rule("nats.jetstream_prefix", is_subject(&nats.jetstream_prefix), SUBJECT_RULE);
}

fn sections(checker: &mut Checker<'_>, config: &Config) {
    let nats_schemes = ["nats", "tls", "ws", "wss"];
    let servers_good = config.nats.url.servers().all(|server| has_scheme(server, &nats_schemes));
    checker.rule(
        "nats.url",
        servers_good,
        "must be like nats://host:4222 or tls://host:4222, several with commas",
    );
    nats_user(checker, &config.nats);
    checker.rule("nats.replicas", [1, 3, 5].contains(&config.nats.replicas), "must be 1, 3 or 5");
    checker.positive("nats.request_timeout", config.nats.request_timeout);

    let webhooks = &config.webhooks;
    if let Some(public_url) = &webhooks.public_url {
        checker.rule("webhooks.public_url", is_web_address(public_url), WEB_ADDRESS_RULE);
    }
    checker.at_least_one("webhooks.body_limit_bytes", webhooks.body_limit_bytes);
    checker.at_least_one("webhooks.max_connections", webhooks.max_connections);
    checker.positive("webhooks.read_timeout", webhooks.read_timeout);

    checker.at_least_one("intake.concurrency", config.intake.concurrency);
    checker.at_least_one("dispatch.concurrency", config.dispatch.concurrency);
    checker.at_least_one("tracking.due_batch", config.tracking.due_batch);
    checker.rule("tracking.max_ack_pending", config.tracking.max_ack_pending > 0, "must be at least 1");
    checker.positive("dispatch.lease_margin", config.dispatch.lease_margin);
    checker.positive("tracking.link_lifetime", config.tracking.link_lifetime);
    checker.positive("tracking.reconcile_period", config.tracking.reconcile_period);
    checker.positive("queries.price_list_age", config.queries.price_list_age);
    checker.at_least_one("queries.price_list_max_bytes", config.queries.price_list_max_bytes);
    checker.positive("shutdown.drain_timeout", config.shutdown.drain_timeout);
    checker.positive("reload.every", config.reload.every);
    checker.positive("reload.ready_timeout", config.reload.ready_timeout);
}

fn account_section(checker: &mut Checker<'_>, section: &str, account: &AccountConfig) {
    let setting = |name: &str| format!("{section}.{name}");
    if let Some(base_url) = &account.base_url {
        checker.rule(&setting("base_url"), is_web_address(base_url), WEB_ADDRESS_RULE);
    }
    if let Some(pay_url) = &account.pay_url {
        checker.rule(&setting("pay_url"), is_web_address(pay_url), WEB_ADDRESS_RULE);
    }
    if let Some(events_url) = &account.events_url {
        let is_good = is_plain_address(events_url, &["ws", "wss"]);
        checker.rule(&setting("events_url"), is_good, EVENTS_ADDRESS_RULE);
    }
    for (name, path) in account.paths.named() {
        let is_path = path.is_none_or(|path| path.starts_with('/') && !path.contains(['?', '#', ' ']));
        checker.rule(&setting(&format!("paths.{name}")), is_path, "must be a path like /balance");
    }
    checker.positive(&setting("connect_timeout"), account.connect_timeout);
    checker.rule(
        &setting("total_timeout"),
        account.total_timeout.is_none_or(|total| total > account.connect_timeout),
        "must be longer than connect_timeout",
    );
    if let Some(quota) = &account.quota {
        checker.quota(&setting("quota"), quota.requests, quota.per);
    }
    for (name, quota) in &account.operation_quotas {
        let setting = setting(&format!("operation_quotas.{name}"));
        let is_known = OPERATIONS.contains(&name.as_str());
        let rule = format!("is no operation; there are {}", OPERATIONS.join(", "));
        checker.rule(&setting, is_known, &rule);
        checker.quota(&setting, quota.requests, quota.per);
        let each_good = !is_known || Each::from(quota.each).fits(name);
        let rule = "must be \"account\"; \"user\" is for inventory and \"order\" for lookup alone";
        checker.rule(&format!("{setting}.each"), each_good, rule);
    }
    if let Some(lookup_batch) = account.lookup_batch {
        checker.at_least_one(&setting("lookup_batch"), lookup_batch);
    }
}

struct Checker<'a> {
    settings: &'a Figment,
    errors: Vec<ConfigError>,
}

impl Checker<'_> {
    fn rule(&mut self, setting: &str, kept: bool, rule: &str) {
        let reported = self.errors.iter().any(|error| error.setting == setting);
        if !kept && !reported {
            let source = source_of(self.settings, setting);
            self.errors.push(ConfigError { setting: setting.to_owned(), source, problem: rule.to_owned() });
        }
    }

    fn quota(&mut self, setting: &str, requests: u32, per: Duration) {
        let requests_good = (1..=QUOTA_REQUESTS_MAX).contains(&requests);
        self.rule(&format!("{setting}.requests"), requests_good, "must be between 1 and 100000");
        let per_good = !per.is_zero() && per <= QUOTA_PER_MAX;
        self.rule(&format!("{setting}.per"), per_good, "must be longer than nothing and at most 24h");
    }

    fn at_least_one(&mut self, setting: &str, number: usize) {
        self.rule(setting, number > 0, "must be at least 1");
    }

    fn positive(&mut self, setting: &str, duration: Duration) {
        self.rule(setting, !duration.is_zero(), "must be longer than nothing");
    }
}

const WEB_ADDRESS_RULE: &str = "must be like https://host/path, without user, password, query or fragment";
const EVENTS_ADDRESS_RULE: &str = "must be like wss://host/path, without user, password, query or fragment";

const SUBJECT_RULE: &str = "must be a subject like _INBOX_me, without wildcards and spaces";

fn is_subject(text: &str) -> bool {
    let is_token =
        |token: &str| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic() && !"*>".contains(c));
    text.split('.').all(is_token)
}

/// An `http` or `https` address to which a path can be appended.
fn is_web_address(text: &str) -> bool {
    is_plain_address(text, &["http", "https"])
}

/// An address without credentials: those belong in files, not in addresses, which are logged.
fn is_plain_address(text: &str, schemes: &[&str]) -> bool {
    let plain = !text.contains(['@', '?', '#']);
    plain && has_scheme(text, schemes)
}

fn has_scheme(text: &str, schemes: &[&str]) -> bool {
    let Ok(address) = text.parse::<Uri>() else {
        return false;
    };
    let host_given = address.host().is_some_and(|host| !host.is_empty());
    host_given && address.scheme_str().is_some_and(|scheme| schemes.contains(&scheme))
}
