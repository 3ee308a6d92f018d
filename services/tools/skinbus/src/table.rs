//! Tables of text: columns as wide as they must be, and no wider than the terminal.

use crate::terminal::{Palette, Tone};
use crate::view;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        // Texts of providers come here too: none of them may steer the terminal, or break a row.
        Self { text: view::printable(&text.into()), tone }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }
}

/// What a column does where the table is too wide. The columns give way from left to right, each down to its least width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It never gives way.
    Whole,
    /// Its texts keep their start.
    Start(usize),
    /// Its texts keep their end.
    End(usize),
}

/// A table with one line for each row.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<Cell>>,
}

const GAP: usize = 2;

impl Table {
    /// A table with these headings.
    pub(crate) fn new(columns: &[(&'static str, Fit)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The same without the columns in which no row has a text.
    pub(crate) fn without_empty_columns(mut self) -> Self {
        let is_used = |index: usize| {
            self.rows.iter().any(|cells| cells.get(index).is_some_and(|cell| !cell.text.is_empty()))
        };
        let used: Vec<bool> = (0..self.columns.len()).map(is_used).collect();
        let mut kept = used.iter().copied();
        self.columns.retain(|_| kept.next().unwrap_or(true));
        for cells in &mut self.rows {
            let mut kept = used.iter().copied();
            cells.retain(|_| kept.next().unwrap_or(true));
        }
        self
    }

    /// The lines, none of them wider than `width`.
    pub(crate) fn render(&self, palette: Palette, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let headings: Vec<Cell> =
            self.columns.iter().map(|(heading, _)| Cell::new(Tone::Quiet, *heading)).collect();
        let rows = std::iter::once(&headings).chain(&self.rows);
        rows.map(|cells| self.line(cells, &widths, palette, width)).collect()
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|(heading, _)| length(heading)).collect();
        for cells in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(cells) {
                *widest = (*widest).max(length(&cell.text));
            }
        }
        let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let mut excess = total.saturating_sub(width);
        for (cell_width, (_, fit)) in widths.iter_mut().zip(&self.columns) {
            let least = match fit {
                Fit::Whole => *cell_width,
                Fit::Start(least) | Fit::End(least) => *least,
            };
            let given = excess.min(cell_width.saturating_sub(least));
            *cell_width -= given;
            excess -= given;
        }
        widths
    }

    fn line(&self, cells: &[Cell], widths: &[usize], palette: Palette, width: usize) -> String {
        let mut line = String::new();
        let (mut used, mut owed) = (0, 0);
        for ((cell, cell_width), (_, fit)) in cells.iter().zip(widths).zip(&self.columns) {
            let text = match fit {
                Fit::End(_) => end_of(&cell.text, *cell_width),
                Fit::Whole | Fit::Start(_) => start_of(&cell.text, *cell_width),
            };
            let text = start_of(&text, width.saturating_sub(used + owed));
            // Blanks are owed until another text follows: no line ends with them.
            if !text.is_empty() {
                line.push_str(&" ".repeat(owed));
                line.push_str(&palette.paint(cell.tone, &text));
                used += owed + length(&text);
                owed = 0;
            }
            owed += cell_width.saturating_sub(length(&text)) + GAP;
        }
        line
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text, or its end after an ellipsis.
fn end_of(text: &str, width: usize) -> String {
    let excess = length(text).saturating_sub(width);
    if excess == 0 {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(excess + 1)).take(width).collect()
}

/// The text, or its start before an ellipsis.
pub(crate) fn start_of(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(std::iter::once('…')).take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table =
            Table::new(&[("order", Fit::Whole), ("statuses", Fit::End(12)), ("reason", Fit::Start(6))]);
        table.row(vec![
            Cell::plain("wd-1"),
            Cell::new(Tone::Good, "ACCEPTED → SUBMITTED → COMPLETED"),
            Cell::plain(""),
        ]);
        table.row(vec![Cell::plain("wd-22"), Cell::new(Tone::Bad, "REJECTED"), Cell::plain("required")]);
        table
    }

    #[test]
    fn columns_are_aligned_and_lines_end_with_their_text() {
        let expected = [
            "order  statuses                          reason",
            "wd-1   ACCEPTED → SUBMITTED → COMPLETED",
            "wd-22  REJECTED                          required",
        ];
        assert_eq!(table().render(Palette::PLAIN, 80), expected);
    }

    #[test]
    fn columns_give_way_from_left_to_right() {
        let expected = [
            "order  statuses            reason",
            "wd-1   …ITTED → COMPLETED",
            "wd-22  REJECTED            required",
        ];
        assert_eq!(table().render(Palette::PLAIN, 35), expected);
        let expected = ["order  statuses      reason", "wd-1   …→ COMPLETED", "wd-22  REJECTED      requi…"];
        assert_eq!(table().render(Palette::PLAIN, 27), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 0..60 {
            for line in table().render(Palette::PLAIN, width) {
                assert!(length(&line) <= width, "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn colours_do_not_count_as_width() {
        let line = table().render(Palette::COLOURS, 80).remove(2);
        assert_eq!(line, format!("wd-22  \x1b[31mREJECTED\x1b[0m{}required", " ".repeat(26)));
    }

    #[test]
    fn columns_without_texts_can_be_left_out() {
        let mut table = Table::new(&["id", "name", "count"].map(|heading| (heading, Fit::Whole)));
        table.row(vec![Cell::plain(""), Cell::plain("AK"), Cell::plain("")]);
        table.row(vec![Cell::plain(""), Cell::plain("A\u{1b}\nWP"), Cell::plain("2")]);
        let expected = ["name   count", "AK", "A\u{fffd}\u{fffd}WP  2"];
        assert_eq!(table.without_empty_columns().render(Palette::PLAIN, 80), expected);
    }
}
