//! Secrets that were replaced: until the provider has the new ones, its webhooks still prove themselves by the old ones.

use secrecy::SecretString;
use skinbus_domain::ids::AccountId;
use skinbus_runtime::SecretReader;
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};

use super::{Verification, path_secret, verification};

/// What is taken besides. Path and proof are replaced at different times, so each is there or not.
#[derive(Default)]
pub(crate) struct Previous {
    pub(crate) path_secret: Option<SecretString>,
    pub(crate) verification: Option<Verification>,
}

/// Reads `accounts.<name>.previous`. A proof is read by the same rules as the current one, so that it is worth as much: where
/// `sign` binds, SkinsBack's client secret is needed too.
pub(super) fn read(secrets: &mut SecretReader, name: &AccountId, account: &AccountConfig) -> Previous {
    let was = account.with_previous_secrets();
    let mut has_proof = false;
    for (field, file) in account.previous.proofs() {
        if file.is_some() && !proves(account.provider, field) {
            let problem =
                format!("provider {} does not verify webhooks by it; leave it out", account.provider);
            secrets.error(name, &was, field.setting(), problem);
        }
        has_proof |= file.is_some() && proves(account.provider, field);
    }
    let has_path = was.webhook_path_secret_file.is_some();
    if (has_path || has_proof) && account.webhook_path_secret_file.is_none() {
        let problem = "needs webhook_path_secret_file: without it the account takes no webhooks";
        secrets.error(name, account, "previous", problem);
    }
    Previous {
        path_secret: has_path.then(|| path_secret(secrets, name, &was)).flatten(),
        verification: has_proof.then(|| verification(secrets, name, &was)).flatten(),
    }
}

/// Whether a secret is part of the proof of a provider's webhooks.
fn proves(provider: ProviderName, field: SecretField) -> bool {
    match provider {
        ProviderName::Skinsback => {
            matches!(field, SecretField::WebhookSignature | SecretField::ClientSecret)
        }
        ProviderName::Skinout | ProviderName::Skinify => field == SecretField::WebhookSignature,
        ProviderName::Shadowpay => field == SecretField::SecretHash,
        ProviderName::Skinslink => field == SecretField::WebhookSecret,
    }
}
