//! The port for providers, which stays open over a reload.

use std::io;
use std::net::{self, SocketAddr};
use std::sync::{Arc, Weak};

use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// The port of the process. It is open as long as a generation of the service takes connections from it; one that begins
/// while another is there takes them from the same queue of the system, so nobody is ever refused in between.
#[derive(Debug, Default)]
pub struct Port(Mutex<Bound>);

#[derive(Debug, Default)]
struct Bound {
    /// What was asked for.
    address: Option<SocketAddr>,
    listener: Weak<net::TcpListener>,
}

/// The address for providers cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Somebody else has it, or it is not this machine's.
    #[error("cannot listen on {address} for webhooks; set webhooks.listen to a free address")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The port that is open is another one.
    #[error("webhooks.listen cannot be changed while the process runs; it needs a restart")]
    Changed,
}

/// One generation's part in the port.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) listener: TcpListener,
    /// Keeps the port for the next generation.
    pub(crate) kept: Arc<net::TcpListener>,
    /// Another generation takes connections too.
    pub(crate) is_shared: bool,
}

impl Port {
    /// Opens the port, or takes part in the one that is open.
    pub(crate) async fn open(&self, address: SocketAddr) -> Result<Opened, PortError> {
        let mut bound = self.0.lock().await;
        let failed = |source| PortError::Bind { address, source };
        let before = bound.listener.upgrade();
        if before.is_some() && bound.address != Some(address) {
            return Err(PortError::Changed);
        }
        let is_shared = before.is_some();
        let kept = match before {
            Some(kept) => kept,
            None => {
                Arc::new(TcpListener::bind(address).await.and_then(TcpListener::into_std).map_err(failed)?)
            }
        };
        *bound = Bound { address: Some(address), listener: Arc::downgrade(&kept) };
        // Each has a handle of its own, which belongs to the threads that it runs on.
        let listener = kept.try_clone().and_then(TcpListener::from_std).map_err(failed)?;
        Ok(Opened { listener, kept, is_shared })
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn the_port_is_open_as_long_as_anybody_has_it() {
        let port = Port::default();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let first = port.open(any).await.unwrap();
        let address = first.listener.local_addr().unwrap();
        let second = port.open(any).await.unwrap();
        assert!(!first.is_shared && second.is_shared);
        assert!(matches!(port.open("127.0.0.1:1".parse().unwrap()).await, Err(PortError::Changed)));

        drop(first);
        let (connected, accepted) = tokio::join!(TcpStream::connect(address), second.listener.accept());
        assert!(connected.is_ok() && accepted.is_ok());
        drop(second);
        assert!(TcpStream::connect(address).await.is_err(), "nobody takes connections any more");
        assert!(!port.open(any).await.unwrap().is_shared);
    }
}
