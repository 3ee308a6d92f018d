//! A provider that answers every purchase at once: it measures Skinbus, not itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// When the first byte of each purchase came in, by reference.
pub(crate) type Arrivals = Arc<Mutex<BTreeMap<String, Vec<Instant>>>>;

/// Starts it, on the runtime of the caller.
pub(crate) async fn start() -> (SocketAddr, Arrivals) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let arrivals = Arrivals::default();
    let shared = Arc::clone(&arrivals);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            connection.set_nodelay(true).unwrap();
            tokio::spawn(serve(connection, Arc::clone(&shared)));
        }
    });
    (address, arrivals)
}

async fn serve(mut connection: TcpStream, arrivals: Arrivals) {
    let mut buffer = Vec::with_capacity(4096);
    loop {
        buffer.clear();
        let mut arrived = None;
        let body_at = loop {
            let Ok(read) = connection.read_buf(&mut buffer).await else { return };
            if read == 0 {
                return;
            }
            arrived.get_or_insert_with(Instant::now);
            if let Some(body_at) = complete(&buffer) {
                break body_at;
            }
        };
        let body = std::str::from_utf8(&buffer[body_at..]).unwrap();
        let reference =
            body.split('&').find_map(|field| field.strip_prefix("custom_id=")).unwrap_or_default();
        arrivals.lock().unwrap().entry(reference.to_owned()).or_default().push(arrived.unwrap());
        let answer = format!(
            r#"{{"status":"success","skin":{{"id":"1","name":"Bench","price":0.04,"properties":{{"classid":"1"}}}},"purchase_id":90551,"purchase_status":"accepted","date":"1760000400","balance_debited_amount":0.04,"custom_id":"{reference}"}}"#
        );
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        if connection.write_all(format!("{head}{answer}").as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Where the body begins, once all of the request is there.
pub(crate) fn complete(request: &[u8]) -> Option<usize> {
    let head_end = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&request[..head_end]).ok()?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    (request.len() >= head_end + length).then_some(head_end)
}
