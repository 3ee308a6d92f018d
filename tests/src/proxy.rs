//! A TCP proxy in front of a server that loses on command what one side says, and cuts connections.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Who is speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that connected.
    Client,
    /// The one behind the proxy.
    Server,
}

/// The proxy. Ends, with every connection through it, when dropped.
pub struct Proxy {
    address: String,
    state: watch::Sender<State>,
    transcript: Arc<Transcript>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct State {
    /// Whose words are lost.
    lost: Option<Side>,
    /// Connections of an earlier generation are cut.
    generation: u64,
}

#[derive(Default)]
struct Transcript {
    client: Mutex<Vec<u8>>,
    server: Mutex<Vec<u8>>,
}

impl Transcript {
    fn of(&self, side: Side) -> &Mutex<Vec<u8>> {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
}

impl Proxy {
    /// Starts a proxy in front of `server` (`host:port`).
    pub async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = watch::Sender::new(State::default());
        let transcript = Arc::new(Transcript::default());
        let listening = tokio::spawn({
            let (state, transcript) = (state.clone(), Arc::clone(&transcript));
            async move {
                loop {
                    let (client, _) = listener.accept().await.unwrap();
                    // Refused: then the client's end is dropped, and it tries again.
                    let Ok(server) = TcpStream::connect(&server).await else { continue };
                    let ((client_says, to_client), (server_says, to_server)) =
                        (client.into_split(), server.into_split());
                    let generation = state.borrow().generation;
                    for (side, from, to) in
                        [(Side::Client, client_says, to_server), (Side::Server, server_says, to_client)]
                    {
                        let transcript = Arc::clone(&transcript);
                        tokio::spawn(pump(side, from, to, state.subscribe(), generation, transcript));
                    }
                }
            }
        });
        Self { address, state, transcript, listening }
    }

    /// Where clients connect.
    #[must_use]
    pub fn nats_url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// From now on, what this side says is read and lost, until [`Proxy::heal`].
    pub fn lose(&self, side: Side) {
        self.state.send_modify(|state| state.lost = Some(side));
    }

    /// Cuts every connection; new ones lose nothing.
    pub fn heal(&self) {
        self.state.send_modify(|state| *state = State { lost: None, generation: state.generation + 1 });
    }

    /// How often a side has said this, whether or not it was lost.
    #[must_use]
    pub fn said(&self, side: Side, text: &str) -> usize {
        let said = self.transcript.of(side).lock().unwrap();
        said.windows(text.len()).filter(|words| *words == text.as_bytes()).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.heal();
    }
}

async fn pump(
    side: Side,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    generation: u64,
    transcript: Arc<Transcript>,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let read = tokio::select! {
            biased;
            cut = state.wait_for(|state| state.generation != generation) => {
                drop(cut);
                return;
            }
            read = from.read(&mut buffer) => read,
        };
        let Ok(length @ 1..) = read else { return };
        transcript.of(side).lock().unwrap().extend_from_slice(&buffer[..length]);
        let is_lost = state.borrow().lost == Some(side);
        if !is_lost && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
