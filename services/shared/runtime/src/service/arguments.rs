//! The command line of every service: `--config` and `--version`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, Command, value_parser};

use super::EXIT_USAGE;
use crate::{config, environment};

/// The configuration file to read, or the exit code where there is nothing left to do.
pub(super) fn configuration_path(name: &'static str) -> Result<Option<PathBuf>, ExitCode> {
    match parse(name, std::env::args_os()) {
        Ok(argument) => Ok(config::locate(argument, &environment::pairs())),
        Err(error) => {
            // Help and version are "errors" to the library, and go to stdout.
            let _nobody_listens = error.print();
            Err(if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS })
        }
    }
}

fn parse(
    name: &'static str,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Option<PathBuf>, clap::Error> {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("The configuration file; else $SKINBUS_CONFIG, else skinbus.toml in the working directory");
    let command = Command::new(name).version(env!("CARGO_PKG_VERSION")).arg(config);
    let matches = command.try_get_matches_from(arguments)?;
    Ok(matches.get_one::<PathBuf>("config").cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Option<PathBuf>, clap::Error> {
        parse("order-intake", arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_file_is_named_or_not() {
        assert_eq!(parsed(&["order-intake"]).unwrap(), None);
        let named = parsed(&["order-intake", "--config", "a.toml"]).unwrap();
        assert_eq!(named, Some(PathBuf::from("a.toml")));
    }

    #[test]
    fn wrong_arguments_are_usage_errors_and_the_version_is_not() {
        assert!(parsed(&["order-intake", "--confg", "a.toml"]).unwrap_err().use_stderr());
        let version = parsed(&["order-intake", "--version"]).unwrap_err();
        assert!(!version.use_stderr());
        assert!(version.to_string().starts_with("order-intake "));
    }
}
