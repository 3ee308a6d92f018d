//! The envelope of every answer, and everything that can be wrong with a request.

use std::borrow::Cow;

use http::StatusCode;
use serde::Serialize;

use crate::answer::Answer;

/// What a method answers.
pub(super) type Outcome = Result<Answer, Failure>;

#[derive(Serialize)]
struct Success<'a, Data> {
    success: bool,
    message: &'a str,
    data: Data,
}

/// An answer with data.
pub(super) fn success(message: &str, data: &impl Serialize) -> Answer {
    Answer::json(&Success { success: true, message, data })
}

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    /// The request's type and the field, such as `InventoryRequest.game`.
    pub(super) field: String,
    pub(super) code: String,
    pub(super) message: String,
}

/// An error, with what Skinslink says and answers usually.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) message: Cow<'static, str>,
    /// Without any, `data` is absent.
    pub(super) problems: Vec<Problem>,
    pub(super) retry_after_seconds: Option<u32>,
}

impl Failure {
    /// An error without details.
    pub(super) fn plain(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), problems: Vec::new(), retry_after_seconds: None }
    }

    /// The body is no JSON, or a field has a wrong type.
    pub(super) fn invalid_body() -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "invalid request body")
    }

    /// No such game.
    pub(super) fn invalid_game() -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "invalid game code")
    }

    /// Nothing under that id.
    pub(super) fn not_found() -> Self {
        Self::plain(StatusCode::NOT_FOUND, "not found error")
    }

    /// The own id was used before.
    pub(super) fn already_exists() -> Self {
        Self::plain(StatusCode::CONFLICT, "already exist error")
    }

    /// A price is lower than the lowest that is accepted.
    pub(super) fn price_not_found() -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "item_specified_price_not_found")
    }

    /// Prices are not there at the moment.
    pub(super) fn no_prices() -> Self {
        let plain = Self::plain(StatusCode::SERVICE_UNAVAILABLE, "internal error");
        Self { retry_after_seconds: Some(2), ..plain }
    }

    /// Ours: too many requests.
    pub(super) fn throttled() -> Self {
        let plain = Self::plain(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        Self { retry_after_seconds: Some(1), ..plain }
    }

    /// Fields are missing or bad.
    pub(super) fn validation(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::plain(StatusCode::BAD_REQUEST, "validation error") }
    }

    /// One field is bad.
    pub(super) fn field(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        let (field, code, message) = (field.into(), code.to_owned(), message.into());
        Self::validation(vec![Problem { field, code, message }])
    }
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    success: bool,
    message: &'a str,
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    data: &'a [Problem],
}

/// The error envelope with the message and the HTTP status that are in force.
pub(super) fn error(failure: &Failure, message: &str, status: StatusCode) -> Answer {
    let answer = Answer::json(&ErrorAnswer { success: false, message, data: &failure.problems });
    match failure.retry_after_seconds {
        Some(seconds) => answer.with_header("retry-after", seconds),
        None => answer,
    }
    .with_status(status)
}
