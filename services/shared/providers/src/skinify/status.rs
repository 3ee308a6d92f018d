//! Skinify's status words in canonical ones.

use jiff::Timestamp;
use skinbus_domain::order::Game;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Cause, Currency, Hold, Observation, Progress, ProviderFacts, Reference};

use super::wire::{Bought, Items, Named};
use crate::provider::LookedUp;
use crate::rows;
use crate::values::{BadField, id, item_name, money, shown, unix_seconds};
use crate::wire::object;

/// A game as Skinify calls it.
pub(super) fn game_word(game: Game) -> &'static str {
    match game {
        Game::Cs2 => "csgo",
        Game::Dota2 => "dota2",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    }
}

/// How far a purchase with this status is. A word that is not documented is never success and never failure.
pub(super) fn progress(word: &str, settlement: Option<Timestamp>) -> Progress {
    let reason = |code: &str| Reason::from_provider(code, word);
    match word {
        // A reserved item is paid for, and its offer is still to come. Whether it was wanted is not for the adapter to say.
        "processing" | "reserved" => Progress::Submitted,
        "waiting_accept" => Progress::OfferSent,
        "accepted" => Progress::Delivered { hold: settlement.map_or(Hold::Unknown, Hold::Until) },
        "canceled" => Progress::Canceled(reason("declined_by_user")),
        "reservation_canceled" => Progress::Canceled(reason("reservation_canceled")),
        // Five minutes on the provider's clock.
        "timeout" => Progress::Expired(reason("offer_timed_out")),
        "error_invalid_token" => Progress::Failed(reason("invalid_trade_url")),
        "error_user_not_tradable" => Progress::Failed(reason("user_not_tradable")),
        "error_create_failed" => Progress::Failed(reason("provider_error")),
        "error_item_unavailable" => Progress::Failed(reason("item_unavailable")),
        "rollback_user" => Progress::Reverted { reason: reason("reversed_by_user"), by: ReversedBy::User },
        "rollback_provider" => {
            Progress::Reverted { reason: reason("reversed_by_provider"), by: ReversedBy::Provider }
        }
        _ => Progress::Unknown,
    }
}

/// The rows of `GET /withdraw/info`, by what each says of whose it is.
pub(super) fn looked_up(items: &Items<'_>) -> LookedUp {
    rows::looked_up(items.items.iter().map(|raw| row(raw.get())))
}

fn row(raw: &str) -> Option<Observation> {
    let named: Named = object(raw.as_bytes()).ok()?;
    let reference: Reference = named.custom_id.0.parse().ok()?;
    let provider_id = id(&named.purchase_id)?;
    let bought = object::<Bought>(raw.as_bytes()).map_err(|_| BadField("row"));
    let read = bought.and_then(|bought| observation(&bought, reference.clone(), Cause::LookUp));
    Some(read.unwrap_or_else(|bad| rows::unreadable(reference, Some(provider_id), bad)))
}

/// What one purchase's row tells.
pub(super) struct Told {
    pub(super) progress: Progress,
    pub(super) facts: ProviderFacts,
    /// When it was bought.
    pub(super) made_at: Option<Timestamp>,
}

/// What a purchase's fields say about the trade with this reference.
pub(super) fn observation(
    bought: &Bought,
    reference: Reference,
    cause: Cause,
) -> Result<Observation, BadField> {
    let told = told(bought)?;
    Ok(Observation {
        cause,
        reference,
        progress: told.progress,
        // `date` is when the purchase was made, not when its status changed.
        occurred_at: told.made_at.filter(|_| bought.purchase_status == "processing"),
        credits: Vec::new(),
        facts: told.facts,
    })
}

/// What a purchase's fields say, whosever it is.
pub(super) fn told(bought: &Bought) -> Result<Told, BadField> {
    let settlement = unix_seconds(bought.settlement.as_ref(), "settlement")?;
    let paid = bought.balance_debited_amount.as_ref();
    let paid = paid.or(bought.skin.as_ref().and_then(|skin| skin.price.as_ref()));
    let price_paid = paid.map(|text| money(Currency::USD, text, "balance_debited_amount")).transpose()?;
    Ok(Told {
        progress: progress(&bought.purchase_status, settlement),
        facts: ProviderFacts {
            provider_id: Some(id(&bought.purchase_id).ok_or(BadField("purchase_id"))?),
            offer_id: bought.trade_offer_id.as_ref().and_then(id),
            price_paid,
            item_name: bought.skin.as_ref().and_then(|skin| skin.name.as_deref()).and_then(item_name),
            provider_status: Some(shown(&bought.purchase_status)),
            reserved_until: unix_seconds(bought.reserved_until.as_ref(), "reserved_until")?,
            ..ProviderFacts::default()
        },
        made_at: unix_seconds(bought.date.as_ref(), "date").ok().flatten(),
    })
}
