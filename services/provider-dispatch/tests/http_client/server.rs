//! A server that does exactly what a test tells it to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A whole answer with a body of two bytes.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// Takes connections until it is dropped, and remembers every request that arrived whole or in part.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    arrived: Arc<Mutex<Arrived>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Arrived {
    connections: usize,
    /// The request lines.
    requests: Vec<String>,
}

/// One connection, in the hands of the test.
pub(crate) struct Connection {
    /// 0 for the first.
    pub(crate) index: usize,
    pub(crate) stream: TcpStream,
    arrived: Arc<Mutex<Arrived>>,
    unread: Vec<u8>,
}

impl Server {
    pub(crate) async fn start<Serving>(serve: impl Fn(Connection) -> Serving + Send + 'static) -> Self
    where
        Serving: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Arrived::default()));
        let shared = Arc::clone(&arrived);
        let task = tokio::spawn(async move {
            for index in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                shared.lock().unwrap().connections += 1;
                let arrived = Arc::clone(&shared);
                tokio::spawn(serve(Connection { index, stream, arrived, unread: Vec::new() }));
            }
        });
        Self { address, arrived, task }
    }

    pub(crate) fn connections(&self) -> usize {
        self.arrived.lock().unwrap().connections
    }

    /// The request lines of everything that arrived.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.arrived.lock().unwrap().requests.clone()
    }

    /// How many requests with this path arrived.
    pub(crate) fn requests_to(&self, path: &str) -> usize {
        self.requests().iter().filter(|line| line.split(' ').nth(1) == Some(path)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    /// Reads a request to its end; `None` where the client closed.
    pub(crate) async fn request(&mut self) -> Option<()> {
        let head = loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                break self.unread.drain(..end + 4).collect::<Vec<u8>>();
            }
            self.more().await?;
        };
        let head = String::from_utf8(head).unwrap();
        self.arrived.lock().unwrap().requests.push(head.lines().next().unwrap().to_owned());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        while self.unread.len() < length {
            self.more().await?;
        }
        self.unread.drain(..length);
        Some(())
    }

    async fn more(&mut self) -> Option<()> {
        let read = self.stream.read_buf(&mut self.unread).await.ok()?;
        (read > 0).then_some(())
    }

    /// Writes what is to be the answer, or a part of one. That the client is gone is no error here.
    pub(crate) async fn write(&mut self, text: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(text.as_ref()).await
    }

    /// Answers every request well.
    pub(crate) async fn answer_all(mut self) {
        while self.request().await.is_some() {
            if self.write(OK).await.is_err() {
                return;
            }
        }
    }
}
