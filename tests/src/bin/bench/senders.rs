//! Senders of webhooks: each has one connection, and sends the next request when the last one is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::Load;

/// Sends everything; a list for each connection. Every answer has to be a 200.
pub(crate) async fn send(address: SocketAddr, requests: Vec<Vec<Vec<u8>>>) -> Load {
    send_paced(address, requests, None).await
}

/// The same with a request every `pause` on each connection, where there is one. What waits for its turn waits visibly: its time
/// begins when it should have been sent.
pub(crate) async fn send_paced(
    address: SocketAddr,
    requests: Vec<Vec<Vec<u8>>>,
    pause: Option<Duration>,
) -> Load {
    let mut connections = Vec::new();
    for requests in requests {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        connections.push((stream, requests));
    }
    let began = Instant::now();
    let senders: Vec<_> = connections
        .into_iter()
        .enumerate()
        .map(|(number, (mut stream, requests))| {
            tokio::spawn(async move {
                // Not all of them at the same moment.
                let first =
                    pause.map_or(began, |pause| began + pause / 7 * u32::try_from(number % 7).unwrap());
                let (mut times, mut buffer) = (Vec::with_capacity(requests.len()), Vec::with_capacity(1024));
                for (turn, request) in requests.into_iter().enumerate() {
                    let began = match pause {
                        Some(pause) => first + pause * u32::try_from(turn).unwrap(),
                        None => Instant::now(),
                    };
                    tokio::time::sleep_until(began.into()).await;
                    stream.write_all(&request).await.unwrap();
                    answered(&mut stream, &mut buffer).await;
                    times.push(began.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    Load::since(began, times)
}

/// Reads one answer, which has to be a success.
async fn answered(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    // All these servers answer with this one word; whatever is longer is none of their successes.
    while !buffer.ends_with(b"\r\n\r\nok") {
        let read = stream.read_buf(buffer).await.unwrap();
        let is_success = buffer.len() < 12 || buffer.starts_with(b"HTTP/1.1 200");
        assert!(read > 0 && is_success, "no success: {}", String::from_utf8_lossy(buffer));
    }
}
