use std::time::Duration;

use clap::CommandFactory;
use jiff::Timestamp;

use super::*;

fn refusal(arguments: &[&str]) -> String {
    Cli::try_parse_from(arguments).err().map(|error| error.to_string()).unwrap_or_default()
}

fn command(arguments: &[&str]) -> Command {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.command,
        Err(error) => panic!("{error}"),
    }
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
    for line in [
        "deposit --account a --steam-id 1 --trade-url https://x/?token=AbCd_-12",
        "deposit --account a --trade-token AbCd_-12",
        "query inventory --account a --game cs2 --steam-id 1 --trade-url https://x/?token=AbCd_-12",
        "command update-trade-token --trade-url https://x/?token=AbCd_-12",
        "command update-trade-token https://x/?token=AbCd_-12 --account a",
        "command update-trade-token wd-1 --account a --trade-token-file f --trade-url https://x/?token=AbCd_-12",
    ] {
        let text = refusal(&line_of(line));
        assert!(!text.is_empty() && !text.contains("AbCd"), "{text}");
    }
}

fn line_of(line: &str) -> Vec<&str> {
    std::iter::once("skinbus").chain(line.split_whitespace()).collect()
}

#[test]
fn durations_and_metadata_are_read() {
    let rest = ["a=b=c", "--offer-id=1", "--trade-url=u", "--expires-in=1h 30m"];
    let Command::Place(place) = command(&[&PLACE[..], &rest[..]].concat()) else { panic!("another command") };
    assert_eq!(place.order.expires_in, Some(Duration::from_secs(5400)));
    assert_eq!(place.order.metadata, [("a".to_owned(), "b=c".to_owned())]);
    assert!(refusal(&[&PLACE[..], &["a"]].concat()).contains("must be like key=value"));
}

#[test]
fn the_place_command_line_of_old_is_valid() {
    let line = "place --account a --name AK --game cs2 --max-price 1.50 --currency EUR --steam-id 1 --trade-token x \
                --order-id wd-1 --expires-in 5m --metadata k=v --metadata l=w --publish --watch --json";
    let Command::Place(place) = command(&line_of(line)) else { panic!("another command") };
    assert!(place.order.publish && place.order.watch && place.order.json);
    assert_eq!(place.order.order_id.as_deref(), Some("wd-1"));
}

#[test]
fn a_custom_currency_has_a_rate() {
    let line = "deposit --account a --steam-id 1 --custom-currency COIN";
    assert!(refusal(&line_of(line)).contains("--custom-rate"));
    assert!(refusal(&line_of("deposit --account a")).contains("--trade-url"));
}

#[test]
fn every_question_has_its_name() {
    for line in [
        "query inventory --account a --game rust --steam-id 1",
        "query prices --account a --game rust --all",
        "query steam-prices --account a --game rust --limit 7 --json",
        "query search --account a --game rust --name A --name B",
        "query offers --account a --game rust --offer-id 1 --min-price 1 --max-price 2",
        "query balance --account a",
        "query currencies --account a",
        "query status --account a --json",
        "query history --account a --kind money --since 2025-11-21 --until 1h",
        "query failed-webhooks --account a",
        "query lookup --account a --reference wd-1 --reference wd-2",
    ] {
        assert!(matches!(command(&line_of(line)), Command::Query(_)), "{line}");
    }
    assert!(refusal(&line_of("query prices --account a --game rust --all --limit 7")).contains("--limit"));
    assert!(refusal(&line_of("query prices --account a --game rust --limit 0")).contains("--limit"));
}

#[test]
fn a_time_is_an_age_a_day_or_a_moment() {
    let now: Timestamp = "2025-11-21T09:40:00Z".parse().unwrap();
    for (since, expected) in [
        ("24h", "2025-11-20T09:40:00Z"),
        ("2025-11-01", "2025-11-01T00:00:00Z"),
        ("2025-11-01T01:02:03+01:00", "2025-11-01T00:02:03Z"),
    ] {
        let line = ["query", "history", "--account=a", "--kind=money", "--since", since];
        let Command::Query(query) = command(&[&["skinbus"], &line[..]].concat()) else { panic!("another") };
        let QueryCommand::History(history) = *query else { panic!("another question") };
        assert_eq!(history.since.at(now).to_string(), expected);
    }
    assert!(refusal(&line_of("query history --account a --kind money --since soon")).contains("like 24h"));
}

#[test]
fn the_signature_knows_its_key() {
    assert!(matches!(command(&line_of("webhook-signature --token-file f")), Command::WebhookSignature(_)));
    assert!(matches!(command(&line_of("webhook-signature --key-file f")), Command::WebhookSignature(_)));
    for wrong in [
        "",
        "--token-file f --key-file f",
        "--provider skinsback --key-file f",
        "--provider skinout --token-file f",
    ] {
        assert!(!refusal(&line_of(&format!("webhook-signature {wrong}"))).is_empty(), "{wrong}");
    }
}

#[test]
fn dead_letters_are_named_or_all_are_meant() {
    for wrong in
        ["dead redrive", "dead drop --stage intake", "dead drop 1 --all", "dead redrive 1 --reason x"]
    {
        assert!(!refusal(&line_of(wrong)).is_empty(), "{wrong}");
    }
    let Command::Dead(DeadCommand::Redrive(all)) = command(&line_of("dead redrive --all --stage intake"))
    else {
        panic!("another command")
    };
    assert!(all.all && all.handles.is_empty() && all.stage.as_deref() == Some("intake"));
    let Command::Dead(DeadCommand::Drop(two)) = command(&line_of("dead drop 3 4")) else {
        panic!("another command")
    };
    assert_eq!(two.handles, [3, 4]);
}

/// Whoever is woken at night types what the runbook says.
#[test]
fn what_the_runbooks_have_one_type_is_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/runbooks");
    let mut count = 0;
    for page in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
        for told in text.split('`').skip(1).step_by(2).filter(|told| told.starts_with("skinbus ")) {
            let all = Cli::command();
            let mut command = &all;
            let mut words = told.split(' ').skip(1).peekable();
            while command.has_subcommands() {
                let Some(word) = words.next() else { break };
                command = command.find_subcommand(word).unwrap_or_else(|| panic!("{told}"));
            }
            for option in words.filter_map(|word| word.strip_prefix("--")) {
                let is_there = |argument: &clap::Arg| argument.get_long() == Some(option);
                let mut known = command.get_arguments().chain(all.get_arguments());
                assert!(known.any(is_there), "{told}: no --{option}");
            }
            count += 1;
        }
    }
    assert!(count > 20, "only {count} commands are read");
}
