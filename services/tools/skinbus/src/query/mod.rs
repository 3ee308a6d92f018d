//! `skinbus query`: asking an account's provider.

mod account;
mod history;
mod items;
mod lookup;
mod paging;

use std::time::Duration;

use skinbus_bus::merchant::{MerchantClient, MerchantError};
use skinbus_proto::{Schema, json, timestamp, v1};
use skinbus_runtime::clock;

use crate::cli::{
    Connection, HistoryArguments, InventoryArguments, LookupArguments, OffersArguments, QueryArguments,
    QueryCommand, Record, RowArguments, SearchArguments, WholeListArguments,
};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::order;
use crate::terminal::{Palette, Terminal, Tone};
use paging::Page;

/// How long an answer may take: a question waits for the quota, and a first list is fetched page by page.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Asks what is asked for, and shows the answer.
pub(crate) async fn run(
    connection: &Connection,
    command: &QueryCommand,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    match command {
        QueryCommand::Inventory(arguments) => inventory(connection, arguments, terminal).await,
        QueryCommand::Prices(arguments) => whole_list(connection, "prices", arguments, terminal).await,
        QueryCommand::SteamPrices(arguments) => {
            whole_list(connection, "steam_prices", arguments, terminal).await
        }
        QueryCommand::Search(arguments) => search(connection, arguments, terminal).await,
        QueryCommand::Offers(arguments) => offers(connection, arguments, terminal).await,
        QueryCommand::Balance(arguments) => {
            let session = Session::start(connection, arguments).await?;
            let answer = session.ask("balance", &v1::BalanceRequest {}).await?;
            session.show(&[answer], terminal, account::balance)
        }
        QueryCommand::Currencies(arguments) => {
            let session = Session::start(connection, arguments).await?;
            let answer = session.ask("currencies", &v1::CurrenciesRequest {}).await?;
            session.show(&[answer], terminal, account::currencies)
        }
        QueryCommand::Status(arguments) => {
            let session = Session::start(connection, arguments).await?;
            let answer = session.ask("status", &v1::StatusRequest {}).await?;
            session.show(&[answer], terminal, account::status)
        }
        QueryCommand::History(arguments) => history(connection, arguments, terminal).await,
        QueryCommand::FailedWebhooks(arguments) => {
            let session = Session::start(connection, &arguments.query).await?;
            let request = |page_token, _| v1::FailedWebhooksRequest { page_token };
            let pages = session.pages("failed_webhooks", &arguments.rows, request).await?;
            session.show(&pages, terminal, |pages| account::failed_webhooks(pages, arguments.rows.most()))
        }
        QueryCommand::Lookup(arguments) => lookup(connection, arguments, terminal).await,
    }
}

async fn inventory(
    connection: &Connection,
    arguments: &InventoryArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let request = v1::InventoryRequest {
        user: Some(order::user(&arguments.user)?),
        game: order::game(Some(arguments.game)).into(),
        currency: arguments.currency.clone().unwrap_or_default(),
    };
    let session = Session::start(connection, &arguments.query).await?;
    let answer = session.ask("inventory", &request).await?;
    session.show(&[answer], terminal, |pages| items::shown(pages, arguments.rows.most()))
}

async fn whole_list(
    connection: &Connection,
    operation: &str,
    arguments: &WholeListArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let game = order::game(Some(arguments.game)).into();
    let session = Session::start(connection, &arguments.query).await?;
    let request = |page_token, page_size| v1::PricesRequest { game, page_token, page_size };
    let pages = session.pages(operation, &arguments.rows, request).await?;
    session.show(&pages, terminal, |pages| items::shown(pages, arguments.rows.most()))
}

async fn search(
    connection: &Connection,
    arguments: &SearchArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let game = order::game(Some(arguments.game)).into();
    let request = v1::SearchRequest { game, market_hash_names: arguments.name.clone() };
    let session = Session::start(connection, &arguments.query).await?;
    let answer = session.ask("search", &request).await?;
    session.show(&[answer], terminal, |pages| items::shown(pages, arguments.rows.most()))
}

async fn offers(
    connection: &Connection,
    arguments: &OffersArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let money =
        |amount: &Option<String>| amount.as_ref().map(|amount| order::money(amount, &arguments.currency));
    let request = |page_token, page_size| v1::OffersRequest {
        game: order::game(Some(arguments.game)).into(),
        offer_id: arguments.offer_id.clone().unwrap_or_default(),
        min_price: money(&arguments.min_price),
        max_price: money(&arguments.max_price),
        page_token,
        page_size,
    };
    let session = Session::start(connection, &arguments.query).await?;
    let pages = session.pages("offers", &arguments.rows, request).await?;
    session.show(&pages, terminal, |pages| items::shown(pages, arguments.rows.most()))
}

async fn history(
    connection: &Connection,
    arguments: &HistoryArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let now = clock::now();
    let (from, until) = (arguments.since.at(now), arguments.until.map_or(now, |until| until.at(now)));
    let kind = match arguments.kind {
        Record::Purchases => v1::HistoryKind::Purchases,
        Record::Deposits => v1::HistoryKind::Deposits,
        Record::Money => v1::HistoryKind::Money,
    };
    let request = |page_token, _| v1::HistoryRequest {
        kind: kind.into(),
        from: Some(timestamp(from)),
        until: Some(timestamp(until)),
        page_token,
    };
    let session = Session::start(connection, &arguments.query).await?;
    let pages = session.pages("history", &arguments.rows, request).await?;
    session.show(&pages, terminal, |pages| history::shown(pages, arguments.rows.most()))
}

async fn lookup(
    connection: &Connection,
    arguments: &LookupArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let request =
        v1::LookupRequest { references: arguments.reference.clone(), ..v1::LookupRequest::default() };
    let session = Session::start(connection, &arguments.query).await?;
    let answer = session.ask("lookup", &request).await?;
    session.show(&[answer], terminal, |answers| lookup::shown(answers, &arguments.reference))
}

/// An answer for people: lines that fit, and a remark below.
pub(crate) struct Shown {
    /// Made for a width.
    pub(crate) table: Option<crate::table::Table>,
    /// Lines with what they mean.
    pub(crate) lines: Vec<(Tone, String)>,
}

impl Shown {
    fn render(&self, palette: Palette, width: usize) -> Vec<String> {
        let table = self.table.iter().flat_map(|table| table.render(palette, width));
        let lines = self.lines.iter().map(|(tone, text)| palette.paint(*tone, &crate::view::printable(text)));
        table.chain(lines).collect()
    }
}

/// A connection, for questions to one account.
struct Session<'a> {
    client: MerchantClient,
    arguments: &'a QueryArguments,
}

impl<'a> Session<'a> {
    async fn start(connection: &Connection, arguments: &'a QueryArguments) -> Result<Self, Failure> {
        Ok(Self { client: connect(connection).await?, arguments })
    }

    async fn ask<Request: Schema, Response: Schema>(
        &self,
        operation: &str,
        request: &Request,
    ) -> Result<Response, Failure> {
        self.once(operation, request).await.map_err(explain)
    }

    async fn once<Request: Schema, Response: Schema>(
        &self,
        operation: &str,
        request: &Request,
    ) -> Result<Response, MerchantError> {
        self.client.ask(&self.arguments.account, operation, request, PATIENCE).await
    }

    /// As many pages as hold the rows that are wanted; `request` makes a question out of page token and page size.
    async fn pages<Request: Schema, Response: Schema + Page>(
        &self,
        operation: &str,
        rows: &RowArguments,
        request: impl Fn(String, u32) -> Request,
    ) -> Result<Vec<Response>, Failure> {
        let ask = async |token, size| self.once(operation, &request(token, size)).await;
        paging::collect(rows.most(), ask).await.map_err(explain)
    }

    fn show<Response: Schema>(
        &self,
        answers: &[Response],
        terminal: &mut Terminal,
        shown: impl FnOnce(&[Response]) -> Shown,
    ) -> Result<Exit, Failure> {
        if self.arguments.json {
            for answer in answers {
                let line = json::write(answer).map_err(|error| Failure::new(error.to_string()))?;
                terminal.line(&line)?;
            }
        } else {
            let width = terminal.size().0;
            terminal.lines(&shown(answers).render(terminal.palette(), width))?;
        }
        Ok(Exit::Done)
    }
}
