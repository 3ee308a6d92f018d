//! The whole table of states and inputs, for people to read and for machines to compare.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::cells::{self, Cell};
use super::states;
use crate::fold::{Alert, Anomaly, Change, Fold, IllegalTransition, fold};
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
fn what_was_applied_is_not_applied_again() {
    for (heading, trade) in states::all() {
        for cell in cells::all(trade.as_ref()) {
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
}

#[test]
fn every_change_names_where_it_came_from() {
    for (heading, trade) in states::all() {
        for cell in cells::all(trade.as_ref()) {
            if let Ok(Fold::Applied(change)) = apply(&cell) {
                let before = trade.as_ref().map(|trade| trade.state.status());
                assert_eq!(change.from, before, "{heading} x {}", cell.name);
            }
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
    let same_state = cell.trade.as_ref().is_some_and(|trade| trade.state == change.trade.state);
    let mut text = if same_state {
        format!("-> same state, facts [{:?}]", change.cause)
    } else {
        format!("-> {}{} [{:?}]", change.trade.status(), details(&change.trade.state), change.cause)
    };
    for alert in &change.alerts {
        write!(text, " + alert {}", told(alert)).unwrap();
    }
    text
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
