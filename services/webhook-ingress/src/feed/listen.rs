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
                    None | Some(Ok(Message::Close(_))) => break Ended::Closed,
                    Some(Err(_)) => break Ended::Broken,
                    Some(Ok(Message::Text(text))) => read(Some(text.as_str())),
                    Some(Ok(Message::Binary(_))) => read(None),
                    // The library answers pings.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Next::Listen,
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

#[cfg(test)]
mod tests {
    use skinbus_providers::feed::FRAME_MAX_BYTES;
    use tokio::io::DuplexStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::super::connect::limits;
    use super::*;

    type Socket = WebSocketStream<DuplexStream>;

    /// We and the provider, without a network between. Time passes only where both wait.
    async fn pair() -> (Socket, Socket) {
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        let ours = WebSocketStream::from_raw_socket(ours, Role::Client, Some(limits())).await;
        (ours, WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
    }

    /// Listens to what the provider does, and gives the end and what was read.
    async fn told<Done: Future<Output = Socket>>(
        provider: impl FnOnce(Socket) -> Done,
    ) -> (Ended, Vec<Option<String>>) {
        let (ours, theirs) = pair().await;
        let (mut told, ending) = (Vec::new(), Shutdown::new());
        let listening = listen(ours, Some("ping"), &ending, |text| {
            told.push(text.map(str::to_owned));
            if text == Some("leave") { Next::Leave } else { Next::Listen }
        });
        let (ended, _theirs) = tokio::join!(listening, provider(theirs));
        (ended, told)
    }

    #[tokio::test(start_paused = true)]
    async fn it_pings_in_text_and_in_the_protocol_for_as_long_as_it_listens() {
        let (ended, told) = told(|mut theirs| async move {
            let mut pings = Vec::new();
            while pings.len() < 20 {
                pings.push(theirs.next().await.unwrap().unwrap());
            }
            for pair in pings.chunks(2) {
                assert_eq!(pair, [Message::text("ping"), Message::Ping(bytes::Bytes::new())]);
            }
            theirs.close(None).await.unwrap();
            theirs
        })
        .await;
        assert_eq!((ended, told), (Ended::Closed, Vec::new()));
    }

    /// A server that reads nothing answers no ping: its connection looks open for ever.
    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_comes_is_given_up() {
        let (ended, told) = told(|theirs| async { theirs }).await;
        assert_eq!((ended, told), (Ended::Silent, Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn texts_are_read_in_their_order_and_other_frames_are_nothing() {
        let (ended, told) = told(|mut theirs| async move {
            for message in
                [Message::text("a"), Message::binary(vec![0xff]), Message::text(""), Message::text("leave")]
            {
                theirs.send(message).await.unwrap();
            }
            let mut last = None;
            while let Some(Ok(message)) = theirs.next().await {
                last = Some(message);
            }
            assert!(matches!(last, Some(Message::Close(_))), "it says goodbye: {last:?}");
            theirs
        })
        .await;
        let expected = [Some("a"), None, Some(""), Some("leave")].map(|text| text.map(str::to_owned));
        assert_eq!((ended, told), (Ended::Refused, expected.to_vec()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_is_too_large_ends_the_connection() {
        let (ended, told) = told(|mut theirs| async move {
            theirs.send(Message::text("x".repeat(FRAME_MAX_BYTES))).await.unwrap();
            theirs.send(Message::text("x".repeat(FRAME_MAX_BYTES + 1))).await.unwrap();
            theirs
        })
        .await;
        assert_eq!((ended, told.len()), (Ended::Broken, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn it_leaves_when_it_is_asked_even_where_nobody_answers() {
        let (ours, _theirs) = pair().await;
        let ending = Shutdown::new();
        ending.trigger();
        assert_eq!(listen(ours, None, &ending, |_| Next::Listen).await, Ended::Asked);
    }
}
