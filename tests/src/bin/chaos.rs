//! The long form of the chaos test: `CHAOS_SEED`, `CHAOS_ORDERS` and `CHAOS_SECONDS` repeat or change it.
#![expect(clippy::print_stdout, reason = "it prints what it found")]

use std::process::ExitCode;

use skinbus_tests::chaos::{Settings, run};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::long();
    println!(
        "CHAOS_SEED={} CHAOS_ORDERS={} CHAOS_SECONDS={}",
        settings.seed,
        settings.orders,
        settings.chaos.as_secs()
    );
    let outcome = run(settings).await;
    println!("{}", outcome.report);
    for finding in &outcome.findings {
        println!("{finding}");
    }
    match outcome.evidence {
        None => ExitCode::SUCCESS,
        Some(evidence) => {
            println!("{} findings; the evidence is in {}", outcome.findings.len(), evidence.display());
            ExitCode::FAILURE
        }
    }
}
