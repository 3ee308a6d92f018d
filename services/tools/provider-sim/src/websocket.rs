//! A provider's websocket, from the first byte to the last.

use std::pin::pin;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::answer::{Answer, Reply};
use crate::engine::feed::{FeedTraits, Reception, Word};
use crate::fields::Fields;
use crate::provider::Provider;

const WELCOME: &str = r#"{"event":"auth_success"}"#;
const REFUSAL: &str = r#"{"event":"auth_failed"}"#;

/// Answers a request for a provider's websocket, and serves it in the background.
pub(crate) fn open(
    provider: &Arc<dyn Provider>,
    traits: FeedTraits,
    request: &mut Request<Incoming>,
) -> Reply {
    let project = Arc::clone(provider.project());
    project.feed.tried();
    let query = Fields::from_form(request.uri().query().unwrap_or_default().as_bytes());
    let reception = project.feed.rules().reception;
    if reception == Reception::Forbidden {
        return refuse(StatusCode::FORBIDDEN);
    }
    let reception = if provider.opens_feed(&query) { reception } else { Reception::Refused };
    let mut head = Request::new(());
    (*head.method_mut(), *head.version_mut()) = (request.method().clone(), request.version());
    *head.headers_mut() = request.headers().clone();
    let Ok(answer) = create_response(&head) else {
        return refuse(StatusCode::BAD_REQUEST);
    };
    let (upgrade, provider) = (hyper::upgrade::on(request), Arc::clone(provider));
    project.shared.tasks.spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            serve(&provider, traits, reception, socket).await;
        }
    });
    let (head, ()) = answer.into_parts();
    Reply::Upgrade(Response::from_parts(head, ()))
}

fn refuse(status: StatusCode) -> Reply {
    Reply::Whole(Answer::text(status, status.to_string()))
}

async fn serve(
    provider: &Arc<dyn Provider>,
    traits: FeedTraits,
    reception: Reception,
    mut socket: WebSocketStream<TokioIo<Upgraded>>,
) {
    let project = provider.project();
    match reception {
        Reception::Welcome => listen(provider, traits, &mut socket).await,
        Reception::Refused | Reception::Forbidden => {
            // The client may be gone; there is nobody else to tell.
            let _gone = socket.send(Message::text(REFUSAL)).await;
            let _gone = socket.close(None).await;
        }
        // Nothing is read either, so that no ping is answered.
        Reception::Silent => project.shared.shutdown.cancelled().await,
    }
}

async fn listen(
    provider: &Arc<dyn Provider>,
    traits: FeedTraits,
    socket: &mut WebSocketStream<TokioIo<Upgraded>>,
) {
    let project = provider.project();
    let (mut words, _listener) = project.feed.listen();
    if socket.send(Message::text(WELCOME)).await.is_err() {
        return;
    }
    let quiet_after = traits.quiet_after.unwrap_or_default();
    let (mut quiet, mut is_quiet) = (pin!(sleep(quiet_after)), false);
    loop {
        let sent = tokio::select! {
            () = project.shared.shutdown.cancelled() => return,
            () = &mut quiet, if !is_quiet && traits.quiet_after.is_some() => {
                is_quiet = true;
                Ok(())
            }
            word = words.recv() => match word {
                Ok(Word::Cut) => return,
                Ok(Word::Text(_) | Word::Bytes) if is_quiet => Ok(()),
                Ok(Word::Text(text)) => socket.send(Message::text(text)).await,
                Ok(Word::Bytes) => socket.send(Message::binary(vec![0xff, 0x00])).await,
                // A listener who is behind misses some.
                Err(_) => Ok(()),
            },
            message = socket.next() => match message {
                None | Some(Err(_)) => return,
                Some(Ok(Message::Text(text))) if text.as_str() == "ping" => {
                    project.feed.pinged();
                    quiet.set(sleep(quiet_after));
                    if project.feed.rules().pong { socket.send(Message::text("pong")).await } else { Ok(()) }
                }
                Some(Ok(_)) => Ok(()),
            },
        };
        if sent.is_err() {
            return;
        }
    }
}
