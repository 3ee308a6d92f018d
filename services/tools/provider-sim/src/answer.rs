//! What goes back over the wire, or fails to.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde::Serialize;

/// The media type of every regular answer.
pub(crate) const JSON: &str = "application/json";
/// The media type of what web servers answer in place of an API.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// The media type of HTML forms, which some notifications have.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A complete HTTP answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    /// Besides the content type, in lower case; each name once.
    pub(crate) headers: Vec<(&'static str, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// An answer of any kind.
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into() }
    }

    /// An answer with HTTP 200 and this value as JSON.
    pub(crate) fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(StatusCode::OK, JSON, body),
            Err(error) => Self::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }

    /// A plain text answer, for mistakes in the use of the simulator itself.
    pub(crate) fn text(status: StatusCode, text: String) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text)
    }

    /// A page as a web server shows it.
    pub(crate) fn html(status: StatusCode, body: &'static str) -> Self {
        Self::new(status, HTML, Bytes::from_static(body.as_bytes()))
    }

    /// The same with one more header, such as `retry-after`.
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with another HTTP status.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

/// How an answer leaves.
#[derive(Debug)]
pub(crate) enum Reply {
    /// In full.
    Whole(Answer),
    /// The head and half of the body, then the connection is cut.
    CutInBody(Answer),
    /// Not a byte: the connection is closed.
    Cut,
    /// The connection becomes a websocket.
    Upgrade(Response<()>),
}

/// The error that makes the server drop a connection without a byte of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulated provider cuts the connection")]
pub(crate) struct CutConnection;

impl Reply {
    /// The HTTP response, or the order to cut.
    pub(crate) fn into_response(self) -> Result<Response<AnswerBody>, CutConnection> {
        let (answer, broken) = match self {
            Self::Whole(answer) => (answer, false),
            Self::CutInBody(answer) => (answer, true),
            Self::Cut => return Err(CutConnection),
            Self::Upgrade(answer) => return Ok(answer.map(|()| AnswerBody::whole(Bytes::new()))),
        };
        let body = if broken { AnswerBody::broken(&answer.body) } else { AnswerBody::whole(answer.body) };
        let mut response = Response::new(body);
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
        for (name, value) in answer.headers {
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(response)
    }
}

/// A body that may promise more than it delivers.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    promised: u64,
    rest: Rest,
}

/// What is still to come.
#[derive(Debug)]
enum Rest {
    Whole(Bytes),
    Half(Bytes),
    Pause,
    Break,
    Nothing,
}

impl AnswerBody {
    fn whole(data: Bytes) -> Self {
        let promised = length(&data);
        Self { promised, rest: if data.is_empty() { Rest::Nothing } else { Rest::Whole(data) } }
    }

    fn broken(data: &Bytes) -> Self {
        Self { promised: length(data), rest: Rest::Half(data.slice(..data.len() / 2)) }
    }
}

fn length(data: &Bytes) -> u64 {
    u64::try_from(data.len()).unwrap_or(u64::MAX)
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = CutConnection;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutConnection>>> {
        match mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Whole(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Rest::Half(data) => {
                self.rest = Rest::Pause;
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            // Being idle for one turn lets the server flush the half; else the client would see nothing at all.
            Rest::Pause => {
                self.rest = Rest::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Rest::Break => Poll::Ready(Some(Err(CutConnection))),
            Rest::Nothing => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
