//! Real service processes.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::wait;

/// One process of a service. Killed when dropped.
pub struct Process {
    /// The binary's name.
    pub name: String,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// Ends when the process has closed its stderr.
    reader: Option<std::thread::JoinHandle<()>>,
}

/// Where the workspace's binaries are: beside the test's own.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let directory = own.parent().unwrap();
    let directory = if directory.ends_with("deps") { directory.parent().unwrap() } else { directory };
    let path = directory.join(name);
    assert!(path.is_file(), "{} is not built: run `cargo build --workspace --bins` first", path.display());
    path
}

impl Process {
    /// Starts a service with a configuration file and, where given, a named crash point.
    #[must_use]
    pub fn start(name: &str, config: &Path, crash_at: Option<&str>) -> Self {
        let crash_at = crash_at.map(|point| ("SKINBUS_CRASH_AT", point));
        Self::start_with(name, config, crash_at.as_slice())
    }

    /// Starts a service with a configuration file and variables of its environment.
    #[must_use]
    pub fn start_with(name: &str, config: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start_program(&binary(name), name, config, variables)
    }

    /// The same of a program that is somewhere else.
    #[must_use]
    pub fn start_program(program: &Path, name: &str, config: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        command.arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("RUST_LOG", "info");
        // Every replica and every kind of service has its own health port.
        command.env("SKINBUS_HTTP__LISTEN", "127.0.0.1:0");
        command.envs(variables.iter().copied());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("starting {name}: {error}"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, stderr) = (Arc::clone(&log), child.stderr.take().unwrap());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        });
        Self { name: name.to_owned(), child, log, reader: Some(reader) }
    }

    /// Every line that it wrote to stderr.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Every line that it ever wrote; only for a process that has ended.
    pub async fn whole_log(&mut self) -> Vec<String> {
        self.ended().await;
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.log()
    }

    /// The address in the log line `listening` with this text in it.
    pub async fn address(&self, of: &str) -> String {
        wait::until("a service to listen", || async {
            let log = self.log();
            let line = log.iter().find(|line| line.contains("\"listening\"") && line.contains(of));
            line.and_then(|line| {
                let value: serde_json::Value = serde_json::from_str(line).ok()?;
                Some(value.get("address")?.as_str()?.to_owned())
            })
        })
        .await
    }

    /// Waits until `/readyz` says yes.
    pub async fn ready(&mut self) {
        let address = self.address("health").await;
        let client = crate::http();
        let url = format!("http://{address}/readyz");
        let name = self.name.clone();
        wait::until(&format!("{name} to be ready; its log: {:#?}", self.log()), || async {
            client.get(&url).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let name = self.name.clone();
        let child = Mutex::new(&mut self.child);
        wait::until(&format!("{name} to end"), || async { child.lock().unwrap().try_wait().unwrap() }).await
    }

    /// Waits for a crash point to be reached.
    ///
    /// # Panics
    ///
    /// Where the process ends in another way.
    pub async fn crashed(&mut self) {
        let status = self.ended().await;
        assert_eq!(status.signal(), Some(9), "{} ended by itself: {:#?}", self.name, self.log());
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// SIGHUP: it reloads.
    pub fn hang_up(&self) {
        self.signal("-HUP");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits until it has begun and ended so many reloads, and gives how many were refused.
    pub async fn reloaded(&self, times: u64) -> u64 {
        wait::until(&format!("{} to have reloaded {times} times", self.name), || async {
            let (_, metrics) = self.page("/metrics").await;
            let count = |outcome: &str| {
                let name = format!("skinbus_config_reloads_total{{outcome=\"{outcome}\"}} ");
                metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse::<u64>().ok()).unwrap_or(0)
            };
            let refused = count("refused");
            (count("applied") + refused >= times).then_some(refused)
        })
        .await
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        if self.is_running() {
            self.child.kill().unwrap();
        }
        self.child.wait().unwrap();
    }

    /// Resident memory in bytes.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        resident_bytes(self.child.id())
    }

    /// Processor time that it has used so far, its own and the system's for it.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name before may hold anything, spaces too. Linux counts in hundredths of a second here, on every machine.
        let (_, after_name) = stat.rsplit_once(") ").unwrap();
        let hundredths = after_name.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
        Duration::from_millis(hundredths.sum::<u64>() * 10)
    }
}

/// Resident memory of a process in bytes.
pub(crate) fn resident_bytes(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for line in self.log() {
                eprintln!("{}: {line}", self.name);
            }
        }
        self.kill();
    }
}
