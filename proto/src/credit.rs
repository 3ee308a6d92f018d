//! Credits.

use skinbus_domain::{Credit, CreditState, CreditTotal, LocalAmount, Money, credit_totals};

use crate::facts::{money_from_proto, money_to_proto};
use crate::order::optional_decimal;
use crate::{Corrupt, v1};

pub(crate) fn credit_to_proto(credit: &Credit) -> v1::Credit {
    v1::Credit {
        key: credit.key.clone(),
        thing: credit.thing.clone(),
        amount: Some(money_to_proto(&credit.amount)),
        local_amount: credit
            .local_amount
            .as_ref()
            .map(|local| v1::Money { currency: local.currency.clone(), amount: local.amount.to_string() }),
        multiplier: credit.multiplier.map(|multiplier| multiplier.to_string()).unwrap_or_default(),
        state: match credit.state {
            CreditState::Pending => v1::CreditState::Pending,
            CreditState::Credited => v1::CreditState::Credited,
            CreditState::Reversed => v1::CreditState::Reversed,
        }
        .into(),
        advanced: credit.is_advanced,
    }
}

/// The sums of these credits by currency; none where one of them cannot be told exactly.
pub(crate) fn totals_to_proto(credits: &[Credit]) -> Vec<v1::CreditTotal> {
    let total = |total: CreditTotal| v1::CreditTotal {
        currency: total.currency.to_string(),
        pending: total.pending.to_string(),
        credited: total.credited.to_string(),
        reversed: total.reversed.to_string(),
    };
    credit_totals(credits).unwrap_or_default().into_iter().map(total).collect()
}

/// The sums of these credits by currency, as a trade carries them; none where a credit is unreadable.
#[must_use]
pub fn totals_of(credits: &[v1::Credit]) -> Vec<v1::CreditTotal> {
    credits_from_proto(credits).map(|credits| totals_to_proto(&credits)).unwrap_or_default()
}

pub(crate) fn credit_from_proto(credit: &v1::Credit) -> Result<Credit, Corrupt> {
    let corrupt = |field| Corrupt::of("Credit", field);
    if credit.key.is_empty() {
        return Err(corrupt("key"));
    }
    if credit.thing.is_empty() {
        return Err(corrupt("thing"));
    }
    let state = match credit.state() {
        v1::CreditState::Unspecified => return Err(corrupt("state")),
        v1::CreditState::Pending => CreditState::Pending,
        v1::CreditState::Credited => CreditState::Credited,
        v1::CreditState::Reversed => CreditState::Reversed,
    };
    Ok(Credit {
        key: credit.key.clone(),
        thing: credit.thing.clone(),
        amount: credit.amount.as_ref().and_then(money_from_proto).ok_or(corrupt("amount"))?,
        local_amount: credit.local_amount.as_ref().map(local).transpose()?,
        multiplier: optional_decimal(&credit.multiplier).map_err(|()| corrupt("multiplier"))?,
        state,
        is_advanced: credit.advanced,
    })
}

pub(crate) fn credits_from_proto(credits: &[v1::Credit]) -> Result<Vec<Credit>, Corrupt> {
    credits.iter().map(credit_from_proto).collect()
}

fn local(local: &v1::Money) -> Result<LocalAmount, Corrupt> {
    let corrupt = Corrupt::of("Credit", "local_amount");
    let amount =
        Money::parse(skinbus_domain::Currency::USD, &local.amount).map_err(|_| corrupt.clone())?.amount;
    if local.currency.is_empty() {
        return Err(corrupt);
    }
    Ok(LocalAmount { currency: local.currency.clone(), amount })
}
