//! How a case is written: `provider step status` on the first line, the body after it.
//!
//! Words that are none are not refused: they choose by their bytes, so that nearly everything that a fuzzer writes is a
//! case. A provider that is added later changes what known words mean in no way.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::accounts::{ALL, Account};

/// Statuses that a word without digits stands for.
const STATUSES: [StatusCode; 5] = [
    StatusCode::OK,
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::INTERNAL_SERVER_ERROR,
];

/// One case.
pub struct Case<'a> {
    /// Whose answer it is.
    pub account: &'static Account,
    /// What the body is an answer to.
    pub step: &'static str,
    /// The answer's HTTP status.
    pub status: StatusCode,
    /// The answer's body.
    pub body: &'a [u8],
}

impl<'a> Case<'a> {
    /// Reads a case whose step is one of `steps`.
    #[must_use]
    pub fn read(case: &'a [u8], steps: &[&'static str]) -> Self {
        let end = case.iter().position(|byte| *byte == b'\n').unwrap_or(case.len());
        let (line, body) = (&case[..end], case.get(end + 1..).unwrap_or_default());
        let mut words = line.split(|byte| *byte == b' ');
        let mut word = || words.next().unwrap_or_default();
        let account = chosen(&ALL, word(), |account| account.name);
        let step = *chosen(steps, word(), |step| step);
        Self { account, step, status: status(word()), body }
    }

    /// Writes a case.
    #[must_use]
    pub fn write(provider: &str, step: &str, status: u16, body: &[u8]) -> Vec<u8> {
        let mut case = format!("{provider} {step} {status}\n").into_bytes();
        case.extend_from_slice(body);
        case
    }

    /// The answer.
    #[must_use]
    pub fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::copy_from_slice(self.body));
        *response.status_mut() = self.status;
        response
    }
}

/// The one with this name, or any.
fn chosen<'b, T>(all: &'b [T], word: &[u8], name: fn(&T) -> &str) -> &'b T {
    let named = all.iter().position(|one| name(one).as_bytes() == word);
    &all[named.unwrap_or_else(|| sum(word) % all.len())]
}

fn status(word: &[u8]) -> StatusCode {
    StatusCode::from_bytes(word).unwrap_or_else(|_| STATUSES[sum(word) % STATUSES.len()])
}

fn sum(word: &[u8]) -> usize {
    word.iter().map(|byte| usize::from(*byte)).sum()
}
