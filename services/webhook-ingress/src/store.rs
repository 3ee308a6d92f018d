//! Where webhooks are kept.

use std::sync::{Arc, OnceLock};

use skinbus_bus::{Bus, subjects};
use skinbus_domain::ids::AccountId;
use skinbus_proto::v1::WebhookReceived;
use skinbus_runtime::RunError;

/// Keeps webhooks. Only its word that one is kept lets the sender have a success.
pub trait Store: Send + Sync + 'static {
    /// Stores a webhook of `account`, and returns when it is stored. Of two with the same `id`, one is kept.
    ///
    /// # Errors
    ///
    /// Where it is perhaps not stored; the sender is told to come again.
    fn store(
        &self,
        account: &AccountId,
        id: &str,
        webhook: &WebhookReceived,
    ) -> impl Future<Output = Result<(), RunError>> + Send;
}

#[derive(Debug, thiserror::Error)]
#[error("NATS has not been reached yet")]
struct NotConnected;

/// The stream `WEBHOOKS`, once NATS was reached.
#[derive(Clone, Default)]
pub(crate) struct NatsStore(Arc<OnceLock<Bus>>);

impl NatsStore {
    pub(crate) fn connected(&self, bus: Bus) {
        // The first connection stays for ever: the client underneath connects again by itself.
        let _kept = self.0.get_or_init(|| bus);
    }

    pub(crate) async fn close(&self) {
        if let Some(bus) = self.0.get() {
            bus.close().await;
        }
    }
}

impl Store for NatsStore {
    async fn store(&self, account: &AccountId, id: &str, webhook: &WebhookReceived) -> Result<(), RunError> {
        let bus = self.0.get().ok_or(NotConnected)?;
        bus.store_once(subjects::webhooks(account), webhook, id).await?;
        Ok(())
    }
}
