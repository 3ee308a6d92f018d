//! What the lives of all providers have in common.

use provider_sim::in_process::Notification;
use serde_json::{Value, json};
use skinbus_runtime::config::ProviderName;
use skinbus_sim::lives::{DAY, Life, Proof, altered, order};
use skinbus_sim::orders::Kind;
use skinbus_sim::queue::{HOUR, MINUTE, SECOND};

/// What comes of the webhooks of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Webhooks {
    Arrive,
    Lost,
    /// And once more when nobody remembers the first.
    Twice,
    /// The last one first, when everything has happened.
    LateAndBackwards,
}

const ALL: [Webhooks; 4] = [Webhooks::Arrive, Webhooks::Lost, Webhooks::Twice, Webhooks::LateAndBackwards];

/// A deposit in which this happens, each followed by so many days, and half a day more: the simulator's names of the events.
pub(crate) fn deposit(
    provider: ProviderName,
    kind: Kind,
    happenings: &[(&str, i64)],
    webhooks: Webhooks,
) -> Life {
    let life = Life::of(order(provider, kind, "accepted"), &send_pending(provider));
    let mut late = Vec::new();
    for (event, days) in happenings {
        life.deposit(event, (*event == "hold").then_some("19.55"));
        for webhook in life.webhooks() {
            match webhooks {
                Webhooks::Lost => {}
                Webhooks::LateAndBackwards => late.push(webhook),
                Webhooks::Arrive => assert_ne!(life.receives(&webhook), Proof::Refused),
                Webhooks::Twice => {
                    life.receives(&webhook);
                    life.passes(5 * MINUTE);
                    life.receives(&webhook);
                }
            }
        }
        life.passes(days * DAY);
    }
    life.passes(12 * HOUR);
    late.iter().rev().for_each(|webhook| assert_ne!(life.receives(webhook), Proof::Refused));
    life.passes(HOUR);
    life
}

/// Whatever becomes of its webhooks, the deposit's story is this one.
pub(crate) fn is_always(provider: ProviderName, kind: Kind, happenings: &[(&str, i64)], story: &[&str]) {
    for webhooks in ALL {
        let life = deposit(provider, kind, happenings, webhooks);
        assert_eq!(life.ended(), story, "{provider} {kind:?} {happenings:?} {webhooks:?}");
        assert_eq!(life.alerts(), Vec::<String>::new(), "{provider} {kind:?} {happenings:?} {webhooks:?}");
    }
}

/// Webhooks about holds are sent as well, where that is a setting.
pub(crate) fn send_pending(provider: ProviderName) -> Value {
    match provider {
        ProviderName::Skinout | ProviderName::Skinify => {
            json!({ provider.as_str(): { "notifications": { "send_pending": true } } })
        }
        ProviderName::Skinsback | ProviderName::Shadowpay | ProviderName::Skinslink => json!({}),
    }
}

/// A purchase with this fate, twelve days later.
pub(crate) fn purchase(
    provider: ProviderName,
    kind: Kind,
    fate: &'static str,
    control: &Value,
) -> Vec<String> {
    let life = Life::of(order(provider, kind, fate), control);
    life.passes(12 * DAY);
    life.ended()
}

/// The user or the provider takes it back half a day after our own clock has ended the hold.
pub(crate) fn taken_back_late() -> Value {
    json!({ "durations": { "protection_ms": 777_600_000, "rollback_ms": 734_400_000 } })
}

/// A held deposit, and the webhook that told of the hold.
pub(crate) fn held(provider: ProviderName, kind: Kind) -> (Life, Notification) {
    let life = Life::of(order(provider, kind, "accepted"), &send_pending(provider));
    life.deposit("offer", None);
    life.deposit("hold", Some("19.55"));
    let webhook = life.webhooks().pop().expect("it is told");
    life.passes(7 * HOUR);
    (life, webhook)
}

/// The proof of such a webhook says nothing of its content. Whoever has seen one says what they like, as long as they like, and
/// it changes nothing: neither while the deposit is held nor when it is over.
pub(crate) fn false_words_change_nothing(provider: ProviderName, kind: Kind, changes: &[(&str, &str)]) {
    let (life, webhook) = held(provider, kind);
    let lies: Vec<Notification> = changes.iter().map(|(from, to)| altered(&webhook, from, to)).collect();
    let lied_to = |life: &Life| {
        let before = (life.version(), life.now());
        for lie in &lies {
            assert_eq!(life.receives(lie), Proof::Hint);
            life.passes(5 * MINUTE);
            assert_eq!(life.receives(lie), Proof::Hint);
        }
        life.passes(HOUR);
        assert_eq!((life.version(), life.now()), before, "{provider}");
    };
    lied_to(&life);
    life.deposit("pay", None);
    life.passes(9 * DAY);
    assert!(life.now().starts_with("COMPLETED"), "{}", life.now());
    lied_to(&life);
    life.ended();
    assert_eq!(life.alerts(), Vec::<String>::new());
}

/// The user paid before the provider's answer had reached us: what the webhook says or hints at is not lost.
pub(crate) fn before_the_answer(provider: ProviderName, kind: Kind) -> Vec<String> {
    let life = Life::of_slow_provider(order(provider, kind, "accepted"));
    life.passes_until_executed();
    life.deposit("pay", Some("19.55"));
    let webhook = life.webhook();
    assert_eq!(life.now(), "DISPATCHING");
    life.arrives(&webhook);
    assert_ne!(life.now(), "SUBMITTED", "the answer came first");
    life.passes(HOUR);
    life.receives(&webhook);
    assert_eq!(life.alerts(), Vec::<String>::new());
    life.ended()
}

/// A page that nobody paid in time and somebody pays two days later; what was credited so late is taken back in the end.
pub(crate) fn paid_after_the_end(provider: ProviderName, webhooks: Webhooks) -> Vec<String> {
    let life = Life::of(order(provider, Kind::Page, "accepted"), &send_pending(provider));
    let told = |event: &str| {
        life.deposit(event, (event == "hold").then_some("19.55"));
        for webhook in life.webhooks() {
            // Nobody looks at an expired page by itself: it takes one webhook to have the hold seen.
            if webhooks == Webhooks::Arrive || event == "hold" {
                life.receives(&webhook);
            }
        }
    };
    life.passes(9 * DAY);
    told("hold");
    life.passes(DAY);
    told("pay");
    life.passes(DAY);
    if webhooks == Webhooks::Arrive {
        told("return");
        life.passes(10 * SECOND);
    }
    life.ended()
}
