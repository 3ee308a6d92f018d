//! Buys an item for a user, takes a deposit of another, and follows both to their end. Users are credited by the other example,
//! `crediting`, which runs beside this and never stops.
//!
//! Kill it at any line and start it again with the same `--run`: it places the same orders, which buys nothing more, and goes on
//! watching where it was.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod seen;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use skinbus_client::v1::{
    Deposit, Game, OrderRequest, Purchase, SteamUser, order_request::Operation, purchase::Item,
};
use skinbus_client::{Client, Identity, InvalidMoney, Options, is_settled, money};

use crate::seen::Seen;

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// How long a verdict may take. Whoever got none places the same order again, whenever that is.
const PATIENCE: Duration = Duration::from_secs(60);
const STEAM_ID: &str = "76561198000000042";

/// Places a purchase and a deposit, and follows both to their end
#[derive(Parser)]
struct Settings {
    /// Where NATS is
    #[arg(long, default_value = "nats://127.0.0.1:4222")]
    nats: String,
    /// Whose orders
    #[arg(long, default_value = "acme")]
    merchant: String,
    /// The file with the nkey seed of your NATS user, where NATS asks for one
    #[arg(long)]
    nkey: Option<PathBuf>,
    /// The certificates of the authority that NATS is believed for; else the system's
    #[arg(long)]
    ca: Option<PathBuf>,
    /// What order ids begin with
    #[arg(long)]
    run: String,
    /// The file that keeps which versions were seen; made where there is none
    #[arg(long, default_value = "seen.txt")]
    seen: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Settings::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("place-and-watch: {}", told(problem.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// The problem with all its causes.
fn told(problem: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(problem), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

async fn run(settings: &Settings) -> Result<(), Problem> {
    let mut options = match &settings.nkey {
        Some(file) => {
            Options::secured(&settings.nats, &settings.merchant, Identity::NkeySeedFile(file.clone()))
        }
        None => Options::open(&settings.nats, &settings.merchant),
    };
    if let Some(file) = &settings.ca {
        options = options.ca_file(file);
    }
    let client = Client::connect(options).await?;
    let mut seen = Seen::open(&settings.seen)?;
    let orders = [purchase(&settings.run)?, deposit(&settings.run)?];
    for order in &orders {
        let receipt = client.place_until_known(order, PATIENCE).await?;
        println!("{} placed", receipt.order_id);
    }
    for order in &orders {
        let order_id = &order.order_id;
        let mut watch = client.watch(order_id, seen.version(order_id)).await?;
        // What was seen to its end says nothing new.
        let mut newest = client.current(order_id).await?;
        while !newest
            .as_ref()
            .is_some_and(|change| is_settled(change.to()) && change.version <= seen.version(order_id))
        {
            let change = watch.next().await?.change;
            seen.keep(order_id, change.version)?;
            println!("{order_id} version {}: {}", change.version, word(change.to().as_str_name()));
            newest = Some(change);
        }
        let end = newest.map(|change| change.to().as_str_name()).unwrap_or_default();
        println!("{order_id} ended: {}", word(end));
    }
    Ok(())
}

/// The id is yours: keep it before you ask, since it is what makes asking again safe.
fn purchase(run: &str) -> Result<OrderRequest, InvalidMoney> {
    let recipient = SteamUser { steam_id: STEAM_ID.to_owned(), trade_token: "AbCd_-12".to_owned() };
    let purchase = Purchase {
        recipient: Some(recipient),
        game: Game::Rust.into(),
        item: Some(Item::OfferId("88101".to_owned())),
        max_price: Some(money("USD", "1.50")?),
    };
    Ok(OrderRequest {
        order_id: format!("{run}-buy"),
        account: "skinify_main".to_owned(),
        operation: Some(Operation::Purchase(purchase)),
        ..OrderRequest::default()
    })
}

fn deposit(run: &str) -> Result<OrderRequest, InvalidMoney> {
    let deposit = Deposit {
        user: Some(SteamUser { steam_id: STEAM_ID.to_owned(), ..SteamUser::default() }),
        min_amount: Some(money("USD", "5.00")?),
        currency: "USD".to_owned(),
        ..Deposit::default()
    };
    Ok(OrderRequest {
        order_id: format!("{run}-page"),
        account: "skinsback_main".to_owned(),
        operation: Some(Operation::Deposit(deposit)),
        // Who is credited.
        metadata: [("user".to_owned(), format!("alice-{run}"))].into(),
        ..OrderRequest::default()
    })
}

fn word(status: &str) -> &str {
    status.trim_start_matches("TRADE_STATUS_")
}
