//! The accounts of the generated configuration: one at each provider, and one that belongs to somebody else.

use std::path::Path;

use serde_json::{Map, Value, json};
use skinbus_providers::registry;
use skinbus_runtime::config::ProviderName;

use super::layout::{Layout, Pace, quoted};

pub(crate) const SKINSBACK: &str = "skinsback_main";
pub(crate) const SKINOUT: &str = "skinout_main";
pub(crate) const SKINIFY: &str = "skinify_main";
pub(crate) const SHADOWPAY: &str = "shadowpay_main";
pub(crate) const SKINSLINK: &str = "skinslink_main";
/// An account that belongs to another merchant.
pub(crate) const SKINIFY_OTHER: &str = "skinify_other";

/// The merchant of the examples.
pub(crate) const MERCHANT: &str = "acme";
const OTHER_MERCHANT: &str = "other";

/// Names of the simulated projects; no secrets.
pub(crate) const SKINSBACK_CLIENT_ID: &str = "12345";
pub(crate) const SKINOUT_PROJECT_ID: &str = "1042";
pub(crate) const SKINIFY_PROJECT_ID: &str = "2077";
pub(crate) const SHADOWPAY_PUBLIC_HASH: &str = "5c0ffee5c0ffee";

/// Part of the simulated Skinify project's limit that the other merchant has.
const OTHER_REQUESTS: u32 = 30;
/// The providers that document no limit are given this one to look on: it is reached and never passed.
const DEMO_LIMIT: RequestLimit = RequestLimit { requests: 30, window_seconds: 10 };

/// Requests in any window of a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestLimit {
    pub(crate) requests: u32,
    pub(crate) window_seconds: u64,
}

/// One account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    pub(crate) name: &'static str,
    pub(crate) provider: ProviderName,
    pub(crate) merchant: &'static str,
}

/// All of them, in the order of the documentation.
pub(crate) const ACCOUNTS: [Account; 6] = [
    own(SKINSBACK, ProviderName::Skinsback),
    own(SKINOUT, ProviderName::Skinout),
    own(SKINIFY, ProviderName::Skinify),
    Account { name: SKINIFY_OTHER, provider: ProviderName::Skinify, merchant: OTHER_MERCHANT },
    own(SHADOWPAY, ProviderName::Shadowpay),
    own(SKINSLINK, ProviderName::Skinslink),
];

const fn own(name: &'static str, provider: ProviderName) -> Account {
    Account { name, provider, merchant: MERCHANT }
}

/// The provider of an account.
pub(crate) fn provider_of(account: &str) -> Option<ProviderName> {
    ACCOUNTS.iter().find(|own| own.name == account).map(|own| own.provider)
}

/// The provider's name as it writes it.
pub(crate) fn title(provider: ProviderName) -> &'static str {
    registry::defaults(provider.as_str()).map_or(provider.as_str(), |defaults| defaults.title)
}

impl Account {
    /// The requests that it may make.
    fn limit(&self, pace: Pace) -> RequestLimit {
        let documented = registry::defaults(self.provider.as_str()).map(|defaults| RequestLimit {
            requests: defaults.quota.requests,
            window_seconds: defaults.quota.per.as_secs(),
        });
        let documented = documented.unwrap_or(DEMO_LIMIT);
        match (self.provider, pace) {
            _ if self.merchant == OTHER_MERCHANT => RequestLimit { requests: OTHER_REQUESTS, ..documented },
            (ProviderName::Skinout | ProviderName::Shadowpay | ProviderName::Skinslink, Pace::Demo) => {
                DEMO_LIMIT
            }
            (
                ProviderName::Skinsback
                | ProviderName::Skinout
                | ProviderName::Skinify
                | ProviderName::Shadowpay
                | ProviderName::Skinslink,
                Pace::Demo | Pace::Real,
            ) => documented,
        }
    }

    /// Its section of the configuration.
    pub(crate) fn section(&self, layout: &Layout) -> String {
        let Self { name, provider, merchant } = self;
        let RequestLimit { requests, window_seconds } = self.limit(layout.pace);
        let mut text = format!(
            "\n[accounts.{name}]\nprovider = \"{provider}\"\nmerchant = \"{merchant}\"\nbase_url = \"{}{}\"\n\
             quota = {{ requests = {requests}, per = \"{window_seconds}s\" }}\n",
            layout.simulator_url(),
            api_path(*provider),
        );
        for (setting, value) in names(*provider, layout) {
            text.push_str(&format!("{setting} = \"{value}\"\n"));
        }
        for secret in secrets(*provider) {
            let file: &Path = &layout.secret_file(name, secret);
            text.push_str(&format!("{secret}_file = {}\n", quoted(file)));
        }
        if *provider == ProviderName::Skinsback {
            text.push_str("webhook_sign_binds = true\n");
        }
        // Its purchases have no webhooks.
        if *name == SKINIFY {
            text.push_str(&format!("events = true\nevents_url = \"{}/skinify/ws/\"\n", layout.events_url()));
        }
        // The simulator executes at once or not at all.
        if layout.pace == Pace::Demo {
            text.push_str("settle_time = \"10s\"\nrefusal_settle_time = \"2s\"\n");
        }
        text
    }
}

/// Where the simulator has the provider's API.
fn api_path(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Skinsback => "/skinsback/api.php",
        ProviderName::Skinout => "/skinout/api/v1",
        ProviderName::Skinify => "/skinify/api",
        ProviderName::Shadowpay => "/shadowpay/api/v1",
        ProviderName::Skinslink => "/skinslink/api/v1",
    }
}

/// Settings that are no secrets.
fn names(provider: ProviderName, layout: &Layout) -> Vec<(&'static str, String)> {
    match provider {
        ProviderName::Skinsback => vec![("client_id", SKINSBACK_CLIENT_ID.to_owned())],
        ProviderName::Skinout => vec![("project_id", SKINOUT_PROJECT_ID.to_owned())],
        ProviderName::Shadowpay => vec![
            ("public_hash", SHADOWPAY_PUBLIC_HASH.to_owned()),
            ("pay_url", format!("{}/shadowpay/en/pay", layout.simulator_url())),
        ],
        ProviderName::Skinify => vec![("project_id", SKINIFY_PROJECT_ID.to_owned())],
        ProviderName::Skinslink => Vec::new(),
    }
}

/// The secrets that its accounts have; each is a setting that ends in `_file`.
pub(crate) fn secrets(provider: ProviderName) -> &'static [&'static str] {
    match provider {
        ProviderName::Skinsback => &["client_secret", "webhook_path_secret", "webhook_signature"],
        ProviderName::Skinout => &["api_key", "webhook_path_secret", "webhook_signature"],
        ProviderName::Skinify => &["token", "webhook_path_secret", "webhook_signature", "events_signature"],
        ProviderName::Shadowpay => &["token", "secret_hash", "webhook_path_secret"],
        ProviderName::Skinslink => &["api_key", "webhook_secret", "webhook_path_secret"],
    }
}

/// The limits of the simulated projects: each has to bear all accounts that call it.
pub(crate) fn simulator_limits(pace: Pace) -> Value {
    let mut limits = Map::new();
    for provider in ProviderName::ALL {
        let own = ACCOUNTS.iter().filter(|account| account.provider == provider);
        let own: Vec<RequestLimit> = own.map(|account| account.limit(pace)).collect();
        let requests: u32 = own.iter().map(|limit| limit.requests).sum();
        let window_ms = own.first().map_or(0, |limit| limit.window_seconds) * 1000;
        let limit = json!({ "limit": { "requests": requests, "window_ms": window_ms } });
        limits.insert(provider.as_str().to_owned(), limit);
    }
    Value::Object(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_bears_all_of_its_accounts() {
        let limits = simulator_limits(Pace::Real);
        assert_eq!(limits["skinify"], json!({ "limit": { "requests": 330, "window_ms": 60_000 } }));
        assert_eq!(limits["skinsback"]["limit"]["requests"], 500);
        let limits = simulator_limits(Pace::Demo);
        assert_eq!(limits["skinslink"], json!({ "limit": { "requests": 30, "window_ms": 10_000 } }));
    }

    #[test]
    fn every_provider_has_an_account_of_the_merchant() {
        for provider in ProviderName::ALL {
            let own = ACCOUNTS.iter().filter(|own| own.provider == provider && own.merchant == MERCHANT);
            assert_eq!(own.count(), 1, "{provider}");
        }
        assert_eq!(provider_of(SHADOWPAY), Some(ProviderName::Shadowpay));
        assert_eq!(provider_of("unknown"), None);
        assert_eq!(title(ProviderName::Skinsback), "SkinsBack");
    }
}
