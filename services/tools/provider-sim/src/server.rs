//! Listens and serves.
//!
//! The connections are served with hyper itself, because a handler here must be able to close its connection
//! without a byte of an answer, which a web framework does not offer.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::engine::courier;
use crate::options::Options;
use crate::router::{self, World};
use crate::shared::Shared;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The TLS settings of the client for notifications were refused.
    #[error("cannot set up TLS for notifications")]
    Tls(#[from] rustls::Error),
    /// The client for notifications could not be built.
    #[error("cannot build the HTTP client for notifications")]
    Client(#[from] reqwest::Error),
}

/// A running simulator. Dropping it stops it, without waiting.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    tasks: TaskTracker,
    stop: DropGuard,
}

impl Simulator {
    /// Opens the port and serves in the background.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listen_error = |source| StartError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let shutdown = CancellationToken::new();
        let tasks = TaskTracker::new();
        let shared =
            Arc::new(Shared::new(Clock::new(), notification_client()?, shutdown.clone(), tasks.clone()));
        let providers: Vec<_> =
            options.projects.iter().map(|project| project.build(Arc::clone(&shared))).collect();
        for provider in &providers {
            tasks.spawn(courier::run(Arc::clone(provider)));
        }
        tasks.spawn(accept(listener, Arc::new(World { shared, providers })));
        tracing::info!(%address, "provider simulator listens");
        Ok(Self { address, tasks, stop: shutdown.drop_guard() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and every connection, and waits until nothing runs any more.
    pub async fn stop(self) {
        drop(self.stop);
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Runs a simulator until `shutdown` is cancelled.
pub async fn run(options: Options, shutdown: CancellationToken) -> Result<(), StartError> {
    let simulator = Simulator::start(options).await?;
    shutdown.cancelled().await;
    simulator.stop().await;
    Ok(())
}

/// The client for notifications. It trusts no certificate authority: notifications of a simulator go to plain
/// HTTP addresses, and a machine without a certificate store must do.
pub(crate) fn notification_client() -> Result<reqwest::Client, StartError> {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    Ok(builder.redirect(reqwest::redirect::Policy::none()).build()?)
}

async fn accept(listener: TcpListener, world: Arc<World>) {
    loop {
        let accepted = tokio::select! {
            () = world.shared.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                world.shared.tasks.spawn(serve_connection(stream, Arc::clone(&world)));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                // Out of file descriptors, most likely: trying at once again would only burn the processor.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, world: Arc<World>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "connection without TCP_NODELAY");
    }
    let shared = Arc::clone(&world.shared);
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { router::reply(&world, request).await.into_response() }
    });
    let connection = http1::Builder::new()
        .keep_alive(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        () = shared.shutdown.cancelled() => {}
        served = connection => {
            if let Err(error) = served {
                tracing::debug!(%error, "connection ended early");
            }
        }
    }
}
