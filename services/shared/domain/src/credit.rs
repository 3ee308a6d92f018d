//! What arrived for a deposit: each thing once, under a key that is unique for ever (invariant T4).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::fold::Alert;
use crate::money::{Currency, Money};

#[cfg(test)]
mod tests;

/// Money or value that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Credit {
    /// The provider's own unique key. Applied once.
    pub key: String,
    /// The thing that was received, for example one traded item. Two keys for one thing contradict each other.
    pub thing: String,
    /// What the merchant's balance at the provider receives.
    pub amount: Money,
    /// The same in the currency that the user was shown, where the provider tells.
    pub local_amount: Option<LocalAmount>,
    /// What the local amount was multiplied with, where the provider tells.
    pub multiplier: Option<Decimal>,
    /// How sure it is.
    pub state: CreditState,
    /// Whether the provider has advanced it: taken as paid while it could still be taken back, at the merchant's own risk.
    /// That stays so, whatever becomes of it.
    pub is_advanced: bool,
}

/// An amount in a currency that may be the merchant's own, so that its label is no ISO code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalAmount {
    /// The currency's label.
    pub currency: String,
    /// How much, exactly.
    pub amount: Decimal,
}

/// The sums of a trade's credits in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditTotal {
    /// In which currency. Amounts of two currencies are never added.
    pub currency: Currency,
    /// What may still be taken back, an advance included.
    pub pending: Decimal,
    /// What is the merchant's.
    pub credited: Decimal,
    /// What was taken back, or never became sure.
    pub reversed: Decimal,
}

/// The sums of these credits, exactly, one for each currency, by its code. `None` where a sum is beyond what can be told
/// exactly: a wrong one is worse than none.
#[must_use]
pub fn credit_totals(credits: &[Credit]) -> Option<Vec<CreditTotal>> {
    let mut totals: BTreeMap<Currency, CreditTotal> = BTreeMap::new();
    for Credit { amount: Money { currency, amount }, state, .. } in credits {
        let none = Decimal::ZERO;
        let new = || CreditTotal { currency: *currency, pending: none, credited: none, reversed: none };
        let total = totals.entry(*currency).or_insert_with(new);
        let sum = match state {
            CreditState::Pending => &mut total.pending,
            CreditState::Credited => &mut total.credited,
            CreditState::Reversed => &mut total.reversed,
        };
        *sum = exact_sum(*sum, *amount)?;
    }
    Some(totals.into_values().collect())
}

/// The sum, unless it has more digits than a decimal holds: those would be rounded away.
fn exact_sum(first: Decimal, second: Decimal) -> Option<Decimal> {
    let sum = first.checked_add(second)?;
    (sum.scale() == first.scale().max(second.scale())).then_some(sum)
}

/// How sure a credit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CreditState {
    /// It may still be taken back: nothing to spend.
    Pending,
    /// It is the merchant's.
    Credited,
    /// It was taken back, or never became sure.
    Reversed,
}

/// What came of laying told credits over known ones.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Merged {
    pub(crate) credits: Vec<Credit>,
    pub(crate) alerts: Vec<Alert>,
}

/// Lays `told` over `known`. A credit moves from pending to credited to reversed and never back; what contradicts a
/// credit that counts is not applied, and somebody is told.
pub(crate) fn merged(known: &[Credit], told: &[Credit]) -> Merged {
    let mut merged = Merged { credits: known.to_vec(), alerts: Vec::new() };
    for credit in told {
        merged.lay(credit);
    }
    merged
}

/// The same for a trade that ended without success: what is not sure yet is not written down, so that it neither counts
/// nor stands in the way of a late credit under its key. What is said of a known one is: it may have been advanced.
pub(crate) fn merged_when_over(known: &[Credit], told: &[Credit]) -> Merged {
    let is_known = |told: &Credit| known.iter().any(|known| known.key == told.key);
    let sure = told.iter().filter(|told| told.state != CreditState::Pending || is_known(told));
    merged(known, &sure.cloned().collect::<Vec<_>>())
}

/// Whether anything may still become the merchant's, or be taken back.
pub(crate) fn any_pending(credits: &[Credit]) -> bool {
    credits.iter().any(|credit| credit.state == CreditState::Pending)
}

/// Whether anything is the merchant's.
pub(crate) fn any_counts(credits: &[Credit]) -> bool {
    credits.iter().any(|credit| credit.state == CreditState::Credited)
}

impl Merged {
    /// Whether anything is the merchant's that was not before.
    pub(crate) fn adds_to(&self, known: &[Credit]) -> bool {
        self.credits.iter().any(|credit| {
            let counted = |known: &Credit| known.key == credit.key && known.state == CreditState::Credited;
            credit.state == CreditState::Credited && !known.iter().any(counted)
        })
    }

    fn lay(&mut self, told: &Credit) {
        if let Some(twin) =
            self.credits.iter().find(|known| known.thing == told.thing && known.key != told.key)
        {
            self.alerts.push(Alert::anomaly(format!(
                "a credit {} for {}, which was credited as {} already; not applied",
                told.key, told.thing, twin.key
            )));
            return;
        }
        let Some(known) = self.credits.iter_mut().find(|known| known.key == told.key) else {
            self.credits.push(told.clone());
            return;
        };
        if known.thing != told.thing {
            self.alerts.push(Alert::anomaly(format!(
                "the credit {} is for {}, and is now said to be for {}; not applied",
                told.key, known.thing, told.thing
            )));
            return;
        }
        let was_advanced = known.is_advanced;
        known.is_advanced |= told.is_advanced;
        match (known.state, told.state) {
            // What is taken back is what was told before, whatever amount is told with its end.
            (CreditState::Pending, CreditState::Reversed) => known.state = CreditState::Reversed,
            // Nothing counts yet, so a better knowledge of the amount replaces the old one. An advance may be spent.
            (CreditState::Pending, CreditState::Pending | CreditState::Credited) => {
                if known.amount != told.amount && told.state == CreditState::Credited {
                    self.alerts.push(Alert::anomaly(format!(
                        "the credit {} was to be {}, and {} was credited",
                        told.key, known.amount, told.amount
                    )));
                } else if known.amount != told.amount && was_advanced {
                    self.alerts.push(Alert::anomaly(format!(
                        "the credit {} was advanced as {}, and is now said to be {}",
                        told.key, known.amount, told.amount
                    )));
                }
                let mut news = Credit { is_advanced: known.is_advanced, ..told.clone() };
                // Not every answer has what the user was shown. Of another amount that would be another.
                if known.amount == told.amount {
                    news.local_amount = news.local_amount.or_else(|| known.local_amount.take());
                    news.multiplier = news.multiplier.or(known.multiplier);
                }
                *known = news;
            }
            (CreditState::Credited, CreditState::Credited) if known.amount != told.amount => {
                self.alerts.push(Alert::anomaly(format!(
                    "the credit {} was {}, and is now said to be {}; the first stands",
                    told.key, known.amount, told.amount
                )));
            }
            (CreditState::Credited, CreditState::Reversed) => known.state = CreditState::Reversed,
            (CreditState::Credited, CreditState::Pending | CreditState::Credited) => {}
            (CreditState::Reversed, CreditState::Credited) => {
                self.alerts.push(Alert::anomaly(format!(
                    "the credit {} was reversed, and is now said to be credited; it stays reversed",
                    told.key
                )));
            }
            (CreditState::Reversed, CreditState::Pending | CreditState::Reversed) => {}
        }
    }
}

/// The credits of a trade that is completed without another word about them.
pub(crate) fn made_sure(credits: &mut [Credit]) {
    for credit in credits.iter_mut().filter(|credit| credit.state == CreditState::Pending) {
        credit.state = CreditState::Credited;
    }
}

/// The credits of a trade that was taken back: none of them counts any more.
pub(crate) fn reversed(credits: &mut [Credit]) {
    for credit in credits {
        credit.state = CreditState::Reversed;
    }
}

/// The credits of a page that we gave up: what was not sure is forgotten, since it may still come.
pub(crate) fn forgotten(credits: &mut Vec<Credit>) {
    credits.retain(|credit| credit.state != CreditState::Pending);
}

/// The credits of a trade that ended without success: what was not sure never will be.
pub(crate) fn given_up(credits: &mut [Credit]) {
    for credit in credits.iter_mut().filter(|credit| credit.state == CreditState::Pending) {
        credit.state = CreditState::Reversed;
    }
}
