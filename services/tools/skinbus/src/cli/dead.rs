//! `skinbus dead …` as data.

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum DeadCommand {
    /// List them, the newest last: why, where they came from, when; never their bodies
    List(DeadListArguments),
    /// Show one: all but its body and the values of its headers, which may hold a trade token
    Show(DeadShowArguments),
    /// Publish their originals again, each once, and drop them
    Redrive(DeadSelection),
    /// Forget them for ever
    Drop(DeadSelection),
}

#[derive(Args)]
pub(crate) struct DeadListArguments {
    /// Those of one stage only, such as intake or dispatch
    #[arg(long, value_name = "NAME")]
    pub(crate) stage: Option<String>,
    /// Those with this reason only, such as undecodable
    #[arg(long, value_name = "WORD")]
    pub(crate) reason: Option<String>,
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DeadShowArguments {
    /// As `skinbus dead list` shows it
    pub(crate) handle: u64,
    /// Show its body and the values of its headers too: they may hold a user's trade token
    #[arg(long)]
    pub(crate) with_content: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DeadSelection {
    /// As `skinbus dead list` shows them
    #[arg(value_name = "HANDLE", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) handles: Vec<u64>,
    /// All there are now, or those of a stage, or with a reason
    #[arg(long)]
    pub(crate) all: bool,
    /// With --all: those of one stage only
    #[arg(long, value_name = "NAME", requires = "all", conflicts_with = "handles")]
    pub(crate) stage: Option<String>,
    /// With --all: those with this reason only
    #[arg(long, value_name = "WORD", requires = "all", conflicts_with = "handles")]
    pub(crate) reason: Option<String>,
}
