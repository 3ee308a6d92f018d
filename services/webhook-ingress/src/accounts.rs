//! The accounts that take webhooks, and the way from a path to one of them.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use skinbus_domain::ids::AccountId;
use skinbus_providers::{Webhooks, registry};
use subtle::ConstantTimeEq;

use crate::feed::FeedAccount;
use crate::sampler::Sampler;
use crate::settings::Verification;

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

    /// The account of `/webhooks/<account>/<path_secret>`. A wrong secret and an unknown account are the same to the
    /// caller, in result and in time.
    pub(crate) fn find(&self, path: &str) -> Option<&Account> {
        let (name, secret) = path.strip_prefix("/webhooks/")?.split_once('/')?;
        // Digests are all of one length, so the comparison does not even tell how long the secret is.
        let given = digest(secret);
        let account = self.accounts.get(name);
        let expected = account.map_or(&NOBODY, |account| &account.path_digest);
        let is_right = bool::from(expected.as_slice().ct_eq(given.as_slice()));
        account.filter(|_| is_right)
    }
}

/// One account that takes webhooks.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) webhooks: Box<dyn Webhooks>,
    /// What every webhook of the account carries as its proof.
    pub(crate) constant: Option<SecretString>,
    path_digest: [u8; 32],
    pub(crate) forged: Sampler,
    pub(crate) unread: Sampler,
    pub(crate) not_stored: Sampler,
}

impl Account {
    pub(crate) fn new(id: AccountId, path_secret: &SecretString, verification: Verification) -> Self {
        Self {
            id,
            webhooks: registry::webhooks(verification.credentials),
            constant: verification.constant,
            path_digest: digest(path_secret.expose_secret()),
            forged: Sampler::default(),
            unread: Sampler::default(),
            not_stored: Sampler::default(),
        }
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
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
        prepared.insert(Account::new("skinify_main".parse().unwrap(), &secret, verification));

        let found = |path: &str| prepared.find(path).map(|account| account.id.as_str());
        assert_eq!(found("/webhooks/skinify_main/0123456789abcdef"), Some("skinify_main"));
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
}
