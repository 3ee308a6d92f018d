//! Arguments of the doctor.

use std::path::PathBuf;

use clap::Args;

const ABOUT: &str = "\
Exit codes:
  0   nothing is wrong; warnings and what cannot be seen do not count
  1   something is wrong

It changes nothing. Each provider is asked for its balance once, in the lowest lane of the quota. Run it as the NATS user
operator, where services run: clocks, ways and secret files are those of the machine that it runs on.";

#[derive(Args)]
#[command(after_help = ABOUT)]
pub(crate) struct DoctorArguments {
    /// The configuration that the services run with; else $SKINBUS_CONFIG, skinbus.toml or .skinbus/skinbus.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The monitoring port of a NATS server, like http://nats-0:8222; once for each server
    #[arg(long, value_name = "URL")]
    pub(crate) nats_monitor: Vec<String>,
    /// Print JSON: each check one object a line, then how many there are of each kind
    #[arg(long)]
    pub(crate) json: bool,
}
