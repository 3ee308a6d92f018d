//! The programs that are run: ours lie beside this one, nats-server is found or named.

use std::path::{Path, PathBuf};

use skinbus_runtime::environment;

use super::layout::SERVICES;
use crate::failure::Failure;

/// The simulator's program.
pub(crate) const SIMULATOR: &str = "provider-sim";
/// The oldest server that Skinbus runs on.
const NATS_MIN: (u16, u16) = (2, 12);
const HOW_TO_GET_IT: &str =
    "`make up` and `make demo` get one; else install it, or name it with --nats-server";

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    /// This program, which starts the others.
    pub(crate) own: PathBuf,
    pub(crate) nats_server: PathBuf,
    dir: PathBuf,
}

impl Programs {
    /// Finds all of them, before anything is started.
    pub(crate) async fn find(nats_server: Option<&Path>) -> Result<Self, Failure> {
        let own = std::env::current_exe()
            .map_err(|error| Failure::new(format!("looking for the programs: {error}")))?;
        let dir = own.parent().map(Path::to_path_buf).unwrap_or_default();
        let missing: Vec<&str> =
            SERVICES.into_iter().chain([SIMULATOR]).filter(|name| !dir.join(name).is_file()).collect();
        if !missing.is_empty() {
            return Err(Failure::new(format!(
                "{} not beside {}: build all programs with `cargo build --workspace --bins`",
                missing.join(", "),
                own.display()
            )));
        }
        let nats_server = match nats_server {
            Some(path) => path.to_path_buf(),
            None => on_path("nats-server")
                .ok_or_else(|| Failure::new(format!("nats-server is not on PATH: {HOW_TO_GET_IT}")))?,
        };
        check_version(&nats_server).await?;
        Ok(Self { own, nats_server, dir })
    }

    /// The program of a service or of the simulator.
    pub(crate) fn ours(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let variables = environment::pairs();
    let path = environment::find(&variables, "PATH")?;
    std::env::split_paths(path).map(|dir| dir.join(program)).find(|candidate| candidate.is_file())
}

async fn check_version(nats_server: &Path) -> Result<(), Failure> {
    let shown = nats_server.display();
    let output = tokio::process::Command::new(nats_server)
        .arg("--version")
        .output()
        .await
        .map_err(|error| Failure::new(format!("running {shown}: {error}; {HOW_TO_GET_IT}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match version(&text) {
        Some(version) if version >= NATS_MIN => Ok(()),
        Some((major, minor)) => {
            let (min_major, min_minor) = NATS_MIN;
            Err(Failure::new(format!(
                "{shown} is version {major}.{minor}, and {min_major}.{min_minor} or newer is needed: {HOW_TO_GET_IT}"
            )))
        }
        None => Err(Failure::new(format!("{shown} is no nats-server: {HOW_TO_GET_IT}"))),
    }
}

/// Out of `nats-server: v2.15.1`.
fn version(text: &str) -> Option<(u16, u16)> {
    let (_, version) = text.trim().split_once("nats-server: v")?;
    let mut parts = version.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        assert_eq!(version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(version("nats-server: v2.12.0-RC.1"), Some((2, 12)));
        assert_eq!(version("bash 5.2"), None);
    }
}
