//! Follows a merchant's orders and credits its users; see `docs/crediting.md`.
//!
//! Whatever goes wrong ends the program, and starting it again is always safe. Several copies may share one database.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::{self, AckKind};
use clap::Parser;
use crediting_example::Problem;
use crediting_example::booking::{self, CreditKey};
use crediting_example::database::Database;
use futures_util::StreamExt;
use skinbus_proto::{Message, v1};

/// A message that was delivered and not acknowledged in this time comes again: much longer than a transaction takes, and
/// short enough for users to wait for after a crash.
const ACK_WAIT: Duration = Duration::from_secs(5);
/// How often `--once` looks whether another copy has done the rest.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Credits users from the stream of status changes, exactly once
#[derive(Parser)]
struct Settings {
    /// Where NATS is
    #[arg(long, env = "CREDITING_URL", default_value = "nats://127.0.0.1:4222")]
    url: String,
    /// The .creds file of your NATS user, where NATS asks for one
    #[arg(long, env = "CREDITING_CREDENTIALS")]
    credentials: Option<PathBuf>,
    /// Whose orders
    #[arg(long, env = "CREDITING_MERCHANT", default_value = "acme")]
    merchant: String,
    /// The database's file; made where there is none
    #[arg(long, env = "CREDITING_DATABASE", default_value = "crediting.db")]
    database: PathBuf,
    /// End when nothing is left to do, and print all balances
    #[arg(long)]
    once: bool,
    /// Read the whole stream again: needed after the database was restored from a backup, harmless at any time
    #[arg(long)]
    replay: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Settings::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("crediting: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: &Settings) -> Result<(), Problem> {
    let file = settings.database.display();
    let mut database = Database::open(&settings.database).map_err(|error| format!("{file}: {error}"))?;
    let mut consumer = consumer(settings, database.consumer(&settings.merchant)?).await?;
    let mut messages = consumer.messages().await?;
    while !(settings.once && is_all_done(&mut consumer).await?) {
        match tokio::time::timeout(LOOK_AGAIN, messages.next()).await {
            Ok(Some(message)) => handle(&mut database, &message?).await?,
            Ok(None) => return Err("the connection was closed".into()),
            Err(_nothing_came) => {}
        }
    }
    for balance in database.balances()? {
        println!("balance of {}: {} {}", balance.user, balance.amount, balance.currency);
    }
    Ok(())
}

/// The durable consumer, with which the server remembers what was acknowledged. Made where there is none.
async fn consumer(settings: &Settings, name: String) -> Result<PullConsumer, Problem> {
    let options = match &settings.credentials {
        Some(file) => ConnectOptions::with_credentials_file(file).await?,
        None => ConnectOptions::new(),
    };
    let connected = options.connect(&settings.url).await;
    let client = connected.map_err(|error| format!("connecting to NATS: {error}"))?;
    let stream = jetstream::new(client).get_stream_no_info("TRADES").await?;
    if settings.replay && stream.consumer_info(&name).await.is_ok() {
        stream.delete_consumer(&name).await?;
    }
    let config = pull::Config {
        durable_name: Some(name.clone()),
        filter_subject: format!("skinbus.v1.status.{}.>", settings.merchant),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: 100,
        ..pull::Config::default()
    };
    Ok(stream.get_or_create_consumer(&name, config).await?)
}

/// Decode, decide and commit, and only then acknowledge. A crash before the commit changed nothing, and one after it makes
/// the message come again, when its version is not new any more.
async fn handle(database: &mut Database, message: &jetstream::Message) -> Result<(), Problem> {
    let change = v1::TradeStatusChanged::decode(message.payload.clone())?;
    for (CreditKey { account, order_id, key }, step) in database.apply(&booking::read(&change)?)? {
        println!("{step} ({account} {order_id} {key})");
    }
    // Waits for the server's answer, so that `--once` does not wait for what is already done.
    message.double_ack_with(AckKind::Ack).await
}

/// Whether every message of the stream is acknowledged, by this copy or another.
async fn is_all_done(consumer: &mut PullConsumer) -> Result<bool, Problem> {
    let info = consumer.info().await?;
    Ok(info.num_pending == 0 && info.num_ack_pending == 0)
}
