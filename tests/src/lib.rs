//! What the tests and benchmarks share: real NATS servers, real service processes, the simulator, an order's reader.
//!
//! Dev-only. Everything listens on loopback and ends with the value that owns it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::missing_panics_doc,
    reason = "a test that cannot set up its world has failed"
)]

pub mod accounts;
pub mod asking;
pub mod back_up;
pub mod changes;
pub mod chaos;
pub mod collector;
pub mod dice;
pub mod look;
pub mod merchant;
pub mod nats;
pub mod orders;
pub mod price_lists;
pub mod process;
pub mod proxy;
pub mod replicas;
pub mod secured;
pub mod system;
pub mod users;
pub mod wait;

pub use changes::Changes;
pub use merchant::Merchant;
pub use nats::{Cluster, NatsOptions, NatsServer};
pub use proxy::Proxy;
pub use system::{System, SystemOptions};

/// An HTTP client for loopback.
#[must_use]
pub fn http() -> reqwest::Client {
    // Fails where it is installed already, which is as good.
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
