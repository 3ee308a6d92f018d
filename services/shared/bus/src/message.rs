//! Messages as they come in.

use std::time::Duration;

use async_nats::HeaderMap;
use bytes::Bytes;
use skinbus_proto::Schema;

/// The header that names the body's encoding.
pub const CONTENT_TYPE: &str = "Content-Type";
/// The header that names the body's message.
pub const SCHEMA: &str = "Skinbus-Schema";
/// The content type of protobuf bodies, and the default.
pub const PROTOBUF: &str = "application/x-protobuf";
/// The content type of JSON bodies.
pub const JSON: &str = "application/json";

/// A message as it came in, before anything of it is believed.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The subject it came on.
    pub subject: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub payload: Bytes,
    /// Where it lies; empty for a request.
    pub stream: String,
    /// Its sequence there; 0 for a request.
    pub sequence: u64,
    /// How often it was delivered, this time included.
    pub deliveries: u64,
}

/// The longest pause before a message comes again that could not be worked on.
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(60);

/// Why a body cannot be read. It quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// The content type is neither protobuf nor, where allowed, JSON.
    #[error("the content type is not supported")]
    ContentType,
    /// The schema header names another message.
    #[error("the body is said to be another message than {0}")]
    Schema(&'static str),
    /// The bytes are no such protobuf message.
    #[error("the body is no {0}")]
    Protobuf(&'static str),
    /// The text is no such JSON message.
    #[error(transparent)]
    Json(#[from] skinbus_proto::json::JsonError),
}

impl Incoming {
    /// A message of a stream, as it was delivered.
    pub(crate) fn of_stream(message: &async_nats::jetstream::Message) -> Self {
        let (stream, sequence, deliveries) = match message.info() {
            Ok(info) => {
                (info.stream.to_owned(), info.stream_sequence, u64::try_from(info.delivered).unwrap_or(1))
            }
            Err(_) => (String::new(), 0, 1),
        };
        Self {
            subject: message.subject.to_string(),
            headers: message.headers.clone().unwrap_or_default(),
            payload: message.payload.clone(),
            stream,
            sequence,
            deliveries,
        }
    }

    /// How long to leave a message alone because something that it needs is away: a second after its first delivery, then
    /// two, up to a minute. An hour of such trouble takes about seventy deliveries.
    #[must_use]
    pub fn retry_pause(&self) -> Duration {
        let doublings = u32::try_from(self.deliveries.saturating_sub(1)).unwrap_or(u32::MAX);
        let seconds = 1_u64.checked_shl(doublings.min(63)).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(RETRY_PAUSE_MAX)
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(async_nats::HeaderValue::as_str)
    }

    /// Reads a protobuf body.
    ///
    /// # Errors
    ///
    /// [`Undecodable`] where it is no `M`.
    pub fn decode<M: Schema>(&self) -> Result<M, Undecodable> {
        if self.header(SCHEMA).is_some_and(|name| name != M::NAME) {
            return Err(Undecodable::Schema(M::NAME));
        }
        match self.header(CONTENT_TYPE) {
            None | Some(PROTOBUF) => {}
            Some(_) => return Err(Undecodable::ContentType),
        }
        M::decode(self.payload.as_ref()).map_err(|_| Undecodable::Protobuf(M::NAME))
    }

    /// Reads a body that may also be JSON.
    ///
    /// # Errors
    ///
    /// [`Undecodable`] where it is no `M` in either form.
    pub fn decode_or_json<M: Schema>(&self) -> Result<M, Undecodable> {
        if self.is_json() {
            return Ok(skinbus_proto::json::read(&self.payload)?);
        }
        self.decode()
    }

    /// Whether the body is said to be JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        let media_type = self.header(CONTENT_TYPE).and_then(|value| value.split(';').next()).map(str::trim);
        media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case(JSON))
    }
}

impl From<async_nats::Message> for Incoming {
    fn from(message: async_nats::Message) -> Self {
        Self {
            subject: message.subject.into_string(),
            headers: message.headers.unwrap_or_default(),
            payload: message.payload,
            stream: String::new(),
            sequence: 0,
            deliveries: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(deliveries: u64) -> Incoming {
        let (subject, headers, payload) = (String::new(), HeaderMap::new(), Bytes::new());
        Incoming { subject, headers, payload, stream: String::new(), sequence: 0, deliveries }
    }

    #[test]
    fn pauses_grow_to_a_minute() {
        let pauses: Vec<u64> =
            (0..9).map(|deliveries| delivered(deliveries).retry_pause().as_secs()).collect();
        assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(delivered(u64::MAX).retry_pause(), RETRY_PAUSE_MAX);
    }

    #[test]
    fn an_hour_of_trouble_is_survived() {
        let longest: Duration =
            (1..crate::work::DELIVERIES_MAX).map(|deliveries| delivered(deliveries).retry_pause()).sum();
        assert!(longest > Duration::from_secs(90 * 60), "{longest:?}");
    }
}
