//! The command line as data. No argument that may hold a trade token has a parser here: the library's errors quote what
//! was given.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use skinbus_domain::ids::{AccountId, MerchantId, OrderId};

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   failed; the last line on stderr says why
  2   the order was refused; its violations are listed
  3   the order id belongs to another order
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
    /// Place an order
    Place(Box<PlaceArguments>),
    /// Show status changes as they happen
    Watch(WatchArguments),
    /// Look at one trade
    #[command(subcommand)]
    Trade(TradeCommand),
    /// Show how much of the accounts' rate limits is in use
    Quota(QuotaArguments),
    /// Look at messages that could not be worked on
    #[command(subcommand)]
    Dead(DeadCommand),
    /// Print the constant that a provider's webhooks carry, for webhook_signature_file
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
pub(crate) struct PlaceArguments {
    /// The provider account that serves the order
    #[arg(long)]
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) item: ItemArguments,
    /// The item's game; needed with --name
    #[arg(long)]
    pub(crate) game: Option<GameName>,
    /// Never pay more, for example 1.50
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_price: String,
    #[arg(long, default_value = "USD")]
    pub(crate) currency: String,
    #[command(flatten)]
    pub(crate) recipient: RecipientArguments,
    /// Your id of the order, unique for ever; else a random one
    #[arg(long)]
    pub(crate) order_id: Option<String>,
    /// Not sent to the provider after this, for example 5m
    #[arg(long, value_name = "DURATION", value_parser = skinbus_runtime::config::duration)]
    pub(crate) expires_in: Option<Duration>,
    /// Echoed in every status change; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) metadata: Vec<(String, String)>,
    /// Publish onto the stream and do not wait for a receipt
    #[arg(long)]
    pub(crate) publish: bool,
    /// Then follow the order until it is final
    #[arg(long)]
    pub(crate) watch: bool,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ItemArguments {
    /// The provider's id of an offered item
    #[arg(long, value_name = "ID")]
    pub(crate) offer_id: Option<String>,
    /// Steam's name of the item
    #[arg(long, requires = "game")]
    pub(crate) name: Option<String>,
}

#[derive(Args)]
pub(crate) struct RecipientArguments {
    /// The user's trade URL, in place of the two below
    #[arg(long, value_name = "URL", conflicts_with_all = ["steam_id", "trade_token"], required_unless_present = "steam_id")]
    pub(crate) trade_url: Option<String>,
    /// SteamID64 of the user who gets the item
    #[arg(long, value_name = "ID", requires = "trade_token")]
    pub(crate) steam_id: Option<String>,
    /// The token of the user's trade URL
    #[arg(long, value_name = "TOKEN", requires = "steam_id")]
    pub(crate) trade_token: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum GameName {
    Cs2,
    Dota2,
    Rust,
    Tf2,
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
}

#[derive(Args)]
pub(crate) struct ShowArguments {
    pub(crate) order_id: OrderId,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum DeadCommand {
    /// List them: why, where they came from, when; never their bodies
    List,
}

#[derive(Args)]
pub(crate) struct QuotaArguments {
    /// This account only
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// The configuration that has the limits; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct SignatureArguments {
    /// The file of the API token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: PathBuf,
}

#[derive(Args)]
pub(crate) struct ChildArguments {
    pub(crate) program: PathBuf,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<std::ffi::OsString>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err("must be like key=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn refusal(arguments: &[&str]) -> String {
        Cli::try_parse_from(arguments).err().map(|error| error.to_string()).unwrap_or_default()
    }

    const PLACE: [&str; 7] = ["skinbus", "place", "--account", "a", "--max-price", "1", "--metadata"];

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_trade_token_is_never_quoted() {
        for arguments in [
            ["--offer-id=1", "--steam-id=1", "--trade-url=https://x/?token=AbCd_-12"],
            ["--offer-id=1", "--trade-token=AbCd_-12", "--trade-url=https://x/?token=AbCd_-12"],
            ["--offer-id=1", "--name=AK", "--trade-token=AbCd_-12"],
        ] {
            let text = refusal(&[&PLACE[..], &["a=b"], &arguments[..]].concat());
            assert!(!text.is_empty() && !text.contains("AbCd"), "{text}");
        }
    }

    #[test]
    fn durations_and_metadata_are_read() {
        let rest = ["a=b=c", "--offer-id=1", "--trade-url=u", "--expires-in=1h 30m"];
        let cli = Cli::try_parse_from([&PLACE[..], &rest[..]].concat()).ok().unwrap();
        let Command::Place(place) = cli.command else { panic!("another command") };
        assert_eq!(place.expires_in, Some(Duration::from_secs(5400)));
        assert_eq!(place.metadata, [("a".to_owned(), "b=c".to_owned())]);
        assert!(refusal(&[&PLACE[..], &["a"]].concat()).contains("must be like key=value"));
    }
}
