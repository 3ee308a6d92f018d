//! Skinify's part of the command line.

use super::Options;

/// A simulated Skinify project, if its token is given.
#[derive(Debug, Clone, clap::Args)]
// A group is named after its type by default, and every provider has a type of this name.
#[group(id = "skinify")]
pub struct Arguments {
    /// The API token of the simulated Skinify project; without it there is no Skinify.
    #[arg(long, env = "SKINIFY_TOKEN", hide_env_values = true)]
    skinify_token: Option<String>,
    /// Where Skinify sends IPN for deposits that name no `result_url`.
    #[arg(long, env = "SKINIFY_IPN_URL", hide_env_values = true)]
    skinify_ipn_url: Option<String>,
}

impl Arguments {
    /// The project that is asked for, if one is.
    #[must_use]
    pub fn project(self) -> Option<crate::Project> {
        let options = Options::with_token(self.skinify_token?);
        Some(Options { ipn_url: self.skinify_ipn_url, ..options }.into())
    }
}
