//! The end of the demo: what Skinbus said of every order, next to what the simulator truly executed.

use std::collections::BTreeMap;

use skinbus_runtime::config::ProviderName;

use super::orders::{DemoOrder, Expected};
use super::sums::{self, Sums};
use super::truth::{self, Truth};
use crate::board::{Board, Row};
use crate::dev::accounts;
use crate::simulator::{Calls, Ledger};
use crate::table::{Cell, Fit, Table};
use crate::terminal::{Palette, Tone};
use crate::view;

const COLUMNS: [(&str, Fit); 6] = [
    ("", Fit::Start(14)),
    ("", Fit::End(10)),
    ("", Fit::Whole),
    ("", Fit::Start(12)),
    ("", Fit::Whole),
    ("", Fit::Whole),
];

/// Both sides of the comparison.
pub(crate) struct Evidence<'a> {
    pub(crate) orders: &'a [DemoOrder],
    pub(crate) board: &'a Board,
    pub(crate) ledger: &'a Ledger,
    /// By provider.
    pub(crate) calls: &'a BTreeMap<String, Calls>,
    /// Messages that nobody could work on, as many as there are.
    pub(crate) dead_letters: usize,
}

/// What the comparison found.
pub(crate) struct Summary {
    pub(crate) lines: Vec<String>,
    /// How many things do not agree.
    pub(crate) disagreements: usize,
}

/// Compares provider by provider, order by order, and in total.
pub(crate) fn of(evidence: &Evidence<'_>, palette: Palette, width: usize) -> Summary {
    // One table, so that its parts are aligned.
    let mut table = Table::new(&COLUMNS);
    let mut disagreements = 0;
    for provider in ProviderName::ALL {
        let own = evidence.orders.iter();
        let own = own.filter(|order| accounts::provider_of(order.account) == Some(provider));
        let own: Vec<&DemoOrder> = own.collect();
        if !own.is_empty() {
            disagreements += section(evidence, provider, &own, &mut table);
        }
    }
    // Each part has headings of its own.
    let mut lines = table.render(palette, width).split_off(1);
    for (text, agrees) in totals(evidence) {
        disagreements += usize::from(!agrees);
        lines.push(palette.paint(if agrees { Tone::Plain } else { Tone::Bad }, &text));
    }
    lines.push(match disagreements {
        0 => palette.paint(Tone::Good, "Everything agrees."),
        1 => palette.paint(Tone::Bad, "One thing does not agree."),
        several => palette.paint(Tone::Bad, &format!("{several} things do not agree.")),
    });
    Summary { lines, disagreements }
}

/// What is not about one provider, each with whether it is as it must be.
fn totals(evidence: &Evidence<'_>) -> [(String, bool); 2] {
    let (changes, gaps) = evidence.board.counts();
    let received = format!("status changes received: {changes}, versions missing between them: {gaps}");
    let dead = evidence.dead_letters;
    [
        (received, gaps == 0),
        (format!("dead letters: {dead}; the conflict that was published must be the only one"), dead == 1),
    ]
}

/// The part of one provider; how many things in it do not agree.
fn section(
    evidence: &Evidence<'_>,
    provider: ProviderName,
    orders: &[&DemoOrder],
    table: &mut Table,
) -> usize {
    let headings = ["Skinbus says", "credited", "the simulator executed", "credited", ""];
    let title = Cell::new(Tone::Strong, accounts::title(provider));
    let headings = headings.into_iter().map(|heading| Cell::new(Tone::Quiet, heading));
    table.row(std::iter::once(title).chain(headings).collect());
    let (mut ours, mut theirs) = (Sums::default(), Sums::default());
    let (mut executed, mut disagreements) = (0, 0);
    for order in orders {
        let row = evidence.board.row(order.id);
        let said = credits(row);
        let truth = truth::of(order, evidence.ledger);
        let problems = problems(&order.expected, row, &said, &truth);
        ours.add_all(&said);
        theirs.add_all(&truth.credited);
        executed += truth.words.len();
        disagreements += problems.len();
        let cells = [
            Cell::plain(format!("  {}", order.id)),
            statuses(order, row),
            Cell::plain(said.to_string()),
            Cell::plain(times(&truth)),
            Cell::plain(truth.credited.to_string()),
            verdict(&problems),
        ];
        table.row(cells.into());
    }
    let unasked = truth::unasked(orders, evidence.ledger, provider);
    let mut problems = Vec::new();
    if unasked > 0 {
        problems.push(format!("{unasked} that nobody ordered"));
    }
    if ours != theirs {
        problems.push("the sums differ".to_owned());
    }
    disagreements += problems.len();
    let in_all = [
        Cell::plain("  in all"),
        Cell::plain(format!("{} orders", orders.len())),
        Cell::plain(ours.to_string()),
        Cell::plain(format!("{executed} executed")),
        Cell::plain(theirs.to_string()),
        verdict(&problems),
    ];
    table.row(in_all.into());
    disagreements += calls(evidence.calls.get(provider.as_str()), table);
    table.row(vec![Cell::plain("")]);
    disagreements
}

/// The row about the rate limit; how many things in it do not agree.
fn calls(calls: Option<&Calls>, table: &mut Table) -> usize {
    let mut problems = Vec::new();
    let (mut limit, mut busiest) = (String::new(), String::new());
    match calls {
        Some(calls) => {
            limit = format!("{} in {} s", calls.limit, calls.window_ms / 1000);
            busiest = format!("{} at the busiest, {} calls", calls.worst_window, calls.arrivals);
            if calls.worst_window > calls.limit {
                problems.push("too many calls".to_owned());
            }
            if calls.refused > 0 {
                problems.push(format!("{} refused as too many", calls.refused));
            }
        }
        None => problems.push("no record of calls".to_owned()),
    }
    table.row(vec![
        Cell::plain("  rate limit"),
        Cell::plain(limit),
        Cell::plain(""),
        Cell::plain(busiest),
        Cell::plain(""),
        verdict(&problems),
    ]);
    problems.len()
}

/// What Skinbus says that the merchant received.
fn credits(row: Option<&Row>) -> Sums {
    let credits = row.map(Row::credits).unwrap_or_default();
    let amounts = sums::credited(credits).filter_map(|credit| credit.amount.as_ref());
    amounts.filter_map(|amount| sums::money(&amount.amount, &amount.currency)).collect()
}

/// The status, after the one that it must have had before.
fn statuses(order: &DemoOrder, row: Option<&Row>) -> Cell {
    let Some(row) = row.filter(|row| row.version() > 0) else {
        return Cell::new(Tone::Bad, "nothing came");
    };
    let status = row.status();
    let before = order.expected.after.filter(|before| row.has_been(*before) && Some(*before) != status);
    let before = before.map(|before| format!("{before} → ")).unwrap_or_default();
    Cell::new(view::tone(status), format!("{before}{}", view::status_word(status)))
}

fn times(truth: &Truth) -> String {
    match truth.words.as_slice() {
        [] => "nothing".to_owned(),
        [word] => format!("once: {word}"),
        words => format!("{} times: {}", words.len(), words.join(", ")),
    }
}

fn verdict(problems: &[String]) -> Cell {
    if problems.is_empty() {
        Cell::new(Tone::Good, "agrees")
    } else {
        Cell::new(Tone::Bad, problems.join("; "))
    }
}

/// What does not agree about one order.
fn problems(expected: &Expected, row: Option<&Row>, said: &Sums, truth: &Truth) -> Vec<String> {
    let mut problems = Vec::new();
    if row.and_then(Row::status) != Some(expected.status) {
        problems.push(format!("expected {}", expected.status));
    }
    if let Some(after) = expected.after
        && !row.is_some_and(|row| row.has_been(after))
    {
        problems.push(format!("was never {after}"));
    }
    match (expected.at_simulator, truth.words.as_slice()) {
        (None, []) => {}
        (None, _) => problems.push("must not be executed".to_owned()),
        (Some(expected), [word]) if word == expected => {}
        (Some(expected), [_]) => problems.push(format!("the simulator should say {expected}")),
        (Some(_), []) => problems.push("was not executed".to_owned()),
        (Some(_), _) => problems.push("executed more than once".to_owned()),
    }
    let count = row.map_or(0, |row| sums::credited(row.credits()).count());
    if count != expected.credits {
        problems.push(format!("{} credits expected, {count} came", expected.credits));
    }
    if *said != truth.credited {
        problems.push("the credits differ".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests;
