//! A provider's record.

use skinbus_proto::{moment, v1};

use super::paging::{Page, extent};
use super::{Shown, lookup};
use crate::table::{Cell, Fit, Table};
use crate::terminal::Tone;
use crate::view;

/// At most `most` rows out of the pages.
pub(crate) fn shown(pages: &[v1::HistoryResponse], most: Option<usize>) -> Shown {
    let all: usize = pages.iter().map(Page::row_count).sum();
    let count = most.map_or(all, |most| most.min(all));
    let mut columns = vec![("time", Fit::Whole)];
    columns.extend(lookup::COLUMNS);
    let mut table = Table::new(&columns);
    for row in pages.iter().flat_map(|page| &page.rows).take(count) {
        let trade = row.trade.clone().unwrap_or_default();
        let at = row.at.as_ref().and_then(moment).or_else(|| trade.occurred_at.as_ref().and_then(moment));
        let amount = row.amount.as_ref().map(view::money);
        let mut cells = vec![Cell::plain(view::time_or_nothing(at))];
        cells.extend(lookup::cells(&trade, amount));
        table.row(cells);
    }
    Shown {
        table: (count > 0).then(|| table.without_empty_columns()),
        lines: vec![(Tone::Quiet, footer(pages, count, all))],
    }
}

fn footer(pages: &[v1::HistoryResponse], count: usize, all: usize) -> String {
    let Some(last) = pages.last() else { return extent(0, None, false) };
    let has_more = !last.next_page_token.is_empty() || count < all;
    let unreadable: u64 = pages.iter().map(|page| page.unreadable).sum();
    let unreadable = match unreadable {
        0 => String::new(),
        rows => format!("; rows that could not be read: {rows}"),
    };
    let at = view::time_or_nothing(last.fetched_at.as_ref().and_then(moment));
    let at = if at.is_empty() { at } else { format!("; asked for {at}") };
    format!("{}{unreadable}{at}", extent(count, last.total, has_more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;

    #[test]
    fn rows_have_time_amount_and_progress() {
        let trade = v1::LookupRow {
            reference: "wd-1".to_owned(),
            progress: v1::Progress::Delivered.into(),
            ..v1::LookupRow::default()
        };
        let at = jiff::Timestamp::from_second(1_763_718_000).ok().map(skinbus_proto::timestamp);
        let money = v1::Money { currency: "USD".to_owned(), amount: "0.04".to_owned() };
        let rows = vec![
            v1::HistoryRow { trade: Some(trade), at, amount: Some(money), ..v1::HistoryRow::default() },
            v1::HistoryRow::default(),
        ];
        let page = v1::HistoryResponse { rows, total: Some(9), ..v1::HistoryResponse::default() };
        let expected = [
            "time                  reference  progress   amount",
            "2025-11-21 09:40:00Z  wd-1       delivered  0.04 USD",
            "1 of 9 rows; more with --limit or --all",
        ];
        assert_eq!(shown(&[page], Some(1)).render(Palette::PLAIN, 100), expected);
    }
}
