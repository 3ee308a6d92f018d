//! What is checked of an observation.

use rust_decimal::Decimal;
use skinbus_domain::{Credit, credit::LocalAmount};
use skinbus_domain::{Observation, Progress, ProviderFacts};

use crate::properties::{Body, assert_discreet, texts_of};

/// Amounts are the body's, and no reason quotes a secret.
pub(crate) fn assert_honest(secrets: &[&str], body: &Body<'_>, observation: &Observation) {
    for amount in amounts(&observation.facts, &observation.credits) {
        body.assert_holds(amount);
    }
    if let Some(progress) = reasons(&observation.progress) {
        assert_discreet(secrets, progress);
    }
    assert_discreet(secrets, observation.facts.provider_status.as_deref());
}

/// Every amount that an observation or a row of a record has.
pub(crate) fn amounts(facts: &ProviderFacts, credits: &[Credit]) -> Vec<Decimal> {
    let mut amounts: Vec<_> = facts.price_paid.iter().map(|money| money.amount).collect();
    for credit in credits {
        amounts.push(credit.amount.amount);
        amounts.extend(credit.local_amount.iter().map(|LocalAmount { amount, .. }| *amount));
        amounts.extend(credit.multiplier);
    }
    amounts
}

fn reasons(progress: &Progress) -> Option<impl Iterator<Item = &str>> {
    match progress {
        Progress::Failed(reason)
        | Progress::Canceled(reason)
        | Progress::Expired(reason)
        | Progress::Reverted { reason, .. } => Some(texts_of(reason)),
        Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Delivered { .. }
        | Progress::Held { .. }
        | Progress::Unknown => None,
    }
}
