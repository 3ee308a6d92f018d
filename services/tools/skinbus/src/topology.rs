//! `skinbus topology`: the streams and consumers of NATS, made or looked at.

use skinbus_bus::topology::{Topology, TopologySettings, UNFOLLOWED};
use skinbus_runtime::config::NatsConfig;
use skinbus_runtime::environment;

use crate::cli::{ApplyArguments, TopologyArguments, TopologyCommand};
use crate::configured;
use crate::connect::connect_with;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Where the administrator's answers come.
const INBOX: &str = "_INBOX_admin";

pub(crate) async fn run(command: &TopologyCommand, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (TopologyCommand::Apply(ApplyArguments { topology: arguments, .. })
    | TopologyCommand::Check(arguments)) = command;
    let TopologyArguments { config } = arguments;
    // With the variables, as the services: they name the server, and the administrator's key.
    let config = configured::config(config.as_ref(), environment::pairs())?;
    let topology = Topology::new(&TopologySettings::of(&config));
    let restored_at = config.ledger.restored_at;
    let inbox_prefix = config.nats.inbox_prefix.clone().or_else(|| Some(INBOX.to_owned()));
    let client = connect_with(&NatsConfig { inbox_prefix, ..config.nats }).await?;
    let (streams, consumers) = (topology.streams.len(), topology.consumers.len());
    let as_must_be = format!("{streams} streams and {consumers} consumers are as they must be");
    match command {
        TopologyCommand::Apply(ApplyArguments { follow_again, .. }) => {
            let is_told = *follow_again || restored_at.is_some();
            if !is_told && client.bus().is_unfollowed().await {
                return Err(Failure::new(format!("applying the topology: {UNFOLLOWED}")));
            }
            let changes = client.bus().apply_topology(&topology).await.map_err(|error| {
                Failure::new(format!(
                    "applying the topology: {}; doing it again is safe",
                    skinbus_bus::chain(&error)
                ))
            })?;
            for change in changes {
                let done = if change.is_new { "created" } else { "updated" };
                terminal.line(&format!("{done} the {} {}", change.what, change.name))?;
            }
        }
        TopologyCommand::Check(_) => {
            let problems = client.bus().check_topology(&topology).await;
            for problem in &problems {
                terminal.line(&skinbus_bus::chain(problem))?;
            }
            if !problems.is_empty() {
                return Ok(Exit::Findings);
            }
        }
    }
    terminal.line(&as_must_be)?;
    Ok(Exit::Done)
}
