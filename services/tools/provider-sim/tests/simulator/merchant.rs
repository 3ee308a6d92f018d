//! A merchant's web server, which takes notifications.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A notification as it came; the names of its headers are in lower case.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) method: String,
    headers: BTreeMap<String, String>,
    /// The body, or the query of a GET.
    pub(crate) body: String,
}

impl Notification {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        serde_urlencoded::from_str(&self.body).unwrap()
    }

    /// One field of a form or a query.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let pairs = self.pairs();
        let found = pairs.iter().find(|(given, _)| given == name);
        found.unwrap_or_else(|| panic!("no {name}: {pairs:?}")).1.clone()
    }
}

/// A status and a body.
type Answer = (u16, &'static str);

/// A web server that gives every notification the same answer, which can be changed.
pub(crate) struct Merchant {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    pub(crate) received: mpsc::UnboundedReceiver<Notification>,
}

impl Merchant {
    /// Answers with this status and nothing else.
    pub(crate) async fn start(status: u16) -> Self {
        Self::answering(status, "").await
    }

    pub(crate) async fn answering(status: u16, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(Mutex::new((status, body)));
        let (sender, received) = mpsc::unbounded_channel();
        let current = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = *current.lock().unwrap();
                if sender.send(receive(stream, answer).await).is_err() {
                    return;
                }
            }
        });
        Self { address, answer, received }
    }

    /// Answers like this from now on.
    pub(crate) fn answer(&self, status: u16, body: &'static str) {
        *self.answer.lock().unwrap() = (status, body);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/notify", self.address)
    }

    pub(crate) async fn next(&mut self) -> Notification {
        self.received.recv().await.unwrap()
    }

    /// The next notification, which has to be JSON.
    pub(crate) async fn next_json(&mut self) -> Value {
        let notification = self.next().await;
        assert_eq!(notification.header("content-type"), "application/json");
        notification.json()
    }

    /// The next notification, which has to be a form.
    pub(crate) async fn next_form(&mut self) -> Vec<(String, String)> {
        let notification = self.next().await;
        assert_eq!(notification.header("content-type"), "application/x-www-form-urlencoded");
        notification.pairs()
    }
}

async fn receive(stream: TcpStream, (status, answer): Answer) -> Notification {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    stream.read_line(&mut request).await.unwrap();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        match line.trim_end().split_once(": ") {
            Some((name, value)) => _ = headers.insert(name.to_lowercase(), value.to_owned()),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let length = answer.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: text/plain\r\nconnection: close\r\n");
    stream.write_all(format!("{head}content-length: {length}\r\n\r\n{answer}").as_bytes()).await.unwrap();
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let body = match target.split_once('?') {
        Some((_, query)) => query.to_owned(),
        None => String::from_utf8(body).unwrap(),
    };
    Notification { method, headers, body }
}
