//! An ingress on a free port, its store, and a sender that writes bytes.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skinbus_domain::ids::AccountId;
use skinbus_proto::v1::WebhookReceived;
use skinbus_runtime::{Config, Health, RunError, SecretReader, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use webhook_ingress::Store;

pub(crate) const PATH_SECRET: &str = "path-secret_0123456789.~";
pub(crate) const SIGNATURE: &str = "0cc175b9c0f1b6a831c399e269772661";
pub(crate) const PATH: &str = "/webhooks/skinify_main/path-secret_0123456789.~";

/// No test waits longer than this for something that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the store does with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Keeps,
    Fails,
    Hangs,
    /// Keeps once [`FakeStore::open`] was called.
    Waits,
}

pub(crate) struct Kept {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) webhook: WebhookReceived,
}

pub(crate) struct FakeStore {
    mode: Mutex<Mode>,
    pub(crate) kept: Mutex<Vec<Kept>>,
    entered: Semaphore,
    gate: Semaphore,
}

impl FakeStore {
    fn new(mode: Mode) -> Arc<Self> {
        let (entered, gate) = (Semaphore::new(0), Semaphore::new(0));
        Arc::new(Self { mode: Mutex::new(mode), kept: Mutex::default(), entered, gate })
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// Waits until a webhook has arrived here.
    pub(crate) async fn entered(&self) {
        patiently(self.entered.acquire()).await.unwrap().forget();
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(1);
    }

    pub(crate) fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

/// What the service holds of a [`FakeStore`].
struct Shared(Arc<FakeStore>);

impl Store for Shared {
    async fn store(&self, account: &AccountId, id: &str, webhook: &WebhookReceived) -> Result<(), RunError> {
        let store = &self.0;
        store.entered.add_permits(1);
        let mode = *store.mode.lock().unwrap();
        match mode {
            Mode::Keeps => {}
            Mode::Fails => return Err("NATS is away".into()),
            Mode::Hangs => std::future::pending().await,
            Mode::Waits => store.gate.acquire().await?.forget(),
        }
        let kept = Kept { account: account.to_string(), id: id.to_owned(), webhook: webhook.clone() };
        store.kept.lock().unwrap().push(kept);
        Ok(())
    }
}

/// The configuration of one Skinify account, with its secrets in `directory`.
pub(crate) fn config(directory: &Path) -> Config {
    let write = |name: &str, text: &str| {
        std::fs::write(directory.join(name), text).unwrap();
        directory.join(name).display().to_string()
    };
    let text = format!(
        "[accounts.skinify_main]\nprovider = \"skinify\"\nmerchant = \"acme\"\n\
         webhook_path_secret_file = {:?}\nwebhook_signature_file = {:?}\n\
         [accounts.no_webhooks]\nprovider = \"shadowpay\"\nmerchant = \"acme\"\n",
        write("path", &format!("{PATH_SECRET}\n")),
        write("signature", &format!("{SIGNATURE}\n")),
    );
    Config::from_toml(&text).unwrap()
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) health: Health,
    pub(crate) shutdown: Shutdown,
    running: JoinHandle<Result<(), RunError>>,
}

impl Server {
    pub(crate) async fn start(mode: Mode) -> Self {
        Self::start_with(mode, |_| ()).await
    }

    pub(crate) async fn start_with(mode: Mode, change: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config = config(directory.path());
        change(&mut config);
        let prepared = webhook_ingress::prepare(&config, &mut SecretReader::new()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (store, health, shutdown) = (FakeStore::new(mode), Health::detached(), Shutdown::new());
        let running = tokio::spawn({
            let (store, health, shutdown) = (Shared(Arc::clone(&store)), health.clone(), shutdown.clone());
            async move { webhook_ingress::serve(listener, &config, prepared, store, &shutdown, &health).await }
        });
        Self { address, store, health, shutdown, running }
    }

    pub(crate) async fn sender(&self) -> Sender {
        Sender { stream: TcpStream::connect(self.address).await.unwrap(), received: Vec::new() }
    }

    /// Sends bytes on a new connection and gives the first answer.
    pub(crate) async fn ask(&self, request: &[u8]) -> Answer {
        let mut sender = self.sender().await;
        sender.send(request).await;
        sender.answer().await
    }

    /// Asks the service to end and waits until it has.
    pub(crate) async fn end(self) {
        self.shutdown.trigger();
        patiently(self.running).await.unwrap().unwrap();
    }
}

pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it does not come")
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head without the date.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct Sender {
    pub(crate) stream: TcpStream,
    received: Vec<u8>,
}

impl Sender {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Reads one answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        loop {
            if let Some(answer) = self.take_answer() {
                return answer;
            }
            let mut buffer = [0; 4096];
            let count = patiently(self.stream.read(&mut buffer)).await.unwrap();
            let so_far = String::from_utf8_lossy(&self.received);
            assert!(count > 0, "the connection ended after {so_far:?}");
            self.received.extend_from_slice(&buffer[..count]);
        }
    }

    fn take_answer(&mut self) -> Option<Answer> {
        let text = std::str::from_utf8(&self.received).unwrap();
        let (head, rest) = text.split_once("\r\n\r\n")?;
        let lines = head.lines().filter(|line| !line.starts_with("date:"));
        let kept: Vec<&str> = lines.collect();
        let length = kept.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let body = rest.get(..length)?.to_owned();
        let status = kept[0].split(' ').nth(1).unwrap().parse().unwrap();
        let answer = Answer { status, head: kept.join("\n"), body };
        let used = head.len() + 4 + length;
        self.received.drain(..used);
        Some(answer)
    }

    /// Waits for the end of the connection; nothing more may come before it.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _reset = patiently(self.stream.read_to_end(&mut rest)).await;
        assert!(self.received.is_empty() && rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }
}

/// A POST with a content type and a length.
pub(crate) fn post(path: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: hooks\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A genuine webhook about a deposit.
pub(crate) fn genuine(deposit: &str) -> Vec<u8> {
    let body = format!(
        "token_md5={SIGNATURE}&status=success&transaction_id=700412&deposit_id={deposit}&amount=12.5"
    );
    post(PATH, "application/x-www-form-urlencoded", &body)
}
