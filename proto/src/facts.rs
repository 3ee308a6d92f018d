//! Provider facts and money.

use skinbus_domain::{Money, ProviderFacts};

use crate::{Corrupt, timestamp_from_proto, timestamp_to_proto, v1};

pub(crate) fn money_to_proto(money: &Money) -> v1::Money {
    v1::Money { currency: money.currency.to_string(), amount: money.amount.to_string() }
}

pub(crate) fn money_from_proto(money: &v1::Money) -> Option<Money> {
    Money::parse(money.currency.parse().ok()?, &money.amount).ok()
}

/// An optional time that must be valid where it is there.
pub(crate) fn time(
    time: Option<&prost_types::Timestamp>,
    message: &'static str,
    field: &'static str,
) -> Result<Option<jiff::Timestamp>, Corrupt> {
    time.map(|time| timestamp_from_proto(time).ok_or(Corrupt::of(message, field))).transpose()
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(crate) fn facts_from_proto(facts: Option<&v1::ProviderFacts>) -> Result<ProviderFacts, Corrupt> {
    const MESSAGE: &str = "ProviderFacts";
    let Some(facts) = facts else {
        return Ok(ProviderFacts::default());
    };
    let price_paid = facts
        .price_paid
        .as_ref()
        .map(|money| money_from_proto(money).ok_or(Corrupt::of(MESSAGE, "price_paid")))
        .transpose()?;
    Ok(ProviderFacts {
        provider_id: text(&facts.provider_id),
        offer_id: text(&facts.offer_id),
        offer_expires_at: time(facts.offer_expires_at.as_ref(), MESSAGE, "offer_expires_at")?,
        bot_steam_id: text(&facts.bot_steam_id),
        redirect_url: text(&facts.redirect_url),
        price_paid,
        item_name: text(&facts.item_name),
        provider_status: text(&facts.provider_status),
        reserved_until: time(facts.reserved_until.as_ref(), MESSAGE, "reserved_until")?,
    })
}

pub(crate) fn facts_to_proto(facts: &ProviderFacts) -> Option<v1::ProviderFacts> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    (*facts != ProviderFacts::default()).then(|| v1::ProviderFacts {
        provider_id: text(&facts.provider_id),
        offer_id: text(&facts.offer_id),
        offer_expires_at: facts.offer_expires_at.map(timestamp_to_proto),
        bot_steam_id: text(&facts.bot_steam_id),
        redirect_url: text(&facts.redirect_url),
        price_paid: facts.price_paid.as_ref().map(money_to_proto),
        item_name: text(&facts.item_name),
        provider_status: text(&facts.provider_status),
        reserved_until: facts.reserved_until.map(timestamp_to_proto),
    })
}
