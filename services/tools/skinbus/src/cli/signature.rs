//! Arguments of `skinbus webhook-signature`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args)]
#[command(group = clap::ArgGroup::new("key").required(true).multiple(false).args(["key_file", "token_file"]))]
pub(crate) struct SignatureArguments {
    /// The provider whose webhooks carry it
    #[arg(long, default_value = "skinify", conflicts_with = "token_file")]
    pub(crate) provider: Signer,
    /// The file of the key: the API token (skinify), the API key (skinout), the Client Secret (skinsback)
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The file of Skinify's API token; the same as --provider skinify --key-file
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The project's Client ID; needed for skinsback
    #[arg(long, value_name = "ID", required_if_eq("provider", "skinsback"))]
    pub(crate) client_id: Option<String>,
    /// Skinify's project id: prints the constant of the real-time events instead, for events_signature_file
    #[arg(long, value_name = "ID", conflicts_with = "client_id")]
    pub(crate) project_id: Option<String>,
}

/// A provider whose webhooks carry a constant.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Signer {
    Skinify,
    Skinout,
    Skinsback,
}
