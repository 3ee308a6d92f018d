//! The program: serves the simulated providers until it is told to stop.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{Options, run, shadowpay, skinify, skinout, skinsback, skinslink};

/// HTTP simulator of the providers.
#[derive(Parser)]
#[command(name = "provider-sim", version)]
// The providers' types have this name too, which clap would take as the id of a group and find twice.
#[group(skip)]
struct Arguments {
    /// Where to listen; port 0 takes any free port, which is then logged.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    #[command(flatten)]
    shadowpay: shadowpay::Arguments,
    #[command(flatten)]
    skinify: skinify::Arguments,
    #[command(flatten)]
    skinout: skinout::Arguments,
    #[command(flatten)]
    skinsback: skinsback::Arguments,
    #[command(flatten)]
    skinslink: skinslink::Arguments,
}

impl Arguments {
    /// Every project whose credentials are given; adding a provider is one more line here.
    fn options(self) -> Options {
        let mut options = Options::listening_on(self.listen);
        options.projects.extend(self.shadowpay.project());
        options.projects.extend(self.skinify.project());
        options.projects.extend(self.skinout.project());
        options.projects.extend(self.skinsback.project());
        options.projects.extend(self.skinslink.project());
        options
    }
}

/// The process, from its arguments to its exit code.
#[tokio::main]
pub async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();
    let options = Arguments::parse().options();
    if options.projects.is_empty() {
        tracing::error!("no provider: give the credentials of at least one, such as SKINIFY_TOKEN");
        return ExitCode::FAILURE;
    }
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "provider simulator stopped");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Listening for the signal starts before the port opens, so that an early SIGTERM is not lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        stop.cancel();
    });
    run(options, shutdown).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_arguments_of_all_providers_fit_together() {
        Arguments::command().debug_assert();
    }
}
