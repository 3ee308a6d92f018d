//! Arguments of what prepares NATS.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum TopologyCommand {
    /// Create what is missing, update what differs, and tell what was done. Doing it again changes nothing
    Apply(ApplyArguments),
    /// Tell what is missing or differs, and change nothing; exit code 4 where there is anything
    Check(TopologyArguments),
}

#[derive(Args)]
pub(crate) struct ApplyArguments {
    #[command(flatten)]
    pub(crate) topology: TopologyArguments,
    /// Have the ledger followed from its beginning again, where the consumer tracker_trades was removed on purpose. Never after
    /// a restoration: that is told by ledger.restored_at
    #[arg(long)]
    pub(crate) follow_again: bool,
}

#[derive(Args)]
#[command(after_help = "\
NATS is found as the configuration's [nats] section and SKINBUS_NATS__ variables say; --nats and its kin are not used.
Answers come on _INBOX_admin, unless nats.inbox_prefix is set.")]
pub(crate) struct TopologyArguments {
    /// The configuration that the services run with; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct NatsUsersArguments {
    /// The configuration that has the accounts and whose they are; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the keys are: USER.pub, and USER.nk with the seed. What is missing is made, what is there is kept
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// The file to write for the server's configuration to include
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
