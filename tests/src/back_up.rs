//! A stream's back-up and its restoration through the JetStream API, as `nats stream backup` and `nats stream restore` do it.

use async_nats::Client;
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};

/// What a server gives away of a stream, without its consumers.
pub struct BackUp {
    stream: String,
    config: Value,
    state: Value,
    chunks: Vec<Bytes>,
}

impl BackUp {
    /// Takes one.
    pub async fn of(client: &Client, stream: &str) -> Self {
        let inbox = client.new_inbox();
        let mut arriving = client.subscribe(inbox.clone()).await.unwrap();
        let asked = json!({ "deliver_subject": inbox, "no_consumers": true, "chunk_size": 65_536 });
        let told = ask(client, &format!("SNAPSHOT.{stream}"), asked.to_string().into()).await;
        let mut chunks = Vec::new();
        while let Some(chunk) = arriving.next().await {
            // The end has no content.
            if chunk.payload.is_empty() {
                break;
            }
            if let Some(reply) = chunk.reply {
                client.publish(reply, Bytes::new()).await.unwrap();
            }
            chunks.push(chunk.payload);
        }
        assert!(!chunks.is_empty(), "{told}");
        let (config, state) = (told["config"].clone(), told["state"].clone());
        Self { stream: stream.to_owned(), config, state, chunks }
    }

    /// Makes the stream anew; it must not be there.
    pub async fn restore(&self, client: &Client) {
        let asked = json!({ "config": self.config, "state": self.state });
        let told = ask(client, &format!("RESTORE.{}", self.stream), asked.to_string().into()).await;
        let subject = told["deliver_subject"].as_str().unwrap().to_owned();
        for chunk in self.chunks.iter().cloned() {
            client.request(subject.clone(), chunk).await.unwrap();
        }
        let restored = client.request(subject, Bytes::new()).await.unwrap();
        let restored: Value = serde_json::from_slice(&restored.payload).unwrap();
        assert!(restored["error"].is_null(), "{restored}");
        assert_eq!(restored["state"]["messages"], self.state["messages"], "{restored}");
    }
}

async fn ask(client: &Client, call: &str, body: Bytes) -> Value {
    let answer = client.request(format!("$JS.API.STREAM.{call}"), body).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    assert!(answer["error"].is_null(), "{call}: {answer}");
    answer
}
