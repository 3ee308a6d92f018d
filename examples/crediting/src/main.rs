//! Follows a merchant's orders and credits its users; see `docs/crediting.md`.
//!
//! Whatever goes wrong ends the program, and starting it again is always safe. Several copies may share one database.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use crediting_example::Problem;
use crediting_example::database::Database;
use skinbus_client::credits::{CreditKey, Rules};
use skinbus_client::{Client, Durable, Identity, Options};

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
            eprintln!("crediting: {}", told(problem.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// The problem with all its causes.
fn told(problem: &dyn std::error::Error) -> String {
    std::iter::successors(Some(problem), |cause| cause.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

async fn run(settings: &Settings) -> Result<(), Problem> {
    let file = settings.database.display();
    let mut database = Database::open(&settings.database).map_err(|error| format!("{file}: {error}"))?;
    let durable = match &settings.consumer {
        Some(name) => Durable::Given(name.clone()),
        None => Durable::Own(database.consumer(&settings.merchant)?),
    };
    let client = Client::connect(options(settings)).await?;
    if settings.replay {
        client.replay(&durable).await?;
    }
    let mut credits = client.credits(&durable, Rules::default()).await?;
    while !(settings.once && credits.is_done().await?) {
        let Ok(applied) = tokio::time::timeout(LOOK_AGAIN, credits.apply_next(&mut database)).await else {
            continue; // Nothing came.
        };
        for (CreditKey { account, order_id, key }, step) in applied?.steps {
            println!("{step} ({account} {order_id} {key})");
        }
    }
    for balance in database.balances()? {
        println!("balance of {}: {} {}", balance.user, balance.amount, balance.currency);
    }
    Ok(())
}

fn options(settings: &Settings) -> Options {
    let credentials = settings.credentials.clone().map(Identity::CredentialsFile);
    let nkey = settings.nkey.clone().map(Identity::NkeySeedFile);
    let options = match credentials.or(nkey) {
        Some(identity) => Options::secured(&settings.url, &settings.merchant, identity),
        None => Options::open(&settings.url, &settings.merchant),
    };
    let options = options.jetstream_prefix(&settings.jetstream);
    match &settings.ca {
        Some(file) => options.ca_file(file),
        None => options,
    }
}
