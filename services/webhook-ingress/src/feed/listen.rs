//! One open connection, from the first frame to the last.

use std::pin::pin;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use skinbus_runtime::Shutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Between two pings. SkinsBack wants one every 30 seconds.
pub(super) const PING_EVERY: Duration = Duration::from_secs(25);
/// A connection on which nothing came for so long is dead: whatever speaks this protocol answers pings.
const SILENT_MAX: Duration = PING_EVERY.saturating_mul(3);
/// How long a ping, and the word that we go, may take.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// We were asked to end.
    Asked,
    /// The provider does not take us for who we are.
    Refused,
    /// The provider closed it.
    Closed,
    /// It broke, or the provider sent what is no websocket frame, or one that is too large.
    Broken,
    /// Nothing came any more.
    Silent,
}

impl Ended {
    /// The label in metrics, and the word in the log.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Broken => "broken",
            Self::Silent => "silent",
        }
    }
}

/// What whoever reads a frame wants of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Listen,
    Leave,
}

/// Gives every text to `read` until the connection ends. Other frames are given as `None`.
pub(super) async fn listen<T: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<T>,
    ping_text: Option<&'static str>,
    ending: &Shutdown,
    mut read: impl FnMut(Option<&str>) -> Next,
) -> Ended {
    let mut pings = interval(PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent = pin!(sleep(SILENT_MAX));
    let ended = loop {
        tokio::select! {
            biased;
            () = ending.requested() => break Ended::Asked,
            () = &mut silent => break Ended::Silent,
            _ = pings.tick() => {
                if timeout(WRITE_TIMEOUT, ping(&mut socket, ping_text)).await != Ok(true) {
                    break Ended::Broken;
                }
            }
            message = socket.next() => {
                silent.set(sleep(SILENT_MAX));
                let next = match message {
                    None => break Ended::Closed,
                    Some(Err(_)) => break Ended::Broken,
                    Some(Ok(Message::Text(text))) => read(Some(text.as_str())),
                    Some(Ok(Message::Binary(_))) => read(None),
                    // Answered by the library, which also says goodbye.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_))) => Next::Listen,
                };
                if next == Next::Leave {
                    break Ended::Refused;
                }
            }
        }
    };
    // The provider may be gone; then so are we.
    let _gone = timeout(CLOSE_TIMEOUT, leave(&mut socket)).await;
    ended
}

/// Sends what the provider wants, and a ping that its server has to answer. False where that is not possible any more.
async fn ping<T: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut WebSocketStream<T>,
    text: Option<&'static str>,
) -> bool {
    if let Some(text) = text
        && socket.send(Message::text(text)).await.is_err()
    {
        return false;
    }
    socket.send(Message::Ping(bytes::Bytes::new())).await.is_ok()
}

/// Says goodbye, and waits for the same.
async fn leave<T: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<T>) {
    if socket.close(None).await.is_ok() {
        while let Some(Ok(_)) = socket.next().await {}
    }
}
