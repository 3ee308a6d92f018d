//! Arguments of the commands that place orders.

use std::time::Duration;

use clap::{Args, ValueEnum};

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
    #[command(flatten)]
    pub(crate) order: OrderArguments,
}

#[derive(Args)]
pub(crate) struct DepositArguments {
    /// The provider account that serves the order
    #[arg(long)]
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) user: UserArguments,
    /// An item that the user is to give; may be given several times. Without any, the user chooses on a hosted page
    #[arg(long, value_name = "ID")]
    pub(crate) asset_id: Vec<String>,
    /// The same with Steam's name of it, for providers that price by name; may be given several times
    #[arg(long, value_name = "ASSET_ID=NAME", value_parser = key_value)]
    pub(crate) item: Vec<(String, String)>,
    /// The items' game; needed with --asset-id and --item
    #[arg(long)]
    pub(crate) game: Option<GameName>,
    /// The least that the user may give on the page
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_amount: Option<String>,
    /// The most that the user may give on the page
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_amount: Option<String>,
    /// What prices are shown in; else the provider's choice
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// What --min-amount and --max-amount are counted in; else --currency, else USD
    #[arg(long, value_name = "CODE")]
    pub(crate) amount_currency: Option<String>,
    /// Your own currency, shown to the user by providers that can
    #[arg(long, value_name = "NAME", requires = "custom_rate")]
    pub(crate) custom_currency: Option<String>,
    /// How much of your own currency one United States dollar is
    #[arg(long, value_name = "RATE", requires = "custom_currency")]
    pub(crate) custom_rate: Option<String>,
    /// Decimal places that your own currency is shown with
    #[arg(long, value_name = "COUNT", requires = "custom_currency")]
    pub(crate) custom_decimals: Option<u32>,
    /// What shown amounts are multiplied with, in place of the project's own setting
    #[arg(long, value_name = "FACTOR")]
    pub(crate) multiplier: Option<String>,
    /// Where the user's browser goes after success; a visit there proves nothing
    #[arg(long, value_name = "URL")]
    pub(crate) success_url: Option<String>,
    /// Where the user's browser goes after a failure
    #[arg(long, value_name = "URL")]
    pub(crate) fail_url: Option<String>,
    #[command(flatten)]
    pub(crate) order: OrderArguments,
}

#[derive(Args)]
pub(crate) struct ListItemArguments {
    /// The provider account that serves the order
    #[arg(long)]
    pub(crate) account: String,
    /// Steam's id of the item in the user's inventory
    #[arg(long, value_name = "ID")]
    pub(crate) asset_id: String,
    /// The item's game
    #[arg(long)]
    pub(crate) game: GameName,
    /// What is asked for it, for example 12.50
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) price: String,
    #[arg(long, default_value = "USD")]
    pub(crate) currency: String,
    /// SteamID64 of the user whose item it is
    #[arg(long, value_name = "ID")]
    pub(crate) steam_id: String,
    #[command(flatten)]
    pub(crate) order: OrderArguments,
}

/// What orders of every kind have.
#[derive(Args)]
pub(crate) struct OrderArguments {
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

/// A user who can be sent an item.
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

/// A user, with a trade token where the provider asks for one.
#[derive(Args)]
pub(crate) struct UserArguments {
    /// The user's trade URL, in place of the two below
    #[arg(long, value_name = "URL", conflicts_with_all = ["steam_id", "trade_token"], required_unless_present = "steam_id")]
    pub(crate) trade_url: Option<String>,
    /// The user's SteamID64
    #[arg(long, value_name = "ID")]
    pub(crate) steam_id: Option<String>,
    /// The token of the user's trade URL, where the provider asks for it
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

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err("must be like key=value".to_owned()),
    }
}
