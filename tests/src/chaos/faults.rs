//! What the providers do wrong.

use serde_json::{Value, json};
use skinbus_runtime::config::ProviderName;

use crate::dice::Dice;

/// Every fault that a call may meet, but for those that close the whole account.
fn kinds() -> [Value; 12] {
    [
        json!("refuse"),
        json!("cut_after_execution"),
        // Beyond the time-out of 2 s.
        json!({ "delay_answer_ms": 2_500 }),
        // The same, and executed only then: absent when it is first looked for, and there within the settle time of 5 s.
        json!({ "delay_execution_ms": 3_500 }),
        json!("status_500_executed"),
        json!("status_500_not_executed"),
        json!("error_executed"),
        json!("truncated_body"),
        json!("cut_in_body"),
        json!("html_body"),
        json!("empty_body"),
        json!("not_json_content"),
    ]
}

/// The faults of one while: some kinds at each provider, some providers in order.
#[must_use]
pub fn mix(dice: &mut Dice) -> Value {
    let mut rules = Vec::new();
    for provider in ProviderName::ALL {
        if dice.below(4) == 0 {
            continue;
        }
        for kind in kinds() {
            let permille = if dice.below(2) == 0 { 5 + dice.below(40) } else { 0 };
            if permille > 0 {
                rules.push(json!({ "provider": provider.as_str(), "kind": kind, "times": 1_000_000,
                                   "probability_permille": permille }));
            }
        }
    }
    json!({ "faults": rules })
}

/// One answer that closes the account for the minute that all providers' limits last.
#[must_use]
pub fn closing(provider: ProviderName, dice: &mut Dice) -> Value {
    let kind = *dice.one_of(&["limit_exceeded", "maintenance"]);
    json!({ "add_faults": [{ "provider": provider.as_str(), "kind": kind }] })
}

/// What becomes of the providers' webhooks for a while. ShadowPay's are the only word on its payments: lost for good they
/// could not be missed.
#[must_use]
pub fn notifications(dice: &mut Dice) -> Value {
    let mut change = json!({});
    for provider in ProviderName::ALL {
        let modes: &[&str] = if provider == ProviderName::Shadowpay {
            &["normal", "duplicated", "reordered"]
        } else {
            &["normal", "duplicated", "reordered", "lost"]
        };
        change[provider.as_str()] = json!({ "notifications": { "mode": dice.one_of(modes) } });
    }
    change
}

/// A webhook that follows from nothing: forged, or a lie with a right proof where a webhook is a hint only.
#[must_use]
pub fn lie(dice: &mut Dice, order_ids: &[String]) -> Value {
    let provider = *dice.one_of(&ProviderName::ALL);
    let order_id = dice.one_of(order_ids);
    let status = *dice.one_of(&["success", "failed", "returned"]);
    let is_hint = matches!(provider, ProviderName::Skinout | ProviderName::Skinify | ProviderName::Skinslink);
    let forged = !is_hint || dice.below(2) == 0;
    let lie = json!({ "reference": order_id, "transaction_id": 999_000 + dice.below(1_000), "status": status,
                      "amount": "77.70", "forged": forged });
    json!({ provider.as_str(): { "send_notifications": [lie] } })
}
