//! What a deposit's fields say, in the answers of `deposit-status` and `get-deposits`.

use jiff::Timestamp;
use skinbus_domain::trade::Reason;
use skinbus_domain::{
    Cause, Credit, CreditState, Hold, LocalAmount, Money, Observation, Progress, ProviderFacts, Reference,
};

use super::wire::{DepositRow, NamedDeposit};
use crate::provider::LookedUp;
use crate::rows;
use crate::values::{BadField, decimal, id, money, shown, unix_seconds};
use crate::wire::{Text, object};

/// What one deposit's row tells.
pub(super) struct Told {
    pub(super) progress: Progress,
    pub(super) facts: ProviderFacts,
    pub(super) credits: Vec<Credit>,
    /// When the deposit was created.
    pub(super) created_at: Option<Timestamp>,
}

/// The deposit that was asked for. Named but otherwise unreadable, it is an unknown status, so somebody is told.
pub(super) fn looked_up(raw: &str, reference: &Reference) -> LookedUp {
    let Ok(named) = object::<NamedDeposit>(raw.as_bytes()) else {
        return LookedUp::unreadable("a deposit without its deposit_id");
    };
    if named.deposit_id.0 != reference.as_str() {
        return LookedUp::unreadable("another deposit than the one asked for");
    }
    let row = object::<DepositRow>(raw.as_bytes()).map_err(|_| BadField("row"));
    let observation = row.and_then(|row| told(&row)).map(|told| Observation {
        cause: Cause::LookUp,
        reference: reference.clone(),
        // `date` is when the deposit was created, not when its status changed.
        occurred_at: told.created_at.filter(|_| told.progress == Progress::Submitted),
        progress: told.progress,
        facts: told.facts,
        credits: told.credits,
    });
    let provider_id = named.transaction_id.as_ref().and_then(id);
    LookedUp::row(observation.unwrap_or_else(|bad| rows::unreadable(reference.clone(), provider_id, bad)))
}

/// How far a deposit is, and what it credits. A word that is not documented is never success and never failure.
pub(super) fn told(row: &DepositRow) -> Result<Told, BadField> {
    let transaction_id = id(&row.transaction_id).ok_or(BadField("transaction_id"))?;
    let offer_id = row.trade_offer_id.as_ref().and_then(id);
    let credit = |state| credit(row, &transaction_id, state);
    let (progress, credits) = match row.status.as_str() {
        "pending" => match (unix_seconds(row.settlement.as_ref(), "settlement")?, &offer_id) {
            // Amounts are shown already, and nothing is credited yet.
            (Some(until), _) => (Progress::Held { until: Some(until) }, credit(CreditState::Pending)?),
            (None, Some(_)) => (Progress::OfferSent, None),
            (None, None) => (Progress::Submitted, None),
        },
        "success" => {
            let credit = credit(CreditState::Credited)?.ok_or(BadField("amount"))?;
            (Progress::Delivered { hold: Hold::None }, Some(credit))
        }
        // Not paid, or undone under protection; which of them follows from where the trade was.
        "failed" => (Progress::Failed(Reason::from_provider("deposit_failed", "failed")), None),
        _ => (Progress::Unknown, None),
    };
    Ok(Told {
        progress,
        facts: ProviderFacts {
            provider_id: Some(transaction_id),
            offer_id,
            provider_status: Some(shown(&row.status)),
            ..ProviderFacts::default()
        },
        credits: credits.into_iter().collect(),
        created_at: unix_seconds(row.date.as_ref(), "date").ok().flatten(),
    })
}

/// What the merchant receives; `None` where no amount is shown. One deposit is one credit, under its `transaction_id`.
fn credit(row: &DepositRow, transaction_id: &str, state: CreditState) -> Result<Option<Credit>, BadField> {
    let Some(text) = row.amount.as_ref().filter(|text| !text.0.is_empty()) else {
        return Ok(None);
    };
    let amount = amount(row, text)?;
    Ok(Some(Credit {
        key: transaction_id.to_owned(),
        thing: transaction_id.to_owned(),
        amount,
        local_amount: multiplied(row, amount),
        multiplier: None,
        state,
        is_advanced: false,
    }))
}

fn amount(row: &DepositRow, text: &Text) -> Result<Money, BadField> {
    let currency = row.amount_currency.as_ref().and_then(|currency| currency.0.parse().ok());
    money(currency.ok_or(BadField("amount_currency"))?, text, "amount")
}

/// What the user was shown: the amount times the project's own setting. It is no money of ours, so that it cannot be read
/// stands in nobody's way.
fn multiplied(row: &DepositRow, amount: Money) -> Option<LocalAmount> {
    let multiplied = decimal(row.multiplied_amount.as_ref()?, "multiplied_amount").ok()?;
    Some(LocalAmount { currency: amount.currency.to_string(), amount: multiplied })
}
