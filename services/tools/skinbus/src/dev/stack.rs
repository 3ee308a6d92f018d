//! Everything that runs: started in order, watched, and stopped in order.

use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitStatus;
use std::time::Duration;

use futures_util::future::select_all;
use skinbus_runtime::{clock, environment};
use tokio::net::TcpStream;

use super::accounts;
use super::child::{Running, Start};
use super::layout::{Layout, Pace, SERVICES};
use super::programs::{Programs, SIMULATOR};
use super::secrets::{self, Variables};
use crate::failure::Failure;
use crate::http;
use crate::simulator::Simulator;

/// How long everything may take to be ready.
const READY_PATIENCE: Duration = Duration::from_secs(60);
/// Nothing announces readiness, so it is asked for this often.
const READY_PAUSE: Duration = Duration::from_millis(100);
/// Longer than the services' own drain time-out.
const END_PATIENCE: Duration = Duration::from_secs(60);

/// The server's name in logs.
const NATS: &str = "nats-server";
/// What our variables start with.
const PREFIX: &str = "SKINBUS_";

/// The running system.
pub(crate) struct Stack {
    layout: Layout,
    programs: Programs,
    /// The simulator's.
    variables: Variables,
    /// In the order in which they were started.
    children: Vec<Running>,
}

impl Stack {
    /// Writes secrets and configuration; nothing runs yet.
    pub(crate) fn prepare(layout: Layout, programs: Programs) -> Result<Self, Failure> {
        let variables = secrets::make(&layout)?;
        layout.write_config()?;
        Ok(Self { layout, programs, variables, children: Vec::new() })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Starts everything and waits until it is ready.
    pub(crate) async fn bring_up(&mut self) -> Result<(), Failure> {
        let ports = self.layout.ports;
        let arguments = vec!["--config".into(), self.layout.nats_config_file().into()];
        self.start(NATS, arguments, Vec::new())?;
        self.wait_for_port(NATS, ports.nats).await?;

        let arguments = vec!["--listen".into(), format!("127.0.0.1:{}", ports.simulator).into()];
        self.start(SIMULATOR, arguments, self.variables.clone())?;
        self.wait_for_port(SIMULATOR, ports.simulator).await?;
        let simulator = Simulator::at(self.layout.simulator_url())?;
        simulator.control(&accounts::simulator_limits(self.layout.pace)).await?;

        for (service, port) in SERVICES.into_iter().zip(ports.health) {
            let arguments = vec!["--config".into(), self.layout.config_file().into()];
            // One file for all of them, so what differs is laid over it.
            let listen = OsString::from(format!("127.0.0.1:{port}"));
            self.start(service, arguments, vec![("SKINBUS_HTTP__LISTEN", listen)])?;
        }
        for (service, port) in SERVICES.into_iter().zip(ports.health) {
            self.wait_until_ready(service, port).await?;
        }
        Ok(())
    }

    fn start(
        &mut self,
        name: &'static str,
        arguments: Vec<OsString>,
        variables: Vec<(&'static str, OsString)>,
    ) -> Result<(), Failure> {
        let program = if name == NATS { self.programs.nats_server.clone() } else { self.programs.ours(name) };
        let start = Start {
            name,
            program,
            arguments,
            variables,
            hidden_variables: self.hidden_variables(),
            log: self.layout.log_file(name),
            // All in one group, whose first member is the server.
            group: self.children.first().and_then(Running::id),
        };
        self.children.push(start.run(&self.programs.own)?);
        Ok(())
    }

    /// Settings in the environment are for the services too, except where they would contradict what is generated here
    /// or are none of theirs; a demo is the same everywhere.
    fn hidden_variables(&self) -> Vec<String> {
        let generated = ["SKINBUS_NATS__", "SKINBUS_HTTP__", "SKINBUS_WEBHOOKS__"];
        let pace = self.layout.pace;
        let names = environment::pairs().into_iter().map(|(name, _)| name);
        names
            .filter(|name| name.starts_with(PREFIX))
            .filter(|name| {
                pace == Pace::Demo
                    || !name.contains("__")
                    || generated.iter().any(|part| name.starts_with(part))
            })
            .collect()
    }

    async fn wait_for_port(&mut self, name: &'static str, port: u16) -> Result<(), Failure> {
        let listens = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                tokio::time::sleep(READY_PAUSE).await;
            }
            Ok(())
        };
        self.wait(name, listens).await
    }

    async fn wait_until_ready(&mut self, service: &'static str, port: u16) -> Result<(), Failure> {
        let client = http::client()?;
        let url = format!("http://127.0.0.1:{port}/readyz");
        let deadline = clock::monotonic_now() + READY_PATIENCE;
        let ready = async {
            loop {
                let mut report = "no answer".to_owned();
                if let Ok(answer) = client.get(&url).send().await {
                    if answer.status().is_success() {
                        return Ok(());
                    }
                    report = answer.text().await.unwrap_or_default().trim().replace('\n', ", ");
                }
                if clock::monotonic_now() > deadline {
                    return Err(Failure::new(format!("starting {service}: {url} says: {report}")));
                }
                tokio::time::sleep(READY_PAUSE).await;
            }
        };
        self.wait(service, ready).await
    }

    /// Waits for something, as long as everything else runs.
    async fn wait(
        &mut self,
        name: &'static str,
        something: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let log = self.layout.log_file(name);
        tokio::select! {
            done = something => done,
            failure = self.first_death() => Err(failure),
            // A little longer than what has words of its own for being late.
            () = tokio::time::sleep(READY_PATIENCE + READY_PAUSE * 50) => {
                Err(Failure::new(format!("starting {name}: it does not listen; see {}", log.display())))
            }
        }
    }

    /// Waits until one of the programs has ended, which none should.
    pub(crate) async fn first_death(&mut self) -> Failure {
        if self.children.is_empty() {
            return std::future::pending().await;
        }
        let (index, status) = {
            let ends = self
                .children
                .iter_mut()
                .enumerate()
                .map(|(index, child)| Box::pin(async move { (index, child.ended().await) }));
            let ((index, status), _, _): ((usize, io::Result<ExitStatus>), _, _) = select_all(ends).await;
            (index, status)
        };
        let obituary = self.children.get(index).map(|child| child.obituary(&status));
        Failure::new(obituary.unwrap_or_default())
    }

    /// Stops the services, which finish what they have in hand, then the simulator, then NATS.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        let mut services = self.children.split_off(self.children.len().min(2));
        services.iter().for_each(Running::ask_to_end);
        for service in &mut services {
            service.end_within(END_PATIENCE).await?;
        }
        while let Some(mut child) = self.children.pop() {
            child.ask_to_end();
            child.end_within(END_PATIENCE).await?;
        }
        Ok(())
    }
}
