//! Follows a merchant's orders and credits its users; see `docs/crediting.md`.
//!
//! Whatever goes wrong ends the program, and starting it again is always safe. Several copies may share one database.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::{self, AckKind};
use async_nats::{Client, ConnectOptions};
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
    /// The file with the nkey seed of your NATS user, where NATS asks for one
    #[arg(long, env = "CREDITING_NKEY", conflicts_with = "credentials")]
    nkey: Option<PathBuf>,
    /// The certificates of the authority that NATS is believed for; else the system's
    #[arg(long, env = "CREDITING_CA")]
    ca: Option<PathBuf>,
    /// What calls of the JetStream API begin with: skinbus.js where your NATS user has an account of its own
    #[arg(long, env = "CREDITING_JETSTREAM", default_value = "$JS.API")]
    jetstream: String,
    /// A durable consumer that is there already: merchant-<merchant> where you may make none. All copies share it
    #[arg(long, env = "CREDITING_CONSUMER")]
    consumer: Option<String>,
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

/// The durable consumer, with which the server remembers what was acknowledged. Made where there is none and it may be.
async fn consumer(settings: &Settings, made: String) -> Result<PullConsumer, Problem> {
    let client = connected(settings).await?;
    let context = jetstream::with_prefix(client.clone(), &settings.jetstream);
    let stream = context.get_stream_no_info("TRADES").await?;
    if let Some(given) = &settings.consumer {
        if settings.replay {
            let subject = format!("{}.CONSUMER.RESET.TRADES.{given}", settings.jetstream);
            let answer = client.request(subject, r#"{"seq": 1}"#.into()).await?;
            if String::from_utf8_lossy(&answer.payload).contains("\"error\"") {
                return Err(format!("{given} cannot be set back to the beginning").into());
            }
        }
        return stream.get_consumer(given).await;
    }
    if settings.replay && stream.consumer_info(&made).await.is_ok() {
        stream.delete_consumer(&made).await?;
    }
    let config = pull::Config {
        durable_name: Some(made.clone()),
        filter_subject: format!("skinbus.v1.status.{}.>", settings.merchant),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_ack_pending: 100,
        ..pull::Config::default()
    };
    Ok(stream.get_or_create_consumer(&made, config).await?)
}

async fn connected(settings: &Settings) -> Result<Client, Problem> {
    let mut options = match (&settings.credentials, &settings.nkey) {
        (Some(file), _) => ConnectOptions::with_credentials_file(file).await?,
        (None, Some(file)) => ConnectOptions::with_nkey(std::fs::read_to_string(file)?.trim().to_owned()),
        (None, None) => ConnectOptions::new(),
    };
    if let Some(file) = &settings.ca {
        options = options.add_root_certificates(file.clone()).require_tls(true);
    }
    let connected = options.connect(&settings.url).await;
    connected.map_err(|error| format!("connecting to NATS: {error}").into())
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
