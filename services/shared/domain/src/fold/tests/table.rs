//! The whole table of states and inputs, for people to read and for machines to compare.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::cells::{self, Cell};
use super::states;
use crate::credit::Credit;
use crate::fold::{Alert, Anomaly, Change, Fold, IllegalTransition, fold};
use crate::order::OrderKind;
use crate::samples::at;
use crate::trade::TradeState;

#[test]
fn every_state_with_every_input() {
    let mut table = String::new();
    for (heading, trade) in states::all() {
        writeln!(table, "{heading}").unwrap();
        for cell in cells::all(trade.as_ref()) {
            let result = outcome(&cell);
            writeln!(table, "  {:<54}{result}", cell.name).unwrap();
        }
        writeln!(table).unwrap();
    }
    insta::assert_snapshot!("state_table", table);
}

#[test]
fn every_state_of_a_hosted_page_with_every_input() {
    let cells = outcomes(OrderKind::DepositLink);
    insta::assert_snapshot!("deposit_link_table", table(&cells, None));
}

#[test]
fn where_a_deposit_of_items_differs_from_a_hosted_page() {
    let [link, items] = [OrderKind::DepositLink, OrderKind::DepositItems].map(outcomes);
    insta::assert_snapshot!("deposit_items_table", table(&items, Some(link.as_slice())));
}

#[test]
fn where_a_listing_differs_from_a_deposit_of_items() {
    let [items, listing] = [OrderKind::DepositItems, OrderKind::Listing].map(outcomes);
    insta::assert_snapshot!("listing_table", table(&listing, Some(items.as_slice())));
}

/// One line of a table: in which state, by which input, what became of it.
type Line = (&'static str, String, String);

fn outcomes(kind: OrderKind) -> Vec<Line> {
    let mut lines = Vec::new();
    for (heading, trade) in states::of_kind_with_credits(kind) {
        let cells = cells::of_other_kinds(&trade).into_iter();
        lines.extend(cells.map(|cell| (heading, cell.name.clone(), outcome(&cell))));
    }
    lines
}

/// The lines under their headings, without those that are as in the `other` table.
fn table(lines: &[Line], other: Option<&[Line]>) -> String {
    let mut table = String::new();
    let mut last = "";
    for (index, (heading, input, outcome)) in lines.iter().enumerate() {
        if other.is_some_and(|other| other[index] == lines[index]) {
            continue;
        }
        if *heading != last {
            let blank = if last.is_empty() { "" } else { "\n" };
            writeln!(table, "{blank}{heading}").unwrap();
            last = heading;
        }
        writeln!(table, "  {input:<54}{outcome}").unwrap();
    }
    table
}

/// Every cell of every table, with its heading.
fn all_cells() -> Vec<(&'static str, Cell)> {
    let mut all = Vec::new();
    for (heading, trade) in states::all() {
        all.extend(cells::all(trade.as_ref()).into_iter().map(|cell| (heading, cell)));
    }
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems, OrderKind::Listing] {
        for (heading, trade) in states::of_kind_with_credits(kind) {
            all.extend(cells::of_other_kinds(&trade).into_iter().map(|cell| (heading, cell)));
        }
    }
    all
}

#[test]
fn what_was_applied_is_not_applied_again() {
    for (heading, cell) in all_cells() {
        let Ok(Fold::Applied(change)) = apply(&cell) else {
            continue;
        };
        let again = Cell { trade: Some(change.trade), ..cell };
        let repeated = apply(&again);
        assert!(
            matches!(repeated, Ok(Fold::Stale | Fold::Anomaly(_))),
            "{heading} x {}: {repeated:?}",
            again.name
        );
    }
}

#[test]
fn every_change_names_where_it_came_from() {
    for (heading, cell) in all_cells() {
        if let Ok(Fold::Applied(change)) = apply(&cell) {
            let before = cell.trade.as_ref().map(|trade| trade.state.status());
            assert_eq!(change.from, before, "{heading} x {}", cell.name);
        }
    }
}

fn apply(cell: &Cell) -> Result<Fold, IllegalTransition> {
    fold(cell.trade.as_ref(), &cell.input, &cell.rules, cell.now)
}

fn outcome(cell: &Cell) -> String {
    match apply(cell) {
        Ok(Fold::Applied(change)) => applied(cell, &change),
        Ok(Fold::Stale) => "stale".to_owned(),
        Ok(Fold::Anomaly(Anomaly::OrderConflict)) => "anomaly: order conflict".to_owned(),
        Ok(Fold::Anomaly(Anomaly::Contradiction(alert))) => told(&alert),
        Err(IllegalTransition { .. }) => "illegal".to_owned(),
    }
}

fn applied(cell: &Cell, change: &Change) -> String {
    let before = cell.trade.as_ref();
    let same_state = before.is_some_and(|trade| trade.state == change.trade.state);
    let same_facts = before.is_some_and(|trade| trade.facts == change.trade.facts);
    let mut text = match (same_state, same_facts) {
        (true, true) => format!("-> same state [{:?}]", change.cause),
        (true, false) => format!("-> same state, facts [{:?}]", change.cause),
        (false, _) => {
            format!("-> {}{} [{:?}]", change.trade.status(), details(&change.trade.state), change.cause)
        }
    };
    if before.is_some_and(|trade| trade.credits != change.trade.credits) {
        write!(text, ", credits {}", list(&change.trade.credits)).unwrap();
    }
    for alert in &change.alerts {
        write!(text, " + alert {}", told(alert)).unwrap();
    }
    text
}

fn list(credits: &[Credit]) -> String {
    let one = |credit: &Credit| format!("{} {} {:?}", credit.key, credit.amount, credit.state);
    let all: Vec<String> = credits.iter().map(one).collect();
    format!("[{}]", all.join(", "))
}

fn told(alert: &Alert) -> String {
    format!("{}: {}", alert.kind.as_str(), alert.detail)
}

fn details(state: &TradeState) -> String {
    match state {
        TradeState::Accepted { not_before, .. } => {
            let wait = not_before.map(|moment| format!(" not before {}", since_start(moment)));
            wait.unwrap_or_default() + &because(state)
        }
        TradeState::Uncertain { since, refusal_unproved, .. } => {
            let refused = if *refusal_unproved { " refusal unproved" } else { "" };
            format!(" since {}{refused}{}", since_start(*since), because(state))
        }
        TradeState::OnHold { hold_ends_at } => format!(" until {}", since_start(*hold_ends_at)),
        TradeState::Completed { watch_until } => watch_until.map_or_else(
            || " not watched".to_owned(),
            |until| format!(" watched until {}", since_start(until)),
        ),
        TradeState::Reverted { by, .. } => format!(" by {by:?}{}", because(state)),
        TradeState::Rejected { violations } => format!(" ({} violations)", violations.len()),
        TradeState::Dispatching
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. }
        | TradeState::NeedsReview { .. } => because(state),
    }
}

fn because(state: &TradeState) -> String {
    let Some(reason) = state.reason() else {
        return String::new();
    };
    match &reason.provider_code {
        Some(word) => format!(" ({}/{word})", reason.code),
        None => format!(" ({})", reason.code),
    }
}

/// Days and seconds after the order was accepted.
fn since_start(moment: Timestamp) -> String {
    let seconds = moment.duration_since(at(0)).as_secs();
    match (seconds / 86_400, seconds % 86_400) {
        (0, seconds) => format!("{seconds} s"),
        (days, 0) => format!("day {days}"),
        (days, seconds) => format!("day {days} {seconds} s"),
    }
}
