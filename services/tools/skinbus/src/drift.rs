//! `skinbus drift`: what providers said that Skinbus does not know.

use serde_json::{Value, json};
use skinbus_domain::drift::{Kind, Seen};
use skinbus_domain::ids::AccountId;

use crate::cli::{Connection, DriftArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::table::{Cell, Fit, Table};
use crate::terminal::{Terminal, Tone};
use crate::view;

pub(crate) async fn run(
    connection: &Connection,
    arguments: &DriftArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut seen = connect(connection).await?.drift().await.map_err(explain)?;
    seen.retain(|(account, _)| arguments.account.as_ref().is_none_or(|wanted| wanted == account));
    if arguments.json {
        for line in seen.iter().flat_map(|(account, seen)| objects(account, seen)) {
            terminal.line(&line.to_string())?;
        }
        return Ok(Exit::Done);
    }
    if seen.is_empty() {
        terminal.line("no drift was seen")?;
        return Ok(Exit::Done);
    }
    let width = terminal.size().0;
    terminal.lines(&table(&seen).render(terminal.palette(), width))?;
    Ok(Exit::Done)
}

fn table(seen: &[(AccountId, Seen)]) -> Table {
    let mut table = Table::new(&[
        ("account", Fit::Whole),
        ("operation", Fit::Whole),
        ("field", Fit::Start(12)),
        ("value", Fit::Start(12)),
        ("count", Fit::Whole),
        ("first seen", Fit::Whole),
        ("last seen", Fit::Whole),
    ]);
    for (account, seen) in seen {
        for kind in &seen.kinds {
            table.row(row(account, kind));
        }
        if seen.others > 0 {
            let others = ["more kinds".to_owned(), String::new(), String::new(), seen.others.to_string()];
            let cells = std::iter::once(account.to_string()).chain(others);
            table.row(cells.map(|text| Cell::new(Tone::Warning, text)).collect());
        }
    }
    table
}

fn row(account: &AccountId, kind: &Kind) -> Vec<Cell> {
    let plain = |text: String| Cell::new(Tone::Plain, view::printable(&text));
    vec![
        plain(account.to_string()),
        plain(kind.drift.operation.clone()),
        plain(kind.drift.field.clone()),
        plain(kind.drift.value.clone()),
        plain(kind.count.to_string()),
        plain(view::time(kind.first_seen)),
        plain(view::time(kind.last_seen)),
    ]
}

fn objects(account: &AccountId, seen: &Seen) -> Vec<Value> {
    let kind = |kind: &Kind| {
        json!({
            "account": account.to_string(),
            "operation": kind.drift.operation,
            "field": kind.drift.field,
            "value": kind.drift.value,
            "count": kind.count,
            "first_seen": kind.first_seen.to_string(),
            "last_seen": kind.last_seen.to_string(),
        })
    };
    let others = (seen.others > 0).then(|| json!({ "account": account.to_string(), "others": seen.others }));
    seen.kinds.iter().map(kind).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use skinbus_domain::Drift;

    use super::*;
    use crate::terminal::Palette;

    fn seen(others: u64) -> Vec<(AccountId, Seen)> {
        let first_seen = jiff::Timestamp::from_second(1_763_718_000).unwrap();
        let drift = Drift::new("lookup", "status", "frozen");
        let kind = Kind { drift, count: 12, first_seen, last_seen: first_seen };
        vec![("skinify_main".parse().unwrap(), Seen { kinds: vec![kind], others })]
    }

    #[test]
    fn a_kind_is_a_row() {
        let lines = table(&seen(3)).render(Palette::PLAIN, 200);
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        assert_eq!(
            words(&lines[1]),
            "skinify_main lookup status frozen 12 2025-11-21 09:40:00Z 2025-11-21 09:40:00Z"
        );
        assert_eq!(words(&lines[2]), "skinify_main more kinds 3");
        assert_eq!(table(&seen(0)).render(Palette::PLAIN, 200).len(), 2);
    }

    #[test]
    fn a_kind_is_an_object() {
        let (account, seen) = seen(3).remove(0);
        let objects = objects(&account, &seen);
        assert_eq!((&objects[0]["value"], &objects[0]["count"]), (&json!("frozen"), &json!(12)));
        assert_eq!(objects[1], json!({ "account": "skinify_main", "others": 3 }));
    }
}
