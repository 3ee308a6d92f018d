//! Skinout's part of the command line.

use super::Options;

/// A simulated Skinout project, if its credentials are given. It has no `Debug`, because it holds the key.
#[derive(Clone, clap::Args)]
// A group is named after its type by default, and every provider has a type of this name.
#[group(id = "skinout")]
pub struct Arguments {
    /// The Api Key of the simulated Skinout project; without it there is no Skinout.
    #[arg(long, env = "SKINOUT_API_KEY", hide_env_values = true, requires = "skinout_project_id")]
    skinout_api_key: Option<String>,
    /// The id of the simulated Skinout project.
    #[arg(long, env = "SKINOUT_PROJECT_ID")]
    skinout_project_id: Option<u64>,
    /// Where Skinout sends notifications about deposits, its "Deposit Callback URL".
    #[arg(long, env = "SKINOUT_WEBHOOK_URL", hide_env_values = true)]
    skinout_webhook_url: Option<String>,
    /// Where Skinout sends notifications about purchases, its "Withdraw Callback URL".
    #[arg(long, env = "SKINOUT_PURCHASE_WEBHOOK_URL", hide_env_values = true)]
    skinout_purchase_webhook_url: Option<String>,
}

impl Arguments {
    /// The project that is asked for, if one is.
    #[must_use]
    pub fn project(self) -> Option<crate::Project> {
        let options = Options::with_credentials(self.skinout_api_key?, self.skinout_project_id?);
        let options = Options {
            webhook_url: self.skinout_webhook_url,
            purchase_webhook_url: self.skinout_purchase_webhook_url,
            ..options
        };
        Some(options.into())
    }
}
