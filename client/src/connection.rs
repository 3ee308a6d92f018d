//! The connection. Once it was there it comes back by itself, for as long as the client lives.

use std::time::Duration;

use async_nats::jetstream::{self, context::ContextBuilder};
use async_nats::{ConnectOptions, Event};
use skinbus_domain::ids::{InvalidId, MerchantId, OrderId};
use tokio::sync::watch;

use crate::options::{Identity, Options};

const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(2);

/// Why there is no connection. It names no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The merchant's name can be none.
    #[error(transparent)]
    Merchant(InvalidId),
    /// The file of the key or of the credentials cannot be read.
    #[error("reading {}", .file.display())]
    Identity {
        /// Which.
        file: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The server does not answer, or does not let this user in.
    #[error("connecting to NATS")]
    Connect(#[source] async_nats::ConnectError),
}

/// A merchant's connection. Clones share it.
#[derive(Clone)]
pub struct Client {
    pub(crate) nats: async_nats::Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) jetstream_prefix: String,
    pub(crate) merchant: MerchantId,
    pub(crate) request_timeout: Duration,
    /// Whether this user may make consumers, and so read what it missed.
    pub(crate) may_read_streams: bool,
    /// Changes whenever live messages may have been missed.
    pub(crate) interruptions: watch::Receiver<u64>,
}

impl Client {
    /// Connects. The connection is kept from then on: calls fail while it is away, and what is watched goes on after it.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] where the server is not there or does not take the user.
    pub async fn connect(options: Options) -> Result<Self, ConnectError> {
        let merchant: MerchantId = options.merchant.parse().map_err(ConnectError::Merchant)?;
        let (interrupted, interruptions) = watch::channel(0_u64);
        let connecting = secured(authenticated(&options).await?, &options)
            .name(format!("skinbus-client {merchant}"))
            .request_timeout(Some(options.request_timeout))
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| {
                let failed = u32::try_from(attempts).unwrap_or(u32::MAX).saturating_sub(1);
                Duration::from_millis(50).saturating_mul(failed).min(RECONNECT_PAUSE_MAX)
            })
            .event_callback(move |event| {
                if matches!(event, Event::Connected | Event::SlowConsumer(_)) {
                    interrupted.send_modify(|times| *times = times.wrapping_add(1));
                }
                std::future::ready(())
            });
        let servers: Vec<&str> = options.url.split(',').map(str::trim).collect();
        let nats = connecting.connect(servers).await.map_err(ConnectError::Connect)?;
        let jetstream = ContextBuilder::new()
            .timeout(options.request_timeout)
            .ack_timeout(options.request_timeout)
            .api_prefix(options.jetstream_prefix.clone())
            .build(nats.clone());
        Ok(Self {
            nats,
            jetstream,
            jetstream_prefix: options.jetstream_prefix,
            merchant,
            request_timeout: options.request_timeout,
            may_read_streams: options.may_read_streams,
            interruptions,
        })
    }

    /// Whose orders these are.
    #[must_use]
    pub fn merchant(&self) -> &str {
        self.merchant.as_str()
    }

    /// Where the versions of an order come. An id that can be none must not become a subject.
    pub(crate) fn status_subject(&self, order_id: &str) -> Result<String, InvalidId> {
        let order_id: OrderId = order_id.parse()?;
        Ok(format!("skinbus.v1.status.{}.{order_id}", self.merchant))
    }
}

async fn authenticated(options: &Options) -> Result<ConnectOptions, ConnectError> {
    let connecting = match &options.identity {
        None => ConnectOptions::new(),
        Some(Identity::CredentialsFile(file)) => ConnectOptions::with_credentials_file(file)
            .await
            .map_err(|source| ConnectError::Identity { file: file.clone(), source })?,
        Some(Identity::NkeySeedFile(file)) => {
            let seed = std::fs::read_to_string(file)
                .map_err(|source| ConnectError::Identity { file: file.clone(), source })?;
            ConnectOptions::with_nkey(seed.trim().to_owned())
        }
    };
    Ok(match &options.inbox_prefix {
        Some(prefix) => connecting.custom_inbox_prefix(prefix.clone()),
        None => connecting,
    })
}

fn secured(connecting: ConnectOptions, options: &Options) -> ConnectOptions {
    let connecting = match &options.ca_file {
        Some(file) => connecting.add_root_certificates(file.clone()).require_tls(true),
        None => connecting,
    };
    match &options.certificate_files {
        Some((certificate, key)) => {
            connecting.add_client_certificate(certificate.clone(), key.clone()).require_tls(true)
        }
        None => connecting,
    }
}

/// An error with all its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}
