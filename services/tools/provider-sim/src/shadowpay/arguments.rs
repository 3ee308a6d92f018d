//! ShadowPay's part of the command line.

use super::Options;

/// A simulated ShadowPay merchant, if its credentials are given.
#[derive(Clone, clap::Args)]
// Every provider's type has this name, which clap would take as the id of a group and find twice.
#[group(skip)]
pub struct Arguments {
    /// The API token of the simulated ShadowPay merchant; without it there is no ShadowPay.
    #[arg(
        long,
        env = "SHADOWPAY_TOKEN",
        hide_env_values = true,
        requires = "shadowpay_public_hash",
        requires = "shadowpay_secret_hash"
    )]
    shadowpay_token: Option<String>,
    /// The public hash that payment links are created under.
    #[arg(long, env = "SHADOWPAY_PUBLIC_HASH", hide_env_values = true)]
    shadowpay_public_hash: Option<String>,
    /// The secret hash that payment links and their notifications are signed with.
    #[arg(long, env = "SHADOWPAY_SECRET_HASH", hide_env_values = true)]
    shadowpay_secret_hash: Option<String>,
    /// Where ShadowPay sends IPN.
    #[arg(long, env = "SHADOWPAY_IPN_URL", hide_env_values = true)]
    shadowpay_ipn_url: Option<String>,
}

impl Arguments {
    /// The merchant that is asked for, if one is.
    #[must_use]
    pub fn project(self) -> Option<crate::Project> {
        let options = Options::with_credentials(
            self.shadowpay_token?,
            self.shadowpay_public_hash?,
            self.shadowpay_secret_hash?,
        );
        Some(Options { ipn_url: self.shadowpay_ipn_url, ..options }.into())
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the credentials, which must not end in a log.
        formatter.debug_struct("Arguments").field("given", &self.shadowpay_token.is_some()).finish()
    }
}
