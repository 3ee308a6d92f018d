//! Drift in answers that make no version of a trade, or none that says so: it is counted and told aside. The call goes on:
//! nobody waits for it, and what is lost with this process comes again with the next such answer.

use skinbus_domain::Drift;
use skinbus_domain::ids::{Reference, TradeKey};

use crate::Dispatcher;

impl Dispatcher {
    /// Counts what an answer has of drift; `about` is the order that it was about, where it was one. There are no more of
    /// these at a time than the quota allows calls.
    pub(crate) fn drifted(&self, drift: Option<Drift>, about: Option<&Reference>) {
        let Some(drift) = drift else { return };
        let (bus, account) = (self.bus.clone(), self.served.account.name.clone());
        let order_id = about.and_then(|reference| reference.order_id().ok());
        let merchant = self.served.account.merchant.clone();
        let about = order_id.map(|order_id| TradeKey { merchant, order_id });
        tokio::spawn(async move {
            let Drift { operation, field, value } = &drift;
            let detail =
                format!("in the answer to {operation}, {field} is {value:?}, which is not documented");
            if let Err(error) = bus.count_drift(&account, about.as_ref(), &detail, &drift).await {
                let error = skinbus_bus::chain(&error);
                tracing::warn!(%account, operation, field, error, "drift is not counted");
            }
        });
    }
}
