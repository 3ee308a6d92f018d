//! Skinslink's status words in canonical ones.

use jiff::Timestamp;
use rust_decimal::Decimal;
use skinbus_domain::credit::{Credit, CreditState};
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Cause, Currency, Hold, Money, Observation, Progress, ProviderFacts, Reference};

use super::errors::code;
use super::wire::Row;
use crate::values::{BadField, decimal, id, iso_time, item_name, money, shown};
use crate::wire::Text;

/// What a deposit or a purchase says about the trade with this reference.
pub(super) fn observation(
    row: &Row,
    reference: &Reference,
    kind: OrderKind,
    cause: Cause,
    now: Timestamp,
) -> Result<Observation, BadField> {
    let provider_id = id(&row.id).filter(|id| is_digits(id)).ok_or(BadField("id"))?;
    let offer_expires_at = iso_time(row.trade_offer_expiry_at.as_deref(), "trade_offer_expiry_at")?;
    let progress = progress(row, kind, offer_expires_at, now)?;
    let is_deposit = kind != OrderKind::Purchase;
    let credits =
        if is_deposit { credits(row, &provider_id, reference, kind, cause, &progress)? } else { Vec::new() };
    let price_paid =
        if is_deposit || is_ended(&progress) { None } else { usd(row.amount.as_ref(), "amount")? };
    let provider_status = match (&progress, reason_word(row)) {
        // What contradicts itself is told as both.
        (Progress::Unknown, Some(reason)) => format!("{}_{}", shown(&row.status), shown(reason)),
        (_, _) => shown(&row.status),
    };
    // Whether a page's id is that of the deposit that comes of it is not documented.
    let is_page_only = kind == OrderKind::DepositLink && row.status == "new";
    Ok(Observation {
        cause,
        reference: reference.clone(),
        progress,
        // `date` is when the trade was made, not when its status changed.
        occurred_at: None,
        credits,
        facts: ProviderFacts {
            provider_id: (!is_page_only).then_some(provider_id),
            offer_id: offer_id(row),
            offer_expires_at,
            bot_steam_id: row.bot_steam_id.as_ref().and_then(id).filter(|id| is_digits(id)),
            price_paid,
            item_name: row.item.as_ref().and_then(|item| item.name.as_deref()).and_then(item_name),
            provider_status: Some(provider_status),
            ..ProviderFacts::default()
        },
    })
}

pub(super) fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn offer_id(row: &Row) -> Option<String> {
    row.trade_offer_id.as_ref().and_then(id)
}

fn reason_word(row: &Row) -> Option<&str> {
    row.fail_reason.as_deref().filter(|word| !word.is_empty())
}

/// How far a deposit or a purchase is. A word that is not documented is never success and never failure.
fn progress(
    row: &Row,
    kind: OrderKind,
    offer_expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Progress, BadField> {
    let is_reverted = matches!(reason_word(row), Some("user_reverted" | "provider_reverted"));
    Ok(match row.status.as_str() {
        "new" => Progress::Submitted,
        // Two pages of the documentation contradict each other: "the offer is to be created" and "the offer was sent".
        "pending" if offer_id(row).is_none() => Progress::Submitted,
        // Likewise "the offer was sent" and "the user accepted". It comes with a fresh offer, so it is the former.
        "pending" | "active" => Progress::OfferSent,
        // Taken and taken back at the same time: neither.
        "hold" | "completed" if is_reverted => Progress::Unknown,
        "hold" => Progress::Held { until: iso_time(row.hold_end_date.as_deref(), "hold_end_date")? },
        "completed" => Progress::Delivered { hold: Hold::None },
        "failed" | "canceled" => ended(row, kind, offer_expires_at, now),
        "reverted" => reverted(row, kind),
        _ => Progress::Unknown,
    })
}

fn reverted(row: &Row, kind: OrderKind) -> Progress {
    let by = match reason_word(row) {
        Some("user_reverted") => ReversedBy::User,
        Some("provider_reverted") => ReversedBy::Provider,
        Some(_) | None => ReversedBy::Unknown,
    };
    Progress::Reverted { reason: reason(row, kind, "reverted"), by }
}

/// Why it ended, with the code that stands for the status where the reason is missing or not known.
fn reason(row: &Row, kind: OrderKind, by_status: &str) -> Reason {
    let word = reason_word(row);
    let code = word.and_then(|word| code(word, kind)).unwrap_or(by_status);
    Reason::from_provider(code, &shown(word.unwrap_or(&row.status)))
}

/// A trade that ended. There is no word for an offer whose time ran out; it is told from the offer's expiry.
fn ended(row: &Row, kind: OrderKind, offer_expires_at: Option<Timestamp>, now: Timestamp) -> Progress {
    let is_lapsed = offer_id(row).is_some() && offer_expires_at.is_some_and(|expiry| expiry <= now);
    match reason_word(row) {
        Some("user_reverted" | "provider_reverted") => reverted(row, kind),
        // The first purchase under this reference is not said to have failed.
        Some("duplicate_purchase") => Progress::Unknown,
        word @ (None | Some("canceled_by_provider")) if is_lapsed => {
            Progress::Expired(Reason::from_provider("offer_timed_out", word.unwrap_or(&shown(&row.status))))
        }
        Some("canceled_by_user" | "canceled_by_provider") => {
            Progress::Canceled(reason(row, kind, "canceled"))
        }
        Some(_) | None if row.status == "canceled" => Progress::Canceled(reason(row, kind, "canceled")),
        Some(_) | None => Progress::Failed(reason(row, kind, "failed")),
    }
}

/// Whether it ended without anything having been done.
fn is_ended(progress: &Progress) -> bool {
    match progress {
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) => true,
        Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Delivered { .. }
        | Progress::Held { .. }
        | Progress::Reverted { .. }
        | Progress::Unknown => false,
    }
}

fn usd(text: Option<&Text>, field: &'static str) -> Result<Option<Money>, BadField> {
    text.filter(|text| !text.0.is_empty()).map(|text| money(Currency::USD, text, field)).transpose()
}

/// What a deposit brings. Its key is the provider's id of the trade; the thing is the deposit itself, so that a second
/// trade under one reference is never credited beside the first.
fn credits(
    row: &Row,
    provider_id: &str,
    reference: &Reference,
    kind: OrderKind,
    cause: Cause,
    progress: &Progress,
) -> Result<Vec<Credit>, BadField> {
    let state = match progress {
        Progress::Delivered { .. } => CreditState::Credited,
        Progress::Submitted | Progress::OfferSent | Progress::UserAccepted | Progress::Held { .. } => {
            CreditState::Pending
        }
        Progress::Failed(_)
        | Progress::Canceled(_)
        | Progress::Expired(_)
        | Progress::Reverted { .. }
        | Progress::Unknown => return Ok(Vec::new()),
    };
    // The answer to the call that made the deposit is the only one that has the amount in dollars.
    let amount = if cause == Cause::Dispatch {
        usd(row.amount.as_ref(), "amount")?.filter(|amount| !amount.amount.is_zero())
    } else {
        in_dollars(row).or_else(|bad| if is_done(progress) { Err(bad) } else { Ok(None) })?
    };
    let credit = |amount| Credit {
        key: provider_id.to_owned(),
        thing: reference.to_string(),
        amount,
        local_amount: None,
        multiplier: None,
        state,
        is_advanced: false,
    };
    match amount {
        Some(amount) => Ok(vec![credit(amount)]),
        // A deposit by names takes no custom currency: its amount was in the answer to the call that made it. Any other
        // success without an amount is none.
        None if cause == Cause::LookUp && (kind == OrderKind::DepositItems || !is_done(progress)) => {
            Ok(Vec::new())
        }
        None => Err(BadField("amount")),
    }
}

fn is_done(progress: &Progress) -> bool {
    matches!(progress, Progress::Delivered { .. })
}

/// The sum in the custom currency, where that currency surely is the dollar. `None` where no custom currency is told.
fn in_dollars(row: &Row) -> Result<Option<Money>, BadField> {
    const FIELD: &str = "amount";
    let number = |text: &Option<Text>| -> Result<Option<Decimal>, BadField> {
        text.as_ref().filter(|text| !text.0.is_empty()).map(|text| decimal(text, FIELD)).transpose()
    };
    let (rate, multiplier) = (number(&row.custom_currency_rate)?, number(&row.custom_currency_multiplier)?);
    let sum = usd(row.custom_currency_sum.as_ref(), FIELD)?;
    let Some(currency) = row.custom_currency.as_deref().filter(|currency| !currency.is_empty()) else {
        let is_nothing =
            [rate, multiplier, sum.map(|sum| sum.amount)].into_iter().flatten().all(|n| n.is_zero());
        return if is_nothing { Ok(None) } else { Err(BadField(FIELD)) };
    };
    let is_dollar = currency.eq_ignore_ascii_case("USD")
        && rate == Some(Decimal::ONE)
        && multiplier == Some(Decimal::ONE);
    match sum.filter(|sum| is_dollar && !sum.amount.is_zero()) {
        Some(sum) => Ok(Some(sum)),
        None => Err(BadField(FIELD)),
    }
}
