//! The service as a process: exit codes, and life without NATS.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

const PATH_SECRET: &str = "0123456789abcdef";
const SIGNATURE: &str = "0cc175b9c0f1b6a831c399e269772661";

struct Service {
    child: Child,
    log: BufReader<ChildStderr>,
    said: String,
}

impl Service {
    fn start(directory: &Path, settings: &str) -> Self {
        let path = directory.join("skinbus.toml");
        std::fs::write(&path, settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_webhook-ingress"))
            .arg("--config")
            .arg(path)
            .env_remove("SKINBUS_CONFIG")
            .env("RUST_LOG", "debug")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, said: String::new() }
    }

    /// Reads the log up to the line that names the address of a port.
    fn address(&mut self, port: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "no port {port} in:\n{}", self.said);
            self.said.push_str(&line);
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if line["message"] == "listening" && line["port"] == port {
                return line["address"].as_str().unwrap().to_owned();
            }
        }
    }

    /// Waits for the end; gives the exit code and the whole log.
    fn end(mut self) -> (Option<i32>, String) {
        self.log.read_to_string(&mut self.said).unwrap();
        (self.child.wait().unwrap().code(), std::mem::take(&mut self.said))
    }
}

fn secret(directory: &Path, name: &str, text: &str) -> String {
    std::fs::write(directory.join(name), text).unwrap();
    format!("{:?}", directory.join(name))
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(address: &str, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nhost: hooks\r\nconnection: close\r\n\r\n"))
}

#[test]
fn a_wrong_configuration_ends_with_78_before_a_port_opens() {
    let directory = tempfile::tempdir().unwrap();
    let short = secret(directory.path(), "path", "hunter2");
    let settings = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[webhooks]\nlisten = \"127.0.0.1:0\"\n\
         [accounts.skinify_main]\nprovider = \"skinify\"\nmerchant = \"acme\"\nwebhook_path_secret_file = {short}\n"
    );
    let (code, log) = Service::start(directory.path(), &settings).end();
    assert_eq!(code, Some(78), "{log}");
    assert!(log.contains("accounts.skinify_main.webhook_path_secret_file"), "{log}");
    assert!(log.contains("accounts.skinify_main.webhook_signature_file"), "{log}");
    assert!(!log.contains("listening") && !log.contains("hunter2"), "{log}");
}

#[test]
fn without_nats_it_stays_up_and_takes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody listens on a port that was just given back.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = format!(
        "[nats]\nurl = \"nats://{nobody}\"\n[http]\nlisten = \"127.0.0.1:0\"\n[webhooks]\nlisten = \"127.0.0.1:0\"\n\
         [accounts.skinify_main]\nprovider = \"skinify\"\nmerchant = \"acme\"\n\
         webhook_path_secret_file = {}\nwebhook_signature_file = {}\n",
        secret(directory.path(), "path", PATH_SECRET),
        secret(directory.path(), "signature", SIGNATURE),
    );
    let mut service = Service::start(directory.path(), &settings);
    let (health, webhooks) = (service.address("http"), service.address("webhooks"));

    let post = |proof: &str| {
        let body = format!("token_md5={proof}&deposit_id=dep-1");
        let length = body.len();
        let head =
            format!("POST /webhooks/skinify_main/{PATH_SECRET} HTTP/1.1\r\nhost: hooks\r\nconnection: close");
        ask(&webhooks, &format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}"))
    };
    assert!(post(SIGNATURE).starts_with("HTTP/1.1 503 "));
    assert!(post(&"0".repeat(32)).starts_with("HTTP/1.1 401 "));
    assert!(get(&webhooks, "/").starts_with("HTTP/1.1 404 "));

    assert!(get(&health, "/livez").starts_with("HTTP/1.1 200 "));
    let readiness = get(&health, "/readyz");
    assert!(readiness.starts_with("HTTP/1.1 503 ") && readiness.contains("listener: up"), "{readiness}");
    let metrics = get(&health, "/metrics");
    for series in [
        r#"skinbus_webhooks_total{account="skinify_main",outcome="not_stored",reason="",secret="current"} 1"#,
        r#"skinbus_webhooks_total{account="skinify_main",outcome="forged",reason="wrong_signature",secret=""} 1"#,
        r#"skinbus_webhooks_total{account="",outcome="not_found",reason="",secret=""} 1"#,
        r#"skinbus_webhook_store_seconds_count{outcome="not_stored"} 1"#,
    ] {
        assert!(metrics.contains(series), "{series} is not in:\n{metrics}");
    }

    kill_process(Pid::from_child(&service.child), Signal::TERM).unwrap();
    let (code, log) = service.end();
    assert_eq!(code, Some(0), "{log}");
    for hidden in [PATH_SECRET, SIGNATURE, "dep-1"] {
        assert!(!log.contains(hidden), "{hidden} is in:\n{log}");
    }
}
