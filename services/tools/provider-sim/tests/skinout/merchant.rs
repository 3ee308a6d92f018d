//! A merchant's web server, which takes notifications.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub(crate) struct Notification {
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// A merchant's web server that answers with a status that can be changed.
pub(crate) struct Merchant {
    address: SocketAddr,
    pub(crate) status: Arc<AtomicU16>,
    pub(crate) received: mpsc::UnboundedReceiver<Notification>,
}

impl Merchant {
    pub(crate) async fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let status = Arc::new(AtomicU16::new(status));
        let (sender, received) = mpsc::unbounded_channel();
        let answer = Arc::clone(&status);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                sender.send(receive(stream, answer.load(Ordering::Relaxed)).await).unwrap();
            }
        });
        Self { address, status, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    pub(crate) async fn next(&mut self) -> Notification {
        self.received.recv().await.unwrap()
    }

    /// The next notification, as JSON.
    pub(crate) async fn next_json(&mut self) -> Value {
        let notification = self.next().await;
        assert_eq!(notification.content_type, "application/json");
        serde_json::from_str(&notification.body).unwrap()
    }
}

async fn receive(stream: TcpStream, status: u16) -> Notification {
    let mut stream = BufReader::new(stream);
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
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.unwrap();
    Notification { content_type, body: String::from_utf8(body).unwrap() }
}
