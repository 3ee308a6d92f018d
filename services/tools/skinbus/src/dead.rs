//! `skinbus dead`: messages that nobody could work on. Bodies and values of headers are shown only where a person asks for
//! them: they may hold a trade token (invariant S1).

use serde_json::{Value, json};
use skinbus_bus::merchant::{DeadLetter, Dropped, MerchantClient, MerchantError, Redriven, WholeLetter};

use crate::cli::{Connection, DeadCommand, DeadListArguments, DeadSelection, DeadShowArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::table::{Cell, Fit, Table, start_of};
use crate::terminal::{Terminal, Tone};
use crate::view;

const DETAIL_MAX_CHARS: usize = 80;
/// Bytes of a body in one line.
const BYTES_PER_LINE: usize = 16;

pub(crate) async fn run(
    connection: &Connection,
    command: &DeadCommand,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let client = connect(connection).await?;
    match command {
        DeadCommand::List(arguments) => list(&client, arguments, terminal).await,
        DeadCommand::Show(arguments) => show(&client, arguments, terminal).await,
        DeadCommand::Redrive(selection) => {
            each(&client, selection, terminal, async |handle| {
                Ok(match client.redrive(handle).await? {
                    Redriven::Published(sequence) => format!("published again, as sequence {sequence}"),
                    Redriven::Gone => GONE.to_owned(),
                })
            })
            .await
        }
        DeadCommand::Drop(selection) => {
            each(&client, selection, terminal, async |handle| {
                Ok(match client.drop_letter(handle).await? {
                    Dropped::Dropped => "dropped".to_owned(),
                    Dropped::Gone => GONE.to_owned(),
                })
            })
            .await
        }
    }
}

/// What is said of a letter that somebody has redriven or dropped before.
const GONE: &str = "is gone already";

async fn list(
    client: &MerchantClient,
    arguments: &DeadListArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let letters = chosen(client, arguments.stage.as_deref(), arguments.reason.as_deref()).await?;
    if arguments.json {
        for letter in &letters {
            terminal.line(&object(letter).to_string())?;
        }
        return Ok(Exit::Done);
    }
    if letters.is_empty() {
        terminal.line("no dead letters")?;
        return Ok(Exit::Done);
    }
    let width = terminal.size().0;
    terminal.lines(&table(&letters).render(terminal.palette(), width))?;
    Ok(Exit::Done)
}

/// The letters of a stage, with a reason, or all.
async fn chosen(
    client: &MerchantClient,
    stage: Option<&str>,
    reason: Option<&str>,
) -> Result<Vec<DeadLetter>, Failure> {
    let mut letters = client.dead_letters().await.map_err(explain)?;
    letters.retain(|letter| stage.is_none_or(|stage| letter.stage == stage));
    letters.retain(|letter| reason.is_none_or(|reason| letter.reason == reason));
    Ok(letters)
}

async fn show(
    client: &MerchantClient,
    arguments: &DeadShowArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let handle = arguments.handle;
    let whole = client.dead_letter(handle).await.map_err(explain)?;
    let whole = whole.ok_or_else(|| Failure::new(format!("showing the dead letter {handle}: it {GONE}")))?;
    if arguments.json {
        let mut shown = object(&whole.letter);
        if arguments.with_content {
            shown["content"] = content_object(&whole);
        }
        terminal.line(&shown.to_string())?;
        return Ok(Exit::Done);
    }
    let mut lines = described(&whole.letter);
    if arguments.with_content {
        lines.extend(content(&whole));
    }
    terminal.lines(&lines)?;
    Ok(Exit::Done)
}

/// Does one thing with every selected letter. What fails with one of them keeps it from none of the others.
async fn each(
    client: &MerchantClient,
    selection: &DeadSelection,
    terminal: &mut Terminal,
    step: impl AsyncFn(u64) -> Result<String, MerchantError>,
) -> Result<Exit, Failure> {
    let handles: Vec<u64> = if selection.all {
        let letters = chosen(client, selection.stage.as_deref(), selection.reason.as_deref()).await?;
        letters.iter().map(|letter| letter.handle).collect()
    } else {
        selection.handles.clone()
    };
    if handles.is_empty() {
        terminal.line("no dead letters")?;
    }
    let mut exit = Exit::Done;
    for handle in handles {
        match step(handle).await {
            Ok(told) => terminal.line(&format!("{handle}: {told}"))?,
            Err(error) => {
                exit = explain(error).report();
            }
        }
    }
    Ok(exit)
}

/// Handle, reason, origin and time of each.
pub(crate) fn table(letters: &[DeadLetter]) -> Table {
    let mut table = Table::new(&[
        ("handle", Fit::Whole),
        ("time", Fit::Whole),
        ("stage", Fit::Whole),
        ("reason", Fit::Whole),
        ("origin", Fit::Start(16)),
        ("detail", Fit::Start(10)),
    ]);
    for letter in letters {
        table.row(vec![
            Cell::plain(letter.handle.to_string()),
            Cell::plain(letter.at.map(view::time).unwrap_or_default()),
            Cell::plain(&letter.stage),
            Cell::new(Tone::Warning, &letter.reason),
            Cell::plain(format!("{} {} {}", letter.stream, letter.sequence, letter.subject)),
            Cell::plain(start_of(&letter.detail, DETAIL_MAX_CHARS)),
        ]);
    }
    table
}

/// A letter as lines, without its content.
fn described(letter: &DeadLetter) -> Vec<String> {
    let kept = if letter.is_cut { "kept, the rest was cut off" } else { "in all" };
    let mut rows = vec![
        ("handle", letter.handle.to_string()),
        ("stage", letter.stage.clone()),
        ("reason", letter.reason.clone()),
        ("detail", letter.detail.clone()),
        ("origin", format!("{} {}", letter.stream, letter.sequence)),
        ("subject", letter.subject.clone()),
        ("time", view::time_or_nothing(letter.at)),
        ("headers", letter.header_names.join(", ")),
        ("body", format!("{} bytes {kept}", letter.size_bytes)),
    ];
    for violation in &letter.violations {
        rows.push(("violation", format!("{} {}", violation.field, violation.rule)));
    }
    rows.into_iter().map(|(name, text)| view::printable(&format!("{name:<10}{text}"))).collect()
}

/// Values of headers and body, in a form that steers no terminal.
fn content(whole: &WholeLetter) -> Vec<String> {
    let mut lines = vec!["content, which may hold a trade token:".to_owned()];
    let headers = whole.headers.iter().map(|(name, value)| view::printable(&format!("  {name}: {value}")));
    lines.extend(headers);
    lines.extend(whole.payload.chunks(BYTES_PER_LINE).map(|bytes| {
        let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        let text: String =
            bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
        format!("  {hexadecimal:<width$} {text}", width = BYTES_PER_LINE * 3)
    }));
    lines
}

/// A letter as JSON, without its content.
fn object(letter: &DeadLetter) -> Value {
    let violations = letter.violations.iter().map(
        |violation| json!({ "field": violation.field, "rule": violation.rule, "message": violation.message }),
    );
    json!({
        "handle": letter.handle,
        "stage": letter.stage,
        "reason": letter.reason,
        "detail": letter.detail,
        "stream": letter.stream,
        "sequence": letter.sequence,
        "subject": letter.subject,
        "at": letter.at.map(|at| at.to_string()),
        "violations": violations.collect::<Vec<_>>(),
        "header_names": letter.header_names,
        "size_bytes": letter.size_bytes,
        "cut": letter.is_cut,
    })
}

fn content_object(whole: &WholeLetter) -> Value {
    let headers = whole.headers.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    let hexadecimal: String = whole.payload.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "headers": headers.collect::<Vec<_>>(), "body_hex": hexadecimal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;

    fn letter() -> DeadLetter {
        DeadLetter {
            handle: 12,
            stage: "intake".to_owned(),
            reason: "undecodable".to_owned(),
            detail: "the body is no skinbus.v1.OrderRequest".to_owned(),
            subject: "skinbus.v1.orders.acme".to_owned(),
            stream: "ORDERS".to_owned(),
            sequence: 7,
            at: jiff::Timestamp::from_second(1_763_718_000).ok(),
            violations: Vec::new(),
            header_names: vec!["Content-Type".to_owned(), "Shop".to_owned()],
            size_bytes: 8,
            is_cut: false,
        }
    }

    #[test]
    fn a_letter_is_a_row() {
        let expected = [
            "handle  time                  stage   reason       origin                           detail",
            "12      2025-11-21 09:40:00Z  intake  undecodable  ORDERS 7 skinbus.v1.orders.acme  the body is no \
             skinbus.v1.OrderRequest",
        ];
        assert_eq!(table(&[letter()]).render(Palette::PLAIN, 200), expected);
    }

    #[test]
    fn a_letter_is_described_line_by_line() {
        let lines = described(&DeadLetter { is_cut: true, ..letter() });
        assert_eq!(lines[0], "handle    12");
        assert_eq!(lines[7], "headers   Content-Type, Shop");
        assert_eq!(lines[8], "body      8 bytes kept, the rest was cut off");
        assert_eq!(object(&letter())["header_names"], json!(["Content-Type", "Shop"]));
    }

    #[test]
    fn content_is_shown_in_a_harmless_form() {
        let whole = WholeLetter {
            letter: letter(),
            headers: vec![("Shop".to_owned(), "a\u{1b}[2J".to_owned())],
            payload: b"AbCd_-12\x1b[2J and more".to_vec().into(),
        };
        let lines = content(&whole);
        assert_eq!(lines[1], "  Shop: a\u{fffd}[2J");
        assert_eq!(lines[2], "  41 62 43 64 5f 2d 31 32 1b 5b 32 4a 20 61 6e 64  AbCd_-12.[2J.and");
        assert_eq!(content_object(&whole)["body_hex"].as_str().unwrap().len(), 2 * whole.payload.len());
    }
}
