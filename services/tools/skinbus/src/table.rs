//! Tables of text: columns as wide as they must be, and no wider than the terminal.

use crate::terminal::{Palette, Tone};

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }
}

/// A table with one line for each row.
#[derive(Debug)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    /// The column that gives way where the table is too wide; what is left of it is its end.
    yielding: usize,
    rows: Vec<Vec<Cell>>,
}

const GAP: usize = 2;
/// The yielding column is never narrower.
const YIELDING_MIN: usize = 12;

impl Table {
    pub(crate) fn new(headings: &[&'static str], yielding: usize) -> Self {
        Self { headings: headings.to_vec(), yielding, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The lines, none of them wider than `width`.
    pub(crate) fn render(&self, palette: Palette, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let headings: Vec<Cell> = self.headings.iter().map(|heading| Cell::new(Tone::Quiet, *heading)).collect();
        std::iter::once(&headings).chain(&self.rows).map(|cells| self.line(cells, &widths, palette, width)).collect()
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| length(heading)).collect();
        for cells in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(cells) {
                *widest = (*widest).max(length(&cell.text));
            }
        }
        let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        let excess = total.saturating_sub(width);
        if let Some(yielding) = widths.get_mut(self.yielding) {
            *yielding = yielding.saturating_sub(excess).max(YIELDING_MIN.min(*yielding));
        }
        widths
    }

    fn line(&self, cells: &[Cell], widths: &[usize], palette: Palette, width: usize) -> String {
        let mut line = String::new();
        let (mut used, mut owed) = (0, 0);
        for (column, (cell, cell_width)) in cells.iter().zip(widths).enumerate() {
            let text = if column == self.yielding { end_of(&cell.text, *cell_width) } else { cell.text.clone() };
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
        let mut table = Table::new(&["order", "statuses", "reason"], 1);
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
    fn the_end_of_the_yielding_column_is_what_stays() {
        let expected = [
            "order  statuses            reason",
            "wd-1   …ITTED → COMPLETED",
            "wd-22  REJECTED            required",
        ];
        assert_eq!(table().render(Palette::PLAIN, 35), expected);
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
}
