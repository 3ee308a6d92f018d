//! `skinbus trade resolve`: an operator's decision, written into the ledger with name and reason.

use std::time::Duration;

use skinbus_bus::ledger::{Advanced, JetStreamLedger, Retry, advance};
use skinbus_bus::trace;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::rules::Rules;
use skinbus_domain::{Anomaly, Decision, Input, Recorded, TradeStatus, Verdict};
use skinbus_proto::{json, status_change_to_proto, without_trade_token};

use crate::cli::{Connection, ResolveArguments, VerdictName};
use crate::connect::connect;
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, Tone};
use crate::view;

/// How long the ledger may take. Writing is not given up by itself.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longest name and reason: they are in every copy of the version.
const TEXT_MAX_CHARS: usize = 500;

pub(crate) async fn run(
    connection: &Connection,
    arguments: &ResolveArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let decision = decision(arguments)?;
    let client = connect(connection).await?;
    let key = TradeKey { merchant: connection.merchant.clone(), order_id: arguments.order_id.clone() };
    let resolving = resolve(client.bus(), &key, decision);
    let advanced = tokio::time::timeout(PATIENCE, resolving).await.map_err(|_elapsed| {
        Failure::new(format!(
            "resolving the trade {key}: no answer from NATS; it may or may not be written: look with \
             `skinbus trade show {}`, and send it again if it was not",
            key.order_id
        ))
    })??;
    told(&key, advanced, arguments.json, terminal)
}

fn decision(arguments: &ResolveArguments) -> Result<Decision, Failure> {
    let text = |name: &str, text: &str| {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > TEXT_MAX_CHARS {
            return Err(Failure::Usage(format!("--{name} must have 1 to {TEXT_MAX_CHARS} characters")));
        }
        Ok(text.to_owned())
    };
    let provider_id = arguments.provider_id.as_deref();
    let verdict = match (arguments.verdict, provider_id) {
        (VerdictName::Placed, Some(id)) => Verdict::Placed { provider_id: text("provider-id", id)? },
        (VerdictName::Placed, None) => return Err(Failure::Usage("--provider-id is needed".to_owned())),
        (VerdictName::Absent | VerdictName::Failed, Some(_)) => {
            return Err(Failure::Usage("--provider-id belongs to --as placed only".to_owned()));
        }
        (VerdictName::Absent, None) => Verdict::Absent,
        (VerdictName::Failed, None) => Verdict::Failed,
    };
    let (operator, reason) = (text("operator", &arguments.operator)?, text("reason", &arguments.reason)?);
    Ok(Decision { verdict, operator, reason })
}

async fn resolve(bus: &skinbus_bus::Bus, key: &TradeKey, decision: Decision) -> Result<Advanced, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::new(format!("resolving the trade {key}: {}", skinbus_bus::chain(error)))
    };
    let ledger = JetStreamLedger::new(bus).await.map_err(|error| failed(&error))?;
    let current = ledger.read_latest_in_trace(key).await.map_err(|error| failed(&error))?;
    let Some((current, newest)) = current else {
        return Err(Failure::new(format!(
            "resolving the trade {key}: there is none; is the merchant right (--merchant)?"
        )));
    };
    // The rules of the provider play no part in a person's decision.
    let (input, rules) = (Input::Resolved(decision), Rules::default());
    // What follows from the decision belongs to the order's trace.
    let resolving = advance(&ledger, key, Some(current), &input, &rules, Retry::Fold);
    let advanced = trace::in_order("resolve", &newest).run(resolving).await;
    advanced.map_err(|error| failed(&error))
}

fn told(key: &TradeKey, advanced: Advanced, as_json: bool, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match advanced {
        Advanced::Written(recorded) if as_json => {
            let change = without_trade_token(status_change_to_proto(&recorded.change));
            let line = json::write(&change).map_err(|error| Failure::new(error.to_string()))?;
            terminal.line(&line)?;
            Ok(Exit::Done)
        }
        Advanced::Written(recorded) => {
            let (word, what) = (terminal.palette().paint(Tone::Good, "DONE"), next(&recorded));
            terminal.line(&format!(
                "{}  {word}: the trade is {}, version {}; {what}",
                key.order_id,
                recorded.trade().status(),
                recorded.change.version
            ))?;
            Ok(Exit::Done)
        }
        Advanced::Stale(recorded) => {
            let by = recorded
                .change
                .decision
                .as_ref()
                .map(|decision| format!(", decided by {}", decision.operator));
            Err(Failure::new(format!(
                "resolving the trade {key}: it waits for nobody; it is {}{}, version {}",
                recorded.trade().status(),
                view::printable(&by.unwrap_or_default()),
                recorded.change.version
            )))
        }
        Advanced::Anomaly { anomaly: Anomaly::Contradiction(alert), .. } => {
            Err(Failure::new(format!("resolving the trade {key}: {}", view::printable(&alert.detail))))
        }
        Advanced::Anomaly { anomaly: Anomaly::OrderConflict, .. } => {
            Err(Failure::new(format!("resolving the trade {key}: it is another order")))
        }
    }
}

/// What happens now.
fn next(recorded: &Recorded) -> &'static str {
    match recorded.trade().status() {
        TradeStatus::Submitted => "it is followed from now on",
        TradeStatus::Accepted => "it is sent again within seconds, under the same reference",
        TradeStatus::Rejected
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold
        | TradeStatus::Completed
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired
        | TradeStatus::Reverted
        | TradeStatus::NeedsReview => "it is over",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, TradeCommand};
    use clap::Parser;

    fn decision_of(line: &str) -> Result<Decision, String> {
        let cli = Cli::try_parse_from(format!("skinbus trade resolve {line}").split(' '));
        let cli = cli.map_err(|error| error.to_string())?;
        let Command::Trade(TradeCommand::Resolve(arguments)) = cli.command else { panic!("another command") };
        decision(&arguments).map_err(|failure| match failure {
            Failure::Usage(text) | Failure::Problem(text) => text,
            Failure::Output(error) => error.to_string(),
        })
    }

    #[test]
    fn a_verdict_has_what_it_needs_and_nothing_else() {
        let by = "--reason panel --operator ada";
        let placed = decision_of(&format!("wd-1 --as placed --provider-id 7 {by}")).unwrap();
        assert_eq!(placed.verdict, Verdict::Placed { provider_id: "7".to_owned() });
        assert_eq!((placed.operator.as_str(), placed.reason.as_str()), ("ada", "panel"));
        assert_eq!(decision_of(&format!("wd-1 --as absent {by}")).unwrap().verdict, Verdict::Absent);
        assert_eq!(decision_of(&format!("wd-1 --as failed {by}")).unwrap().verdict, Verdict::Failed);
        for (line, problem) in [
            ("wd-1 --as placed --reason r --operator a", "--provider-id"),
            ("wd-1 --as absent --provider-id 7 --reason r --operator a", "belongs to --as placed"),
            ("wd-1 --as failed --operator a", "--reason"),
            ("wd-1 --reason r --operator a", "--as"),
            ("wd-1 --as lost --reason r --operator a", "placed"),
        ] {
            let refused = decision_of(line).unwrap_err();
            assert!(refused.contains(problem), "{line}: {refused}");
        }
    }
}
