//! `skinbus doctor`: looks at everything that can be looked at from here, and says what to do.

mod check;
mod configuration;
mod disks;
mod nats;
mod providers;
mod services;

use skinbus_bus::merchant::MerchantClient;
use skinbus_domain::ids::AccountId;

use self::check::Check;
use self::configuration::Known;
use crate::cli::{Connection, DoctorArguments};
use crate::connect::connect;
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, Tone};

pub(crate) async fn run(
    connection: &Connection,
    arguments: &DoctorArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let (mut checks, known) = configuration::read(arguments.config.as_ref());
    match connect(connection).await {
        Ok(client) => checks.extend(look(&client, known.as_ref()).await),
        Err(Failure::Problem(problem) | Failure::Usage(problem)) => {
            checks.push(Check::wrong(
                "nats.server",
                problem,
                "nothing else can be seen before that is right",
            ));
        }
        Err(failure @ Failure::Output(_)) => return Err(failure),
    }
    checks.extend(disks::look(&arguments.nats_monitor).await);
    tell(&checks, arguments.json, terminal)?;
    Ok(if check::is_any_wrong(&checks) { Exit::Failed } else { Exit::Done })
}

async fn look(client: &MerchantClient, known: Option<&Known>) -> Vec<Check> {
    let accounts: Vec<AccountId> =
        known.map(|known| known.accounts.keys().cloned().collect()).unwrap_or_default();
    let mut checks = nats::look(client.bus(), known.map(|known| &known.config)).await;
    match client.bus().answering().await {
        Ok(answering) => checks.extend(services::judged(&answering, &accounts)),
        Err(error) => {
            let found = skinbus_bus::chain(&error);
            checks.push(Check::unseen("services", found, "ask as the user operator"));
        }
    }
    checks.push(services::ingress());
    checks.extend(providers::look(client, &accounts).await);
    checks.push(Check::unseen(
        "providers.clock",
        "no provider's clock is asked for",
        "right to within a minute is enough: it is only compared with webhooks about what has ended",
    ));
    checks
}

fn tell(checks: &[Check], as_json: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    let counts = check::counts(checks);
    if as_json {
        checks.iter().try_for_each(|check| terminal.line(&check.json()))?;
        let counts: serde_json::Map<_, _> =
            counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
        terminal.line(&serde_json::Value::from(counts).to_string())?;
        return Ok(());
    }
    terminal.lines(&check::lines(checks, terminal.palette()))?;
    let counts: Vec<String> = counts.into_iter().map(|(name, count)| format!("{count} {name}")).collect();
    terminal.toned(Tone::Quiet, &counts.join(", "))?;
    Ok(())
}
