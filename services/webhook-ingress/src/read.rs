//! From a proved request to the message that is stored.

use http::{HeaderMap, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use skinbus_domain::ids::AccountId;
use skinbus_proto::{row_from_observation, v1};
use skinbus_providers::{WebhookRequest, WebhookTrust};
use skinbus_runtime::clock;

use crate::accounts::Proof;
use crate::answer::Outcome;

/// Longest content type that is kept; real ones have some tens of characters.
const CONTENT_TYPE_MAX: usize = 256;
/// What stands in the stored body where the proof was.
const PROOF_REMOVED: &[u8] = b"(removed)";

/// A proved webhook, ready to be stored.
pub(crate) struct Message {
    /// Equal for two deliveries of one event.
    pub(crate) id: String,
    pub(crate) webhook: v1::WebhookReceived,
    /// What it will be once it is stored.
    pub(crate) outcome: Outcome,
}

pub(crate) fn message(
    account: &AccountId,
    proof: &Proof,
    trust: WebhookTrust,
    request: &WebhookRequest<'_>,
) -> Message {
    let proved = match trust {
        WebhookTrust::Hint => v1::WebhookTrust::Hint,
        WebhookTrust::Binding => v1::WebhookTrust::Binding,
    };
    let mut webhook = v1::WebhookReceived {
        account: account.to_string(),
        received_at: Some(skinbus_proto::timestamp(clock::now())),
        trust: proved.into(),
        content_type: content_type(request.headers),
        ..v1::WebhookReceived::default()
    };
    let (key, outcome) = match proof.webhooks.read(request, trust) {
        Some(event) => {
            webhook.reference = event.reference;
            webhook.provider_id = event.provider_id;
            webhook.claimed_status = event.claimed_status;
            webhook.body = event.body.into();
            webhook.observation = event.observation.as_ref().map(row_from_observation);
            (event.event_key, Outcome::Stored)
        }
        None => {
            webhook.body = without_proof(proof, request.body);
            let digest = Sha256::new().chain_update(request.query).chain_update(request.body).finalize();
            (format!("unread-{}", hex(&digest)), Outcome::StoredUnread)
        }
    };
    Message { id: format!("{account}:{key}"), webhook, outcome }
}

/// A body that nobody could take apart, for a person to look at. Where the constant proof cannot be cut out of it, because
/// it is written in some other way, nothing is kept: the proof must not lie where more services can read it.
fn without_proof(proof: &Proof, body: &[u8]) -> Vec<u8> {
    let Some(constant) = &proof.constant else {
        return body.to_vec();
    };
    cut(body, constant.expose_secret().as_bytes()).unwrap_or_default()
}

/// `body` with every `proof` replaced; `None` where there is none.
fn cut(body: &[u8], proof: &[u8]) -> Option<Vec<u8>> {
    let (mut kept, mut rest, mut is_found) = (Vec::with_capacity(body.len()), body, false);
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(proof) {
            Some(behind) if !proof.is_empty() => {
                kept.extend_from_slice(PROOF_REMOVED);
                (rest, is_found) = (behind, true);
            }
            Some(_) | None => {
                kept.push(*first);
                rest = after;
            }
        }
    }
    is_found.then_some(kept)
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.chars().take(CONTENT_TYPE_MAX).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn the_proof_is_cut_out_wherever_it_stands() {
        let kept = |body: &str, proof: &str| {
            cut(body.as_bytes(), proof.as_bytes()).map(|kept| String::from_utf8(kept).unwrap())
        };
        assert_eq!(kept("a=1&m=xyxy&b=2", "xyxy").as_deref(), Some("a=1&m=(removed)&b=2"));
        assert_eq!(kept("xyxyxy", "xy").as_deref(), Some("(removed)(removed)(removed)"));
        assert_eq!(kept("a=1&m=x%79xy", "xyxy"), None);
        assert_eq!(kept("xyx", "xyxy"), None);
        assert_eq!(kept("", "xy"), None);
        assert_eq!(kept("a", ""), None);
    }
}
