//! One program that we started.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::cli::ChildArguments;
use crate::failure::Failure;

/// How much of a log's end is read to show its last lines.
const TAIL_BYTES: u64 = 16 * 1024;
const TAIL_LINES: usize = 15;

/// What to start.
pub(crate) struct Start {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// Variables of ours that it is not to see.
    pub(crate) hidden_variables: Vec<String>,
    pub(crate) log: PathBuf,
    /// The process group to join; a new one without it.
    pub(crate) group: Option<i32>,
}

/// A running program. Dropping it kills it.
pub(crate) struct Running {
    pub(crate) name: &'static str,
    process: Child,
    log: PathBuf,
}

impl Start {
    /// Starts it through `own`, this program: see [`become_child`].
    pub(crate) fn run(self, own: &Path) -> Result<Running, Failure> {
        let failed = |error: io::Error| Failure::new(format!("starting {}: {error}", self.name));
        let log = File::create(&self.log).map_err(failed)?;
        let mut command = Command::new(own);
        command.arg("run-child").arg("--").arg(&self.program).args(&self.arguments);
        for name in &self.hidden_variables {
            command.env_remove(name);
        }
        command
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log)
            // Ctrl-C goes to the terminal's group. These are not in it, because they are to end in order.
            .process_group(self.group.unwrap_or(0))
            .kill_on_drop(true);
        let process = command.spawn().map_err(failed)?;
        Ok(Running { name: self.name, process, log: self.log })
    }
}

impl Running {
    /// Its process id, as long as it runs.
    pub(crate) fn id(&self) -> Option<i32> {
        self.process.id().and_then(|id| i32::try_from(id).ok())
    }

    /// Waits until it has ended. Safe to drop and call again.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.process.wait().await
    }

    /// Asks it to end.
    pub(crate) fn ask_to_end(&self) {
        if let Some(pid) = self.id().and_then(Pid::from_raw) {
            // It may have ended this moment, which is as good.
            let _ended_already = kill_process(pid, Signal::TERM);
        }
    }

    /// Waits until it has ended; kills it where it takes too long.
    pub(crate) async fn end_within(&mut self, patience: Duration) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::new(format!("stopping: {error}"));
        match tokio::time::timeout(patience, self.process.wait()).await {
            Ok(ended) => ended.map(|_| ()).map_err(failed),
            Err(_) => self.process.kill().await.map_err(failed),
        }
    }

    /// How it ended, in words, with the last lines of its log.
    pub(crate) fn obituary(&self, status: &io::Result<ExitStatus>) -> String {
        let how = match status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let tail = tail(&self.log).unwrap_or_default();
        format!("{} has ended ({how}). The end of {}:\n{tail}", self.name, self.log.display())
    }
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = fs::metadata(path)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(TAIL_LINES);
    Ok(lines.iter().skip(skipped).map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))
}

/// Replaces this process by another program, which is then told to end when the process that started it does, however
/// that came about: nothing is left behind. Returns only where that failed.
pub(crate) fn become_child(arguments: &ChildArguments) -> Failure {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::TERM)) {
        return Failure::new(format!("starting {}: {error}", arguments.program.display()));
    }
    let error = std::process::Command::new(&arguments.program).args(&arguments.arguments).exec();
    Failure::new(format!("starting {}: {error}", arguments.program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        let lines: Vec<String> = (0..5_000).map(|number| format!("line {number}")).collect();
        fs::write(&path, lines.join("\n")).unwrap();
        let tail = tail(&path).unwrap();
        assert_eq!(tail.lines().count(), TAIL_LINES);
        assert!(tail.ends_with("  line 4999"), "{tail}");
    }
}
