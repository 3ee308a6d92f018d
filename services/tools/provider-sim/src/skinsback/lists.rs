//! Lists in pages: `orders`, `market_history` and `callback_error_list`.

use super::deposit_wire::{self, Wire};
use super::guards;
use super::json::{Json, object, text, whole};
use super::project::{Asked, Outcome, SkinsBack};
use super::purchase_wire;
use super::style::Usual;
use super::switches::Cursor;
use super::words::SUCCESS;
use crate::clock::seconds;
use crate::ledger::NotificationKind;

/// One page of a list, and its place in it.
struct Page<T> {
    rows: Vec<T>,
    total: usize,
    /// The cursor of the next page, where there is one.
    next: Option<u64>,
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl<T: Copy> Page<T> {
    /// The page that is asked for, of rows with growing ids.
    fn of(mut found: Vec<(u64, T)>, asked: &Asked<'_>, size: usize) -> Self {
        let start: u64 = asked.fields.get("start_from").and_then(|text| text.parse().ok()).unwrap_or(0);
        let newest_first = asked.switches.newest_first;
        if newest_first {
            found.reverse();
        }
        let begin = match asked.switches.cursor {
            Cursor::Offset => usize::try_from(start).unwrap_or(usize::MAX),
            Cursor::LastId if start == 0 => 0,
            Cursor::LastId => {
                found.partition_point(|(id, _)| if newest_first { *id >= start } else { *id <= start })
            }
        };
        let end = begin.saturating_add(size);
        let total = found.len();
        let page: Vec<_> = found.into_iter().skip(begin).take(size).collect();
        let next = match asked.switches.cursor {
            Cursor::Offset => Some(count(end)),
            Cursor::LastId => page.last().map(|(id, _)| *id),
        };
        Self {
            rows: page.into_iter().map(|(_, row)| row).collect(),
            total,
            next: next.filter(|_| end < total),
        }
    }

    /// The answer; the last page has the cursor 0.
    fn answer(&self, asked: &Asked<'_>, total: Usual, write: impl Fn(T) -> Json) -> Json {
        object([
            ("status", text(SUCCESS)),
            ("total_count", asked.style.whole(total, count(self.total))),
            ("has_more", Json::Flag(self.next.is_some())),
            ("start_from", whole(self.next.unwrap_or(0))),
            ("items", Json::List(self.rows.iter().map(|row| write(*row)).collect())),
        ])
    }
}

impl SkinsBack {
    pub(super) fn orders(&self, asked: &Asked<'_>) -> Outcome {
        let (from, until) = guards::period(asked.fields)?;
        let state = self.project.open();
        let now = state.now;
        let found = state.deposits.all().iter().filter(|deposit| {
            deposit.is_visible(now) && (from..=until).contains(&seconds(deposit.born.real_ms))
        });
        let found = found.map(|deposit| (deposit.id, deposit)).collect();
        let page = Page::of(found, asked, state.rules.page_size);
        let wire = Wire::of_answers(asked);
        Ok(page.answer(asked, Usual::Number, |deposit| {
            Json::Object(deposit_wire::looked_up(deposit, now, &wire))
        }))
    }

    pub(super) fn market_history(&self, asked: &Asked<'_>) -> Outcome {
        let (from, until) = guards::period(asked.fields)?;
        let state = self.project.open();
        let now = state.now;
        let all = state.purchases.all();
        let begin = all.partition_point(|purchase| seconds(purchase.born.real_ms) < from);
        let end = all.partition_point(|purchase| seconds(purchase.born.real_ms) <= until);
        let inside = all.get(begin..end).unwrap_or_default().iter();
        let found = inside.filter(|purchase| purchase.is_visible(now));
        let found = found.map(|purchase| (purchase.id, purchase)).collect();
        let page = Page::of(found, asked, state.rules.page_size);
        Ok(page.answer(asked, Usual::Text, |purchase| Json::Object(purchase_wire::row(purchase, now, asked))))
    }

    pub(super) fn callback_error_list(&self, asked: &Asked<'_>) -> Json {
        let state = self.project.open();
        let failed = state.notifications.failed().filter(|failed| failed.kind == NotificationKind::Deposit);
        let numbered = failed.zip(1..).map(|(failed, number)| (number, failed)).collect();
        let page = Page::of(numbered, asked, state.rules.page_size);
        page.answer(asked, Usual::Number, |failed| {
            object([
                ("transaction_id", Json::Digits(failed.provider_id.clone())),
                ("order_id", text(failed.reference.as_str())),
                // No HTTP status at all is shown as 0.
                ("http_code", text(failed.answer.unwrap_or(0).to_string())),
            ])
        })
    }
}
