//! `skinbus trade`: everything that happened to one order, and what a person has to decide.

pub(crate) mod resolve;
pub(crate) mod review;

use skinbus_domain::AlertKind;
use skinbus_domain::ids::TradeKey;
use skinbus_proto::{json, moment, status_from_proto, v1};

use crate::cli::{Connection, ShowArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::terminal::{Palette, Terminal, Tone};
use crate::{asked, credits, receipt, view};

/// Before everything that belongs to a version.
const INDENT: &str = "      ";

pub(crate) async fn show(
    connection: &Connection,
    arguments: &ShowArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let client = connect(connection).await?;
    let key = TradeKey { merchant: connection.merchant.clone(), order_id: arguments.order_id.clone() };
    let versions = client.versions(&key).await.map_err(explain)?;
    if versions.is_empty() {
        return Err(Failure::new(format!(
            "showing the trade {key}: there is none; is the merchant right (--merchant)?"
        )));
    }
    if arguments.json {
        for version in &versions {
            let line = json::write(&version.change).map_err(|error| Failure::new(error.to_string()))?;
            terminal.line(&line)?;
        }
        return Ok(Exit::Done);
    }
    let changes: Vec<v1::TradeStatusChanged> = versions.into_iter().map(|version| version.change).collect();
    terminal.lines(&timeline(&changes, terminal.palette()))?;
    Ok(Exit::Done)
}

/// The versions, one after another; facts are told where they are new.
fn timeline(changes: &[v1::TradeStatusChanged], palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(last) = changes.last() {
        let trade = last.trade.as_ref();
        let account = trade.map(|trade| trade.account.as_str()).filter(|account| !account.is_empty());
        let account = account.map(|account| format!("  at {account}")).unwrap_or_default();
        let title = format!("{}/{}  {}{account}", last.merchant, last.order_id, view::item(last));
        lines.push(palette.paint(Tone::Strong, title.trim_end()));
        let order = trade.and_then(|trade| trade.order.as_ref());
        let asked = order.map(asked::lines).unwrap_or_default();
        lines.extend(asked.iter().flat_map(|(name, value)| fact_lines(name, value, palette)));
    }
    let mut told: Vec<(&'static str, String)> = Vec::new();
    for change in changes {
        lines.push(headline(change, palette));
        let trade = change.trade.as_ref();
        lines.extend(
            trade
                .iter()
                .flat_map(|trade| &trade.violations)
                .map(|broken| format!("{INDENT}{}", receipt::violation(broken))),
        );
        lines.extend(spoken(change).iter().flat_map(|(name, value)| fact_lines(name, value, palette)));
        let facts = facts(change);
        for (name, value) in facts.iter().filter(|fact| !told.contains(fact)) {
            lines.extend(fact_lines(name, value, palette));
        }
        told = facts;
    }
    lines
}

/// One fact. An address has a line of its own, so that terminals know it whole.
fn fact_lines(name: &str, value: &str, palette: Palette) -> Vec<String> {
    let (name, value) = (palette.paint(Tone::Quiet, &format!("{name}:")), view::printable(value));
    if value.starts_with("https://") || value.starts_with("http://") {
        return vec![format!("{INDENT}{name}"), format!("{INDENT}{value}")];
    }
    vec![format!("{INDENT}{name} {value}")]
}

fn headline(change: &v1::TradeStatusChanged, palette: Palette) -> String {
    let at = change.recorded_at.as_ref().and_then(moment);
    let day = at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let time = at.map(view::clock_time).unwrap_or_default();
    let from = status_from_proto(change.from());
    let to = view::status(change);
    let to_word = palette.paint(view::tone(to), view::status_word(to));
    let step = match from {
        None => to_word,
        Some(_) if from == to && is_stuck(change) => format!("{to_word}, stands still"),
        Some(_) if from == to => format!("{to_word}, more facts"),
        Some(_) => format!("{} → {to_word}", view::status_word(from)),
    };
    let cause = palette.paint(Tone::Quiet, &format!("by {}", view::cause(change)));
    format!("{:>4}  {day} {time}Z  {step}  {cause}", change.version)
}

/// Whether this is the version that says so.
fn is_stuck(change: &v1::TradeStatusChanged) -> bool {
    change.notices.iter().any(|notice| notice.kind == AlertKind::Stuck.as_str())
}

/// What the version alone says: it is told every time.
fn spoken(change: &v1::TradeStatusChanged) -> Vec<(&'static str, String)> {
    let decision = change.decision.iter().map(|decision| {
        let verdict = match decision.verdict() {
            v1::Verdict::Placed => format!("placed, as {}", decision.provider_id),
            v1::Verdict::Absent => "absent".to_owned(),
            v1::Verdict::Failed => "failed".to_owned(),
            v1::Verdict::Unspecified => "unknown".to_owned(),
        };
        ("decided", format!("{verdict}, by {}: {}", decision.operator, decision.reason))
    });
    let findings = change.trade.iter().flat_map(|trade| &trade.findings);
    let findings = findings.map(|finding| ("known", finding.clone()));
    let notices =
        change.notices.iter().map(|notice| ("alert", format!("{}: {}", notice.kind, notice.detail)));
    decision.chain(findings).chain(notices).collect()
}

/// What the version says besides its status.
fn facts(change: &v1::TradeStatusChanged) -> Vec<(&'static str, String)> {
    let Some(trade) = &change.trade else {
        return Vec::new();
    };
    let known = trade.facts.clone().unwrap_or_default();
    let time = |at: Option<_>| view::time_or_nothing(at.as_ref().and_then(moment));
    let attempt = trade.attempt.as_ref();
    let attempt = attempt.map(|attempt| format!("{}, reference {}", attempt.number, attempt.reference));
    // Violations have lines of their own.
    let reason = if trade.violations.is_empty() { view::reason(change) } else { String::new() };
    let facts = [
        ("reason", reason),
        ("reversed by", trade.reverted_by.clone()),
        ("attempt", attempt.unwrap_or_default()),
        ("not sent again before", time(trade.not_before)),
        ("provider's id", known.provider_id.clone()),
        ("provider's status", known.provider_status.clone()),
        ("price paid", view::price(change).unwrap_or_default()),
        ("reserved until", time(known.reserved_until)),
        ("trade offer", known.offer_id.clone()),
        ("offer lapses", time(known.offer_expires_at)),
        ("bot", known.bot_steam_id.clone()),
        ("page", known.redirect_url.clone()),
        ("hold until", time(trade.hold_ends_at)),
        ("watched until", time(trade.watch_until)),
        ("happened", time(change.occurred_at)),
    ];
    let credits = trade.credits.iter().map(|credit| ("credit", credits::line(credit)));
    // One credit is its own sum.
    let totals = if trade.credits.len() > 1 { credits::totals(&trade.credits) } else { Vec::new() };
    let totals = ("in all", totals.join(", "));
    facts.into_iter().chain(credits).chain([totals]).filter(|(_, value)| !value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{bought, change, credit, deposit_order, with_trade};
    use skinbus_domain::TradeStatus::{Accepted, Dispatching, OfferSent, Rejected, Submitted};

    #[test]
    fn facts_are_told_where_they_are_new() {
        let changes = [
            change("wd-1", 1, None, Accepted),
            change("wd-1", 2, Some(Accepted), Dispatching),
            bought("wd-1", 3, Dispatching, Submitted),
            bought("wd-1", 4, Submitted, OfferSent),
        ];
        let expected = [
            "acme/wd-1  Rust Door",
            "   1  2025-11-21 09:40:00.250Z  ACCEPTED  by lookup",
            "   2  2025-11-21 09:40:00.250Z  ACCEPTED → DISPATCHING  by lookup",
            "   3  2025-11-21 09:40:00.250Z  DISPATCHING → SUBMITTED  by lookup",
            "      provider's id: 90551",
            "      price paid: 0.04 USD",
            "      trade offer: 8123090551",
            "   4  2025-11-21 09:40:00.250Z  SUBMITTED → OFFER_SENT  by lookup",
        ];
        assert_eq!(timeline(&changes, Palette::PLAIN), expected);
    }

    #[test]
    fn a_rejection_lists_what_is_wrong() {
        let violation = v1::Violation {
            field: "account".to_owned(),
            rule: "required".to_owned(),
            message: "must be given".to_owned(),
            given: String::new(),
        };
        let trade = v1::Trade { violations: vec![violation], ..v1::Trade::default() };
        let rejected = with_trade(change("wd-2", 1, None, Rejected), trade);
        let expected = [
            "acme/wd-2",
            "   1  2025-11-21 09:40:00.250Z  REJECTED  by lookup",
            "      account: must be given [required]",
        ];
        assert_eq!(timeline(&[rejected], Palette::PLAIN), expected);
    }

    #[test]
    fn a_deposit_shows_its_page_and_every_credit() {
        let trade = |credits: &[v1::Credit]| v1::Trade {
            order: Some(deposit_order(v1::Deposit::default())),
            facts: Some(v1::ProviderFacts {
                redirect_url: "https://pay.example/d/1?lang=en".to_owned(),
                ..v1::ProviderFacts::default()
            }),
            credits: credits.to_vec(),
            ..v1::Trade::default()
        };
        let pending = credit("k-1", "1.50", "USD", v1::CreditState::Pending);
        let credited = credit("k-1", "1.50", "USD", v1::CreditState::Credited);
        let other = credit("k-2", "2.00", "USD", v1::CreditState::Pending);
        let changes = [
            with_trade(change("dp-1", 1, None, Submitted), trade(&[])),
            with_trade(change("dp-1", 2, Some(Submitted), Submitted), trade(std::slice::from_ref(&pending))),
            with_trade(change("dp-1", 3, Some(Submitted), Submitted), trade(&[credited, other])),
        ];
        let expected = [
            "acme/dp-1  deposit on a page",
            "      user: 76561198000000042",
            "   1  2025-11-21 09:40:00.250Z  SUBMITTED  by lookup",
            "      page:",
            "      https://pay.example/d/1?lang=en",
            "   2  2025-11-21 09:40:00.250Z  SUBMITTED, more facts  by lookup",
            "      credit: 1.50 USD pending, key k-1",
            "   3  2025-11-21 09:40:00.250Z  SUBMITTED, more facts  by lookup",
            "      credit: 1.50 USD credited, key k-1",
            "      credit: 2.00 USD pending, key k-2",
            "      in all: 1.50 USD credited, 2.00 USD pending",
        ];
        assert_eq!(timeline(&changes, Palette::PLAIN), expected);
    }
}
