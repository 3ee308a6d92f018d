//! `skinbus command`: changing an order that the provider already has.

use secrecy::ExposeSecret;
use skinbus_proto::{json, status_from_proto, v1};
use skinbus_runtime::secrets::read_secret;

use crate::cli::{Connection, ProviderCommand};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::query::PATIENCE;
use crate::terminal::{Palette, Terminal, Tone};
use crate::{order, view};

/// Sends the command, and shows what it came to.
pub(crate) async fn run(
    connection: &Connection,
    command: &ProviderCommand,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let request = request(command)?;
    let target = command.target();
    let client = connect(connection).await?;
    let answer = client.command(&target.account, command.name(), &request, PATIENCE).await;
    let answer = answer.map_err(explain)?;
    if target.json {
        let line = json::write(&answer).map_err(|error| Failure::new(error.to_string()))?;
        terminal.line(&line)?;
    } else {
        terminal.lines(&lines(&target.order_id, &answer, terminal.palette()))?;
    }
    Ok(exit(&answer))
}

fn request(command: &ProviderCommand) -> Result<v1::CommandRequest, Failure> {
    let order_id = command.target().order_id.clone();
    let request = v1::CommandRequest { order_id, ..v1::CommandRequest::default() };
    Ok(match command {
        ProviderCommand::ApproveHold(_) | ProviderCommand::Cancel(_) => request,
        ProviderCommand::ChangePrice(arguments) => {
            let price = order::money(&arguments.price, &arguments.currency);
            v1::CommandRequest { price: Some(price), ..request }
        }
        ProviderCommand::UpdateTradeToken(arguments) => {
            let trade_token = match (&arguments.token.trade_url, &arguments.token.trade_token_file) {
                (Some(url), _) => order::read_trade_url(url)?.trade_token,
                (None, Some(path)) => {
                    let secret = read_secret(path).map_err(|error| {
                        Failure::new(format!("reading the trade token from {}: {error}", path.display()))
                    })?;
                    secret.expose_secret().trim().to_owned()
                }
                (None, None) => return Err(Failure::Usage("--trade-token-file is needed".to_owned())),
            };
            v1::CommandRequest { trade_token, ..request }
        }
    })
}

fn exit(answer: &v1::CommandResponse) -> Exit {
    match answer.result() {
        v1::CommandResult::Done => Exit::Done,
        v1::CommandResult::Refused => Exit::Refused,
        // Nobody may take it for done.
        v1::CommandResult::Unknown | v1::CommandResult::Unspecified => Exit::Failed,
    }
}

fn lines(order_id: &str, answer: &v1::CommandResponse, palette: Palette) -> Vec<String> {
    let (tone, word) = match answer.result() {
        v1::CommandResult::Done => (Tone::Good, "DONE"),
        v1::CommandResult::Refused => (Tone::Bad, "REFUSED"),
        v1::CommandResult::Unknown | v1::CommandResult::Unspecified => (Tone::Warning, "UNKNOWN"),
    };
    let words = [&answer.reason, &answer.provider_reason];
    let words: Vec<&str> = words.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let reason = match words.as_slice() {
        [ours, providers] if ours != providers => format!(": {ours} ({providers})"),
        [first, ..] => format!(": {first}"),
        [] => String::new(),
    };
    let status = status_from_proto(answer.status());
    let status_word = palette.paint(view::tone(status), view::status_word(status));
    let (word, reason) = (palette.paint(tone, word), view::printable(&reason));
    let mut lines = vec![
        format!("{order_id}  {word}{reason}"),
        format!("  the trade is {status_word}, version {}", answer.version),
    ];
    if exit(answer) == Exit::Failed {
        lines.push(format!(
            "  it may or may not have been done: look at the trade (skinbus trade show {order_id}), and send it \
             again if it was not"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn request_of(line: &str) -> Result<v1::CommandRequest, Failure> {
        let arguments = ["skinbus", "command"].into_iter().chain(line.split(' '));
        let cli = Cli::try_parse_from(arguments).ok().unwrap();
        let Command::Change(command) = cli.command else { panic!("another command") };
        request(&command)
    }

    #[test]
    fn a_price_has_its_currency() {
        let request = request_of("change-price wd-1 --account a --price 12.50 --currency EUR").ok().unwrap();
        assert_eq!(request.price, Some(order::money("12.50", "EUR")));
        assert_eq!(request.order_id, "wd-1");
        assert_eq!(request_of("cancel wd-1 --account a").ok().unwrap().price, None);
    }

    #[test]
    fn a_new_token_comes_from_a_file_or_a_trade_url() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "AbCd_-12\n").unwrap();
        let from_file = format!("update-trade-token wd-1 --account a --trade-token-file {}", path.display());
        let url = "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12";
        let from_url = format!("update-trade-token --trade-url {url} wd-1 --account a");
        for line in [from_file, from_url] {
            let request = request_of(&line).ok().unwrap();
            assert_eq!(request.trade_token, "AbCd_-12");
            assert!(!format!("{request:?}").contains("AbCd"));
        }
        let wrong = "update-trade-token wd-1 --account a --trade-url https://x/?token=AbCd_-12";
        let Err(Failure::Usage(text)) = request_of(wrong) else { panic!("it was taken") };
        assert!(!text.contains("AbCd"), "{text}");
    }

    #[test]
    fn the_result_decides_what_is_said() {
        let answer = |result: v1::CommandResult, reason: &str| v1::CommandResponse {
            result: result.into(),
            reason: reason.to_owned(),
            provider_reason: String::new(),
            status: v1::TradeStatus::OnHold.into(),
            version: 5,
        };
        let done = answer(v1::CommandResult::Done, "");
        let expected = ["wd-1  DONE", "  the trade is ON_HOLD, version 5"];
        assert_eq!(
            (lines("wd-1", &done, Palette::PLAIN), exit(&done)),
            (expected.map(str::to_owned).to_vec(), Exit::Done)
        );
        let refused = v1::CommandResponse {
            provider_reason: "not_on_hold".to_owned(),
            ..answer(v1::CommandResult::Refused, "invalid_state")
        };
        assert_eq!(lines("wd-1", &refused, Palette::PLAIN)[0], "wd-1  REFUSED: invalid_state (not_on_hold)");
        assert_eq!(exit(&refused), Exit::Refused);
        let unknown = answer(v1::CommandResult::Unknown, "timed_out");
        assert_eq!(exit(&unknown), Exit::Failed);
        assert!(lines("wd-1", &unknown, Palette::PLAIN)[2].contains("may or may not"));
    }
}
