//! The command line.

use clap::{Args, Command, FromArgMatches};
use provider_sim::{skinify, skinsback};

fn command() -> Command {
    skinsback::Arguments::augment_args(skinify::Arguments::augment_args(Command::new("test")))
}

#[test]
fn arguments_of_two_providers_get_on() {
    command().debug_assert();
    let given = ["test", "--skinsback-client-id", "the-id", "--skinsback-client-secret", "the-secret"];
    let matches = command().try_get_matches_from(given).unwrap();
    let arguments = skinsback::Arguments::from_arg_matches(&matches).unwrap();
    assert_eq!(format!("{arguments:?}"), "Arguments { .. }");
    assert!(arguments.project().is_some());
    assert!(command().try_get_matches_from(["test", "--skinsback-client-id", "the-id"]).is_err());
    let matches = command().try_get_matches_from(["test"]).unwrap();
    assert!(skinsback::Arguments::from_arg_matches(&matches).unwrap().project().is_none());
}

#[test]
fn credentials_are_not_shown() {
    let options = skinsback::Options::with_credentials("the-id", "the-secret");
    assert_eq!(format!("{options:?}"), r#"Options { alias: "skinsback", .. }"#);
}
