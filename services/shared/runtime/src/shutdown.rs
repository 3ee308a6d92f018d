//! One word to every task that it is time to end.

use tokio_util::sync::CancellationToken;

/// Tells every task of a service to take no new work, finish what it has, and end.
///
/// Clones share one state. It goes one way: once requested, a shutdown is never taken back.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// A shutdown that nobody has asked for yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until the shutdown is requested; returns at once where it already is. Safe to drop and call again.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }

    /// Whether the shutdown was requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Requests the shutdown. Doing it twice is doing it once.
    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// A shutdown for one part of the service: it follows this one, but can be triggered alone.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// The token underneath, for library calls that take one.
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_clone_hears_it() {
        let shutdown = Shutdown::new();
        let listener = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.requested().await }
        });
        assert!(!shutdown.is_requested());
        shutdown.trigger();
        listener.await.unwrap();
        assert!(shutdown.is_requested());
    }

    #[test]
    fn a_child_ends_alone_or_with_its_parent() {
        let parent = Shutdown::new();
        let (first, second) = (parent.child(), parent.child());
        first.trigger();
        assert!(first.is_requested() && !parent.is_requested());
        parent.trigger();
        assert!(second.is_requested());
    }
}
