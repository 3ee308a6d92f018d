//! `skinbus reconcile`: a provider's records against the ledger.

use skinbus_bus::ledger::JetStreamLedger;
use skinbus_bus::reconcile::{Reconcile, Report};
use skinbus_domain::reconciling::{Finding, Severity};
use skinbus_proto::{json, moment, v1};
use skinbus_runtime::clock;

use crate::cli::{Connection, ReconcileArguments};
use crate::configured;
use crate::connect::connect;
use crate::failure::{Exit, Failure};
use crate::terminal::{Palette, Terminal, Tone};
use crate::view;

pub(crate) async fn run(
    connection: &Connection,
    arguments: &ReconcileArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let name = &arguments.account;
    let failed = |error: &dyn std::error::Error| {
        Failure::new(format!("reconciling {name}: {}; doing it again is safe", skinbus_bus::chain(error)))
    };
    let account = configured::accounts(arguments.config.as_ref())?.remove(name).ok_or_else(|| {
        // Holds and time-outs are by its rules: with others, --apply would write another state than the tracker.
        Failure::new(format!("reconciling {name}: no configuration has it; name the file with --config"))
    })?;
    let now = clock::now();
    let until = arguments.until.map_or(now, |until| until.at(now)).min(now);
    let since = arguments.since.at(now);
    if since >= until {
        return Err(Failure::Usage("--since must be before --until and before now".to_owned()));
    }
    let client = connect(connection).await?;
    let ledger = JetStreamLedger::new(client.bus()).await.map_err(|error| failed(&error))?;
    let (bus, apply) = (client.bus(), arguments.apply);
    let reconcile = Reconcile { bus, ledger: &ledger, account: &account, since, until, apply };
    let report = reconcile.run().await.map_err(|error| failed(&error))?;
    if arguments.json {
        show_json(&report, terminal)?;
    } else {
        terminal.lines(&lines(&report, terminal.palette()))?;
    }
    if report.findings_count() > 0 {
        return Ok(Exit::Findings);
    }
    if report.counts.unreadable > 0 {
        return Err(Failure::new(format!(
            "reconciling {name}: {} rows could not be compared, so nobody knows whether all agrees",
            report.counts.unreadable
        )));
    }
    Ok(Exit::Done)
}

fn show_json(report: &Report, terminal: &mut Terminal) -> Result<(), Failure> {
    let written = |error: json::JsonError| Failure::new(error.to_string());
    for finding in report.findings() {
        terminal.line(&json::write(&finding).map_err(written)?)?;
    }
    Ok(terminal.line(&json::write(&report.summary()).map_err(written)?)?)
}

/// The counts first, then the findings, then what is not ours and what was not compared.
fn lines(report: &Report, palette: Palette) -> Vec<String> {
    let mut lines = counted(report, palette);
    for finding in &report.findings {
        lines.extend(shown(finding, palette));
    }
    if report.counts.findings_left_out > 0 {
        let text = format!("and {} more, none of them graver", report.counts.findings_left_out);
        lines.push(palette.paint(Tone::Warning, &text));
    }
    if !report.foreign.is_empty() {
        lines.push(format!("{} rows have no reference that could be ours:", report.counts.foreign));
        lines.extend(report.foreign.iter().map(|row| format!("      {}", foreign(row))));
    }
    let not_compared =
        report.not_compared.iter().map(|why| format!("not compared: {}", view::printable(why)));
    lines.extend(not_compared.map(|line| palette.paint(Tone::Quiet, &line)));
    lines
}

fn counted(report: &Report, palette: Palette) -> Vec<String> {
    let counts = &report.counts;
    let period = format!("{} to {}", view::time(report.since), view::time(report.until));
    let mut lines = vec![palette.paint(Tone::Strong, &format!("{}  {period}", report.account))];
    let told = [
        ("rows at the provider", counts.rows),
        ("agreeing", counts.agreeing),
        ("not ours", counts.foreign),
        ("unreadable", counts.unreadable),
        ("on the move", counts.moving),
        ("failed webhooks", counts.failed_webhooks),
        ("mended", counts.mended),
    ];
    // What is always told, and what there is.
    let told = told.into_iter().enumerate().filter(|(place, (_, count))| *place < 2 || *count > 0);
    let told: Vec<String> = told.map(|(_, (name, count))| format!("{name} {count}")).collect();
    lines.push(told.join(", "));
    for line in report.balance.iter().flat_map(|balance| &balance.lines) {
        let amount = line.amount.as_ref().map(view::money).unwrap_or_default();
        lines.push(format!("balance {}: {amount}", view::printable(&line.name)));
    }
    lines.push(match report.findings_count() {
        0 => palette.paint(Tone::Good, "everything agrees that was compared"),
        1 => palette.paint(Tone::Bad, "1 finding"),
        count => palette.paint(Tone::Bad, &format!("{count} findings")),
    });
    lines
}

fn shown(finding: &Finding, palette: Palette) -> [String; 4] {
    let tone = match finding.kind.severity() {
        Severity::Critical => Tone::Bad,
        Severity::Serious => Tone::Warning,
        Severity::Minor => Tone::Busy,
    };
    let severity = finding.kind.severity().as_str().to_uppercase();
    let kind = finding.kind.as_str().replace('_', " ");
    let order_id = finding.order_id.as_ref().map(|id| format!("  order {id}")).unwrap_or_default();
    let provider_id = finding.provider_id.as_deref().map(|id| format!(", provider's id {id}"));
    let provider_id = view::printable(&provider_id.unwrap_or_default());
    let head = palette.paint(tone, &format!("{severity}  {kind}"));
    let followed = if finding.is_followed { ", and look at it by plan" } else { "" };
    [
        format!("{head}{order_id}  reference {}{provider_id}", finding.reference),
        format!("      they say: {}", view::printable(&finding.theirs)),
        format!("      we say: {}{followed}", view::printable(&finding.ours)),
        palette.paint(Tone::Quiet, &format!("      {}", finding.kind.advice())),
    ]
}

/// A row that is not ours.
fn foreign(row: &v1::HistoryRow) -> String {
    let facts = row.trade.as_ref().and_then(|trade| trade.facts.clone()).unwrap_or_default();
    let parts = [
        view::time_or_nothing(row.at.as_ref().and_then(moment)),
        facts.provider_id,
        facts.provider_status,
        row.amount.as_ref().map(view::money).unwrap_or_default(),
        facts.item_name,
    ];
    view::printable(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use skinbus_domain::reconciling::{Counts, FindingKind};

    fn report(findings: Vec<Finding>, counts: Counts) -> Report {
        Report {
            account: "skinify_main".parse().unwrap(),
            since: Timestamp::from_second(1_763_718_000).unwrap(),
            until: Timestamp::from_second(1_763_721_600).unwrap(),
            findings,
            counts,
            not_compared: vec!["failed webhooks: the provider does not tell them".to_owned()],
            foreign: Vec::new(),
            balance: None,
        }
    }

    #[test]
    fn counts_come_first_and_a_finding_has_both_sides_and_a_way_out() {
        let finding = Finding {
            kind: FindingKind::PriceDiffers,
            reference: "wd-1".parse().unwrap(),
            order_id: "wd-1".parse().ok(),
            provider_id: Some("90551".to_owned()),
            theirs: "0.05 USD".to_owned(),
            ours: "0.04 USD".to_owned(),
            is_followed: true,
        };
        let counts = Counts { rows: 3, agreeing: 1, foreign: 1, ..Counts::default() };
        let expected = [
            "skinify_main  2025-11-21 09:40:00Z to 2025-11-21 10:40:00Z",
            "rows at the provider 3, agreeing 1, not ours 1",
            "1 finding",
            "CRITICAL  price differs  order wd-1  reference wd-1, provider's id 90551",
            "      they say: 0.05 USD",
            "      we say: 0.04 USD, and look at it by plan",
            "      ask the provider which amount was booked; what we have stays as it is",
            "not compared: failed webhooks: the provider does not tell them",
        ];
        assert_eq!(lines(&report(vec![finding], counts), Palette::PLAIN), expected);
    }

    #[test]
    fn agreement_is_said_of_what_was_compared() {
        let lines = lines(&report(Vec::new(), Counts::default()), Palette::PLAIN);
        assert_eq!(lines[1], "rows at the provider 0, agreeing 0");
        assert_eq!(lines[2], "everything agrees that was compared");
    }
}
