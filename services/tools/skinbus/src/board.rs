//! Orders as they stand, from the status changes that were received: the rows of every live table.

use std::collections::BTreeMap;

use jiff::Timestamp;
use skinbus_domain::TradeStatus;
use skinbus_proto::{moment, v1};

use crate::table::{Cell, Fit, Table, start_of};
use crate::terminal::Palette;
use crate::view;

const COLUMNS: [(&str, Fit); 6] = [
    ("order", Fit::Whole),
    ("item", Fit::Start(10)),
    ("statuses", Fit::End(20)),
    ("amount", Fit::Whole),
    ("hold", Fit::Whole),
    ("reason", Fit::Start(12)),
];
/// Longer names of items are cut.
const ITEM_MAX_CHARS: usize = 28;
const REASON_MAX_CHARS: usize = 46;

/// What a received version was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// The next one, or the first that was seen of its order.
    Next,
    /// Seen before.
    Known,
    /// One or more between were not received.
    AfterGap,
}

/// One order.
#[derive(Debug, Default)]
pub(crate) struct Row {
    item: String,
    /// Every status in turn; facts that change within one are not shown twice.
    path: Vec<Option<TradeStatus>>,
    reason: String,
    amount: Option<String>,
    hold_ends_at: Option<Timestamp>,
    credits: Vec<v1::Credit>,
    page: Option<String>,
    /// The last version that was received; 0 for none.
    version: u64,
}

impl Row {
    pub(crate) fn status(&self) -> Option<TradeStatus> {
        self.path.last().copied().flatten()
    }

    pub(crate) fn has_been(&self, status: TradeStatus) -> bool {
        self.path.contains(&Some(status))
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// What the trade comes to so far, in words.
    pub(crate) fn amount(&self) -> Option<&str> {
        self.amount.as_deref()
    }

    /// What arrived so far, however sure it is.
    pub(crate) fn credits(&self) -> &[v1::Credit] {
        &self.credits
    }

    /// The address of a hosted page, once it is known.
    pub(crate) fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    fn path_words(&self) -> String {
        let words: Vec<&str> = self.path.iter().map(|status| view::status_word(*status)).collect();
        words.join(" → ")
    }

    fn hold(&self, now: Timestamp) -> String {
        let is_held = self.status() == Some(TradeStatus::OnHold);
        let Some(end) = self.hold_ends_at else {
            // Of a held deposit the provider says when it is over, and mostly not before.
            return if is_held { "no end known".to_owned() } else { String::new() };
        };
        if !is_held {
            return "over".to_owned();
        }
        view::time_left(end, now).map_or_else(|| "ends now".to_owned(), |left| format!("{left} left"))
    }
}

/// Orders in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Board {
    rows: BTreeMap<String, Row>,
    sequence: Vec<String>,
    changes: u64,
    gaps: u64,
}

impl Board {
    /// Makes a row for an order of which nothing was received yet.
    pub(crate) fn expect(&mut self, order_id: &str, item: &str) {
        let row = self.row_mut(order_id);
        item.clone_into(&mut row.item);
    }

    fn row_mut(&mut self, order_id: &str) -> &mut Row {
        if !self.rows.contains_key(order_id) {
            self.sequence.push(order_id.to_owned());
        }
        self.rows.entry(order_id.to_owned()).or_default()
    }

    /// Takes a version in. Versions that were seen before change nothing.
    pub(crate) fn apply(&mut self, change: &v1::TradeStatusChanged) -> News {
        let row = self.row_mut(&change.order_id);
        if change.version <= row.version {
            return News::Known;
        }
        let news =
            if row.version == 0 || change.version == row.version + 1 { News::Next } else { News::AfterGap };
        row.version = change.version;
        let status = view::status(change);
        if row.path.last() != Some(&status) {
            row.path.push(status);
        }
        row.reason = view::reason(change);
        row.amount = view::amount(change).or_else(|| row.amount.take());
        row.hold_ends_at = view::hold_ends_at(change).or(row.hold_ends_at);
        row.credits = change.trade.as_ref().map(|trade| trade.credits.clone()).unwrap_or_default();
        row.page = view::page(change).or_else(|| row.page.take());
        if view::item_name(change).is_some() || row.item.is_empty() {
            row.item = view::item(change);
        }
        self.changes += 1;
        self.gaps += u64::from(news == News::AfterGap);
        news
    }

    pub(crate) fn row(&self, order_id: &str) -> Option<&Row> {
        self.rows.get(order_id)
    }

    /// How many versions were taken in, and how often one was missing between.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.changes, self.gaps)
    }

    /// Whether there are orders, and nothing more will come of any.
    pub(crate) fn all_settled(&self) -> bool {
        !self.rows.is_empty() && self.rows.values().all(|row| view::is_settled(row.status()))
    }

    /// The orders that came last, at most `count` of them.
    pub(crate) fn latest(&self, count: usize) -> impl Iterator<Item = &str> {
        let hidden = self.sequence.len().saturating_sub(count);
        self.sequence.iter().skip(hidden).map(String::as_str)
    }

    /// These orders as a table.
    pub(crate) fn table<'a>(&self, order_ids: impl Iterator<Item = &'a str>, now: Timestamp) -> Table {
        let mut table = Table::new(&COLUMNS);
        for order_id in order_ids {
            let Some(row) = self.rows.get(order_id) else {
                continue;
            };
            table.row(vec![
                Cell::plain(order_id),
                Cell::plain(start_of(&row.item, ITEM_MAX_CHARS)),
                Cell::new(view::tone(row.status()), row.path_words()),
                Cell::plain(row.amount.clone().unwrap_or_default()),
                Cell::plain(row.hold(now)),
                Cell::plain(start_of(&row.reason, REASON_MAX_CHARS)),
            ]);
        }
        table
    }
}

/// A version in one line, for output that cannot be drawn anew.
pub(crate) fn line(change: &v1::TradeStatusChanged, now: Timestamp, palette: Palette) -> String {
    let at = change.recorded_at.as_ref().and_then(moment).map(view::clock_time).unwrap_or_default();
    let status = view::status(change);
    let same = change.from == change.to;
    let to = palette.paint(view::tone(status), view::status_word(status));
    let mut line = format!("{at}  {:<22}  {to}", change.order_id);
    let hold = view::hold_ends_at(change).filter(|_| status == Some(TradeStatus::OnHold));
    let hold = hold.and_then(|end| view::time_left(end, now)).map(|left| format!("{left} left"));
    let reason = Some(view::reason(change)).filter(|reason| !reason.is_empty());
    let details = [same.then(|| "more facts".to_owned()), view::amount(change), hold, reason];
    for detail in details.into_iter().flatten() {
        line.push_str("  ");
        line.push_str(&detail);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{bought, change, credit, deposit_order, with_trade};
    use TradeStatus::{Accepted, Completed, Dispatching, OfferSent, OnHold, Rejected, Submitted};

    fn board() -> Board {
        let mut board = Board::default();
        board.expect("wd-1", "");
        board.apply(&change("wd-2", 1, None, Rejected));
        board.apply(&change("wd-1", 1, None, Accepted));
        board.apply(&change("wd-1", 2, Some(Accepted), Dispatching));
        board.apply(&bought("wd-1", 3, Dispatching, Submitted));
        board
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_table_shows_every_order_as_it_stands() {
        let expected = [
            "order  item       statuses                            amount    hold  reason",
            "wd-1   Rust Door  ACCEPTED → DISPATCHING → SUBMITTED  0.04 USD",
            "wd-2              REJECTED",
        ];
        let board = board();
        assert_eq!(board.table(board.latest(10), at(0)).render(Palette::PLAIN, 100), expected);
        assert_eq!(board.latest(1).collect::<Vec<_>>(), ["wd-2"]);
    }

    #[test]
    fn repeats_are_known_and_gaps_are_seen() {
        let mut board = board();
        assert_eq!(board.apply(&change("wd-1", 3, Some(Dispatching), Submitted)), News::Known);
        assert_eq!(board.apply(&change("wd-1", 5, Some(OfferSent), Completed)), News::AfterGap);
        assert_eq!(board.counts(), (5, 1));
        assert!(board.all_settled());
    }

    #[test]
    fn a_hold_is_counted_down() {
        let hold =
            v1::Trade { hold_ends_at: Some(skinbus_proto::timestamp(at(100))), ..v1::Trade::default() };
        let mut board = Board::default();
        board.apply(&with_trade(change("wd-1", 1, Some(OfferSent), OnHold), hold));
        assert_eq!(board.row("wd-1").unwrap().hold(at(90)), "11 s left");
        assert_eq!(board.row("wd-1").unwrap().hold(at(100)), "ends now");
        assert!(!board.all_settled());
        board.apply(&change("wd-1", 2, Some(OnHold), Completed));
        assert_eq!(board.row("wd-1").unwrap().hold(at(90)), "over");
    }

    #[test]
    fn a_line_says_what_is_new() {
        let text = line(&bought("wd-1", 3, Dispatching, Submitted), at(0), Palette::PLAIN);
        assert_eq!(text, "09:40:00.250  wd-1                    SUBMITTED  0.04 USD");
        let text = line(&change("wd-1", 4, Some(Submitted), Submitted), at(0), Palette::COLOURS);
        assert_eq!(text, "09:40:00.250  wd-1                    \u{1b}[36mSUBMITTED\u{1b}[0m  more facts");
    }

    #[test]
    fn a_deposit_shows_what_arrived() {
        let credits = vec![credit("k-1", "12.50", "USD", v1::CreditState::Pending)];
        let order = Some(deposit_order(v1::Deposit::default()));
        let mut board = Board::default();
        board.apply(&with_trade(
            change("dp-1", 1, None, OnHold),
            v1::Trade { order, credits, ..v1::Trade::default() },
        ));
        let expected = [
            "order  item               statuses  amount             hold          reason",
            "dp-1   deposit on a page  ON_HOLD   12.50 USD pending  no end known",
        ];
        assert_eq!(board.table(board.latest(1), at(0)).render(Palette::PLAIN, 100), expected);
    }
}
