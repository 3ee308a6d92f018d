//! What Skinout tells of a purchase, in canonical words.

use jiff::Timestamp;
use skinbus_domain::order::SteamId;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Cause, Currency, Hold, Observation, Progress, ProviderFacts, Reference};

use super::wire::Purchase;
use crate::values::{BadField, id, item_name, shown, thousandths, unix_seconds};

/// How far a purchase with this status is. A word that is not documented is never success and never failure.
pub(super) fn progress(word: &str, settlement: Option<Timestamp>) -> Progress {
    let reason = |code: &str| Reason::from_provider(code, word);
    match word {
        "pending" => Progress::Submitted,
        "sent" => Progress::OfferSent,
        "accepted" => Progress::Delivered { hold: settlement.map_or(Hold::Unknown, Hold::Until) },
        // One word for both: the user declined, or the time ran out.
        "canceled" => Progress::Canceled(reason("canceled_or_expired")),
        "error_invalid_token" => Progress::Failed(reason("invalid_trade_url")),
        "error_user_not_tradable" => Progress::Failed(reason("user_not_tradable")),
        "error_inventory_private" => Progress::Failed(reason("inventory_private")),
        "error" => Progress::Failed(reason("provider_error")),
        "rollback_user" => Progress::Reverted { reason: reason("reversed_by_user"), by: ReversedBy::User },
        "rollback_provider" => {
            Progress::Reverted { reason: reason("reversed_by_provider"), by: ReversedBy::Provider }
        }
        _ => Progress::Unknown,
    }
}

/// How far a purchase is, and what else is told of it.
pub(super) fn read(purchase: &Purchase) -> Result<(Progress, ProviderFacts), BadField> {
    let settlement = unix_seconds(purchase.time_settlement.as_ref(), "time_settlement")?;
    let provider_id = purchase.transaction_id.as_ref().and_then(id).ok_or(BadField("transaction_id"))?;
    // What the balance paid. `skin.price` equals it in every documented example, and is not said to.
    let amount = purchase.amount.as_ref().ok_or(BadField("amount"))?;
    let facts = ProviderFacts {
        provider_id: Some(provider_id),
        offer_id: purchase.trade_id.as_ref().and_then(id),
        price_paid: Some(thousandths(Currency::USD, amount, "amount")?),
        item_name: purchase.skin.as_ref().and_then(|skin| skin.name.as_deref()).and_then(item_name),
        provider_status: Some(shown(&purchase.status)),
        ..ProviderFacts::default()
    };
    Ok((progress(&purchase.status, settlement), facts))
}

/// When the purchase was made. What cannot be read is no reason to distrust the rest.
pub(super) fn made_at(purchase: &Purchase) -> Option<Timestamp> {
    unix_seconds(purchase.time.as_ref(), "time").ok().flatten()
}

/// What a purchase's fields say about the trade with this reference. `recipient` is whom it was ordered for.
pub(super) fn observation(
    purchase: &Purchase,
    reference: Reference,
    cause: Cause,
    recipient: Option<SteamId>,
) -> Result<Observation, BadField> {
    // Another program may use the project as well: its purchase under an id like ours is not ours.
    let told = purchase.steamid.as_ref().and_then(id);
    if let (Some(told), Some(recipient)) = (told, recipient)
        && told != recipient.to_string()
    {
        return Err(BadField("steamid"));
    }
    let (progress, facts) = read(purchase)?;
    Ok(Observation {
        cause,
        reference,
        // `time` is when the purchase was made, not when its status changed.
        occurred_at: if progress == Progress::Submitted { made_at(purchase) } else { None },
        progress,
        credits: Vec::new(),
        facts,
    })
}
