//! The ports that everything listens on.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::layout::SERVICES;
use crate::failure::Failure;

/// The ports, all on the loopback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) nats: u16,
    pub(crate) simulator: u16,
    pub(crate) webhooks: u16,
    /// Health and metrics, in the order of [`SERVICES`].
    pub(crate) health: [u16; 4],
}

impl Ports {
    /// The usual ones.
    pub(crate) fn usual(nats: u16) -> Self {
        Self { nats, simulator: 8090, webhooks: 8080, health: [9100, 9101, 9102, 9103] }
    }

    /// Seven in a row.
    pub(crate) fn from_base(base: u16) -> Self {
        let [nats, simulator, webhooks, first, second, third, fourth] =
            [0, 1, 2, 3, 4, 5, 6].map(|offset: u16| base.saturating_add(offset));
        Self { nats, simulator, webhooks, health: [first, second, third, fourth] }
    }

    /// Free ones, as far as one can know.
    pub(crate) fn free() -> Result<Self, Failure> {
        // All are held until the last one is known, so that none is given twice.
        let listeners: io::Result<Vec<TcpListener>> = (0..7).map(|_| TcpListener::bind(address(0))).collect();
        let ports = listeners.and_then(|listeners| {
            listeners
                .iter()
                .map(|listener| Ok(listener.local_addr()?.port()))
                .collect::<io::Result<Vec<u16>>>()
        });
        let ports = ports.map_err(|error| Failure::new(format!("looking for free ports: {error}")))?;
        match ports.as_slice() {
            [nats, simulator, webhooks, first, second, third, fourth] => Ok(Self {
                nats: *nats,
                simulator: *simulator,
                webhooks: *webhooks,
                health: [*first, *second, *third, *fourth],
            }),
            _ => Err(Failure::new("looking for free ports: there are not enough")),
        }
    }

    /// Every port with what it is for.
    fn named(&self) -> Vec<(String, u16)> {
        let health = SERVICES
            .iter()
            .zip(self.health)
            .map(|(service, port)| (format!("the health of {service}"), port));
        [("NATS", self.nats), ("the provider simulator", self.simulator), ("webhooks", self.webhooks)]
            .map(|(name, port)| (name.to_owned(), port))
            .into_iter()
            .chain(health)
            .collect()
    }

    /// Finds ports that somebody else listens on, before anything is started.
    pub(crate) fn check_free(&self) -> Result<(), Failure> {
        let taken = self.named().into_iter().filter_map(|(name, port)| {
            let error = TcpListener::bind(address(port)).err()?;
            Some(if error.kind() == io::ErrorKind::AddrInUse {
                format!("port {port} for {name} is taken")
            } else {
                format!("port {port} for {name} cannot be used ({error})")
            })
        });
        let taken: Vec<String> = taken.collect();
        if taken.is_empty() {
            return Ok(());
        }
        let taken = taken.join(", ");
        Err(Failure::new(format!(
            "nothing was started: {taken}; stop what listens there, or choose others with --port-base"
        )))
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind(address(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let ports = Ports { webhooks: port, ..Ports::free().unwrap() };
        let Err(Failure::Problem(text)) = ports.check_free() else { panic!("it was free") };
        assert!(
            text.starts_with(&format!("nothing was started: port {port} for webhooks is taken;")),
            "{text}"
        );
    }
}
