//! Plays a part: hands its orders over, and shows what becomes of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use skinbus_bus::merchant::{MerchantClient, StatusChanges};
use skinbus_domain::ids::MerchantId;
use skinbus_proto::{json, v1};
use skinbus_runtime::clock;

use super::orders::{DemoOrder, Part, Way};
use super::sums;
use crate::board::{self, Board, News, Row};
use crate::connect::explain;
use crate::failure::Failure;
use crate::place::RECEIPT_PATIENCE;
use crate::receipt;
use crate::table::start_of;
use crate::terminal::{Terminal, Tone};
use crate::view;

/// How long a part may take; what is not there by then is told in the summary.
const PART_PATIENCE: Duration = Duration::from_secs(45);
/// Longer lines are hard to read.
const EXPLANATION_WIDTH: usize = 100;
const INDENT: usize = 3;
/// The part of a page's address that is shown; the rest is for the user.
const PAGE_MAX_CHARS: usize = 46;
/// Lines of a terminal that a table leaves free.
const FREE_LINES: usize = 2;
const TICK: Duration = Duration::from_millis(500);

/// Everything that was played, and the means to play more.
pub(crate) struct Stage<'a> {
    pub(crate) client: MerchantClient,
    pub(crate) merchant: MerchantId,
    pub(crate) changes: StatusChanges,
    pub(crate) board: Board,
    pub(crate) terminal: &'a mut Terminal,
    pub(crate) played: Vec<DemoOrder>,
    /// Orders whose page was shown.
    pub(crate) pages: BTreeSet<String>,
}

impl Stage<'_> {
    /// A heading with some lines that say what is to be seen.
    pub(crate) fn announce(&mut self, heading: &str, explanation: &str) -> Result<(), Failure> {
        self.terminal.line("")?;
        self.terminal.toned(Tone::Strong, heading)?;
        let width = self.terminal.size().0.min(EXPLANATION_WIDTH);
        for line in view::wrap(explanation, width.saturating_sub(INDENT)) {
            self.terminal.toned(Tone::Quiet, &format!("   {line}"))?;
        }
        Ok(())
    }

    /// Plays a part to its end.
    pub(crate) async fn play(&mut self, part: Part) -> Result<(), Failure> {
        self.announce(part.heading, part.explanation)?;
        self.begin(&part.orders).await?;
        self.follow(&part.orders).await
    }

    /// Hands orders over.
    pub(crate) async fn begin(&mut self, orders: &[DemoOrder]) -> Result<(), Failure> {
        for order in orders {
            self.board.expect(order.id, order.item);
            self.played.push(*order);
            self.hand_over(order).await?;
        }
        if orders.len() == 1 {
            return Ok(());
        }
        let of = |way: Way| orders.iter().filter(|order| order.way == way).count();
        let ways = [(Way::Publish, "published"), (Way::PublishJson, "published as JSON")];
        let told = ways.map(|(way, word)| (of(way), word)).into_iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(count, word)| format!("{count} {word}")).collect();
        if told.is_empty() {
            return Ok(());
        }
        self.terminal.toned(Tone::Quiet, &format!("   orders: {}", told.join(", ")))?;
        Ok(())
    }

    /// Hands an order over. What is published has no answer but its status changes.
    pub(crate) async fn hand_over(&mut self, order: &DemoOrder) -> Result<(), Failure> {
        let request = order.request(clock::now());
        match order.way {
            Way::Publish => {
                self.client.publish_order(&self.merchant, &request).await.map_err(explain)?;
            }
            Way::PublishJson => {
                let text = json::write(&request).map_err(|error| Failure::new(error.to_string()))?;
                self.client.publish_json(&self.merchant, text).await.map_err(explain)?;
            }
            Way::Place => {
                self.place(&request).await?;
            }
        }
        Ok(())
    }

    /// Places an order by request and reply, and shows its receipt.
    pub(crate) async fn place(&mut self, request: &v1::OrderRequest) -> Result<v1::OrderReceipt, Failure> {
        let placed = self.client.place(&self.merchant, request, RECEIPT_PATIENCE).await;
        let answer = placed.map_err(explain)?;
        let palette = self.terminal.palette();
        self.tell("place", &request.order_id, &receipt::headline(&answer, palette))?;
        for broken in &answer.violations {
            self.terminal.line(&format!("{:11}{}", "", receipt::violation(broken)))?;
        }
        Ok(answer)
    }

    /// A line about something that was done or seen.
    pub(crate) fn tell(&mut self, verb: &str, subject: &str, what: &str) -> Result<(), Failure> {
        let verb = self.terminal.palette().paint(Tone::Quiet, &format!("{verb:>9}"));
        self.terminal.line(&format!("{verb}  {subject:<19} {what}"))?;
        Ok(())
    }

    /// Shows these orders until each is where it is expected, or can get nowhere else, and then how they ended.
    pub(crate) async fn follow(&mut self, orders: &[DemoOrder]) -> Result<(), Failure> {
        self.terminal.line("")?;
        self.until(orders, is_done).await?;
        if self.terminal.is_live() {
            let lines = self.table(orders);
            if orders.iter().any(|order| self.pages.contains(order.id)) {
                self.terminal.line("")?;
            }
            self.terminal.lines(&lines)?;
        }
        Ok(())
    }

    /// Shows these orders until each is as far as is waited for.
    pub(crate) async fn until(
        &mut self,
        orders: &[DemoOrder],
        is_there: fn(&DemoOrder, &Row) -> bool,
    ) -> Result<(), Failure> {
        let began = clock::monotonic_now();
        let mut tick = tokio::time::interval(TICK);
        while self.waiting_for(orders, is_there) > 0 && since(began) < PART_PATIENCE {
            tokio::select! {
                received = self.changes.next() => match received {
                    Some(received) => self.take(&received.map_err(explain)?.change)?,
                    None => return Err(Failure::new("following the orders: the connection to NATS was closed")),
                },
                _ = tick.tick() => {}
            }
            self.draw(orders, self.waiting_for(orders, is_there), began)?;
        }
        Ok(())
    }

    fn take(&mut self, change: &v1::TradeStatusChanged) -> Result<(), Failure> {
        let before = self.board.row(&change.order_id).map(Row::amount);
        let before = before.flatten().map(str::to_owned);
        if self.board.apply(change) == News::Known {
            return Ok(());
        }
        let row = self.board.row(&change.order_id);
        // Facts alone are no news worth a line, except for money.
        let is_news = change.from != change.to || row.and_then(Row::amount) != before.as_deref();
        if !self.terminal.is_live() && is_news {
            let line = board::line(change, clock::now(), self.terminal.palette());
            self.terminal.line(&format!("   {line}"))?;
        }
        let page = self.board.row(&change.order_id).and_then(Row::page);
        if let Some(page) = page.map(|page| start_of(page, PAGE_MAX_CHARS))
            && self.pages.insert(change.order_id.clone())
        {
            self.tell("page of", &change.order_id, &page)?;
        }
        Ok(())
    }

    fn waiting_for(&self, orders: &[DemoOrder], is_there: fn(&DemoOrder, &Row) -> bool) -> usize {
        let is_open = |order: &&DemoOrder| self.board.row(order.id).is_none_or(|row| !is_there(order, row));
        orders.iter().filter(is_open).count()
    }

    fn table(&self, orders: &[DemoOrder]) -> Vec<String> {
        let table = self.board.table(orders.iter().map(|order| order.id), clock::now());
        table.render(self.terminal.palette(), self.terminal.size().0)
    }

    fn draw(&mut self, orders: &[DemoOrder], waiting: usize, began: Instant) -> Result<(), Failure> {
        if !self.terminal.is_live() {
            return Ok(());
        }
        let mut lines = self.table(orders);
        // What is above the screen cannot be drawn anew.
        lines.truncate(self.terminal.size().1.saturating_sub(FREE_LINES));
        let text = format!("waiting for {waiting} of {} orders, {} s", orders.len(), since(began).as_secs());
        lines.push(self.terminal.palette().paint(Tone::Quiet, &text));
        self.terminal.redraw(&lines)?;
        Ok(())
    }
}

/// Whether an order is where it is expected, with all its credits, or can get nowhere else.
fn is_done(order: &DemoOrder, row: &Row) -> bool {
    let is_expected = row.status() == Some(order.expected.status)
        && sums::credited(row.credits()).count() >= order.expected.credits;
    is_expected || view::is_settled(row.status())
}

fn since(began: Instant) -> Duration {
    clock::monotonic_now().duration_since(began)
}
