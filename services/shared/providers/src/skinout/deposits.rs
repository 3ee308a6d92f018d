//! What Skinout tells of a deposit, in canonical words.

use jiff::Timestamp;
use skinbus_domain::credit::{CreditState, LocalAmount};
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Credit, Currency, Hold, Money, Observation, Progress, ProviderFacts, Reference};

use super::wire::Deposit;
use crate::values::{BadField, decimal, id, shown, thousandths, unix_seconds};
use crate::wire::Text;

/// Longest label of a currency that is kept.
const LABEL_MAX_BYTES: usize = 32;

/// A deposit as it is told: how far it is, what else is known, what it brings.
pub(super) struct Told {
    pub(super) progress: Progress,
    pub(super) facts: ProviderFacts,
    pub(super) credits: Vec<Credit>,
}

/// How far a deposit with this status is. A word that is not documented is never success and never failure.
pub(super) fn progress(word: &str, settlement: Option<Timestamp>) -> Progress {
    match word {
        "pending" => Progress::Submitted,
        // The provider decides when the hold is over, and says so.
        "in_hold" => Progress::Held { until: settlement },
        // Documented: credited to the project's balance.
        "success" => Progress::Delivered { hold: Hold::None },
        "failed" => Progress::Failed(Reason::from_provider("deposit_failed", word)),
        _ => Progress::Unknown,
    }
}

pub(super) fn read(deposit: &Deposit<'_>) -> Result<Told, BadField> {
    let settlement = unix_seconds(deposit.time_settlement.as_ref(), "time_settlement")?;
    let transaction_id = deposit.transaction_id.as_ref().and_then(id).ok_or(BadField("transaction_id"))?;
    let progress = progress(&deposit.status, settlement);
    let credits = match &progress {
        Progress::Delivered { .. } => vec![credit(deposit, &transaction_id, CreditState::Credited)?],
        // Amounts are documented to come with the success only; one that comes earlier is not sure yet.
        Progress::Held { .. } => credit(deposit, &transaction_id, CreditState::Pending).into_iter().collect(),
        Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Failed(_)
        | Progress::Canceled(_)
        | Progress::Expired(_)
        | Progress::Reverted { .. }
        | Progress::Unknown => Vec::new(),
    };
    let facts = ProviderFacts {
        provider_id: Some(transaction_id),
        provider_status: Some(shown(&deposit.status)),
        ..ProviderFacts::default()
    };
    Ok(Told { progress, facts, credits })
}

/// What the project's balance receives. A deposit is one transaction, so its id is the key.
fn credit(deposit: &Deposit<'_>, transaction_id: &str, state: CreditState) -> Result<Credit, BadField> {
    let amount = amount(deposit)?;
    Ok(Credit {
        key: transaction_id.to_owned(),
        thing: transaction_id.to_owned(),
        amount: amount.ok_or(BadField("amount"))?,
        local_amount: local_amount(deposit),
        multiplier: None,
        state,
        is_advanced: false,
    })
}

/// `amount_usd`. Nothing was never given, so zero is an amount that is not known yet: once credited it would stand.
pub(super) fn amount(deposit: &Deposit<'_>) -> Result<Option<Money>, BadField> {
    let told = deposit.amount_usd.as_ref().filter(|text| !text.0.is_empty());
    let amount = told.map(|text| thousandths(Currency::USD, text, "amount")).transpose()?;
    Ok(amount.filter(|amount| !amount.amount.is_zero()))
}

/// The amount in the currency that the user saw. It is for showing only: where it cannot be read, it is left out.
fn local_amount(deposit: &Deposit<'_>) -> Option<LocalAmount> {
    let currency = deposit.currency.as_ref().and_then(label)?;
    let amount = decimal(deposit.amount_currency.as_ref()?, "amount_currency").ok()?;
    Some(LocalAmount { currency, amount })
}

fn label(text: &Text) -> Option<String> {
    id(text).filter(|label| label.len() <= LABEL_MAX_BYTES)
}

/// When the deposit was opened.
pub(super) fn opened_at(deposit: &Deposit<'_>) -> Option<Timestamp> {
    unix_seconds(deposit.time.as_ref(), "time").ok().flatten()
}

/// What a deposit's fields say about the trade with this reference. Who paid is not compared with whom the page was made
/// for: the user may switch accounts there, and the balance receives the same.
pub(super) fn observation(deposit: &Deposit<'_>, reference: Reference) -> Result<Observation, BadField> {
    let Told { progress, facts, credits } = read(deposit)?;
    Ok(Observation {
        cause: Cause::LookUp,
        reference,
        // `time` is when the page was opened, not when the status changed.
        occurred_at: if progress == Progress::Submitted { opened_at(deposit) } else { None },
        progress,
        facts,
        credits,
    })
}
