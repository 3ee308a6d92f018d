//! `skinbus trade review`: the trades that wait for a person.

use skinbus_domain::TradeStatus;
use skinbus_proto::{json, moment, v1};

use crate::cli::{Connection, ReviewArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::terminal::{Palette, Terminal, Tone};
use crate::view;

pub(crate) async fn run(
    connection: &Connection,
    arguments: &ReviewArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let newest = connect(connection).await?.newest(&connection.merchant).await.map_err(explain)?;
    let waiting: Vec<v1::TradeStatusChanged> = newest
        .into_iter()
        .map(|received| received.change)
        .filter(|change| view::status(change) == Some(TradeStatus::NeedsReview))
        .collect();
    if arguments.json {
        for change in &waiting {
            let line = json::write(change).map_err(|error| Failure::new(error.to_string()))?;
            terminal.line(&line)?;
        }
        return Ok(Exit::Done);
    }
    if waiting.is_empty() {
        terminal.line(&format!("no trade of {} waits for a person", connection.merchant))?;
        return Ok(Exit::Done);
    }
    terminal.lines(&lines(&waiting, terminal.palette()))?;
    Ok(Exit::Done)
}

/// One paragraph for each, the longest waiting first.
fn lines(waiting: &[v1::TradeStatusChanged], palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    for change in waiting {
        let account = change.trade.as_ref().map(|trade| trade.account.as_str()).unwrap_or_default();
        // The version may be a later one, which says that it stands still.
        let since = change.trade.as_ref().and_then(|trade| trade.status_since.as_ref());
        let since = view::time_or_nothing(since.or(change.recorded_at.as_ref()).and_then(moment));
        let order_id = palette.paint(Tone::Strong, &change.order_id);
        let reason = palette.paint(Tone::Warning, &view::reason(change));
        lines.push(format!("{order_id}  {}  at {account}  since {since}  {reason}", view::item(change)));
        let findings = change.trade.iter().flat_map(|trade| &trade.findings);
        lines.extend(findings.map(|finding| format!("      {}", view::printable(finding))));
    }
    let hint = "look the reference up in the provider's own records, then: \
                skinbus trade resolve <order> --as placed|absent|failed --reason <text>";
    lines.push(palette.paint(Tone::Quiet, hint));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{change, with_trade};

    #[test]
    fn each_is_shown_with_what_is_known() {
        let trade = v1::Trade {
            account: "skinify_main".to_owned(),
            reason: "outcome_unknown".to_owned(),
            findings: vec!["attempt 1 was made under the reference wd-1".to_owned()],
            ..v1::Trade::default()
        };
        let waiting =
            with_trade(change("wd-1", 4, Some(TradeStatus::Uncertain), TradeStatus::NeedsReview), trade);
        let lines = lines(&[waiting], Palette::PLAIN);
        assert_eq!(lines[0], "wd-1    at skinify_main  since 2025-11-21 09:40:00Z  outcome_unknown");
        assert_eq!(lines[1], "      attempt 1 was made under the reference wd-1");
        assert!(lines[2].contains("skinbus trade resolve"), "{lines:?}");
    }
}
