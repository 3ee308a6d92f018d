//! Redirects are answers, not orders.

use super::server::{Connection, Server};
use super::{client, order};

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Server::start(Connection::answer_all).await;
    let location = format!("http://{}/elsewhere", elsewhere.address);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let head = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::start(move |mut connection| {
            let head = head.clone();
            async move {
                while connection.request().await.is_some() {
                    connection.write(&head).await.unwrap();
                }
            }
        })
        .await;
        let answer = client().send(order(server.address, "/buy")).await.unwrap();
        assert_eq!(answer.status().as_str(), &status[..3]);
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_provider_that_asks_to_come_again_is_not_obeyed() {
    for head in [
        "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n",
    ] {
        let server = Server::start(move |mut connection| async move {
            while connection.request().await.is_some() {
                connection.write(head).await.unwrap();
            }
        })
        .await;
        let answer = client().send(order(server.address, "/buy")).await.unwrap();
        assert!(!answer.status().is_success());
        assert_eq!(server.requests().len(), 1, "{head}");
    }
}
