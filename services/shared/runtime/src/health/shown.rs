//! Whose health the port shows.

use std::sync::{Arc, Mutex, PoisonError};

use super::Health;

/// The health that the port shows: of the newest generation of the service that was ready. Clones share it.
#[derive(Debug, Clone)]
pub struct ShownHealth(Arc<Mutex<Health>>);

impl ShownHealth {
    /// Shows another one from now on.
    pub fn show(&self, health: Health) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = health;
    }

    /// The one that is shown.
    #[must_use]
    pub fn current(&self) -> Health {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl From<Health> for ShownHealth {
    fn from(health: Health) -> Self {
        Self(Arc::new(Mutex::new(health)))
    }
}
