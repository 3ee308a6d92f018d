//! One account for each provider: what the services are told of it, and the simulated project at the other end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use provider_sim::Project;
use skinbus_domain::ids::AccountId;
use skinbus_proto::request::KnownAccount;
use skinbus_providers::registry::{self, Credentials, Endpoints, WebhookCredentials};
use skinbus_providers::{Provider, Webhooks, skinify, skinout, skinsback};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::config::ProviderName;
use skinbus_runtime::{Config, accounts};

/// Who owns every account.
pub const MERCHANT: &str = "acme";

const SKINSBACK: (&str, &str) = ("12345", "sim-client-secret-0123456789");
const SKINOUT: (&str, u64) = ("sim-skinout-key-0123456789", 1042);
const SKINIFY: &str = "sim-skinify-token-0123456789";
const SHADOWPAY: (&str, &str, &str) =
    ("sim-shadowpay-token-0123456789", "0123456789abcdef", "sim-secret-hash-0123456789");
const SKINSLINK: (&str, &str) = ("sim-skinslink-key-0123456789", "sim-webhook-secret-0123456789");

/// What differs between runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// Requests in any window.
    pub requests: u32,
    /// Length of the window, in seconds.
    pub window_seconds: u32,
    /// How long a call may take, in seconds.
    pub call_timeout_seconds: u32,
    /// Divides the polling intervals.
    pub speed: u32,
    /// How long an item may be taken back where the provider does not say, in hours; multiplied by the speed.
    pub protection_hours: u32,
    /// A hosted page ends after this, in hours; multiplied by the speed.
    pub link_lifetime_hours: u32,
}

/// Everything that the services know from their configuration.
pub struct Setting {
    /// By name.
    pub accounts: BTreeMap<AccountId, Account>,
    /// What intake knows.
    pub known: BTreeMap<AccountId, KnownAccount>,
    /// The adapters.
    pub adapters: BTreeMap<AccountId, Box<dyn Provider>>,
    /// Their webhooks.
    pub webhooks: BTreeMap<AccountId, Box<dyn Webhooks>>,
    /// What differs between runs.
    pub choice: Choice,
    /// Who is asked, by account.
    pub providers: BTreeMap<AccountId, ProviderName>,
}

thread_local! {
    static MADE: RefCell<BTreeMap<Choice, Rc<Setting>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The account of a provider.
pub fn account(provider: ProviderName) -> AccountId {
    format!("{provider}_main").parse().unwrap()
}

/// What the services are told. Made once per thread and choice.
pub fn setting(choice: &Choice) -> Rc<Setting> {
    if let Some(made) = MADE.with_borrow(|made| made.get(choice).cloned()) {
        return made;
    }
    let config = Config::from_toml(&toml(choice)).expect("the configuration is right");
    let accounts = accounts::resolve(&config).expect("every provider is known");
    let known = order_intake::prepare(&config).expect("every provider is known");
    let (mut adapters, mut webhooks, mut providers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for provider in ProviderName::ALL {
        let name = account(provider);
        let result_url =
            Some(format!("http://skinbus.test/webhooks/{name}/0123456789abcdef0123456789abcdef"));
        let endpoints = Endpoints { base_url: accounts[&name].base_url.clone(), result_url };
        adapters.insert(name.clone(), registry::provider(credentials(provider), endpoints));
        webhooks.insert(name.clone(), registry::webhooks(webhook_credentials(provider)));
        providers.insert(name, provider);
    }
    let made = Rc::new(Setting { accounts, known, adapters, webhooks, choice: choice.clone(), providers });
    MADE.with_borrow_mut(|all| all.insert(choice.clone(), Rc::clone(&made)));
    made
}

fn toml(choice: &Choice) -> String {
    let Choice { requests, window_seconds, call_timeout_seconds, speed, .. } = choice;
    let mut text = format!(
        "[tracking]\nspeed = {speed}\nprotection = \"{}h\"\nlink_lifetime = \"{}h\"\n",
        choice.protection_hours * speed,
        choice.link_lifetime_hours * speed
    );
    for provider in ProviderName::ALL {
        let name = account(provider);
        let (path, own) = match provider {
            ProviderName::Skinsback => ("/skinsback/api.php", String::new()),
            ProviderName::Skinout => ("/skinout/api/v1", String::new()),
            ProviderName::Skinify => ("/skinify/api", String::new()),
            ProviderName::Shadowpay => ("/shadowpay/api/v1", String::new()),
            ProviderName::Skinslink => ("/skinslink/api/v1", String::new()),
        };
        write!(
            text,
            r#"
[accounts.{name}]
provider = "{provider}"
merchant = "{MERCHANT}"
base_url = "http://sim.test{path}"
total_timeout = "{call_timeout_seconds}s"
keep_reservations = true
quota = {{ requests = {requests}, per = "{window_seconds}s" }}
{own}
"#
        )
        .unwrap();
    }
    text
}

fn credentials(provider: ProviderName) -> Credentials {
    match provider {
        ProviderName::Skinsback => Credentials::Skinsback {
            client_id: SKINSBACK.0.to_owned(),
            client_secret: SKINSBACK.1.into(),
            authentication: skinsback::Authentication::Headers,
        },
        ProviderName::Skinout => Credentials::Skinout {
            api_key: SKINOUT.0.into(),
            project_id: SKINOUT.1.to_string(),
            paths: skinout::Paths::default(),
        },
        ProviderName::Skinify => Credentials::Skinify { token: SKINIFY.into() },
        ProviderName::Shadowpay => Credentials::Shadowpay {
            token: SHADOWPAY.0.into(),
            public_hash: SHADOWPAY.1.to_owned(),
            secret_hash: SHADOWPAY.2.into(),
            pay_url: Some("http://sim.test/shadowpay/en/pay".to_owned()),
        },
        ProviderName::Skinslink => Credentials::Skinslink { api_key: SKINSLINK.0.into() },
    }
}

fn webhook_credentials(provider: ProviderName) -> WebhookCredentials {
    match provider {
        ProviderName::Skinsback => WebhookCredentials::Skinsback {
            signature: skinsback::signature_of(SKINSBACK.0, &SKINSBACK.1.into()),
            client_secret: Some(SKINSBACK.1.into()),
        },
        ProviderName::Skinout => {
            WebhookCredentials::Skinout { signature: skinout::signature_of(&SKINOUT.0.into()) }
        }
        ProviderName::Skinify => {
            WebhookCredentials::Skinify { signature: skinify::signature_of(&SKINIFY.into()) }
        }
        ProviderName::Shadowpay => WebhookCredentials::Shadowpay { secret_hash: SHADOWPAY.2.into() },
        ProviderName::Skinslink => WebhookCredentials::Skinslink { webhook_secret: SKINSLINK.1.into() },
    }
}

/// The simulated project of every provider.
pub fn projects() -> Vec<Project> {
    vec![
        provider_sim::skinsback::Options::with_credentials(SKINSBACK.0, SKINSBACK.1).into(),
        provider_sim::skinout::Options::with_credentials(SKINOUT.0, SKINOUT.1).into(),
        provider_sim::skinify::Options::with_token(SKINIFY).into(),
        provider_sim::shadowpay::Options::with_credentials(SHADOWPAY.0, SHADOWPAY.1, SHADOWPAY.2).into(),
        provider_sim::skinslink::Options::with_credentials(SKINSLINK.0, SKINSLINK.1).into(),
    ]
}
