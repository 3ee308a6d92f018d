//! `skinbus watch`: status changes as they happen.

use std::collections::BTreeMap;
use std::time::Duration;

use skinbus_bus::merchant::{MerchantClient, Received, StatusChanges};
use skinbus_domain::ids::{MerchantId, OrderId, TradeKey};
use skinbus_proto::{json, v1};
use skinbus_runtime::clock;

use crate::board::{self, Board, News};
use crate::cli::{Connection, WatchArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure, complain};
use crate::terminal::{Terminal, Tone};
use crate::view;

/// How often a live table is drawn anew without news, for the holds that count down.
const TICK: Duration = Duration::from_secs(1);

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A table on a terminal, lines elsewhere.
    People,
    /// One JSON object a line.
    Json,
}

/// A subscription, with what came before it.
pub(crate) struct Watch {
    changes: StatusChanges,
    before: Vec<Received>,
    style: Style,
    board: Board,
    /// Hosted pages that were told, by order.
    pages: BTreeMap<String, String>,
}

pub(crate) async fn run(
    connection: &Connection,
    arguments: &WatchArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let client = connect(connection).await?;
    let style = if arguments.json { Style::Json } else { Style::People };
    let merchant = &connection.merchant;
    let watch = match &arguments.order {
        Some(order_id) => Watch::order(&client, merchant, order_id, style).await?,
        None => Watch::merchant(&client, merchant, arguments.all, style).await?,
    };
    watch.run(terminal, arguments.until_final).await
}

impl Watch {
    /// One order, from its first version on.
    pub(crate) async fn order(
        client: &MerchantClient,
        merchant: &MerchantId,
        order_id: &OrderId,
        style: Style,
    ) -> Result<Self, Failure> {
        let changes = client.follow(merchant, Some(order_id)).await.map_err(explain)?;
        let key = TradeKey { merchant: merchant.clone(), order_id: order_id.clone() };
        // Read after subscribing: what is stored meanwhile comes twice, and is told once.
        let before = client.versions(&key).await.map_err(explain)?;
        Ok(Self { changes, before, style, board: Board::default(), pages: BTreeMap::new() })
    }

    /// All orders of a merchant from now on, or with the last version of each so far.
    async fn merchant(
        client: &MerchantClient,
        merchant: &MerchantId,
        all: bool,
        style: Style,
    ) -> Result<Self, Failure> {
        let changes = client.follow(merchant, None).await.map_err(explain)?;
        let before = if all { client.newest(merchant).await.map_err(explain)? } else { Vec::new() };
        Ok(Self { changes, before, style, board: Board::default(), pages: BTreeMap::new() })
    }

    /// Shows everything until Ctrl-C, or until every order is settled.
    pub(crate) async fn run(mut self, terminal: &mut Terminal, until_final: bool) -> Result<Exit, Failure> {
        for received in std::mem::take(&mut self.before) {
            self.take(&received.change, terminal)?;
        }
        self.draw(terminal)?;
        let mut tick = tokio::time::interval(TICK);
        while !(until_final && self.board.all_settled()) {
            tokio::select! {
                received = self.changes.next() => match received {
                    Some(Ok(received)) => {
                        self.take(&received.change, terminal)?;
                        self.draw(terminal)?;
                    }
                    Some(Err(error)) => complain(&error.to_string()),
                    None => return Err(Failure::new("watching: the connection to NATS was closed")),
                },
                _ = tick.tick() => self.draw(terminal)?,
                stopped = tokio::signal::ctrl_c() => {
                    stopped.map_err(|error| Failure::new(format!("waiting for Ctrl-C: {error}")))?;
                    break;
                }
            }
        }
        self.finish(terminal)
    }

    fn take(&mut self, change: &v1::TradeStatusChanged, terminal: &mut Terminal) -> Result<(), Failure> {
        if self.board.apply(change) == News::Known {
            return Ok(());
        }
        match self.style {
            Style::Json => {
                let line = json::write(change).map_err(|error| Failure::new(error.to_string()))?;
                terminal.line(&line)?;
            }
            Style::People if terminal.is_live() => self.tell_page(change, terminal)?,
            Style::People => {
                terminal.line(&board::line(change, clock::now(), terminal.palette()))?;
                self.tell_page(change, terminal)?;
            }
        }
        Ok(())
    }

    /// An address is cut by no table, so that it can be clicked: it has a line of its own, which stays.
    fn tell_page(&mut self, change: &v1::TradeStatusChanged, terminal: &mut Terminal) -> Result<(), Failure> {
        let is_of_use = !view::is_settled(view::status(change));
        let Some(page) = view::page(change).filter(|_| is_of_use) else { return Ok(()) };
        if self.pages.get(&change.order_id) != Some(&page) {
            terminal.toned(Tone::Quiet, &format!("{}: the user's page", change.order_id))?;
            terminal.line(&page)?;
            self.pages.insert(change.order_id.clone(), page);
        }
        Ok(())
    }

    fn draw(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        if self.style == Style::Json || !terminal.is_live() {
            return Ok(());
        }
        let (columns, rows) = terminal.size();
        // One line for the headings, and one for the cursor.
        let table = self.board.table(self.board.latest(rows.saturating_sub(2)), clock::now());
        terminal.redraw(&table.render(terminal.palette(), columns))?;
        Ok(())
    }

    /// What a live table showed last stays on the screen, with all its rows.
    fn finish(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        if self.style == Style::People && terminal.is_live() {
            let table = self.board.table(self.board.latest(usize::MAX), clock::now());
            let lines = table.render(terminal.palette(), terminal.size().0);
            terminal.lines(&lines)?;
        }
        Ok(Exit::Done)
    }
}
