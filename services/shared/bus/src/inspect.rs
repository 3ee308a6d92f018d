//! What a person who looks after the system can see of NATS by asking it. Nothing here changes anything.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use skinbus_runtime::clock;

use crate::connection::{Bus, chain, is_new_enough};

/// How long services may take to say that they are there.
const SERVICES_PATIENCE: Duration = Duration::from_millis(750);
/// Questions by which the time to the server and back is measured; the quickest counts.
const ROUND_TRIPS: usize = 5;

/// Why something could not be seen.
#[derive(Debug, thiserror::Error)]
#[error("asking {subject}: {problem}")]
pub struct InspectError {
    subject: String,
    problem: String,
}

/// The server that we are connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether Skinbus runs with this version.
    pub is_new_enough: bool,
    /// Whether it tells of JetStream.
    pub has_jetstream: bool,
}

/// What the account has of JetStream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// Bytes on disk, or those that streams have reserved where that is more.
    pub used_bytes: u64,
    /// Most bytes that the account may have; none where only the disk bounds it.
    pub max_bytes: Option<u64>,
}

/// The clocks of the server and of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// The server's time less ours.
    pub difference: SignedDuration,
    /// The difference is known to within this: half of the way there and back.
    pub precision: Duration,
}

/// A stream as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamSight {
    /// Its name.
    pub name: String,
    /// Copies that it is to have.
    pub replicas: u64,
    /// Whether a leader is there; always so on a single server.
    pub has_leader: bool,
    /// Copies that are away or have not caught up.
    pub lame_copies: Vec<String>,
    /// Messages in it.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When its first message was stored; `None` where it has none.
    pub first_at: Option<Timestamp>,
}

/// A consumer as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerSight {
    /// Messages that wait to be delivered.
    pub waiting: u64,
    /// Messages that somebody has in hand.
    pub in_hand: u64,
    /// Those of them that were delivered before.
    pub redelivered: u64,
    /// Somebody asks for messages.
    pub is_pulled: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// A program that answers on the service API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answering {
    /// The service's name.
    pub name: String,
    /// Which process.
    pub id: String,
    /// Its version.
    pub version: String,
    /// On what it answers.
    pub subjects: BTreeSet<String>,
}

/// Subjects that the user in use may and may not publish on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRights {
    /// What it may publish on; `None` where anything.
    pub publish: Option<BTreeSet<String>>,
    /// What it may subscribe to; `None` where to anything.
    pub subscribe: Option<BTreeSet<String>>,
}

impl Bus {
    /// The server that we are connected to.
    #[must_use]
    pub fn server(&self) -> Server {
        let info = self.client().server_info();
        Server {
            is_new_enough: is_new_enough(&info.version),
            name: info.server_name,
            version: info.version,
            has_jetstream: info.jetstream,
        }
    }

    /// What the account has of JetStream.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where the server gives no answer, or the user may not ask.
    pub async fn storage(&self) -> Result<Storage, InspectError> {
        let told = self.told("$JS.API.INFO", Value::Null).await?;
        let max_bytes = told["limits"]["max_storage"].as_i64();
        Ok(Storage {
            used_bytes: number(&told["storage"]).max(number(&told["reserved_storage"])),
            max_bytes: max_bytes.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
        })
    }

    /// A stream as it is, and the clocks: the answer has the server's time.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where the server gives no answer, or there is no such stream.
    pub async fn stream_sight(&self, name: &str) -> Result<(StreamSight, Option<Clocks>), InspectError> {
        let asked = clock::monotonic_now();
        let told = self.told(&format!("$JS.API.STREAM.INFO.{name}"), Value::Null).await?;
        let took = clock::monotonic_now().duration_since(asked);
        let clocks = time(&told["ts"]).map(|ts| clocks(ts, clock::now(), took));
        Ok((stream(name, &told), clocks))
    }

    /// The clocks, by the quickest of some questions about a stream.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where the server gives no answer, or there is no such stream.
    pub async fn clocks(&self, stream: &str) -> Result<Option<Clocks>, InspectError> {
        let mut best: Option<Clocks> = None;
        for _ in 0..ROUND_TRIPS {
            let (_, clocks) = self.stream_sight(stream).await?;
            best = best.into_iter().chain(clocks).min_by_key(|clocks| clocks.precision);
        }
        Ok(best)
    }

    /// A consumer as it is.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where the server gives no answer, or there is no such consumer.
    pub async fn consumer_sight(&self, stream: &str, name: &str) -> Result<ConsumerSight, InspectError> {
        let told = self.told(&format!("$JS.API.CONSUMER.INFO.{stream}.{name}"), Value::Null).await?;
        Ok(ConsumerSight {
            waiting: number(&told["num_pending"]),
            in_hand: number(&told["num_ack_pending"]),
            redelivered: number(&told["num_redelivered"]),
            is_pulled: number(&told["num_waiting"]) > 0,
            created_at: time(&told["created"]),
        })
    }

    /// What the user in use may do, as the server says it.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where the server gives no answer, or the user may not ask.
    pub async fn user_rights(&self) -> Result<UserRights, InspectError> {
        let told = self.told("$SYS.REQ.USER.INFO", Value::Null).await?;
        let permissions = &told["data"]["permissions"];
        Ok(UserRights {
            publish: subjects(&permissions["publish"]),
            subscribe: subjects(&permissions["subscribe"]),
        })
    }

    /// Every program of ours that answers on the service API.
    ///
    /// # Errors
    ///
    /// [`InspectError`] where nothing can be asked.
    #[expect(clippy::disallowed_methods, reason = "a question to all at once; nobody knows how many answer")]
    pub async fn answering(&self) -> Result<Vec<Answering>, InspectError> {
        const SUBJECT: &str = "$SRV.INFO";
        let failed = |problem: String| InspectError { subject: SUBJECT.to_owned(), problem };
        let inbox = self.client().new_inbox();
        let mut answers =
            self.client().subscribe(inbox.clone()).await.map_err(|error| failed(error.to_string()))?;
        let asked = self.client().publish_with_reply(SUBJECT, inbox, Bytes::new()).await;
        asked.map_err(|error| failed(error.to_string()))?;
        let mut answering = Vec::new();
        let until = tokio::time::sleep(SERVICES_PATIENCE);
        tokio::pin!(until);
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = &mut until => break,
            };
            let Some(answer) = answer else { break };
            answering
                .extend(serde_json::from_slice::<Value>(&answer.payload).ok().map(|told| program(&told)));
        }
        answering.sort();
        Ok(answering)
    }

    async fn told(&self, subject: &str, body: Value) -> Result<Value, InspectError> {
        let failed = |problem: String| InspectError { subject: subject.to_owned(), problem };
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = self.client().request(subject.to_owned(), body).await;
        let answer = answer.map_err(|error| failed(chain(&error)))?;
        let told: Value =
            serde_json::from_slice(&answer.payload).map_err(|error| failed(error.to_string()))?;
        match told["error"]["description"].as_str() {
            Some(problem) => Err(failed(problem.to_owned())),
            None => Ok(told),
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The server said its time somewhere between the question and the answer.
fn clocks(server: Timestamp, now: Timestamp, took: Duration) -> Clocks {
    let half = took / 2;
    let middle = SignedDuration::try_from(half).unwrap_or(SignedDuration::MAX);
    Clocks { difference: server.duration_since(now).saturating_add(middle), precision: half }
}

fn stream(name: &str, told: &Value) -> StreamSight {
    let cluster = &told["cluster"];
    let copies = cluster["replicas"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_lame = |copy: &&Value| copy["current"] != true || copy["offline"] == true;
    StreamSight {
        name: name.to_owned(),
        replicas: number(&told["config"]["num_replicas"]),
        has_leader: cluster["leader"].as_str().is_none_or(|leader| !leader.is_empty()),
        lame_copies: copies.iter().filter(is_lame).map(|copy| text(&copy["name"])).collect(),
        messages: number(&told["state"]["messages"]),
        bytes: number(&told["state"]["bytes"]),
        // An empty stream tells of the year 1.
        first_at: time(&told["state"]["first_ts"]).filter(|first| *first > Timestamp::UNIX_EPOCH),
    }
}

fn program(told: &Value) -> Answering {
    let endpoints = told["endpoints"].as_array().map(Vec::as_slice).unwrap_or_default();
    Answering {
        name: text(&told["name"]),
        id: text(&told["id"]),
        version: text(&told["version"]),
        subjects: endpoints.iter().map(|endpoint| text(&endpoint["subject"])).collect(),
    }
}

/// The subjects that are allowed, where there is a list.
fn subjects(told: &Value) -> Option<BTreeSet<String>> {
    Some(told["allow"].as_array()?.iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_servers_time_is_compared_with_the_middle_of_the_way() {
        let now: Timestamp = "2026-01-05T12:00:00Z".parse().unwrap();
        let seen = clocks(now, now, Duration::from_secs(2));
        assert_eq!(
            seen,
            Clocks { difference: SignedDuration::from_secs(1), precision: Duration::from_secs(1) }
        );
    }

    #[test]
    fn a_copy_that_is_away_or_behind_is_lame() {
        let told = json!({
            "config": {"num_replicas": 3},
            "state": {"messages": 4, "bytes": 5},
            "cluster": {"leader": "n0", "replicas": [
                {"name": "n1", "current": true},
                {"name": "n2", "current": false},
                {"name": "n3", "current": true, "offline": true},
            ]},
        });
        let seen = stream("TRADES", &told);
        assert_eq!((seen.replicas, seen.has_leader, seen.messages, seen.bytes), (3, true, 4, 5));
        assert_eq!(seen.lame_copies, ["n2", "n3"]);
        // A single server tells of no cluster.
        assert!(stream("TRADES", &json!({})).has_leader);
        assert!(!stream("TRADES", &json!({"cluster": {"leader": ""}})).has_leader);
        let since = |first: &str| stream("TRADES", &json!({"state": {"first_ts": first}})).first_at;
        assert_eq!(since("0001-01-01T00:00:00Z"), None);
        assert!(since("2026-01-05T12:00:00.5Z").is_some());
    }

    #[test]
    fn who_has_no_list_may_do_anything() {
        assert_eq!(subjects(&Value::Null), None);
        assert_eq!(subjects(&json!({"allow": ["a", "b"]})).unwrap().len(), 2);
    }
}
