//! Services as real processes: exit codes, signals, drain.
//!
//! This test has no harness: started with `RUNTIME_TESTS_SERVICE` it is itself the service under test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};
use skinbus_runtime::telemetry::spans::Span;
use skinbus_runtime::{Config, ConfigErrors, Health, RunError, SecretReader, Shutdown, crash, service};

#[path = "process/reload.rs"]
mod reload;

const ROLE: &str = "RUNTIME_TESTS_SERVICE";

#[expect(clippy::disallowed_methods, reason = "a process of this test learns its role here")]
fn main() -> ExitCode {
    if let Ok(role) = std::env::var(ROLE) {
        return service::main("test-service", prepare, move |config, (), shutdown, health| {
            let role = role.clone();
            async move {
                match role.as_str() {
                    "reloads" => reload::run(config, shutdown, health).await,
                    _ => run(role, shutdown, health).await,
                }
            }
        });
    }
    // Test runners ask what there is before they run it.
    if std::env::args().any(|argument| argument == "--list") {
        let all = !std::env::args().any(|argument| argument == "--ignored");
        return if all { list() } else { ExitCode::SUCCESS };
    }
    version_and_help_are_no_errors();
    wrong_arguments_end_with_64();
    a_wrong_configuration_ends_with_78_before_a_port_opens();
    a_missing_secret_ends_with_78();
    a_service_drains_when_asked();
    a_service_that_hangs_is_cut_off();
    a_stuck_service_can_still_be_ended();
    a_second_signal_ends_at_once();
    an_error_ends_with_1_and_is_logged_with_its_causes();
    a_panic_is_logged_without_its_values();
    reload::all();
    spans_arrive_at_the_collector();
    what_is_not_sampled_goes_nowhere();
    if cfg!(debug_assertions) {
        a_crash_point_kills_the_process();
    }
    ExitCode::SUCCESS
}

fn list() -> ExitCode {
    match writeln!(std::io::stdout(), "services_as_processes: test") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn prepare(config: &Config, secrets: &mut SecretReader) -> Result<(), ConfigErrors> {
    for (name, account) in &config.accounts {
        secrets.required(name, account, SecretField::Token);
    }
    secrets.finish()
}

async fn run(role: String, shutdown: Shutdown, health: Health) -> Result<(), RunError> {
    health.condition("nats").up();
    crash::crash_point("tests.started");
    match role.as_str() {
        "fails" => return Err(std::io::Error::other("connection refused").into()),
        "panics" => panic!("{}", "hunter2".to_owned()),
        "traces" => drop(Span::inside("place skinify_main")),
        "hangs" => std::future::pending::<()>().await,
        // Every worker is stuck; the frame must not be.
        "stuck" => (0..64).for_each(|_| {
            tokio::spawn(async { std::thread::park_timeout(Duration::from_secs(60)) });
        }),
        _ => {}
    }
    if role == "stuck" {
        std::thread::park_timeout(Duration::from_secs(60));
    }
    shutdown.requested().await;
    Ok(())
}

struct Service {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(role: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(arguments).env(ROLE, role).env("SKINBUS_HTTP__LISTEN", "127.0.0.1:0");
        Self::spawn(command.env("RUST_LOG", "info").envs(variables.iter().copied()))
    }

    /// One whose file says where it listens.
    fn start_without_address(role: &str, config: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--config".as_ref(), config]).env(ROLE, role).env("RUST_LOG", "info");
        Self::spawn(&mut command)
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    /// Reads the log up to a line with this text.
    fn wait_for(&mut self, text: &str) -> String {
        let mut all = String::new();
        while self.log.read_line(&mut all).unwrap() > 0 {
            if all.lines().next_back().is_some_and(|line| line.contains(text)) {
                return all;
            }
        }
        panic!("{text:?} did not come; the log is:\n{all}");
    }

    fn signal(&self) {
        self.send(Signal::TERM);
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end; gives the exit code and the rest of the log.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

fn version_and_help_are_no_errors() {
    for argument in ["--version", "--help"] {
        assert_eq!(Service::start("", &[], &[argument]).end().0, Some(0), "{argument}");
    }
}

fn wrong_arguments_end_with_64() {
    assert_eq!(Service::start("", &[], &["--confg=x"]).end().0, Some(64));
}

fn a_wrong_configuration_ends_with_78_before_a_port_opens() {
    let variables = [("SKINBUS_NATS__REPLICAS", "2"), ("SKINBUS_NATS__URI", "nats://x"), ("RUST_LOG", "off")];
    let (code, log) = Service::start("", &variables, &[]).end();
    assert_eq!(code, Some(78), "{log}");
    assert!(log.contains("nats.replicas (variable SKINBUS_NATS__REPLICAS): must be 1, 3 or 5"), "{log}");
    assert!(log.contains("nats.uri (variable SKINBUS_NATS__URI): no such setting"), "{log}");
    assert!(!log.contains("listening"), "{log}");
}

fn a_missing_secret_ends_with_78() {
    let account: AccountConfig = AccountConfig::new(ProviderName::Skinify, "acme".parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let path: &Path = &directory.path().join("skinbus.toml");
    let text = format!("[accounts.main]\nprovider = \"{}\"\nmerchant = \"acme\"\n", account.provider);
    std::fs::write(path, text).unwrap();
    let (code, log) = Service::start("", &[("SKINBUS_CONFIG", path.to_str().unwrap())], &[]).end();
    assert_eq!(code, Some(78), "{log}");
    assert!(log.contains("accounts.main.token_file (not set): provider skinify needs it"), "{log}");
    assert!(!log.contains("listening"), "{log}");
}

fn a_service_drains_when_asked() {
    let mut service = Service::start("", &[], &[]);
    let log = service.wait_for("condition is up");
    assert!(log.contains("\"message\":\"listening\",\"address\":\"127.0.0.1:"), "{log}");
    service.signal();
    let (code, log) = service.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("SIGTERM") && log.contains("ended: drained"), "{log}");
}

fn a_service_that_hangs_is_cut_off() {
    let mut service = Service::start("hangs", &[("SKINBUS_SHUTDOWN__DRAIN_TIMEOUT", "100ms")], &[]);
    service.wait_for("condition is up");
    service.signal();
    let (code, log) = service.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("shutdown.drain_timeout"), "{log}");
}

fn a_stuck_service_can_still_be_ended() {
    let mut service = Service::start("stuck", &[("SKINBUS_SHUTDOWN__DRAIN_TIMEOUT", "100ms")], &[]);
    service.wait_for("condition is up");
    service.signal();
    let (code, log) = service.end();
    assert_eq!(code, Some(1), "{log}");
}

fn a_second_signal_ends_at_once() {
    let mut service = Service::start("hangs", &[("SKINBUS_SHUTDOWN__DRAIN_TIMEOUT", "10m")], &[]);
    service.wait_for("condition is up");
    service.signal();
    service.wait_for("draining");
    service.signal();
    let (code, log) = service.end();
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("second signal"), "{log}");
}

fn an_error_ends_with_1_and_is_logged_with_its_causes() {
    let (code, log) = Service::start("fails", &[], &[]).end();
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(log.matches("connection refused").count(), 1, "{log}");
}

fn a_panic_is_logged_without_its_values() {
    let (code, log) = Service::start("panics", &[], &[]).end();
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("\"message\":\"panicked\",\"place\":\"") && log.contains("tests/process.rs"),
        "{log}"
    );
    assert!(!log.contains("hunter2"), "{log}");
}

fn spans_arrive_at_the_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut service = Service::start("traces", &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)], &[]);
    service.wait_for("condition is up");
    service.signal();

    let (mut stream, _) = listener.accept().unwrap();
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&request).contains("place skinify_main") {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the span is not in {}", String::from_utf8_lossy(&request));
        request.extend_from_slice(&buffer[..count]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    let request = String::from_utf8_lossy(&request);
    assert!(request.starts_with("POST /v1/traces ") && request.contains("test-service"), "{request}");
    assert_eq!(service.end().0, Some(0));
}

fn what_is_not_sampled_goes_nowhere() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    for (sampler, argument) in [("parentbased_always_off", ""), ("parentbased_traceidratio", "0")] {
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_TRACES_SAMPLER", sampler),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ];
        let mut service = Service::start("traces", &variables, &[]);
        service.wait_for("condition is up");
        service.signal();
        assert_eq!(service.end().0, Some(0));
        // It has ended, so whatever it had to send would be here.
        let connected = listener.accept().map(|_| ()).map_err(|error| error.kind());
        assert_eq!(connected, Err(std::io::ErrorKind::WouldBlock), "{sampler}");
    }
}

fn a_crash_point_kills_the_process() {
    let (code, log) = Service::start("", &[("SKINBUS_CRASH_AT", "tests.started")], &[]).end();
    // Killed by a signal, so there is no code, and no farewell.
    assert_eq!(code, None, "{log}");
    assert!(!log.contains("ended"), "{log}");
}
