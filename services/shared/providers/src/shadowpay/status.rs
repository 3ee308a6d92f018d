//! ShadowPay's states in canonical ones: the trade's `state` together with Steam's state of the offer.

use skinbus_domain::order::{Game, SteamId};
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Cause, Currency, Hold, Observation, Progress, ProviderFacts, Reference};

use super::wire::Trade;
use crate::values::{BadField, id, item_name, money, shown};
use crate::wire::Text;

/// A game as ShadowPay calls it (`project`). Rust is in newer copies of the documentation only; Team Fortress 2 in none.
pub(super) fn game_word(game: Game) -> Option<&'static str> {
    match game {
        Game::Cs2 => Some("csgo"),
        Game::Dota2 => Some("dota2"),
        Game::Rust => Some("rust"),
        Game::Tf2 => None,
    }
}

/// The game that ShadowPay calls so.
pub(super) fn game(word: &str) -> Option<Game> {
    [Game::Cs2, Game::Dota2, Game::Rust, Game::Tf2].into_iter().find(|game| game_word(*game) == Some(word))
}

/// Steam's state of the trade offer, by the numbers of its documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// There is no offer yet.
    None,
    /// 0 to 11; 0 is not Steam's, a client of ShadowPay calls it new.
    Number(u8),
    /// Anything else.
    Other,
}

impl Offer {
    pub(super) fn of(text: Option<&Text>) -> Self {
        match text.map(|text| text.0.as_str()) {
            None | Some("") => Self::None,
            Some(text) => {
                (0..=11).find(|number: &u8| number.to_string() == text).map_or(Self::Other, Self::Number)
            }
        }
    }
}

/// The word that a trade's states make together, for example `cancelled.6.seller`.
pub(super) fn word(trade: &Trade<'_>) -> String {
    let mut word = trade.state.clone();
    for part in [&trade.steam_trade_offer_state, &trade.causer].into_iter().flatten() {
        if !part.0.is_empty() {
            word.push('.');
            word.push_str(&part.0);
        }
    }
    shown(&word)
}

/// How far a purchase is. What is not in the documentation is never success and never failure.
pub(super) fn progress(trade: &Trade<'_>) -> Progress {
    let causer = trade.causer.as_ref().map_or("", |causer| causer.0.as_str());
    let reason = |code: &str| Reason::from_provider(code, &word(trade));
    let offer = Offer::of(trade.steam_trade_offer_state.as_ref());
    match (trade.state.as_str(), offer) {
        // Nothing that the recipient can see yet.
        ("active", Offer::None | Offer::Number(0 | 1 | 9)) => Progress::Submitted,
        // An offer that died does not end the trade: another may follow, or `cancelled`.
        ("active", Offer::Number(2 | 4 | 5 | 6 | 7 | 8 | 10)) => Progress::OfferSent,
        ("active", Offer::Number(3)) => Progress::UserAccepted,
        // Steam's escrow. `hold` is of the newer API.
        ("active" | "finished", Offer::Number(11)) | ("hold", _) => Progress::Held { until: None },
        ("finished", Offer::Number(3)) => Progress::Delivered { hold: Hold::Unknown },
        // Finished alone is no delivery: the offer was never accepted.
        ("finished", Offer::Number(4 | 5 | 6 | 7 | 8 | 10)) => Progress::Failed(reason("offer_not_accepted")),
        ("cancelled", Offer::Number(3 | 11)) => {
            Progress::Reverted { reason: reason("reversed"), by: reversed_by(causer) }
        }
        ("cancelled", Offer::Number(5)) => Progress::Expired(reason("offer_timed_out")),
        ("cancelled", Offer::Number(7)) => Progress::Canceled(reason("declined_by_user")),
        ("cancelled", Offer::Number(6)) => Progress::Canceled(reason("offer_withdrawn")),
        ("cancelled", Offer::Number(10)) => Progress::Canceled(reason("canceled_by_second_factor")),
        ("cancelled", Offer::Number(4)) => Progress::Canceled(reason("offer_countered")),
        ("cancelled", Offer::Number(8)) => Progress::Failed(reason("item_unavailable")),
        ("cancelled", Offer::Number(1)) => Progress::Failed(reason("provider_error")),
        ("cancelled", Offer::None | Offer::Number(0 | 2 | 9)) if causer == "buyer" => {
            Progress::Canceled(reason("declined_by_user"))
        }
        ("cancelled", Offer::None | Offer::Number(0 | 2 | 9)) => Progress::Failed(reason("offer_not_sent")),
        (_, _) => Progress::Unknown,
    }
}

fn reversed_by(causer: &str) -> ReversedBy {
    match causer {
        "buyer" => ReversedBy::User,
        "seller" => ReversedBy::Provider,
        _ => ReversedBy::Unknown,
    }
}

/// What a trade that was bought under this reference, for this user, says.
pub(super) fn observation(
    trade: &Trade<'_>,
    reference: Reference,
    user: SteamId,
    cause: Cause,
) -> Result<Observation, BadField> {
    if trade.steam_to_steamid.as_ref().is_some_and(|recipient| recipient.0 != user.to_string()) {
        return Err(BadField("recipient"));
    }
    Ok(Observation {
        cause,
        reference,
        progress: progress(trade),
        facts: facts(trade)?,
        credits: Vec::new(),
        occurred_at: None,
    })
}

/// What a trade tells besides its states. `time_created` is not when a status changed, so it is not among them.
pub(super) fn facts(trade: &Trade<'_>) -> Result<ProviderFacts, BadField> {
    let items = trade.items().unwrap_or_default();
    let name = match items.as_slice() {
        [item] => item.steam_market_hash_name.as_deref().and_then(item_name),
        [] | [_, _, ..] => None,
    };
    let sender = trade.steam_from_steamid.as_ref().filter(|sender| sender.0.parse::<SteamId>().is_ok());
    Ok(ProviderFacts {
        provider_id: trade.id.as_ref().and_then(id),
        offer_id: trade.steam_tradeofferid.as_ref().and_then(id),
        bot_steam_id: sender.map(|sender| sender.0.clone()),
        price_paid: trade.price.as_ref().map(|price| money(Currency::USD, price, "price")).transpose()?,
        item_name: name,
        provider_status: Some(word(trade)),
        ..ProviderFacts::default()
    })
}
