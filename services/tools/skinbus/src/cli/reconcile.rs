//! Arguments of the reconciliation.

use std::path::PathBuf;

use clap::Args;
use skinbus_domain::ids::AccountId;

use super::query::{MomentOrAge, moment_or_age};

const ABOUT: &str = "\
Exit codes:
  0   everything agrees that could be compared
  1   the comparison could not be completed; the last line on stderr says why
  4   something does not agree, and is listed, the gravest first

It asks in the lowest lane of the quota: orders and look-ups go first.";

#[derive(Args)]
#[command(after_help = ABOUT)]
pub(crate) struct ReconcileArguments {
    /// The account whose records are compared
    #[arg(long)]
    pub(crate) account: AccountId,
    /// Orders that were accepted from then on: an age like 24h, a day, or a time like 2025-11-21T09:40:00Z
    #[arg(long, value_name = "WHEN", value_parser = moment_or_age)]
    pub(crate) since: MomentOrAge,
    /// Orders that were placed until then; else until now
    #[arg(long, value_name = "WHEN", value_parser = moment_or_age)]
    pub(crate) until: Option<MomentOrAge>,
    /// Fold in what the provider says of trades that are behind, as a look-up would. Nothing else is changed
    #[arg(long)]
    pub(crate) apply: bool,
    /// The configuration that has the account; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON: each finding one object a line, then a summary
    #[arg(long)]
    pub(crate) json: bool,
}
