//! Looking at the running system from outside: its provider's counts, its streams, its health ports.

use async_nats::HeaderMap;
use async_nats::jetstream::message::StreamMessage;
use skinbus_proto::{Message, v1};

use crate::merchant::Merchant;
use crate::process::{Process, binary};
use crate::system::System;
use crate::wait;

impl System {
    /// The simulator's record of the account's requests.
    pub async fn quota(&self) -> serde_json::Value {
        self.record("_quota").await["skinify"].clone()
    }

    /// How many requests arrived at the simulator under this path, such as `/withdraw/buy`.
    pub async fn arrivals(&self, path: &str) -> u64 {
        self.quota().await["paths"][path].as_u64().unwrap_or(0)
    }

    /// Waits until so many more requests have arrived under this path.
    pub async fn arrived_more(&self, path: &str, more: u64) {
        let goal = self.arrivals(path).await + more;
        wait::until(&format!("{goal} requests to {path}"), || async {
            (self.arrivals(path).await >= goal).then_some(())
        })
        .await;
    }

    /// Runs `skinbus reconcile` for the last hour, with more arguments: its exit code, and the objects that it prints.
    pub async fn reconcile(
        &self,
        account: &str,
        arguments: &[&str],
    ) -> (Option<i32>, Vec<serde_json::Value>) {
        let mut command = tokio::process::Command::new(binary("skinbus"));
        command.arg("--nats").arg(self.nats.url()).args(["reconcile", "--json", "--account", account]);
        command.args(["--since", "1h", "--config"]).arg(self.config_file()).args(arguments);
        let output = command.output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), lines)
    }

    /// Every purchase that was truly made under a reference.
    pub async fn purchases(&self, reference: &str) -> Vec<serde_json::Value> {
        let ledger = self.record(&format!("_ledger?custom_id={reference}")).await;
        ledger["purchases"].as_array().unwrap().clone()
    }

    /// The processes of a service.
    pub fn processes(&self, name: &str) -> impl Iterator<Item = &Process> {
        self.services.iter().filter(move |service| service.name == name)
    }
}

impl Process {
    /// The status and text of one of the health port's pages, such as `/readyz`.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address("\"http\"").await);
        let answer = crate::http().get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Waits until `/readyz` says no, and gives its reasons.
    pub async fn not_ready(&self) -> String {
        wait::until(&format!("{} to be not ready", self.name), || async {
            let (status, report) = self.page("/readyz").await;
            (status == 503).then_some(report)
        })
        .await
    }

    /// Waits for a line of the log with this text in it.
    pub async fn logged(&self, text: &str) -> String {
        wait::until(&format!("{} to log {text:?}", self.name), || async {
            self.log().into_iter().find(|line| line.contains(text))
        })
        .await
    }
}

impl Merchant {
    /// Publishes any bytes with any headers, and gives the sequence under which they are stored.
    ///
    /// # Errors
    ///
    /// What the client or the server says where they are not.
    pub async fn publish_to(&self, subject: &str, headers: HeaderMap, bytes: Vec<u8>) -> Result<u64, String> {
        let sent = self.jetstream().publish_with_headers(subject.to_owned(), headers, bytes.into()).await;
        let stored = sent.map_err(|error| error.to_string())?.await;
        stored.map(|ack| ack.sequence).map_err(|error| error.to_string())
    }

    /// Places any bytes as an order of `merchant` and waits for the receipt, in whichever form it is.
    ///
    /// # Errors
    ///
    /// The error that the service gave, as code and text.
    pub async fn place_bytes(
        &self,
        merchant: &str,
        headers: HeaderMap,
        bytes: Vec<u8>,
    ) -> Result<v1::OrderReceipt, String> {
        let subject = format!("skinbus.v1.place.{merchant}");
        let answer = self.client().request_with_headers(subject, headers, bytes.into()).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let headers = answer.headers.unwrap_or_default();
        if let Some(error) = headers.get("Nats-Service-Error") {
            let code = headers.get("Nats-Service-Error-Code").map(ToString::to_string);
            return Err(format!("{} {error}", code.unwrap_or_default()));
        }
        Ok(match headers.get("Content-Type").unwrap().as_str() {
            "application/json" => skinbus_proto::json::read(&answer.payload).unwrap(),
            _ => v1::OrderReceipt::decode(answer.payload).unwrap(),
        })
    }

    /// How many messages a stream holds.
    pub async fn stored(&self, stream: &str) -> u64 {
        let mut stream = self.jetstream().get_stream(stream).await.unwrap();
        stream.info().await.unwrap().state.messages
    }

    /// Every message that a stream holds, the oldest first. Unlike a consumer this leaves nothing behind on the server,
    /// so it may be asked as often as one likes.
    pub async fn messages(&self, stream: &str) -> Vec<StreamMessage> {
        let stream = self.jetstream().get_stream(stream).await.unwrap();
        let state = &stream.cached_info().state;
        let mut messages = Vec::new();
        for sequence in state.first_sequence..=state.last_sequence {
            messages.extend(stream.get_raw_message(sequence).await.ok());
        }
        messages
    }

    /// Waits until there are so many dead letters, and gives them.
    pub async fn dead_letters(&self, count: usize) -> Vec<v1::DeadLetter> {
        wait::until(&format!("{count} dead letters"), || async {
            let mut messages = self.messages("DEAD").await;
            messages.retain(|message| message.subject.starts_with("skinbus.v1.dead."));
            let letters =
                messages.into_iter().map(|message| v1::DeadLetter::decode(message.payload).unwrap());
            Some(letters.collect::<Vec<_>>()).filter(|letters| letters.len() >= count)
        })
        .await
    }

    /// Every alert of a kind about an order.
    pub async fn alerts_about(&self, kind: &str, order_id: &str) -> Vec<v1::Alert> {
        let mut messages = self.messages("DEAD").await;
        messages.retain(|message| message.subject.as_str() == format!("skinbus.v1.alert.{kind}"));
        let alerts = messages.into_iter().map(|message| v1::Alert::decode(message.payload).unwrap());
        alerts.filter(|alert| alert.order_id == order_id).collect()
    }

    /// Waits for an alert of a kind about an order.
    pub async fn alerted(&self, kind: &str, order_id: &str) -> v1::Alert {
        wait::until(&format!("an alert {kind} about {order_id}"), || async {
            self.alerts_about(kind, order_id).await.pop()
        })
        .await
    }
}

/// Headers from names and values.
#[must_use]
pub fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.insert(*name, *value);
    }
    headers
}
