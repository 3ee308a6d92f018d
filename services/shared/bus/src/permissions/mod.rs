//! Who may say what on NATS: the rights of every user, as data.
//!
//! [`server_config()`] makes the server's accounts of them, and `topology = "verify"` looks at what they name and at nothing
//! else. Whoever publishes may name any subject for the answer, and the server writes its answer there: rights to publish
//! alone do not keep one user of a NATS account from another's subjects. So our services, which trust each other, share the
//! account `SKINBUS`, and every merchant has an account of its own, into which it imports exactly what is its own. An
//! answer never leaves that.

mod keys;
mod rights;
mod roles;
mod server_config;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use skinbus_domain::ids::{AccountId, MerchantId};

pub(crate) use keys::read_seed;
pub use keys::{KeyError, Keys};
pub use rights::Rights;
pub use server_config::server_config;

/// The JetStream API as merchants see it, see `nats.jetstream_prefix`. The server itself answers on `$JS.API` in every account,
/// also in one that has no JetStream.
pub const GUEST_API: &str = "skinbus.js";

/// One user of NATS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// order-intake.
    OrderIntake,
    /// provider-dispatch.
    ProviderDispatch,
    /// trade-tracker.
    TradeTracker,
    /// webhook-ingress.
    WebhookIngress,
    /// A person with the command line: sees everything, decides, redrives.
    Operator,
    /// `skinbus topology apply`: makes streams and consumers, and reads none.
    Administrator,
    /// A merchant with the accounts that belong to it.
    Merchant(MerchantId, Vec<AccountId>),
}

impl Role {
    /// Everybody, for the accounts of a configuration and whom they belong to.
    #[must_use]
    pub fn all(owners: &BTreeMap<AccountId, MerchantId>) -> Vec<Self> {
        let mut merchants: BTreeMap<&MerchantId, Vec<AccountId>> = BTreeMap::new();
        for (account, merchant) in owners {
            merchants.entry(merchant).or_default().push(account.clone());
        }
        let merchants = merchants.into_iter().map(|(name, accounts)| Self::Merchant(name.clone(), accounts));
        [Self::OrderIntake, Self::ProviderDispatch, Self::TradeTracker, Self::WebhookIngress]
            .into_iter()
            .chain([Self::Operator, Self::Administrator])
            .chain(merchants)
            .collect()
    }

    /// Our service of this name; `None` for any other program.
    #[must_use]
    pub fn of_service(name: &str) -> Option<Self> {
        let services = [Self::OrderIntake, Self::ProviderDispatch, Self::TradeTracker, Self::WebhookIngress];
        services.into_iter().find(|role| role.user() == name)
    }

    /// The user's name: of its key file, and in the comments of the server's configuration.
    #[must_use]
    pub fn user(&self) -> String {
        match self {
            Self::OrderIntake => "order-intake".to_owned(),
            Self::ProviderDispatch => "provider-dispatch".to_owned(),
            Self::TradeTracker => "trade-tracker".to_owned(),
            Self::WebhookIngress => "webhook-ingress".to_owned(),
            Self::Operator => "operator".to_owned(),
            Self::Administrator => "admin".to_owned(),
            Self::Merchant(name, _) => format!("merchant-{name}"),
        }
    }

    /// What it may do.
    #[must_use]
    pub fn rights(&self) -> Rights {
        match self {
            Self::OrderIntake => roles::order_intake(),
            Self::ProviderDispatch => roles::provider_dispatch(),
            Self::TradeTracker => roles::trade_tracker(),
            Self::WebhookIngress => roles::webhook_ingress(),
            Self::Operator => roles::operator(),
            Self::Administrator => roles::administrator(),
            Self::Merchant(name, accounts) => roles::merchant(name, accounts),
        }
    }
}
