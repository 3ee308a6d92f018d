//! A merchant's web server, which takes notifications.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A notification as it came.
#[derive(Debug)]
pub(crate) struct Ipn {
    pub(crate) verb: String,
    pub(crate) content_type: String,
    /// The query of a GET, the body of a POST.
    pub(crate) raw: String,
}

impl Ipn {
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        serde_urlencoded::from_str(&self.raw).unwrap()
    }

    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let pairs = self.pairs();
        let found = pairs.iter().find(|(given, _)| given == name);
        found.unwrap_or_else(|| panic!("no {name}: {pairs:?}")).1.clone()
    }
}

/// A merchant's web server with a body to answer with, which can be changed.
pub(crate) struct Merchant {
    address: SocketAddr,
    pub(crate) answer: Arc<Mutex<&'static str>>,
    pub(crate) received: mpsc::UnboundedReceiver<Ipn>,
}

impl Merchant {
    pub(crate) async fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(Mutex::new(answer));
        let (sender, received) = mpsc::unbounded_channel();
        let current = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let body = *current.lock().unwrap();
                sender.send(receive(stream, body).await).unwrap();
            }
        });
        Self { address, answer, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/ipn", self.address)
    }

    pub(crate) async fn next(&mut self) -> Ipn {
        self.received.recv().await.unwrap()
    }
}

async fn receive(stream: TcpStream, answer: &str) -> Ipn {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    stream.read_line(&mut request).await.unwrap();
    let (mut content_type, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        match line.trim_end().split_once(": ") {
            Some(("content-type", value)) => content_type = value.to_owned(),
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: ";
    stream.write_all(format!("{head}{}\r\n\r\n{answer}", answer.len()).as_bytes()).await.unwrap();
    let mut words = request.split(' ');
    let (verb, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let raw = match target.split_once('?') {
        Some((_, query)) => query.to_owned(),
        None => String::from_utf8(body).unwrap(),
    };
    Ipn { verb, content_type, raw }
}
