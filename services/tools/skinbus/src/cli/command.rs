//! Arguments of the commands that change an order at its provider.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use skinbus_domain::ids::AccountId;

#[derive(Subcommand)]
pub(crate) enum ProviderCommand {
    /// Take the credit of a held deposit early; a later reversal is then your loss
    ApproveHold(Target),
    /// Give up what can still be given up: a reserved purchase, a listed item
    Cancel(Target),
    /// Ask another price for a listed item
    ChangePrice(ChangePriceArguments),
    /// Tell the provider that the user has a new trade URL
    UpdateTradeToken(UpdateTradeTokenArguments),
}

/// Which order, and where.
#[derive(Args)]
pub(crate) struct Target {
    /// Your id of the order
    // No parser: whoever mixes arguments up must not have a trade URL quoted.
    pub(crate) order_id: String,
    /// The provider account that serves the order
    #[arg(long)]
    pub(crate) account: AccountId,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ChangePriceArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The new price, for example 12.50
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) price: String,
    #[arg(long, default_value = "USD")]
    pub(crate) currency: String,
}

#[derive(Args)]
pub(crate) struct UpdateTradeTokenArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) token: NewTokenArguments,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct NewTokenArguments {
    /// The file of the new token
    #[arg(long, value_name = "FILE")]
    pub(crate) trade_token_file: Option<PathBuf>,
    /// The new trade URL
    #[arg(long, value_name = "URL")]
    pub(crate) trade_url: Option<String>,
}

impl ProviderCommand {
    /// The command's name in subjects.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::ApproveHold(_) => "approve_hold",
            Self::Cancel(_) => "cancel",
            Self::ChangePrice(_) => "change_price",
            Self::UpdateTradeToken(_) => "update_trade_token",
        }
    }

    /// Which order, and where.
    pub(crate) fn target(&self) -> &Target {
        match self {
            Self::ApproveHold(target) | Self::Cancel(target) => target,
            Self::ChangePrice(arguments) => &arguments.target,
            Self::UpdateTradeToken(arguments) => &arguments.target,
        }
    }
}
