//! The end of the demo: what Skinbus said of every order, next to what the simulator truly executed.

use std::collections::BTreeSet;

use super::orders::{DemoOrder, Expected};
use crate::board::{Board, Row};
use crate::simulator::{Calls, Purchase};
use crate::table::{Cell, Fit, Table};
use crate::terminal::{Palette, Tone};
use crate::view;

/// Both sides of the comparison.
pub(crate) struct Evidence<'a> {
    pub(crate) orders: &'a [DemoOrder],
    pub(crate) board: &'a Board,
    pub(crate) purchases: &'a [Purchase],
    pub(crate) calls: &'a Calls,
}

/// What the comparison found.
pub(crate) struct Summary {
    pub(crate) lines: Vec<String>,
    /// How many things do not agree.
    pub(crate) disagreements: usize,
}

/// Compares, order by order and in total.
pub(crate) fn of(evidence: &Evidence<'_>, palette: Palette, width: usize) -> Summary {
    let mut table =
        Table::new(&["order", "ended", "bought", "simulator says", ""].map(|heading| (heading, Fit::Whole)));
    let mut disagreements = 0;
    for order in evidence.orders {
        let row = evidence.board.row(order.id);
        let own: Vec<&Purchase> =
            evidence.purchases.iter().filter(|purchase| is_for(purchase, order.id)).collect();
        let problems = problems(&order.expected, row, &own);
        disagreements += problems.len();
        table.row(cells(order, row, &own, &problems));
    }
    let mut lines = table.render(palette, width);
    lines.push(String::new());
    for (text, agrees) in totals(evidence) {
        disagreements += usize::from(!agrees);
        let tone = if agrees { Tone::Plain } else { Tone::Bad };
        lines.push(palette.paint(tone, &text));
    }
    lines.push(match disagreements {
        0 => palette.paint(Tone::Good, "Everything agrees."),
        1 => palette.paint(Tone::Bad, "One thing does not agree."),
        several => palette.paint(Tone::Bad, &format!("{several} things do not agree.")),
    });
    Summary { lines, disagreements }
}

fn is_for(purchase: &Purchase, order_id: &str) -> bool {
    purchase.custom_id.as_deref() == Some(order_id)
}

fn cells(order: &DemoOrder, row: Option<&Row>, own: &[&Purchase], problems: &[String]) -> Vec<Cell> {
    let status = row.and_then(Row::status);
    let words: Vec<&str> = own.iter().map(|purchase| purchase.status.as_str()).collect();
    let times = match own.len() {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        several => format!("{several} times"),
    };
    let verdict = if problems.is_empty() {
        Cell::new(Tone::Good, "agrees")
    } else {
        Cell::new(Tone::Bad, problems.join("; "))
    };
    vec![
        Cell::plain(order.id),
        Cell::new(view::tone(status), row.map_or("nothing came", |_| view::status_word(status))),
        Cell::plain(times),
        Cell::plain(words.join(", ")),
        verdict,
    ]
}

/// What does not agree about one order.
fn problems(expected: &Expected, row: Option<&Row>, own: &[&Purchase]) -> Vec<String> {
    let mut problems = Vec::new();
    let status = row.and_then(Row::status);
    if status != Some(expected.status) {
        problems.push(format!("expected {}", expected.status));
    }
    if let Some(after) = expected.after
        && !row.is_some_and(|row| row.has_been(after))
    {
        problems.push(format!("was never {after}"));
    }
    match (expected.at_simulator, own) {
        (None, []) => {}
        (None, _) => problems.push("must not be bought".to_owned()),
        (Some(word), [purchase]) if purchase.status == word => {}
        (Some(word), [_]) => problems.push(format!("the simulator should say {word}")),
        (Some(_), []) => problems.push("was not bought".to_owned()),
        (Some(_), _) => problems.push("bought more than once".to_owned()),
    }
    problems
}

/// The sums, each with whether it is as it must be.
fn totals(evidence: &Evidence<'_>) -> Vec<(String, bool)> {
    let Evidence { orders, board, purchases, calls } = evidence;
    let references: BTreeSet<&str> =
        purchases.iter().filter_map(|purchase| purchase.custom_id.as_deref()).collect();
    let twice = purchases.len().saturating_sub(references.len());
    let unasked = references.iter().filter(|id| orders.iter().all(|order| order.id != **id)).count();
    let (changes, gaps) = board.counts();
    let seconds = calls.window_ms / 1000;
    vec![
        (format!("orders: {}", orders.len()), true),
        (format!("purchases that the simulator executed: {}", purchases.len()), true),
        (format!("bought more than once: {twice}"), twice == 0),
        (format!("bought without an order: {unasked}"), unasked == 0),
        (format!("status changes received: {changes}, versions missing between them: {gaps}"), gaps == 0),
        (
            format!(
                "calls to the provider: {}, the most within {seconds} s: {} of {} allowed, refused as too many: {}",
                calls.arrivals, calls.worst_window, calls.limit, calls.refused
            ),
            calls.worst_window <= calls.limit && calls.refused == 0,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::orders;
    use crate::samples::change;
    use skinbus_domain::TradeStatus::{self, Accepted, Completed, Failed, Uncertain};

    fn purchase(order_id: &str, status: &str) -> Purchase {
        Purchase { custom_id: Some(order_id.to_owned()), status: status.to_owned() }
    }

    const CALLS: Calls = Calls { arrivals: 40, refused: 0, limit: 300, window_ms: 60_000, worst_window: 40 };

    fn board(statuses: &[TradeStatus]) -> Board {
        let mut board = Board::default();
        let mut from = None;
        for (version, status) in (1..).zip(statuses) {
            board.apply(&change("lost-answer", version, from, *status));
            from = Some(*status);
        }
        board
    }

    fn summary(board: &Board, purchases: &[Purchase], calls: &Calls) -> Summary {
        let orders = orders::lost_answer().orders;
        of(&Evidence { orders: &orders, board, purchases, calls }, Palette::PLAIN, 120)
    }

    #[test]
    fn agreement_is_said() {
        let board = board(&[Accepted, Uncertain, Completed]);
        let summary = summary(&board, &[purchase("lost-answer", "accepted")], &CALLS);
        let expected = [
            "order        ended      bought  simulator says",
            "lost-answer  COMPLETED  once    accepted        agrees",
            "",
            "orders: 1",
            "purchases that the simulator executed: 1",
            "bought more than once: 0",
            "bought without an order: 0",
            "status changes received: 3, versions missing between them: 0",
            "calls to the provider: 40, the most within 60 s: 40 of 300 allowed, refused as too many: 0",
            "Everything agrees.",
        ];
        assert_eq!(summary.lines, expected);
        assert_eq!(summary.disagreements, 0);
    }

    #[test]
    fn everything_that_is_wrong_is_said() {
        let twice = [
            purchase("lost-answer", "accepted"),
            purchase("lost-answer", "accepted"),
            purchase("x", "accepted"),
        ];
        let calls = Calls { worst_window: 301, ..CALLS };
        let summary = summary(&board(&[Accepted, Failed]), &twice, &calls);
        let verdict = "expected COMPLETED; was never UNCERTAIN; bought more than once";
        assert!(summary.lines[1].ends_with(verdict), "{}", summary.lines[1]);
        // Three of the order, and in total: bought twice, bought without an order, and more calls than allowed.
        assert_eq!(summary.disagreements, 6);
        assert_eq!(summary.lines.last().unwrap(), "6 things do not agree.");
    }

    #[test]
    fn silence_is_a_disagreement() {
        let nothing = summary(&Board::default(), &[], &CALLS);
        assert!(nothing.lines[1].contains("nothing came"), "{}", nothing.lines[1]);
        assert_eq!(nothing.disagreements, 3);
    }

    #[test]
    fn what_must_not_be_bought_was_not() {
        let never = Expected { status: Failed, after: None, at_simulator: None };
        let mut board = Board::default();
        board.apply(&change("a", 1, None, Failed));
        let bought = purchase("a", "accepted");
        assert_eq!(problems(&never, board.row("a"), &[]), Vec::<String>::new());
        assert_eq!(problems(&never, board.row("a"), &[&bought]), ["must not be bought"]);
    }
}
