//! SkinsBack's part of the command line.

use super::Options;

/// A simulated SkinsBack project, if its credentials are given.
#[derive(Clone, clap::Args)]
// A group is named after its type by default, and every provider has a type of this name.
#[group(id = "skinsback")]
pub struct Arguments {
    /// The Client ID of the simulated SkinsBack project; without it there is no SkinsBack.
    #[arg(long, env = "SKINSBACK_CLIENT_ID", hide_env_values = true, requires = "skinsback_client_secret")]
    skinsback_client_id: Option<String>,
    /// The Client Secret that belongs to it.
    #[arg(long, env = "SKINSBACK_CLIENT_SECRET", hide_env_values = true, requires = "skinsback_client_id")]
    skinsback_client_secret: Option<String>,
    /// The Result URL: where SkinsBack notifies of deposits that name no `result_url`.
    #[arg(long, env = "SKINSBACK_WEBHOOK_URL", hide_env_values = true)]
    skinsback_webhook_url: Option<String>,
    /// The Webhook Events URL: where SkinsBack tells of purchases.
    #[arg(long, env = "SKINSBACK_EVENTS_URL", hide_env_values = true)]
    skinsback_events_url: Option<String>,
}

impl Arguments {
    /// The project that is asked for, if one is.
    #[must_use]
    pub fn project(self) -> Option<crate::Project> {
        let options = Options::with_credentials(self.skinsback_client_id?, self.skinsback_client_secret?);
        let Self { skinsback_webhook_url: webhook_url, skinsback_events_url: events_url, .. } = self;
        Some(Options { webhook_url, events_url, ..options }.into())
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the credentials, which must not end in a log.
        formatter.debug_struct("Arguments").finish_non_exhaustive()
    }
}
