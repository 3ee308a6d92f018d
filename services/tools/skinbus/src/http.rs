//! The HTTP client for what runs on this machine: the simulator and health ports.

use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;

use crate::failure::Failure;

/// A client for plain HTTP. It trusts no certificate authority, so that a machine without a certificate store will do.
pub(crate) fn client() -> Result<reqwest::Client, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::new(format!("preparing the HTTP client: {error}"));
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| failed(&error))
}
