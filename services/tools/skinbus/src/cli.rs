//! The command line as data. No argument that may hold a trade token has a parser here: the library's errors quote what
//! was given.

mod command;
mod dead;
mod doctor;
mod nats;
mod order;
mod query;
mod reconcile;
mod signature;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use skinbus_domain::ids::{AccountId, MerchantId, OrderId};

pub(crate) use command::ProviderCommand;
pub(crate) use dead::{DeadCommand, DeadListArguments, DeadSelection, DeadShowArguments};
pub(crate) use doctor::DoctorArguments;
pub(crate) use nats::{ApplyArguments, NatsUsersArguments, TopologyArguments, TopologyCommand};
pub(crate) use order::{
    DepositArguments, GameName, ListItemArguments, OrderArguments, PlaceArguments, RecipientArguments,
    UserArguments,
};
pub(crate) use query::{
    HistoryArguments, InventoryArguments, LookupArguments, OffersArguments, QueryArguments, QueryCommand,
    Record, RowArguments, SearchArguments, WholeListArguments,
};
pub(crate) use reconcile::ReconcileArguments;
pub(crate) use signature::{SignatureArguments, Signer};

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   failed; the last line on stderr says why
  2   the order was refused, and its violations are listed; or the provider refused the command
  3   the order id belongs to another order
  4   reconcile: the provider's records and ours do not agree; topology check: something is missing or differs
  64  the command line is wrong

Colours are used on a terminal only, and not where NO_COLOR is set.";

/// Skinbus: skin payments over NATS.
#[derive(Parser)]
#[command(name = "skinbus", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where NATS is, and for whom.
#[derive(Args)]
pub(crate) struct Connection {
    /// The NATS servers, several with commas
    #[arg(
        long = "nats",
        global = true,
        value_name = "URL",
        env = "SKINBUS_NATS__URL",
        hide_env_values = true,
        default_value = "nats://127.0.0.1:4222"
    )]
    pub(crate) url: String,
    /// The .creds file of your NATS user
    #[arg(long = "nats-creds", global = true, value_name = "FILE", env = "SKINBUS_NATS__CREDENTIALS_FILE")]
    pub(crate) credentials_file: Option<PathBuf>,
    /// The file with the nkey seed of your NATS user
    #[arg(
        long = "nats-nkey",
        global = true,
        value_name = "FILE",
        env = "SKINBUS_NATS__NKEY_SEED_FILE",
        conflicts_with = "credentials_file"
    )]
    pub(crate) nkey_seed_file: Option<PathBuf>,
    /// The certificates of the authority that the NATS servers are believed for; else the system's
    #[arg(long = "nats-ca", global = true, value_name = "FILE", env = "SKINBUS_NATS__TLS_CA_FILE")]
    pub(crate) tls_ca_file: Option<PathBuf>,
    /// Your certificate, where the NATS servers ask for one
    #[arg(
        long = "nats-cert",
        global = true,
        value_name = "FILE",
        env = "SKINBUS_NATS__TLS_CERTIFICATE_FILE",
        requires = "tls_key_file"
    )]
    pub(crate) tls_certificate_file: Option<PathBuf>,
    /// Its private key
    #[arg(
        long = "nats-key",
        global = true,
        value_name = "FILE",
        env = "SKINBUS_NATS__TLS_KEY_FILE",
        requires = "tls_certificate_file"
    )]
    pub(crate) tls_key_file: Option<PathBuf>,
    /// What answers come on; your NATS user may have another inbox
    #[arg(long = "nats-inbox", global = true, value_name = "PREFIX", env = "SKINBUS_NATS__INBOX_PREFIX")]
    pub(crate) inbox_prefix: Option<String>,
    /// What calls of the JetStream API begin with: skinbus.js for a merchant's NATS user
    #[arg(
        long = "nats-jetstream",
        global = true,
        value_name = "PREFIX",
        env = "SKINBUS_NATS__JETSTREAM_PREFIX",
        default_value = "$JS.API"
    )]
    pub(crate) jetstream_prefix: String,
    /// The merchant that you act for
    #[arg(long, global = true, value_name = "NAME", default_value = "acme")]
    pub(crate) merchant: MerchantId,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run everything on this machine: NATS, the provider simulator and the four services
    Dev(DevArguments),
    /// Run everything for a minute, place orders of every kind, and compare what came of them with the simulator's record
    Demo(DemoArguments),
    /// Place an order that buys an item for a user
    Place(Box<PlaceArguments>),
    /// Place an order that takes items from a user: on a hosted page, or by a trade offer for items that you name
    Deposit(Box<DepositArguments>),
    /// Place an order that puts a user's item on sale
    ListItem(Box<ListItemArguments>),
    /// Change an order that the provider already has
    #[command(subcommand, name = "command")]
    Change(ProviderCommand),
    /// Ask an account's provider; that changes nothing there
    #[command(subcommand)]
    Query(Box<QueryCommand>),
    /// Show status changes as they happen
    Watch(WatchArguments),
    /// Look at one trade
    #[command(subcommand)]
    Trade(TradeCommand),
    /// Show how much of the accounts' rate limits is in use, and which accounts their providers have closed
    Quota(QuotaArguments),
    /// Show what is followed at each account, and how late a look at a trade can come
    Accounts(AccountsArguments),
    /// Look whether configuration, NATS, services and providers are well, and say what to do
    Doctor(DoctorArguments),
    /// Show what providers said that Skinbus does not know: words, fields and forms of answers, with their counts
    Drift(DriftArguments),
    /// Compare a provider's records of an account with the ledger; changes nothing, unless --apply says so
    Reconcile(ReconcileArguments),
    /// Look at messages that could not be worked on, publish them again, or drop them
    #[command(subcommand)]
    Dead(DeadCommand),
    /// Make the streams and consumers of NATS, or look whether they are as they must be
    #[command(subcommand)]
    Topology(TopologyCommand),
    /// Make the keys of all NATS users, and the part of the server's configuration with their rights
    NatsUsers(NatsUsersArguments),
    /// Print the constant that a provider's webhooks carry, for webhook_signature_file or events_signature_file
    WebhookSignature(SignatureArguments),
    /// Print the version
    Version,
    /// Become a program that ends when its parent does
    #[command(hide = true)]
    RunChild(ChildArguments),
}

#[derive(Args)]
pub(crate) struct DevArguments {
    /// Where data, secrets and logs are kept
    #[arg(long, value_name = "DIR", default_value = ".skinbus")]
    pub(crate) dir: PathBuf,
    /// The nats-server to run; else the one on PATH
    #[arg(long, value_name = "PATH", env = "NATS_SERVER_BINARY")]
    pub(crate) nats_server: Option<PathBuf>,
    /// NATS listens here
    #[arg(long, value_name = "PORT", default_value_t = 4222, conflicts_with = "port_base")]
    pub(crate) nats_port: u16,
    /// Take seven ports from this one on, instead of the usual ones
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..=65_000))]
    pub(crate) port_base: Option<u16>,
}

#[derive(Args)]
pub(crate) struct DemoArguments {
    /// The nats-server to run; else the one on PATH
    #[arg(long, value_name = "PATH", env = "NATS_SERVER_BINARY")]
    pub(crate) nats_server: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct WatchArguments {
    /// One order only, from its first version on
    #[arg(long, value_name = "ID")]
    pub(crate) order: Option<OrderId>,
    /// Begin with the last version of every order there is
    #[arg(long)]
    pub(crate) all: bool,
    /// End when every order that was seen is final
    #[arg(long)]
    pub(crate) until_final: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum TradeCommand {
    /// Show every version of a trade
    Show(ShowArguments),
    /// List the trades that wait for a person, with what is known of them
    Review(ReviewArguments),
    /// Decide what became of a trade that waits for a person
    Resolve(ResolveArguments),
}

#[derive(Args)]
pub(crate) struct ReviewArguments {
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[command(after_help = "\
Look at the provider's own records first: what you say is believed.
  placed  the provider has the order: the trade is followed from now on (needs --provider-id)
  absent  the provider never executed it and never will: it is sent again, under the same reference
  failed  it is over without success, and is not sent again")]
pub(crate) struct ResolveArguments {
    pub(crate) order_id: OrderId,
    /// What became of it
    #[arg(long = "as", value_name = "VERDICT")]
    pub(crate) verdict: VerdictName,
    /// The provider's id of the order, as its records show it
    #[arg(long, value_name = "ID", required_if_eq("verdict", "placed"))]
    pub(crate) provider_id: Option<String>,
    /// Why: what you looked at. Kept in the ledger, so no secrets
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who decides; kept in the ledger
    #[arg(long, value_name = "NAME", env = "USER")]
    pub(crate) operator: String,
    /// Print the new version as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What became of an order, as a person found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictName {
    /// The provider has it
    Placed,
    /// The provider never executed it and never will
    Absent,
    /// It is over without success
    Failed,
}

#[derive(Args)]
pub(crate) struct ShowArguments {
    pub(crate) order_id: OrderId,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct QuotaArguments {
    /// This account only
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// The configuration that has the limits; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Go on until Ctrl-C: in place on a terminal, elsewhere a line for every account that changed
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct AccountsArguments {
    /// This account only
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// The configuration that has the accounts; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DriftArguments {
    /// This account only
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ChildArguments {
    pub(crate) program: PathBuf,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<std::ffi::OsString>,
}
