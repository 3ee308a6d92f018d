//! One request, read in full.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, request};
use serde::de::DeserializeOwned;

use crate::fields::Fields;

/// A request with its parameters.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) verb: Method,
    /// The whole path, with the provider's prefix.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Fields,
    pub(crate) body: Fields,
    /// The body as it came.
    pub(crate) raw_body: Bytes,
}

impl Call {
    /// Reads a request whose body is complete.
    pub(crate) fn read(head: request::Parts, body: Bytes) -> Self {
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self {
            body: Fields::from_body(content_type, &body),
            query: Fields::from_form(head.uri.query().unwrap_or_default().as_bytes()),
            path: head.uri.path().to_owned(),
            verb: head.method,
            headers: head.headers,
            raw_body: body,
        }
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where this verb carries its parameters.
    pub(crate) fn fields(&self) -> &Fields {
        if self.verb == Method::POST { &self.body } else { &self.query }
    }

    /// The body as JSON of a type, for providers that are strict about types.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.raw_body)
    }
}
