//! One request, read in full.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, request};

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
}

impl Call {
    pub(crate) fn read(head: request::Parts, body: &Bytes) -> Self {
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self {
            body: Fields::from_body(content_type, body),
            query: Fields::from_form(head.uri.query().unwrap_or_default().as_bytes()),
            path: head.uri.path().to_owned(),
            verb: head.method,
            headers: head.headers,
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
}
