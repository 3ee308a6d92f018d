//! SkinsBack's status words in canonical ones, and what its rows say about a trade.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use skinbus_domain::order::Game;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{
    Cause, Credit, CreditState, Currency, Hold, LocalAmount, Money, Observation, Progress, ProviderFacts,
    Reference,
};

use super::wire::{Deposit, Purchase};
use crate::values::{BadField, decimal, id, item_name, money, shown, unix_seconds};
use crate::wire::{Text, object};

/// A game as SkinsBack calls it (documented); `None` where it does not trade its items.
pub(super) fn game_word(game: Game) -> Option<&'static str> {
    match game {
        Game::Cs2 => Some("cs2"),
        Game::Dota2 => Some("dota2"),
        Game::Rust => Some("rust"),
        Game::Tf2 => None,
    }
}

/// How far a purchase with this `offer_status` is. A word that is not documented is never success and never failure.
pub(super) fn purchase_progress(word: &str) -> Progress {
    let reason = |code: &str| Reason::from_provider(code, word);
    match word {
        "creating_trade" => Progress::Submitted,
        "waiting_accept" => Progress::OfferSent,
        // The end of Steam's protection is not told, and no later status confirms it.
        "accepted" => Progress::Delivered { hold: Hold::Unknown },
        "canceled" => Progress::Canceled(reason("declined_by_user")),
        // Ten minutes on the provider's clock.
        "timeout" => Progress::Expired(reason("offer_timed_out")),
        "invalid_trade_token" => Progress::Failed(reason("invalid_trade_url")),
        "user_not_tradable" => Progress::Failed(reason("user_not_tradable")),
        "trade_create_error" => Progress::Failed(reason("provider_error")),
        "rollback_user" => Progress::Reverted { reason: reason("reversed_by_user"), by: ReversedBy::User },
        "rollback_supplier" => {
            Progress::Reverted { reason: reason("reversed_by_provider"), by: ReversedBy::Provider }
        }
        _ => Progress::Unknown,
    }
}

/// How far a deposit with this `status` is.
pub(super) fn deposit_progress(word: &str, has_offer: bool) -> Progress {
    let reason = |code: &str| Reason::from_provider(code, word);
    match word {
        "pending" if has_offer => Progress::OfferSent,
        "pending" => Progress::Submitted,
        // Held until the provider says `success` or takes it back, approved or not.
        "in_hold" | "hold_approved" => Progress::Held { until: None },
        "success" => Progress::Delivered { hold: Hold::None },
        // Declined, expired and taken back during a hold: the provider has one word, and what came before it decides.
        "fail" => Progress::Failed(reason("deposit_failed")),
        "hold_returned" => Progress::Reverted { reason: reason("hold_returned"), by: ReversedBy::Unknown },
        _ => Progress::Unknown,
    }
}

/// What a purchase's fields say about the trade with this reference.
pub(super) fn purchase(
    purchase: &Purchase,
    reference: Reference,
    cause: Cause,
) -> Result<Observation, BadField> {
    Ok(Observation {
        cause,
        reference,
        progress: purchase_progress(&purchase.offer_status),
        // `date` is when the purchase was made, not when its status changed.
        occurred_at: (purchase.offer_status == "creating_trade")
            .then(|| unix_seconds(purchase.date.as_ref(), "date").ok().flatten())
            .flatten(),
        credits: Vec::new(),
        facts: purchase_facts(purchase)?,
    })
}

/// The facts of a purchase. What was debited is in the currency of the balance, which nobody documents, so it is no
/// price: the skin's own price in dollars is.
pub(super) fn purchase_facts(purchase: &Purchase) -> Result<ProviderFacts, BadField> {
    let skin = purchase.item.as_ref();
    let price = skin.and_then(|skin| skin.price.as_ref());
    Ok(ProviderFacts {
        provider_id: Some(id(&purchase.buy_id).ok_or(BadField("buy_id"))?),
        offer_id: purchase.tradeofferid.as_ref().and_then(id),
        price_paid: price.map(|price| money(Currency::USD, price, "price")).transpose()?,
        item_name: skin.and_then(|skin| skin.name.as_deref()).and_then(item_name),
        provider_status: Some(shown(&purchase.offer_status)),
        ..ProviderFacts::default()
    })
}

/// What a deposit's fields say about the trade with this reference.
pub(super) fn deposit(
    deposit: &Deposit<'_>,
    reference: Reference,
    cause: Cause,
) -> Result<Observation, BadField> {
    let offer_id = deposit.trade_offer_id.as_ref().and_then(id);
    let provider_id = id(&deposit.transaction_id).ok_or(BadField("transaction_id"))?;
    // Documented moments: when it was made, and when the skins arrived, which is when a hold begins.
    let moment = match deposit.status.as_str() {
        "pending" => deposit.date.as_ref(),
        "in_hold" => deposit.skins_send_date.as_ref(),
        _ => None,
    };
    Ok(Observation {
        cause,
        reference,
        progress: deposit_progress(&deposit.status, offer_id.is_some()),
        occurred_at: unix_seconds(moment, "date").ok().flatten(),
        credits: deposit_credits(deposit, &provider_id)?,
        facts: ProviderFacts {
            provider_id: Some(provider_id),
            offer_id,
            provider_status: Some(shown(&deposit.status)),
            ..ProviderFacts::default()
        },
    })
}

/// A deposit is one thing, under the provider's id of it. Nothing is sure before `success`, an approved hold included:
/// when the balance receives an advance is not documented, and until then it may be taken back. That it is an advance is
/// told; an approved hold that was returned is one as well.
fn deposit_credits(deposit: &Deposit<'_>, provider_id: &str) -> Result<Vec<Credit>, BadField> {
    let state = match deposit.status.as_str() {
        "success" => CreditState::Credited,
        "in_hold" | "hold_approved" => CreditState::Pending,
        "hold_returned" => CreditState::Reversed,
        _ => return Ok(Vec::new()),
    };
    let told = amount(deposit);
    // What is gone needs no amount, and an unreadable one must not keep the reversal from being seen.
    let told = if state == CreditState::Reversed { Ok(told.unwrap_or_default()) } else { told };
    let Some(amount) = told? else {
        // Older answers tell the amount only at the end.
        return if state == CreditState::Credited { Err(BadField("amount")) } else { Ok(Vec::new()) };
    };
    let shown_amount = deposit.user_amount.as_ref().and_then(|text| decimal(text, "user_amount").ok());
    let label = deposit.amount_currency.as_ref().and_then(label);
    Ok(vec![Credit {
        key: provider_id.to_owned(),
        thing: provider_id.to_owned(),
        amount,
        // With the project's multiplier: what the user was shown, not what the merchant gets.
        local_amount: shown_amount.zip(label).map(|(amount, currency)| LocalAmount { currency, amount }),
        multiplier: None,
        state,
        is_advanced: matches!(deposit.status.as_str(), "hold_approved" | "hold_returned"),
    }])
}

/// What the merchant receives. Its currency is never guessed.
fn amount(deposit: &Deposit<'_>) -> Result<Option<Money>, BadField> {
    let given = |text: &Option<Text>| text.as_ref().filter(|text| !text.0.is_empty()).cloned();
    let in_dollars = || {
        let raw = deposit.amount_in_currencies.map(RawValue::get)?;
        let amounts: BTreeMap<String, Text> = object(raw.as_bytes()).ok()?;
        money(Currency::USD, amounts.get("usd")?, "amount_in_currencies").ok()
    };
    let Some(text) = given(&deposit.amount) else {
        return Ok(None);
    };
    match given(&deposit.amount_currency) {
        Some(code) => {
            let currency = code.0.parse().map_err(|_| BadField("amount_currency"))?;
            money(currency, &text, "amount").map(Some)
        }
        None => in_dollars().map(Some).ok_or(BadField("amount_currency")),
    }
}

/// A currency's label as it may be stored; it may be the merchant's own.
pub(super) fn label(text: &Text) -> Option<String> {
    const LABEL_MAX_CHARS: usize = 8;
    let is_label = (1..=LABEL_MAX_CHARS).contains(&text.0.chars().count());
    (is_label && !text.0.chars().any(char::is_control)).then(|| text.0.clone())
}
