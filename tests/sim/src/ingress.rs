//! webhook-ingress and the way to it. Re-enacted: `handler.rs` (prove, read, store, answer), `read.rs`, `store.rs`. The HTTP
//! listener is not here.

use std::rc::Rc;

use bytes::Bytes;
use http::{Method, Request};
use provider_sim::in_process::Notification;
use skinbus_domain::ids::AccountId;
use skinbus_proto::{Message, row_from_observation, timestamp, v1};
use skinbus_providers::{WebhookRequest, WebhookTrust};
use skinbus_runtime::config::ProviderName;

use crate::client::{self, WEBHOOKS};
use crate::queue::{MINUTE, MS, Micros, SECOND};
use crate::world::{Actor, Role, W};

/// How often a provider tries.
const ATTEMPTS: u32 = 4;

/// Puts a provider's notification on its way: it may be lost, come twice, late, or in another order.
pub fn put_on_its_way(w: &W, notification: Notification) {
    if let Some(kept) = w.kept_webhooks.borrow_mut().as_mut() {
        kept.push(notification);
        return;
    }
    let known = w.setting.providers.iter().find(|(_, provider)| provider.as_str() == notification.provider);
    let Some((account, provider)) = known.map(|(account, provider)| (account.clone(), *provider)) else {
        return;
    };
    // ShadowPay's payment links are known from webhooks alone: that it repeats them is assumed.
    let is_needed = provider == ProviderName::Shadowpay;
    if !is_needed && w.chance(|rates| rates.webhooks) {
        w.note("provider", "webhook lost", "", format_args!("{account}"));
        return;
    }
    let times = if w.chance(|rates| rates.webhooks) { 2 } else { 1 };
    let attempts = if is_needed { u32::MAX } else { ATTEMPTS };
    for _ in 0..times {
        let delay = if w.chance(|rates| rates.webhooks) {
            w.between(SECOND, 20 * MINUTE)
        } else {
            w.between(MS, SECOND)
        };
        deliver(w, account.clone(), copy(&notification.request), delay, attempts);
    }
    if w.chance(|rates| rates.webhooks) {
        deliver(w, account, forged(w, &notification.request), w.between(MS, MINUTE), 1);
    }
}

pub(crate) fn copy(request: &Request<Bytes>) -> Request<Bytes> {
    let mut copy = Request::new(request.body().clone());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// The same with a digit changed, by somebody who has no secret.
fn forged(w: &W, request: &Request<Bytes>) -> Request<Bytes> {
    let mut forged = copy(request);
    let mut body = request.body().to_vec();
    let digits: Vec<usize> = (0..body.len()).filter(|index| body[*index].is_ascii_digit()).collect();
    if !digits.is_empty() {
        let index = w.random.borrow_mut().one_of(&digits);
        body[index] = if body[index] == b'9' { b'1' } else { body[index] + 1 };
    }
    *forged.body_mut() = Bytes::from(body);
    forged
}

/// Delivers a request to whoever takes webhooks, as often as the sender tries.
pub(crate) fn deliver(w: &W, account: AccountId, request: Request<Bytes>, delay: Micros, attempts: u32) {
    let world = Rc::clone(w);
    w.queue.after(delay, move || {
        let Some(replica) = world.any(Role::Ingress) else {
            return if attempts > 1 {
                deliver(&world, account, request, MINUTE, attempts - 1)
            };
        };
        let receipt = crate::queue::Slot::new(&world.queue);
        let (w, answer, of, taken) =
            (Rc::clone(&world), Rc::clone(&receipt), account.clone(), copy(&request));
        world.queue.spawn(replica.id, async move { answer.put(take(&w, &replica, &of, &taken).await) });
        let (w, outside) = (Rc::clone(&world), 0);
        world.queue.spawn(outside, async move {
            let is_taken = receipt.take_until(w.now() + 10 * SECOND).await;
            if is_taken != Some(true) && attempts > 1 {
                deliver(&w, account, request, MINUTE, attempts - 1);
            }
        });
    });
}

/// Proves a webhook and stores what it says; whether the sender need not come again.
async fn take(w: &W, who: &Rc<Actor>, account: &AccountId, request: &Request<Bytes>) -> bool {
    let webhooks = &w.setting.webhooks[account];
    if request.method() == Method::GET && !webhooks.takes_get() {
        return true;
    }
    let webhook = WebhookRequest {
        headers: request.headers(),
        query: request.uri().query().unwrap_or_default(),
        body: request.body(),
    };
    let Ok(trust) = webhooks.verify(&webhook) else {
        // Refused: the provider may come again with the right proof, and does so by itself.
        return true;
    };
    let proved = match trust {
        WebhookTrust::Hint => v1::WebhookTrust::Hint,
        WebhookTrust::Binding => v1::WebhookTrust::Binding,
    };
    let mut message = v1::WebhookReceived {
        account: account.to_string(),
        received_at: Some(timestamp(w.clock(who))),
        trust: proved.into(),
        ..v1::WebhookReceived::default()
    };
    let Some(event) = webhooks.read(&webhook, trust) else { return true };
    message.reference = event.reference;
    message.provider_id = event.provider_id;
    message.claimed_status = event.claimed_status;
    message.observation = event.observation.as_ref().map(row_from_observation);
    let id = Some(format!("{account}:{}", event.event_key));
    client::publish(w, who, WEBHOOKS.to_owned(), &message.reference.clone(), message.encode_to_vec(), id)
        .await
        .is_ok()
}
