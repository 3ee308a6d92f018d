//! Plays a part: hands its orders over, and shows what becomes of them.

use std::time::{Duration, Instant};

use skinbus_bus::merchant::{MerchantClient, Published, StatusChanges};
use skinbus_domain::TradeStatus;
use skinbus_domain::ids::MerchantId;
use skinbus_proto::{json, v1};
use skinbus_runtime::clock;

use super::orders::{DemoOrder, Part, Way};
use crate::board::{self, Board, News};
use crate::connect::explain;
use crate::failure::Failure;
use crate::place::RECEIPT_PATIENCE;
use crate::receipt;
use crate::terminal::{Terminal, Tone};
use crate::view;

/// How long a part may take; what is not there by then is told in the summary.
const PART_PATIENCE: Duration = Duration::from_secs(45);
/// Longer lines are hard to read.
const EXPLANATION_WIDTH: usize = 100;
const INDENT: usize = 3;
const TICK: Duration = Duration::from_millis(500);

/// Everything that was played, and the means to play more.
pub(crate) struct Stage<'a> {
    pub(crate) client: MerchantClient,
    pub(crate) merchant: MerchantId,
    pub(crate) changes: StatusChanges,
    pub(crate) board: Board,
    pub(crate) terminal: &'a mut Terminal,
    pub(crate) played: Vec<DemoOrder>,
}

impl Stage<'_> {
    /// A heading with a line that says what is to be seen.
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
        for order in &part.orders {
            self.board.expect(order.id, order.item);
            self.played.push(*order);
            self.hand_over(order).await?;
        }
        self.follow(&part.orders).await
    }

    /// Hands an order over, and tells how.
    pub(crate) async fn hand_over(&mut self, order: &DemoOrder) -> Result<(), Failure> {
        let request = order.request(clock::now());
        match order.way {
            Way::Publish => {
                let published = self.client.publish_order(&self.merchant, &request).await.map_err(explain)?;
                self.tell("publish", order.id, &stored(published))
            }
            Way::PublishJson => {
                let text = json::write(&request).map_err(|error| Failure::new(error.to_string()))?;
                let published = self.client.publish_json(&self.merchant, text).await.map_err(explain)?;
                self.tell("as JSON", order.id, &stored(published))
            }
            Way::Place => self.place(&request).await.map(|_| ()),
        }
    }

    /// Places an order by request and reply, and shows its receipt.
    pub(crate) async fn place(&mut self, request: &v1::OrderRequest) -> Result<v1::OrderReceipt, Failure> {
        let placed = self.client.place(&self.merchant, request, RECEIPT_PATIENCE).await;
        let answer = placed.map_err(explain)?;
        let palette = self.terminal.palette();
        self.tell("place", &request.order_id, &receipt::headline(&answer, palette))?;
        for broken in &answer.violations {
            self.terminal.line(&format!("{:30}{}", "", receipt::violation(broken)))?;
        }
        Ok(answer)
    }

    fn tell(&mut self, verb: &str, order_id: &str, what: &str) -> Result<(), Failure> {
        let verb = self.terminal.palette().paint(Tone::Quiet, &format!("{verb:>9}"));
        self.terminal.line(&format!("{verb}  {order_id:<19}{what}"))?;
        Ok(())
    }

    /// Shows these orders until each is where it is expected, or can get nowhere else.
    async fn follow(&mut self, orders: &[DemoOrder]) -> Result<(), Failure> {
        let began = clock::monotonic_now();
        self.terminal.line("")?;
        let mut tick = tokio::time::interval(TICK);
        while self.waiting_for(orders) > 0 && since(began) < PART_PATIENCE {
            tokio::select! {
                received = self.changes.next() => match received {
                    Some(received) => self.take(&received.map_err(explain)?.change)?,
                    None => return Err(Failure::new("following the orders: the connection to NATS was closed")),
                },
                _ = tick.tick() => {}
            }
            self.draw(orders, began)?;
        }
        if self.terminal.is_live() {
            let table = self.board.table(orders.iter().map(|order| order.id), clock::now());
            let lines = table.render(self.terminal.palette(), self.terminal.size().0);
            self.terminal.lines(&lines)?;
        }
        Ok(())
    }

    fn take(&mut self, change: &v1::TradeStatusChanged) -> Result<(), Failure> {
        if self.board.apply(change) != News::Known && !self.terminal.is_live() {
            let line = board::line(change, clock::now(), self.terminal.palette());
            self.terminal.line(&format!("   {line}"))?;
        }
        Ok(())
    }

    fn waiting_for(&self, orders: &[DemoOrder]) -> usize {
        let is_open = |order: &&DemoOrder| {
            let status = self.board.row(order.id).and_then(board::Row::status);
            let stays = order.expected.status == TradeStatus::OnHold && status == Some(TradeStatus::OnHold);
            !stays && !view::is_settled(status)
        };
        orders.iter().filter(is_open).count()
    }

    fn draw(&mut self, orders: &[DemoOrder], began: Instant) -> Result<(), Failure> {
        if !self.terminal.is_live() {
            return Ok(());
        }
        let table = self.board.table(orders.iter().map(|order| order.id), clock::now());
        let palette = self.terminal.palette();
        let mut lines = table.render(palette, self.terminal.size().0);
        let (waiting, seconds) = (self.waiting_for(orders), since(began).as_secs());
        lines.push(
            palette.paint(
                Tone::Quiet,
                &format!("waiting for {waiting} of {} orders, {seconds} s", orders.len()),
            ),
        );
        self.terminal.redraw(&lines)?;
        Ok(())
    }
}

fn stored(published: Published) -> String {
    format!("stored in ORDERS as number {}", published.sequence)
}

fn since(began: Instant) -> Duration {
    clock::monotonic_now().duration_since(began)
}
