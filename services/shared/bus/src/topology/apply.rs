//! What a service does with the topology at start.

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::{self, consumer, stream};
use skinbus_runtime::config::Topology as Mode;

use super::Topology;

/// Why the streams are not as they must be.
#[derive(Debug, thiserror::Error)]
pub enum TopologyError {
    /// A stream could not be created or updated.
    #[error("creating or updating the stream {name}")]
    Stream {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: jetstream::context::CreateStreamError,
    },
    /// A stream could not be looked at.
    #[error(
        "reading the stream {name}; it must exist: apply the topology, or set nats.topology to \"manage\""
    )]
    Missing {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: jetstream::context::GetStreamError,
    },
    /// A consumer could not be created or updated.
    #[error("creating or updating the consumer {name}")]
    Consumer {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: stream::ConsumerError,
    },
    /// A consumer could not be looked at.
    #[error("reading the consumer {name} of the stream {stream}: {problem}")]
    MissingConsumer {
        /// Which.
        name: String,
        /// Of which stream.
        stream: &'static str,
        /// Why.
        problem: String,
    },
    /// Something is there, but not as it must be.
    #[error("{name} differs in {fields}: apply the topology, or set nats.topology to \"manage\"")]
    Differs {
        /// What.
        name: String,
        /// In which fields.
        fields: String,
    },
}

/// What was done about a stream or a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `stream` or `consumer`.
    pub what: &'static str,
    /// Which.
    pub name: String,
    /// It was not there before.
    pub is_new: bool,
}

/// Creates and updates (`manage`), only checks (`verify`), or leaves alone (`off`), and tells what was changed.
///
/// # Errors
///
/// [`TopologyError`] at the first stream or consumer that is not, or cannot be made, as it must be.
pub async fn apply(
    jetstream: &jetstream::Context,
    topology: &Topology,
    mode: Mode,
) -> Result<Vec<Change>, TopologyError> {
    let changes = match mode {
        Mode::Off => return Ok(Vec::new()),
        Mode::Manage => manage(jetstream, topology).await?,
        Mode::Verify => Vec::new(),
    };
    for wanted in &topology.streams {
        check_stream(jetstream, wanted).await?;
    }
    for (stream, wanted) in &topology.consumers {
        check_consumer(jetstream, stream, wanted).await?;
    }
    Ok(changes)
}

/// Everything that is missing or differs; nothing is changed.
pub async fn check(jetstream: &jetstream::Context, topology: &Topology) -> Vec<TopologyError> {
    let mut problems = Vec::new();
    for wanted in &topology.streams {
        problems.extend(check_stream(jetstream, wanted).await.err());
    }
    for (stream, wanted) in &topology.consumers {
        problems.extend(check_consumer(jetstream, stream, wanted).await.err());
    }
    problems
}

async fn manage(jetstream: &jetstream::Context, topology: &Topology) -> Result<Vec<Change>, TopologyError> {
    let mut changes = Vec::new();
    for wanted in &topology.streams {
        // Most starts find everything in place, and then change nothing.
        let known = jetstream.get_stream(&wanted.name).await.ok();
        let is_same =
            |known: &stream::Stream| stream_differences(wanted, &known.cached_info().config).is_empty();
        if known.as_ref().is_some_and(is_same) {
            continue;
        }
        create_or_update(jetstream, wanted).await?;
        changes.push(Change { what: "stream", name: wanted.name.clone(), is_new: known.is_none() });
    }
    for (stream, wanted) in &topology.consumers {
        let name = wanted.durable_name.clone().unwrap_or_default();
        let known: Option<consumer::PullConsumer> =
            jetstream.get_consumer_from_stream(&name, *stream).await.ok();
        let is_same = |known: &consumer::PullConsumer| {
            consumer_differences(wanted, &known.cached_info().config).is_empty()
        };
        if known.as_ref().is_some_and(is_same) {
            continue;
        }
        let handle = jetstream
            .get_stream_no_info(*stream)
            .await
            .map_err(|source| TopologyError::Missing { name: (*stream).to_owned(), source })?;
        handle
            .create_consumer(wanted.clone())
            .await
            .map_err(|source| TopologyError::Consumer { name: name.clone(), source })?;
        changes.push(Change { what: "consumer", name, is_new: known.is_none() });
    }
    Ok(changes)
}

/// Two services that start together may both create: whoever comes second updates to the same.
async fn create_or_update(
    jetstream: &jetstream::Context,
    wanted: &stream::Config,
) -> Result<(), TopologyError> {
    match jetstream.create_or_update_stream(wanted.clone()).await {
        Ok(_) => Ok(()),
        Err(error) if is_name_in_use(&error) => jetstream
            .update_stream(wanted.clone())
            .await
            .map(|_| ())
            .map_err(|source| TopologyError::Stream { name: wanted.name.clone(), source }),
        Err(source) => Err(TopologyError::Stream { name: wanted.name.clone(), source }),
    }
}

fn is_name_in_use(error: &jetstream::context::CreateStreamError) -> bool {
    match error.kind() {
        CreateStreamErrorKind::JetStream(error) => {
            error.error_code() == jetstream::ErrorCode::STREAM_NAME_EXIST
        }
        CreateStreamErrorKind::EmptyStreamName
        | CreateStreamErrorKind::InvalidStreamName
        | CreateStreamErrorKind::DomainAndExternalSet
        | CreateStreamErrorKind::JetStreamUnavailable
        | CreateStreamErrorKind::TimedOut
        | CreateStreamErrorKind::Response
        | CreateStreamErrorKind::NotFound
        | CreateStreamErrorKind::ResponseParse => false,
    }
}

async fn check_stream(jetstream: &jetstream::Context, wanted: &stream::Config) -> Result<(), TopologyError> {
    let name = wanted.name.clone();
    let known = jetstream.get_stream(&name).await;
    let known = known.map_err(|source| TopologyError::Missing { name: name.clone(), source })?;
    differs(name, stream_differences(wanted, &known.cached_info().config))
}

async fn check_consumer(
    jetstream: &jetstream::Context,
    stream: &'static str,
    wanted: &pull::Config,
) -> Result<(), TopologyError> {
    let name = wanted.durable_name.clone().unwrap_or_default();
    let missing = |problem: String| TopologyError::MissingConsumer { name: name.clone(), stream, problem };
    let known: consumer::PullConsumer = jetstream
        .get_consumer_from_stream(&name, stream)
        .await
        .map_err(|error| missing(error.to_string()))?;
    differs(name.clone(), consumer_differences(wanted, &known.cached_info().config))
}

fn differs(name: String, fields: Vec<&'static str>) -> Result<(), TopologyError> {
    if fields.is_empty() {
        return Ok(());
    }
    Err(TopologyError::Differs { name, fields: fields.join(", ") })
}

/// Only what Skinbus relies on: an operator may add limits, tags and placement.
fn stream_differences(wanted: &stream::Config, known: &stream::Config) -> Vec<&'static str> {
    [
        ("subjects", wanted.subjects == known.subjects),
        ("retention", wanted.retention == known.retention),
        ("discard", wanted.discard == known.discard),
        ("storage", wanted.storage == known.storage),
        ("num_replicas", wanted.num_replicas == known.num_replicas),
        ("max_msgs_per_subject", same_limit(wanted.max_messages_per_subject, known.max_messages_per_subject)),
        ("max_age", wanted.max_age == known.max_age),
        ("duplicate_window", wanted.duplicate_window == known.duplicate_window),
        ("allow_direct", wanted.allow_direct == known.allow_direct),
        ("subject_transform", wanted.subject_transform == known.subject_transform),
        ("republish", wanted.republish == known.republish),
        ("allow_msg_schedules", wanted.allow_message_schedules == known.allow_message_schedules),
        ("allow_msg_ttl", wanted.allow_message_ttl == known.allow_message_ttl),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(field, _)| field)
    .collect()
}

/// No limit is written as 0 or as -1.
fn same_limit(wanted: i64, known: i64) -> bool {
    wanted.max(0) == known.max(0)
}

fn consumer_differences(wanted: &pull::Config, known: &consumer::Config) -> Vec<&'static str> {
    [
        ("filter_subject", wanted.filter_subject == known.filter_subject),
        ("ack_policy", wanted.ack_policy == known.ack_policy),
        ("ack_wait", wanted.ack_wait == known.ack_wait),
        ("max_deliver", wanted.max_deliver == known.max_deliver),
        ("max_ack_pending", wanted.max_ack_pending == known.max_ack_pending),
        ("backoff", known.backoff.is_empty()),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(field, _)| field)
    .collect()
}
