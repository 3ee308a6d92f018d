//! The accounts that take webhooks, and the way from a path to one of them.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use skinbus_domain::ids::AccountId;
use skinbus_providers::{Forged, WebhookRequest, WebhookTrust, Webhooks, registry};
use subtle::ConstantTimeEq;

use crate::feed::FeedAccount;
use crate::sampler::Sampler;
use crate::settings::{Previous, Verification};

/// Compared with where the account is not known, so that this takes as long as a wrong secret does.
const NOBODY: [u8; 32] = [0; 32];

/// The accounts that take webhooks, with what verifies them, and those whose provider's events are listened to.
#[derive(Default)]
pub struct Prepared {
    accounts: BTreeMap<String, Account>,
    pub(crate) feeds: Vec<FeedAccount>,
}

impl Prepared {
    pub(crate) fn insert(&mut self, account: Account) {
        self.accounts.insert(account.id.to_string(), account);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// The account of `/webhooks/<account>/<path_secret>`, and which of its path secrets that is. A wrong secret and an
    /// unknown account are the same to the caller, in result and in time.
    pub(crate) fn find(&self, path: &str) -> Option<(&Account, Age)> {
        let (name, secret) = path.strip_prefix("/webhooks/")?.split_once('/')?;
        // Digests are all of one length, so the comparison does not even tell how long the secret is.
        let given = digest(secret);
        let account = self.accounts.get(name);
        let is_right = |expected: Option<&[u8; 32]>| {
            let is_equal = bool::from(expected.unwrap_or(&NOBODY).as_slice().ct_eq(given.as_slice()));
            is_equal && expected.is_some()
        };
        // Both in any case, so that the time does not tell whether there are two.
        let is_current = is_right(account.map(|account| &account.path_digest));
        let is_previous = is_right(account.and_then(|account| account.previous_path_digest.as_ref()));
        let age = if is_current { Age::Current } else { Age::Previous };
        account.filter(|_| is_current || is_previous).map(|account| (account, age))
    }
}

/// Which secrets a webhook was proved by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Age {
    /// Those that are in force.
    Current,
    /// One of those that were replaced.
    Previous,
}

impl Age {
    /// The label in metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous => "previous",
        }
    }
}

/// One account that takes webhooks.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) current: Proof,
    previous: Option<Proof>,
    path_digest: [u8; 32],
    previous_path_digest: Option<[u8; 32]>,
    pub(crate) forged: Sampler,
    pub(crate) unread: Sampler,
    pub(crate) not_stored: Sampler,
}

/// One set of secrets that proves webhooks.
pub(crate) struct Proof {
    pub(crate) webhooks: Box<dyn Webhooks>,
    /// What every webhook that it proves carries.
    pub(crate) constant: Option<SecretString>,
}

impl Proof {
    fn new(verification: Verification) -> Self {
        Self { webhooks: registry::webhooks(verification.credentials), constant: verification.constant }
    }
}

impl Account {
    pub(crate) fn new(
        id: AccountId,
        path_secret: &SecretString,
        verification: Verification,
        previous: Previous,
    ) -> Self {
        let path_digest = |secret: &SecretString| digest(secret.expose_secret());
        Self {
            id,
            current: Proof::new(verification),
            previous: previous.verification.map(Proof::new),
            path_digest: path_digest(path_secret),
            previous_path_digest: previous.path_secret.as_ref().map(path_digest),
            forged: Sampler::default(),
            unread: Sampler::default(),
            not_stored: Sampler::default(),
        }
    }

    /// What a webhook proves, and by which secrets. Each set proves it alone and whole, so no mix of the two does. The
    /// current one comes first, but a proof that binds is worth more than a constant.
    ///
    /// # Errors
    ///
    /// Why the current set does not prove it, where none does.
    pub(crate) fn verify(&self, webhook: &WebhookRequest<'_>) -> Result<(WebhookTrust, &Proof, Age), Forged> {
        let current = self.current.webhooks.verify(webhook);
        let previous = self.previous.as_ref().and_then(|proof| {
            let trust = proof.webhooks.verify(webhook).ok()?;
            Some((trust, proof, Age::Previous))
        });
        match (current, previous) {
            (Ok(WebhookTrust::Hint), Some(binding @ (WebhookTrust::Binding, _, _))) => Ok(binding),
            (Ok(trust), _) => Ok((trust, &self.current, Age::Current)),
            (Err(_), Some(proved)) => Ok(proved),
            (Err(forged), None) => Err(forged),
        }
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use skinbus_providers::WebhookEvent;
    use skinbus_providers::registry::WebhookCredentials;

    use super::*;

    #[test]
    fn only_the_whole_path_finds_the_account() {
        let mut prepared = Prepared::default();
        let verification = Verification {
            credentials: WebhookCredentials::Skinify { signature: "s".to_owned().into() },
            constant: None,
        };
        let secret = SecretString::from("0123456789abcdef");
        let previous =
            Previous { path_secret: Some("fedcba9876543210".to_owned().into()), verification: None };
        prepared.insert(Account::new("skinify_main".parse().unwrap(), &secret, verification, previous));

        let found = |path: &str| prepared.find(path).map(|(account, age)| (account.id.as_str(), age));
        let by = |age| Some(("skinify_main", age));
        assert_eq!(found("/webhooks/skinify_main/0123456789abcdef"), by(Age::Current));
        assert_eq!(found("/webhooks/skinify_main/fedcba9876543210"), by(Age::Previous));
        for path in [
            "",
            "/",
            "/webhooks/skinify_main",
            "/webhooks/skinify_main/",
            "/webhooks/skinify_main/0123456789abcde",
            "/webhooks/skinify_main/0123456789abcdef/",
            "/webhooks/skinify_main/0123456789abcdef0",
            "/webhooks/skinify_main/0123456789ABCDEF",
            "/webhooks/skinify_main/%30123456789abcdef",
            "/webhooks/skinify_second/0123456789abcdef",
            "/webhooks//0123456789abcdef",
            "//webhooks/skinify_main/0123456789abcdef",
            "webhooks/skinify_main/0123456789abcdef",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }

    /// A set of secrets that finds every webhook like this.
    struct Finds(Result<WebhookTrust, Forged>);

    impl Webhooks for Finds {
        fn verify(&self, _: &WebhookRequest<'_>) -> Result<WebhookTrust, Forged> {
            self.0
        }

        fn read(&self, _: &WebhookRequest<'_>, _: WebhookTrust) -> Option<WebhookEvent> {
            None
        }

        fn takes_get(&self) -> bool {
            false
        }

        fn refusal(&self) -> &'static str {
            ""
        }
    }

    #[test]
    fn either_set_of_secrets_proves_and_what_binds_binds() {
        use WebhookTrust::{Binding, Hint};

        let forged = |reason| Err(Forged { reason });
        let proved = |current, previous: Option<Result<WebhookTrust, Forged>>| {
            let finds = |found| Proof { webhooks: Box::new(Finds(found)), constant: None };
            let verification = Verification {
                credentials: WebhookCredentials::Skinify { signature: "s".to_owned().into() },
                constant: None,
            };
            let secret = SecretString::from("0123456789abcdef");
            let id = "skinify_main".parse().unwrap();
            let mut account = Account::new(id, &secret, verification, Previous::default());
            account.current = finds(current);
            account.previous = previous.map(finds);
            let webhook = WebhookRequest { headers: &http::HeaderMap::new(), query: "", body: b"" };
            account.verify(&webhook).map(|(trust, _, age)| (trust, age)).map_err(|forged| forged.reason)
        };
        assert_eq!(proved(Ok(Hint), None), Ok((Hint, Age::Current)));
        assert_eq!(proved(forged("new"), None), Err("new"));
        assert_eq!(proved(forged("new"), Some(forged("old"))), Err("new"));
        assert_eq!(proved(forged("new"), Some(Ok(Hint))), Ok((Hint, Age::Previous)));
        assert_eq!(proved(forged("new"), Some(Ok(Binding))), Ok((Binding, Age::Previous)));
        assert_eq!(proved(Ok(Hint), Some(Ok(Hint))), Ok((Hint, Age::Current)));
        assert_eq!(proved(Ok(Binding), Some(Ok(Binding))), Ok((Binding, Age::Current)));
        assert_eq!(proved(Ok(Binding), Some(Ok(Hint))), Ok((Binding, Age::Current)));
        assert_eq!(proved(Ok(Hint), Some(Ok(Binding))), Ok((Binding, Age::Previous)));
    }
}
