//! Items: of an inventory, a price list, a search, or for sale.

use skinbus_proto::{moment, v1};

use super::Shown;
use super::paging::{Page, extent};
use crate::table::{Cell, Fit, Table};
use crate::terminal::Tone;
use crate::view;

/// At most `most` items out of the pages, and how old they are.
pub(crate) fn shown(pages: &[v1::ItemsResponse], most: Option<usize>) -> Shown {
    let all: usize = pages.iter().map(Page::row_count).sum();
    let count = most.map_or(all, |most| most.min(all));
    let mut table = Table::new(&[
        ("id", Fit::Whole),
        ("item", Fit::Start(16)),
        ("price", Fit::Whole),
        ("count", Fit::Whole),
        ("", Fit::Whole),
    ]);
    pages.iter().flat_map(|page| &page.items).take(count).for_each(|item| table.row(row(item)));
    let mut lines = vec![(Tone::Quiet, footer(pages, count, all))];
    let details = pages.last().into_iter().flat_map(|page| &page.details);
    lines.extend(details.map(|(name, value)| (Tone::Quiet, format!("{name}: {value}"))));
    Shown { table: (count > 0).then(|| table.without_empty_columns()), lines }
}

fn row(item: &v1::Item) -> Vec<Cell> {
    let tone = if item.unavailable { Tone::Quiet } else { Tone::Plain };
    vec![
        Cell::new(tone, &item.id),
        Cell::new(tone, &item.market_hash_name),
        Cell::new(tone, item.price.as_ref().map(view::money).unwrap_or_default()),
        Cell::new(tone, item.count.map(|count| count.to_string()).unwrap_or_default()),
        Cell::new(tone, if item.unavailable { "unavailable" } else { "" }),
    ]
}

fn footer(pages: &[v1::ItemsResponse], count: usize, all: usize) -> String {
    let Some(last) = pages.last() else { return extent(0, None, false) };
    let has_more = !last.next_page_token.is_empty() || count < all;
    let age = match last.age_ms / 1_000 {
        0 => "asked for just now".to_owned(),
        seconds => format!("the list is {} old", view::span(seconds)),
    };
    let made = last.updated_at.as_ref().and_then(moment);
    let made = made.map(|at| format!(", the provider made it {}", view::time(at))).unwrap_or_default();
    let unreadable = match last.unreadable {
        0 => String::new(),
        rows => format!("; rows that could not be read: {rows}"),
    };
    format!("{}; {age}{made}{unreadable}", extent(count, Some(last.total), has_more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;

    fn item(id: &str, name: &str, price: &str) -> v1::Item {
        let price = v1::Money { currency: "USD".to_owned(), amount: price.to_owned() };
        v1::Item {
            id: id.to_owned(),
            market_hash_name: name.to_owned(),
            price: Some(price),
            ..v1::Item::default()
        }
    }

    #[test]
    fn columns_that_matter_and_the_age_are_shown() {
        let unavailable = v1::Item { unavailable: true, ..item("8", "Rust Door", "0.04") };
        let page = v1::ItemsResponse {
            items: vec![item("7", "AK-47 | Redline", "12.50"), unavailable],
            total: 2,
            ..v1::ItemsResponse::default()
        };
        let expected = [
            "id  item             price",
            "7   AK-47 | Redline  12.50 USD",
            "8   Rust Door        0.04 USD   unavailable",
            "2 rows; asked for just now",
        ];
        assert_eq!(shown(&[page], Some(50)).render(Palette::PLAIN, 100), expected);
    }

    #[test]
    fn a_kept_list_tells_its_age_and_extent() {
        let page = |name: &str, next: &str| v1::ItemsResponse {
            items: vec![v1::Item { count: Some(3), ..item("", name, "1") }],
            total: 20_113,
            next_page_token: next.to_owned(),
            age_ms: 185_000,
            updated_at: jiff::Timestamp::from_second(1_763_718_000).ok().map(skinbus_proto::timestamp),
            unreadable: 2,
            ..v1::ItemsResponse::default()
        };
        let expected = [
            "item  price  count",
            "AK    1 USD  3",
            "1 of 20113 rows; more with --limit or --all; the list is 3 min 5 s old, the provider made it \
             2025-11-21 09:40:00Z; rows that could not be read: 2",
        ];
        assert_eq!(shown(&[page("AK", "b"), page("AWP", "")], Some(1)).render(Palette::PLAIN, 200), expected);
        assert_eq!(shown(&[], None).render(Palette::PLAIN, 80), ["0 rows"]);
    }
}
