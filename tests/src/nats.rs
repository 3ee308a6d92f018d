//! Real NATS servers.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_nats::jetstream::context::ContextBuilder;
use tempfile::TempDir;

use crate::wait;

/// How a server is run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NatsOptions {
    /// `sync_interval: always`: every write waits for the disk.
    pub sync_always: bool,
    /// Clients are told of no other server than those they know, so that none goes round a proxy.
    pub no_advertise: bool,
}

/// One nats-server with JetStream, with a store of its own. Killed when dropped.
pub struct NatsServer {
    child: Option<Child>,
    directory: TempDir,
    name: String,
    port: u16,
    monitoring_port: u16,
    /// Configuration beyond what every server has.
    extra: String,
    binary: PathBuf,
    /// Its configuration is there already, and found in the directory that it is started in.
    is_configured: bool,
}

/// The nats-server to run: `NATS_SERVER_BINARY`, or what the repository's own script finds.
///
/// # Panics
///
/// Where there is none.
#[must_use]
pub fn binary() -> PathBuf {
    if let Ok(path) = std::env::var("NATS_SERVER_BINARY")
        && !path.is_empty()
    {
        return PathBuf::from(path);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/nats-server");
    let output = Command::new(script).output().expect("running .ci/nats-server");
    assert!(output.status.success(), "no nats-server: {}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

/// A port that is free now, and stays so while its server is not there: it is none of those that the system gives to
/// outgoing connections. No port is given twice in one process, and other processes begin elsewhere.
///
/// # Panics
///
/// Where none is free.
#[must_use]
pub fn free_port() -> u16 {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(61) % COUNT;
    for _ in 0..COUNT {
        let next = start + GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(FIRST + next % COUNT).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

impl NatsServer {
    /// Starts a server on a free port and waits until it takes clients.
    pub async fn start(options: NatsOptions) -> Self {
        Self::launch("single".to_owned(), free_port(), String::new(), options).await
    }

    async fn launch(name: String, port: u16, extra: String, options: NatsOptions) -> Self {
        let extra = format!("{extra}\njetstream_sync = {}", options.sync_always);
        let mut server = Self {
            child: None,
            directory: tempfile::tempdir().unwrap(),
            name,
            port,
            monitoring_port: free_port(),
            extra,
            binary: binary(),
            is_configured: false,
        };
        server.run().await;
        server
    }

    /// A server with the `nats-server.conf` of this directory, as an operator would start it there; it does not run yet.
    /// Only where it listens is its own.
    pub(crate) fn configured(directory: TempDir) -> Self {
        Self {
            child: None,
            directory,
            name: "secured".to_owned(),
            port: free_port(),
            monitoring_port: free_port(),
            extra: String::new(),
            binary: binary(),
            is_configured: true,
        }
    }

    /// Where its files are.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn configuration(&self) -> String {
        let sync = if self.extra.contains("jetstream_sync = true") { "sync_interval: always" } else { "" };
        let cluster =
            self.extra.lines().filter(|line| !line.starts_with("jetstream_sync")).collect::<Vec<_>>();
        format!(
            "server_name: {}\nhost: 127.0.0.1\nport: {}\nhttp: \"127.0.0.1:{}\"\njetstream {{ store_dir: {:?}\n{sync} }}\n{}\n",
            self.name,
            self.port,
            self.monitoring_port,
            self.directory.path().join("store"),
            cluster.join("\n")
        )
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        if self.is_configured {
            let (port, monitoring) = (self.port.to_string(), self.monitoring_port.to_string());
            command.current_dir(self.directory.path()).args(["-c", "nats-server.conf", "-a", "127.0.0.1"]);
            command.args(["-p", &port, "-m", &monitoring]);
        } else {
            let file = self.directory.path().join("nats.conf");
            std::fs::write(&file, self.configuration()).unwrap();
            command.arg("-c").arg(&file);
        }
        command
    }

    pub(crate) async fn run(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("nats.log"))
            .unwrap();
        let child = self.command().stdout(Stdio::null()).stderr(log).spawn().expect("starting nats-server");
        self.child = Some(child);
        let address = format!("127.0.0.1:{}", self.port);
        wait::until("nats-server to listen", || async {
            tokio::net::TcpStream::connect(&address).await.ok()
        })
        .await;
    }

    /// Has the server read its configuration again.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    pub fn reload(&self) {
        let id = self.child.as_ref().expect("a server that runs").id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// Where clients connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where clients connect, as `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where its monitoring port is.
    #[must_use]
    pub fn monitoring_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.monitoring_port)
    }

    /// Whether it says that it is well: JetStream runs, and every stream and consumer has caught up.
    pub async fn is_healthy(&self) -> bool {
        let url = format!("http://127.0.0.1:{}/healthz", self.monitoring_port);
        crate::http().get(url).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// The server's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Resident memory in bytes.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        crate::process::resident_bytes(self.child.as_ref().unwrap().id())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again with the store that it had.
    pub async fn restart(&mut self) {
        self.kill();
        self.run().await;
    }

    /// What it logged, for failures.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("nats.log")).unwrap_or_default()
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {}", self.name, self.log());
        }
        self.kill();
    }
}

/// Three servers in one cluster.
pub struct Cluster {
    /// The servers.
    pub servers: Vec<NatsServer>,
}

impl Cluster {
    /// Starts three servers and waits until JetStream has a leader.
    pub async fn start(options: NatsOptions) -> Self {
        let routes: Vec<u16> = (0..3).map(|_| free_port()).collect();
        let urls: Vec<String> = routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let mut servers = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            let extra = format!(
                "cluster {{ name: skinbus, listen: \"127.0.0.1:{route}\", routes: [{}], no_advertise: {} }}",
                urls.join(", "),
                options.no_advertise
            );
            servers.push(NatsServer::launch(format!("n{index}"), free_port(), extra, options).await);
        }
        let cluster = Self { servers };
        let urls: Vec<String> = cluster.servers.iter().map(NatsServer::url).collect();
        let client = async_nats::connect(urls).await.expect("connecting to the cluster");
        // Nobody answers before there is a leader, so no question is waited for long.
        let jetstream = ContextBuilder::new().timeout(Duration::from_millis(250)).build(client);
        wait::until("the cluster to have a JetStream leader", || async {
            jetstream.query_account().await.ok()
        })
        .await;
        cluster
    }

    /// Waits until every server says that it is well.
    pub async fn healthy(&self) {
        for server in &self.servers {
            wait::until(&format!("{} to be well", server.name()), || async {
                server.is_healthy().await.then_some(())
            })
            .await;
        }
    }

    /// Where clients connect: all servers, separated by commas.
    #[must_use]
    pub fn url(&self) -> String {
        self.servers.iter().map(NatsServer::url).collect::<Vec<_>>().join(",")
    }
}
