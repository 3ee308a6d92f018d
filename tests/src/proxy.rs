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
    /// What was said, where anybody will ask for it.
    transcript: Option<Arc<Transcript>>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct State {
    /// Whose words are lost.
    lost: Option<Side>,
    /// Connections of an earlier generation are cut.
    generation: u64,
    /// Nobody listens: whoever connects is refused.
    is_closed: bool,
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
        Self::listen(listener, vec![server], Some(Arc::default()))
    }

    /// Starts a proxy on a port that stays its own, in front of several servers in turn: whoever is not there is passed
    /// over. It keeps nothing of what is said.
    pub async fn in_front_of(port: u16, servers: Vec<String>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        Self::listen(listener, servers, None)
    }

    fn listen(listener: TcpListener, servers: Vec<String>, transcript: Option<Arc<Transcript>>) -> Self {
        let address = listener.local_addr().unwrap().to_string();
        let state = watch::Sender::new(State::default());
        let relay = Relay { state: state.clone(), transcript: transcript.clone(), servers, next: 0 };
        let listening = tokio::spawn(relay.run(listener, address.clone()));
        Self { address, state, transcript, listening }
    }

    /// Where clients connect, as `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
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

    /// From now on nobody listens, and every connection is cut, until [`Proxy::heal`].
    pub fn close(&self) {
        self.state.send_modify(|state| {
            *state = State { lost: None, generation: state.generation + 1, is_closed: true };
        });
    }

    /// Cuts every connection; new ones lose nothing.
    pub fn heal(&self) {
        self.state
            .send_modify(|state| *state = State { generation: state.generation + 1, ..State::default() });
    }

    /// How often a side has said this, whether or not it was lost.
    ///
    /// # Panics
    ///
    /// Where nothing is kept.
    #[must_use]
    pub fn said(&self, side: Side, text: &str) -> usize {
        let transcript = self.transcript.as_ref().expect("a proxy that keeps what is said");
        let said = transcript.of(side).lock().unwrap();
        said.windows(text.len()).filter(|words| *words == text.as_bytes()).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.heal();
    }
}

/// What listens and connects.
struct Relay {
    state: watch::Sender<State>,
    transcript: Option<Arc<Transcript>>,
    servers: Vec<String>,
    /// Whose turn it is.
    next: usize,
}

impl Relay {
    async fn run(mut self, listener: TcpListener, address: String) {
        let mut state = self.state.subscribe();
        let mut listener = Some(listener);
        loop {
            let is_closed = listener.is_none();
            tokio::select! {
                biased;
                changed = changed(&mut state, is_closed) => {
                    let Some(changed) = changed else { return };
                    // Dropped before anybody is refused by it.
                    drop(listener.take());
                    if !changed.is_closed {
                        listener = Some(bind(&address).await);
                    }
                }
                client = accept(listener.as_ref()) => self.connect(client).await,
            }
        }
    }

    async fn connect(&mut self, client: TcpStream) {
        let generation = self.state.borrow().generation;
        for _ in 0..self.servers.len() {
            let server = &self.servers[self.next % self.servers.len()];
            self.next += 1;
            let Ok(server) = TcpStream::connect(server).await else { continue };
            let ((client_says, to_client), (server_says, to_server)) =
                (client.into_split(), server.into_split());
            for (side, from, to) in
                [(Side::Client, client_says, to_server), (Side::Server, server_says, to_client)]
            {
                let transcript = self.transcript.clone();
                tokio::spawn(pump(side, from, to, self.state.subscribe(), generation, transcript));
            }
            return;
        }
        // Refused: then the client's end is dropped, and it tries again.
    }
}

/// The state as soon as it is closed, or open, and was not before; nothing where the proxy is gone.
async fn changed(state: &mut watch::Receiver<State>, is_closed: bool) -> Option<State> {
    state.wait_for(|state| state.is_closed != is_closed).await.ok().map(|state| *state)
}

async fn bind(address: &str) -> TcpListener {
    crate::wait::until("a proxy to have its port again", || async { TcpListener::bind(address).await.ok() })
        .await
}

async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    match listener {
        Some(listener) => listener.accept().await.unwrap().0,
        None => std::future::pending().await,
    }
}

async fn pump(
    side: Side,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    generation: u64,
    transcript: Option<Arc<Transcript>>,
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
        if let Some(transcript) = &transcript {
            transcript.of(side).lock().unwrap().extend_from_slice(&buffer[..length]);
        }
        let is_lost = state.borrow().lost == Some(side);
        if !is_lost && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
