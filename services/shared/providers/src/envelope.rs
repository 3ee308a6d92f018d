//! What an answer is, before its fields are read: a success, an error, or neither.

use http::StatusCode;
use serde::Deserialize;

use crate::outcome::{UNREADABLE_ANSWER, http};
use crate::wire::object;

/// What an answer is, by its body alone.
pub(crate) enum Envelope<T, E = String> {
    /// A success with readable fields.
    Success(T),
    /// A clear error with its word.
    Error(E),
    /// Anything else, with what was seen: never success, never failure.
    Unrecognised(&'static str),
}

/// What a body shows of being a success or an error. The two must not contradict each other.
pub(crate) struct Signs {
    /// Whether it is called a success; it is called one or the other.
    pub(crate) is_success: bool,
    /// Its error word, where it has one that is not empty.
    pub(crate) word: Option<String>,
    /// Whether it has what only a success has.
    pub(crate) has_result: bool,
}

impl<'a, T: Deserialize<'a>> Envelope<T> {
    /// What a body with these signs is.
    pub(crate) fn of(signs: Signs, body: &'a [u8]) -> Self {
        match (signs.is_success, signs.word) {
            (true, None) => match object(body) {
                Ok(fields) => Self::Success(fields),
                Err(_) => Self::Unrecognised("a success without the documented fields"),
            },
            (true, Some(_)) => Self::Unrecognised("a success with an error"),
            (false, _) if signs.has_result => Self::Unrecognised("an error with a result"),
            (false, Some(word)) => Self::Error(word),
            (false, None) => Self::Unrecognised("an error without its word"),
        }
    }
}

impl<T> Envelope<T> {
    /// What the answer to a call that changes something comes to, at a provider that documents no HTTP status of errors.
    /// The body decides; but after a server error anything may have happened, whatever its body says. `open` gets the code
    /// of what leaves everything open.
    pub(crate) fn judge<R>(
        &self,
        status: StatusCode,
        success: impl FnOnce(&T) -> R,
        error: impl FnOnce(&str) -> R,
        open: impl FnOnce(&str) -> R,
    ) -> R {
        match self {
            Self::Success(fields) if status.is_success() => success(fields),
            Self::Error(word) if may_refuse(status) => error(word),
            Self::Unrecognised(_) if status.is_success() => open(UNREADABLE_ANSWER),
            Self::Success(_) | Self::Error(_) | Self::Unrecognised(_) => open(&http(status)),
        }
    }

    /// The word of an error.
    pub(crate) fn error_word(&self) -> Option<&str> {
        match self {
            Self::Error(word) => Some(word),
            Self::Success(_) | Self::Unrecognised(_) => None,
        }
    }

    /// Which of these words the error is, where it is one of them.
    pub(crate) fn error_among(&self, words: &[&'static str]) -> Option<&'static str> {
        match self {
            Self::Error(word) => words.iter().copied().find(|given| given == word),
            Self::Success(_) | Self::Unrecognised(_) => None,
        }
    }
}

/// Whether an answer with this HTTP status may carry a readable error. A server error may come after the work was done.
pub(crate) fn may_refuse(status: StatusCode) -> bool {
    status.is_success() || status.is_client_error()
}
