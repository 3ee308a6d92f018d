//! One account for each provider: what the services are told of it, and the simulated project at the other end.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::Path;

use provider_sim::{Options, Project};
use skinbus_runtime::config::ProviderName;

use crate::system::{MERCHANT, SystemOptions, TOKEN, WEBHOOK_PATH};

const SKINSBACK_CLIENT_ID: &str = "12345";
/// The secret that SkinsBack's requests and webhooks are signed with.
pub const SKINSBACK_SECRET: &str = "sim-client-secret-0123456789";
const SKINOUT_PROJECT_ID: u64 = 1042;
const SKINOUT_KEY: &str = "sim-skinout-key-0123456789";
const SKINIFY_PROJECT_ID: u64 = 2077;
const SHADOWPAY_TOKEN: &str = "sim-shadowpay-token-0123456789";
const SHADOWPAY_PUBLIC_HASH: &str = "0123456789abcdef";
const SHADOWPAY_SECRET_HASH: &str = "sim-secret-hash-0123456789";
const SKINSLINK_KEY: &str = "sim-skinslink-key-0123456789";
const SKINSLINK_WEBHOOK_SECRET: &str = "sim-webhook-secret-0123456789";

/// The name of a provider's account.
#[must_use]
pub fn account(provider: ProviderName) -> String {
    format!("{provider}_main")
}

/// The simulator with a project of each provider.
pub(crate) fn simulated(providers: &[ProviderName]) -> Options {
    let mut options = Options::listening_on("127.0.0.1:0".parse().unwrap());
    options.projects.extend(providers.iter().map(|provider| project(*provider)));
    options
}

fn project(provider: ProviderName) -> Project {
    match provider {
        ProviderName::Skinsback => {
            provider_sim::skinsback::Options::with_credentials(SKINSBACK_CLIENT_ID, SKINSBACK_SECRET).into()
        }
        ProviderName::Skinout => {
            provider_sim::skinout::Options::with_credentials(SKINOUT_KEY, SKINOUT_PROJECT_ID).into()
        }
        ProviderName::Skinify => provider_sim::skinify::Options::with_token(TOKEN).into(),
        ProviderName::Shadowpay => provider_sim::shadowpay::Options::with_credentials(
            SHADOWPAY_TOKEN,
            SHADOWPAY_PUBLIC_HASH,
            SHADOWPAY_SECRET_HASH,
        )
        .into(),
        ProviderName::Skinslink => {
            provider_sim::skinslink::Options::with_credentials(SKINSLINK_KEY, SKINSLINK_WEBHOOK_SECRET).into()
        }
    }
}

/// The settings that are the provider's own: plain ones, and secrets, which are written to files.
struct Own {
    path: &'static str,
    plain: Vec<(&'static str, String)>,
    secrets: Vec<(&'static str, &'static str)>,
}

fn own(provider: ProviderName, simulator: SocketAddr) -> Own {
    let text = |text: &str| format!("{text:?}");
    match provider {
        ProviderName::Skinsback => Own {
            path: "/skinsback/api.php",
            plain: vec![("client_id", text(SKINSBACK_CLIENT_ID)), ("webhook_sign_binds", "true".to_owned())],
            secrets: vec![("client_secret_file", SKINSBACK_SECRET)],
        },
        ProviderName::Skinout => Own {
            path: "/skinout/api/v1",
            plain: vec![("project_id", text(&SKINOUT_PROJECT_ID.to_string()))],
            secrets: vec![("api_key_file", SKINOUT_KEY)],
        },
        ProviderName::Skinify => {
            Own { path: "/skinify/api", plain: Vec::new(), secrets: vec![("token_file", TOKEN)] }
        }
        ProviderName::Shadowpay => Own {
            path: "/shadowpay/api/v1",
            plain: vec![
                ("public_hash", text(SHADOWPAY_PUBLIC_HASH)),
                ("pay_url", text(&format!("http://{simulator}/shadowpay/en/pay"))),
            ],
            secrets: vec![("token_file", SHADOWPAY_TOKEN), ("secret_hash_file", SHADOWPAY_SECRET_HASH)],
        },
        ProviderName::Skinslink => Own {
            path: "/skinslink/api/v1",
            plain: Vec::new(),
            secrets: vec![("api_key_file", SKINSLINK_KEY), ("webhook_secret_file", SKINSLINK_WEBHOOK_SECRET)],
        },
    }
}

/// The sections of every account, each with the address at which it finds its provider; their secrets are written into
/// `directory`.
pub(crate) fn sections(
    options: &SystemOptions,
    simulator: impl Fn(ProviderName) -> SocketAddr,
    directory: &Path,
) -> String {
    let mut text = String::new();
    for provider in &options.providers {
        let simulator = simulator(*provider);
        text += &section(&account(*provider), MERCHANT, *provider, options, simulator, directory);
        if *provider == ProviderName::Skinify {
            text += &section("skinify_other", "other", *provider, options, simulator, directory);
        }
    }
    text
}

fn section(
    name: &str,
    merchant: &str,
    provider: ProviderName,
    options: &SystemOptions,
    simulator: SocketAddr,
    directory: &Path,
) -> String {
    let Own { path, plain, secrets } = own(provider, simulator);
    let SystemOptions { total_timeout, settle_time, refusal_settle_time, requests, window, .. } = options;
    let keep_reservations = options.keep_reservations;
    let mut text = format!(
        r#"
[accounts.{name}]
provider = "{provider}"
merchant = "{merchant}"
base_url = "http://{simulator}{path}"
connect_timeout = "1s"
total_timeout = "{total_timeout}"
keep_reservations = {keep_reservations}
settle_time = "{settle_time}"
refusal_settle_time = "{refusal_settle_time}"
quota = {{ requests = {requests}, per = "{window}" }}
"#
    );
    if options.events && name == account(provider) {
        text += &events(provider, simulator);
    }
    for (setting, value) in plain {
        writeln!(text, "{setting} = {value}").unwrap();
    }
    for (setting, secret) in secrets.into_iter().chain([("webhook_path_secret_file", WEBHOOK_PATH)]) {
        let file = directory.join(format!("{provider}_{setting}"));
        std::fs::write(&file, secret).unwrap();
        writeln!(text, "{setting} = {file:?}").unwrap();
    }
    text
}

/// The settings of real-time events; their constants are derived from the keys.
fn events(provider: ProviderName, simulator: SocketAddr) -> String {
    match provider {
        ProviderName::Skinsback => {
            format!("events = true\nevents_url = \"ws://{simulator}/skinsback/ws/\"\n")
        }
        ProviderName::Skinify => {
            let url = format!("ws://{simulator}/skinify/ws/");
            format!("events = true\nevents_url = \"{url}\"\nproject_id = \"{SKINIFY_PROJECT_ID}\"\n")
        }
        ProviderName::Skinout | ProviderName::Shadowpay | ProviderName::Skinslink => String::new(),
    }
}
