//! The health port: `/livez`, `/readyz`, `/startupz` and `/metrics`.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TEXT_FORMAT, TextEncoder};
use tokio::net::TcpListener;

use super::{Health, ShownHealth};

/// Why the health port could not be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// The address could not be bound.
    #[error("cannot listen on {address} for health and metrics; set http.listen to a free address")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The server stopped.
    #[error("the health server stopped")]
    Serve(#[source] io::Error),
}

/// A bound health port.
#[derive(Debug)]
pub struct HealthServer {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
}

impl HealthServer {
    /// Binds the port; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// [`HealthError::Bind`] where the address cannot be had.
    pub async fn bind(
        address: SocketAddr,
        health: impl Into<ShownHealth>,
        registry: Registry,
    ) -> Result<Self, HealthError> {
        let failed = |source| HealthError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        tracing::info!(%address, port = "http", "listening");
        let router = Router::new()
            // Alive is that this answer is sent. NATS is no part of it: a restart would not bring it back.
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(readyz))
            .route("/startupz", get(startupz))
            .route("/metrics", get(metrics))
            .with_state((health.into(), registry));
        Ok(Self { listener, address, router })
    }

    /// The address that was bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the future is dropped, so also while the service drains.
    ///
    /// # Errors
    ///
    /// [`HealthError::Serve`] where the listener fails.
    pub async fn serve(self) -> Result<(), HealthError> {
        axum::serve(self.listener, self.router).await.map_err(HealthError::Serve)
    }
}

type Shared = State<(ShownHealth, Registry)>;

async fn readyz(State((health, _)): Shared) -> Response {
    let health = health.current();
    answer(health.is_ready(), "ready", "not ready", &health)
}

async fn startupz(State((health, _)): Shared) -> Response {
    let health = health.current();
    answer(health.is_started(), "started", "starting", &health)
}

fn answer(good: bool, yes: &str, no: &str, health: &Health) -> Response {
    let (status, word) = if good { (StatusCode::OK, yes) } else { (StatusCode::SERVICE_UNAVAILABLE, no) };
    (status, format!("{word}\n{}", health.report())).into_response()
}

async fn metrics(State((_, registry)): Shared) -> Response {
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
