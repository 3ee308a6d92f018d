//! Skinify's status words in canonical ones.

use jiff::Timestamp;
use skinbus_domain::order::Game;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Cause, Currency, Hold, Money, Observation, Progress, ProviderFacts, Reference};

use super::wire::{Bought, Items, Named, shown};
use crate::provider::LookedUp;
use crate::wire::{Text, object};

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
        // A reserved item is paid for, and its offer is still to come.
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

/// The rows of `GET /withdraw/info`. One that names one of our references and a purchase proves that the purchase is
/// there, even where the rest of it cannot be read: that is an unknown status, so somebody is told. Any other unreadable
/// row may be anybody's.
pub(super) fn rows(items: &Items) -> LookedUp {
    let read: Vec<Option<Observation>> = items.items.iter().map(|raw| row(raw.get())).collect();
    let unreadable = read.iter().filter(|row| row.is_none()).count();
    LookedUp::Rows { rows: read.into_iter().flatten().collect(), unreadable }
}

fn row(raw: &str) -> Option<Observation> {
    let named: Named = object(raw.as_bytes()).ok()?;
    let reference: Reference = named.custom_id.0.parse().ok()?;
    let provider_id = id(&named.purchase_id)?;
    let bought = object::<Bought>(raw.as_bytes()).map_err(|_| BadField("row"));
    let read = bought.and_then(|bought| observation(&bought, reference.clone(), Cause::LookUp));
    Some(read.unwrap_or_else(|bad| Observation {
        cause: Cause::LookUp,
        reference,
        progress: Progress::Unknown,
        occurred_at: None,
        facts: ProviderFacts {
            provider_id: Some(provider_id),
            provider_status: Some(format!("unreadable_{}", bad.0)),
            ..ProviderFacts::default()
        },
    }))
}

/// A field that is there and cannot be read.
pub(super) struct BadField(pub(super) &'static str);

/// What a purchase's fields say about the trade with this reference.
pub(super) fn observation(
    bought: &Bought,
    reference: Reference,
    cause: Cause,
) -> Result<Observation, BadField> {
    let settlement = moment(bought.settlement.as_ref(), "settlement")?;
    let paid = bought.balance_debited_amount.as_ref();
    let paid = paid.or(bought.skin.as_ref().and_then(|skin| skin.price.as_ref()));
    let price_paid = paid
        .map(|text| Money::parse(Currency::USD, &text.0).map_err(|_| BadField("balance_debited_amount")))
        .transpose()?;
    Ok(Observation {
        cause,
        reference,
        progress: progress(&bought.purchase_status, settlement),
        // `date` is when the purchase was made, not when its status changed.
        occurred_at: (bought.purchase_status == "processing")
            .then(|| moment(bought.date.as_ref(), "date").ok().flatten())
            .flatten(),
        facts: ProviderFacts {
            provider_id: Some(id(&bought.purchase_id).ok_or(BadField("purchase_id"))?),
            offer_id: bought.trade_offer_id.as_ref().and_then(id),
            price_paid,
            item_name: bought.skin.as_ref().and_then(|skin| skin.name.as_deref()).and_then(item_name),
            provider_status: Some(shown(&bought.purchase_status)),
            reserved_until: moment(bought.reserved_until.as_ref(), "reserved_until")?,
            ..ProviderFacts::default()
        },
    })
}

/// Longest id that is taken. What a provider tells is stored with the trade, and a version that is too large for the
/// ledger could never be written.
const ID_MAX_BYTES: usize = 128;
/// Longest item name that is kept, in characters; orders cannot name longer ones.
const ITEM_NAME_MAX_CHARS: usize = 256;

/// An id. Nothing and zero are what PHP writes where there is none.
fn id(text: &Text) -> Option<String> {
    let is_id = !matches!(text.0.as_str(), "" | "0") && text.0.len() <= ID_MAX_BYTES;
    is_id.then(|| text.0.clone())
}

fn item_name(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.chars().take(ITEM_NAME_MAX_CHARS).collect())
}

/// Unix seconds, as text or number. Nothing and zero are no moment: a hold that ended in 1970 would complete a trade that
/// may still be reversed.
fn moment(text: Option<&Text>, field: &'static str) -> Result<Option<Timestamp>, BadField> {
    let Some(text) = text.and_then(id) else {
        return Ok(None);
    };
    let seconds: u64 = text.parse().map_err(|_| BadField(field))?;
    let seconds = i64::try_from(seconds).map_err(|_| BadField(field))?;
    Timestamp::from_second(seconds).map(Some).map_err(|_| BadField(field))
}
