//! Reloads of a real process.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

use rustix::process::Signal;
use skinbus_runtime::{Config, Health, RunError, Shutdown};

use super::Service;

/// What a generation does is said by `intake.concurrency`, which nothing else reads here.
const GOOD: usize = 1;
const NEVER_READY: usize = 2;
const FAILS: usize = 3;
const HANGS_AT_ITS_END: usize = 4;
const FAILS_WHEN_TOLD: usize = 5;

pub(crate) async fn run(config: Config, shutdown: Shutdown, health: Health) -> Result<(), RunError> {
    let condition = health.condition("nats");
    match config.intake.concurrency {
        NEVER_READY => condition.down("refused"),
        FAILS => return Err(std::io::Error::other("no such user").into()),
        _ => condition.up(),
    }
    if config.intake.concurrency == HANGS_AT_ITS_END {
        // A client of its own, as that of NATS is: it must not outlive its generation.
        let address = config.webhooks.listen;
        tokio::spawn(async move {
            let _connection = tokio::net::TcpStream::connect(address).await.unwrap();
            std::future::pending::<()>().await;
        });
        std::future::pending::<()>().await;
    }
    if config.intake.concurrency == FAILS_WHEN_TOLD {
        let mut connection = tokio::net::TcpStream::connect(config.webhooks.listen).await.unwrap();
        let _closed = tokio::io::AsyncReadExt::read(&mut connection, &mut [0]).await;
        return Err(std::io::Error::other("no such stream").into());
    }
    shutdown.requested().await;
    Ok(())
}

pub(crate) fn all() {
    a_wrong_reload_changes_nothing_and_is_told();
    a_changed_secret_is_noticed_and_an_empty_one_is_refused();
    what_is_bound_needs_a_restart();
    a_generation_that_cannot_take_over_ends();
    a_generation_that_does_not_end_is_cut_off_with_all_that_it_has_spawned();
    a_failure_after_a_reload_ends_the_process();
    signals_while_something_is_under_way_end_well();
}

/// A process with a configuration that can be changed.
struct Reloading {
    directory: tempfile::TempDir,
    service: Service,
    health: String,
}

impl Reloading {
    fn start(settings: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("skinbus.toml");
        std::fs::write(&file, settings).unwrap();
        let mut service = Service::start("reloads", &[("SKINBUS_CONFIG", file.to_str().unwrap())], &[]);
        let log = service.wait_for("condition is up");
        let (_, address) = log.split_once("\"message\":\"listening\",\"address\":\"").unwrap();
        let health = address.split('"').next().unwrap().to_owned();
        Self { directory, service, health }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Replaces the configuration at once, as it should be done.
    fn write(&self, settings: &str) {
        std::fs::write(self.path("new"), settings).unwrap();
        std::fs::rename(self.path("new"), self.path("skinbus.toml")).unwrap();
    }

    /// Replaces the configuration and asks for it.
    fn reload(&self, settings: &str) {
        self.write(settings);
        self.service.send(Signal::HUP);
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.health).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn counts(&self, outcome: &str, times: u32, is_failed: bool) {
        let metrics = self.get("/metrics");
        let count = format!("skinbus_config_reloads_total{{outcome=\"{outcome}\"}} {times}\n");
        let failed = format!("skinbus_config_reload_failed {}\n", u32::from(is_failed));
        assert!(metrics.contains(&count) && metrics.contains(&failed), "{count}{failed} in {metrics}");
    }

    fn counts_nothing(&self) {
        let metrics = self.get("/metrics");
        assert!(metrics.contains("skinbus_config_reload_failed 0\n"), "{metrics}");
        assert!(!metrics.contains("skinbus_config_reloads_total"), "{metrics}");
    }

    fn is_ready(&self) {
        let answer = self.get("/readyz");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// It was there all the time, and ends as it should.
    fn ends_well(self) -> String {
        self.is_ready();
        self.service.signal();
        let (code, log) = self.service.end();
        assert_eq!(code, Some(0), "{log}");
        log
    }
}

fn doing(what: usize) -> String {
    format!("[intake]\nconcurrency = {what}\n")
}

fn a_wrong_reload_changes_nothing_and_is_told() {
    let mut reloading = Reloading::start("[nats]\nreplicas = 3\n");
    reloading.counts_nothing();
    reloading.reload("[nats]\nreplicas = 2\ntopology = \"hunter2\"\n");
    let log = reloading.service.wait_for("going on with the configuration as it was");
    for setting in ["nats.replicas", "nats.topology"] {
        assert_eq!(log.matches(&format!("\"setting\":\"{setting}\"")).count(), 1, "{log}");
    }
    assert!(log.contains("must be 1, 3 or 5") && !log.contains("hunter2"), "{log}");
    reloading.counts("refused", 1, true);
    reloading.is_ready();

    reloading.reload("[nats]\nreplicas = 5\n");
    reloading.service.wait_for("\"drained\"");
    reloading.counts("applied", 1, false);
    // Asked again where nothing has changed.
    reloading.service.send(Signal::HUP);
    reloading.service.wait_for("\"drained\"");
    reloading.counts("applied", 2, false);
    reloading.ends_well();
}

fn a_changed_secret_is_noticed_and_an_empty_one_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "hunter1").unwrap();
    let settings = format!(
        "[reload]\nevery = \"20ms\"\n[accounts.main]\nprovider = \"skinify\"\nmerchant = \"acme\"\ntoken_file = {token:?}\n"
    );
    let mut reloading = Reloading::start(&settings);
    std::fs::write(&token, "").unwrap();
    let log = reloading.service.wait_for("going on with the configuration as it was");
    assert!(log.contains("accounts.main.token_file") && log.contains("the secret file is empty"), "{log}");
    std::fs::write(&token, "hunter2").unwrap();
    let mut log = reloading.service.wait_for("\"drained\"");
    // A file that nobody named so far.
    let other = directory.path().join("other");
    reloading.write(&settings.replace(&format!("{token:?}"), &format!("{other:?}")));
    log += &reloading.service.wait_for("going on with the configuration as it was");
    std::fs::write(&other, "hunter3").unwrap();
    log += &reloading.service.wait_for("\"drained\"");
    reloading.counts("refused", 2, false);
    log += &reloading.ends_well();
    assert!(!log.contains("hunter"), "{log}");
}

fn what_is_bound_needs_a_restart() {
    // The variable of these tests would win over the file.
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("skinbus.toml");
    let listening = |port: &str| format!("[http]\nlisten = \"127.0.0.1:{port}\"\n");
    std::fs::write(&file, listening("0")).unwrap();
    let mut service = Service::start_without_address("reloads", &file);
    service.wait_for("condition is up");
    std::fs::write(&file, listening("1")).unwrap();
    service.send(Signal::HUP);
    let log = service.wait_for("going on with the configuration as it was");
    assert!(log.contains("\"setting\":\"http.listen\"") && log.contains("needs a restart"), "{log}");
    service.signal();
    assert_eq!(service.end().0, Some(0));
}

fn a_generation_that_cannot_take_over_ends() {
    let mut reloading = Reloading::start(&doing(GOOD));
    reloading.reload(&doing(FAILS));
    let log = reloading.service.wait_for("\"drained\"");
    assert!(log.contains("it failed: no such user"), "{log}");
    reloading.counts("refused", 1, true);

    reloading.reload(&format!("{}[reload]\nready_timeout = \"50ms\"\n", doing(NEVER_READY)));
    let log = reloading.service.wait_for("\"drained\"");
    assert!(log.contains("not ready within reload.ready_timeout: nats: down: refused"), "{log}");
    reloading.counts("refused", 2, true);
    reloading.is_ready();
    reloading.reload(&doing(GOOD));
    reloading.service.wait_for("\"drained\"");
    reloading.counts("applied", 1, false);
    reloading.ends_well();
}

fn a_generation_that_does_not_end_is_cut_off_with_all_that_it_has_spawned() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let short = format!("[shutdown]\ndrain_timeout = \"50ms\"\n[webhooks]\nlisten = \"{address}\"\n");
    let mut reloading = Reloading::start(&format!("{}{short}", doing(HANGS_AT_ITS_END)));
    let (mut connection, _) = listener.accept().unwrap();
    reloading.reload(&doing(GOOD));
    reloading.service.wait_for("cut off");
    assert_eq!(connection.read(&mut [0]).unwrap(), 0, "its connection is closed");
    reloading.counts("applied", 1, false);
    reloading.ends_well();
}

fn a_failure_after_a_reload_ends_the_process() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut reloading = Reloading::start(&doing(GOOD));
    reloading.reload(&format!("{}[webhooks]\nlisten = \"{address}\"\n", doing(FAILS_WHEN_TOLD)));
    let (told, _) = listener.accept().unwrap();
    reloading.service.wait_for("reloaded");
    drop(told);
    let (code, log) = reloading.service.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("ended: failed") && log.contains("no such stream"), "{log}");
}

fn signals_while_something_is_under_way_end_well() {
    // SIGTERM while a generation is not ready yet.
    let mut reloading = Reloading::start(&doing(GOOD));
    reloading.reload(&doing(NEVER_READY));
    reloading.service.wait_for("beside what runs");
    reloading.service.send(Signal::HUP);
    reloading.ends_well();

    // SIGTERM while one still drains, and SIGHUP while all do: that is no second signal to end.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hanging = format!("{}[webhooks]\nlisten = \"{address}\"\n", doing(HANGS_AT_ITS_END));
    let mut reloading = Reloading::start(&hanging);
    reloading.reload(&format!("{}[shutdown]\ndrain_timeout = \"300ms\"\n", doing(GOOD)));
    reloading.service.wait_for("reloaded");
    reloading.service.send(Signal::HUP);
    reloading.service.signal();
    reloading.service.wait_for("\"draining\"");
    reloading.service.send(Signal::HUP);
    let (code, log) = reloading.service.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("shutdown.drain_timeout") && !log.contains("second signal"), "{log}");
}
