//! A merchant's web server, which takes webhooks.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// One webhook as it came.
pub(crate) struct Webhook {
    pub(crate) content_type: String,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// A server that answers everything with one status.
pub(crate) struct Merchant {
    address: SocketAddr,
    pub(crate) received: mpsc::UnboundedReceiver<Webhook>,
}

impl Merchant {
    pub(crate) async fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if sender.send(receive(stream, status).await).is_err() {
                    return;
                }
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/skinslink", self.address)
    }

    pub(crate) async fn next(&mut self) -> Webhook {
        self.received.recv().await.unwrap()
    }
}

async fn receive(stream: TcpStream, status: u16) -> Webhook {
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
    let text = String::from_utf8(body).unwrap();
    Webhook { content_type, body: serde_json::from_str(&text).unwrap(), text }
}
