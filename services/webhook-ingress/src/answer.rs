//! What becomes of a request, and how that is told to its sender and to the counter.

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Proved and stored.
    Stored,
    /// Proved and stored, but it names nothing that could be looked up.
    StoredUnread,
    /// Proved, and perhaps not stored.
    NotStored,
    /// Not proved, for this reason.
    Forged(&'static str),
    /// No account has this path.
    NotFound,
    /// Not a POST.
    WrongMethod,
    /// The body is larger than `webhooks.body_limit_bytes`.
    TooLarge,
    /// Head or body took longer than `webhooks.read_timeout`.
    TooSlow,
    /// The body ended before its end, or is not framed as HTTP wants it.
    BrokenOff,
    /// No HTTP request.
    Malformed,
}

impl Outcome {
    /// The label in metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::StoredUnread => "stored_unread",
            Self::NotStored => "not_stored",
            Self::Forged(_) => "forged",
            Self::NotFound => "not_found",
            Self::WrongMethod => "wrong_method",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::BrokenOff => "broken_off",
            Self::Malformed => "malformed",
        }
    }

    /// Why it is forged; empty, which in metrics is as good as absent, for everything else.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Forged(reason) => reason,
            Self::Stored
            | Self::StoredUnread
            | Self::NotStored
            | Self::NotFound
            | Self::WrongMethod
            | Self::TooLarge
            | Self::TooSlow
            | Self::BrokenOff
            | Self::Malformed => "",
        }
    }

    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Stored | Self::StoredUnread => StatusCode::OK,
            Self::NotStored => StatusCode::SERVICE_UNAVAILABLE,
            Self::Forged(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenOff | Self::Malformed => StatusCode::BAD_REQUEST,
        }
    }

    /// The body of the answer; `refusal` is the provider's word for a webhook that was not taken.
    pub(crate) const fn text(self, refusal: &'static str) -> &'static str {
        match self {
            Self::Stored | Self::StoredUnread => "ok",
            Self::NotStored => "error",
            // Not why: that would help nobody but a forger.
            Self::Forged(_) => refusal,
            Self::NotFound => "not found",
            Self::WrongMethod => "only POST is answered",
            Self::TooLarge => "too large",
            Self::TooSlow => "too slow",
            Self::BrokenOff | Self::Malformed => "unreadable",
        }
    }

    /// The answer. What was not read of the request makes the connection useless for another.
    pub(crate) fn response(self, is_all_read: bool, refusal: &'static str) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(self.text(refusal)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        if self == Self::WrongMethod {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        if !is_all_read {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_stored_is_a_success() {
        for (outcome, is_success) in [
            (Outcome::Stored, true),
            (Outcome::StoredUnread, true),
            (Outcome::NotStored, false),
            (Outcome::Forged("no_signature"), false),
            (Outcome::NotFound, false),
            (Outcome::WrongMethod, false),
            (Outcome::TooLarge, false),
            (Outcome::TooSlow, false),
            (Outcome::BrokenOff, false),
            (Outcome::Malformed, false),
        ] {
            assert_eq!(outcome.status().is_success(), is_success, "{outcome:?}");
        }
    }
}
