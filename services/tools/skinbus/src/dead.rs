//! `skinbus dead list`: messages that nobody could work on. Their bodies are never shown (invariant S1).

use skinbus_bus::merchant::DeadLetter;

use crate::cli::Connection;
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::table::{Cell, Fit, Table, start_of};
use crate::terminal::{Terminal, Tone};
use crate::view;

const DETAIL_MAX_CHARS: usize = 80;

pub(crate) async fn list(connection: &Connection, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let letters = connect(connection).await?.dead_letters().await.map_err(explain)?;
    if letters.is_empty() {
        terminal.line("no dead letters")?;
        return Ok(Exit::Done);
    }
    let width = terminal.size().0;
    terminal.lines(&table(&letters).render(terminal.palette(), width))?;
    Ok(Exit::Done)
}

/// Reason, origin and time of each.
pub(crate) fn table(letters: &[DeadLetter]) -> Table {
    let mut table = Table::new(&[
        ("time", Fit::Whole),
        ("stage", Fit::Whole),
        ("reason", Fit::Whole),
        ("origin", Fit::Start(16)),
        ("detail", Fit::Start(10)),
    ]);
    for letter in letters {
        table.row(vec![
            Cell::plain(letter.at.map(view::time).unwrap_or_default()),
            Cell::plain(&letter.stage),
            Cell::new(Tone::Warning, &letter.reason),
            Cell::plain(format!("{} {} {}", letter.stream, letter.sequence, letter.subject)),
            Cell::plain(start_of(&letter.detail, DETAIL_MAX_CHARS)),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;

    #[test]
    fn a_letter_is_a_row() {
        let letter = DeadLetter {
            stage: "intake".to_owned(),
            reason: "undecodable".to_owned(),
            detail: "the body is no skinbus.v1.OrderRequest".to_owned(),
            subject: "skinbus.v1.orders.acme".to_owned(),
            stream: "ORDERS".to_owned(),
            sequence: 7,
            at: jiff::Timestamp::from_second(1_763_718_000).ok(),
        };
        let expected = [
            "time                  stage   reason       origin                           detail",
            "2025-11-21 09:40:00Z  intake  undecodable  ORDERS 7 skinbus.v1.orders.acme  the body is no \
             skinbus.v1.OrderRequest",
        ];
        assert_eq!(table(&[letter]).render(Palette::PLAIN, 200), expected);
    }
}
