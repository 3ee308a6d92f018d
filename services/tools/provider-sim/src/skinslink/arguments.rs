//! Skinslink's part of the command line.

use super::Options;

/// A simulated Skinslink project, if its credentials are given.
// Every provider's type has this name, which clap would take as the id of a group and find twice.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Arguments {
    #[command(flatten)]
    credentials: Credentials,
    /// Where Skinslink sends webhooks, except those of deposits that name a `result_url`.
    #[arg(long, env = "SKINSLINK_WEBHOOK_URL", hide_env_values = true)]
    skinslink_webhook_url: Option<String>,
}

#[derive(Clone, clap::Args)]
#[group(skip)]
struct Credentials {
    /// The API key of the simulated Skinslink project; without it there is no Skinslink.
    #[arg(long, env = "SKINSLINK_API_KEY", hide_env_values = true, requires = "skinslink_webhook_secret")]
    skinslink_api_key: Option<String>,
    /// The secret that the project's webhooks are signed with.
    #[arg(long, env = "SKINSLINK_WEBHOOK_SECRET", hide_env_values = true)]
    skinslink_webhook_secret: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Arguments {
    /// The project that is asked for, if one is.
    #[must_use]
    pub fn project(self) -> Option<crate::Project> {
        let Credentials { skinslink_api_key, skinslink_webhook_secret } = self.credentials;
        let options = Options::with_credentials(skinslink_api_key?, skinslink_webhook_secret?);
        Some(Options { webhook_url: self.skinslink_webhook_url, ..options }.into())
    }
}
