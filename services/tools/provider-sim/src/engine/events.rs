//! What the control API lets happen to deposits and listings, and notifications that follow from nothing.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::deposit::{Credit, Deposit, DepositKind, Phase};
use super::deposit_life::{DepositStep, StepDetails};
use super::listing::ListingStep;
use super::news::{News, Subject};
use super::notifications::NotificationMode;
use super::project::State;
use crate::amount::Amount;
use crate::clock::Moment;
use crate::pace::Durations;

/// One thing that happens to one deposit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DepositEvent {
    #[serde(alias = "deposit_id")]
    reference: String,
    event: DepositStep,
    /// For `hold`, `pay` and `credit`; `pay` after `hold` keeps the amount if none is given.
    #[serde(default)]
    amount: Option<Amount>,
    /// For this notification, instead of the mode that is set.
    #[serde(default, alias = "ipn")]
    mode: Option<NotificationMode>,
    /// For `fail` and `return`: the provider's word for why.
    #[serde(default)]
    reason: Option<String>,
    /// For `credit`: ids other than the generated ones.
    #[serde(default)]
    transaction_id: Option<String>,
    #[serde(default)]
    trade_id: Option<String>,
}

impl DepositEvent {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self, state: &State) -> Result<(), String> {
        let Some(deposit) = state.deposits.by_reference(&self.reference) else {
            return Err(format!("no deposit {:?}", self.reference));
        };
        let needs_amount = match self.event {
            DepositStep::Hold | DepositStep::Pay => deposit.payment.is_none() && self.amount.is_none(),
            DepositStep::Credit => self.amount.is_none(),
            DepositStep::Offer | DepositStep::Approve | DepositStep::Fail | DepositStep::Return => false,
        };
        if needs_amount {
            return Err(format!("{:?} needs an amount", self.reference));
        }
        Ok(())
    }

    pub(super) fn happen(self, state: &mut State, now: Moment) {
        let Some(index) = state.deposits.index_of(&self.reference) else {
            return;
        };
        if let Some(deposit) = state.deposits.get_mut(index) {
            deposit.by_hand = true;
        }
        let details = StepDetails {
            amount: self.amount.map(|amount| amount.0),
            reason: self.reason,
            transaction_id: self.transaction_id,
            trade_id: self.trade_id,
        };
        if let Some(news) = state.step_deposit(index, self.event, &details, now, now.life_ms) {
            news.mode = self.mode;
        }
    }
}

/// One thing that happens to one listing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListingEvent {
    id: u64,
    event: ListingStep,
}

impl ListingEvent {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self, state: &State) -> Result<(), String> {
        state.listings.index_of(self.id).map(|_| ()).ok_or_else(|| format!("no listing {}", self.id))
    }

    pub(super) fn happen(&self, state: &mut State, now: Moment) {
        if let Some(index) = state.listings.index_of(self.id) {
            state.happen_to_listing(index, self.event, now);
        }
    }
}

/// A notification that follows from nothing: for orphans, and for lies with the right signature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InventedNotification {
    #[serde(alias = "deposit_id")]
    reference: String,
    /// The provider's id.
    #[serde(default, alias = "id")]
    transaction_id: u64,
    #[serde(default)]
    status: InventedStatus,
    #[serde(default)]
    amount: Option<Amount>,
    #[serde(default)]
    url: Option<String>,
    /// With a wrong signature.
    #[serde(default)]
    forged: bool,
    /// Makes it a credit of a link, with this trade and with the next field as its payment.
    #[serde(default)]
    trade_id: Option<String>,
    #[serde(default)]
    payment_id: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InventedStatus {
    #[default]
    Success,
    Pending,
    Failed,
    Returned,
}

impl InventedStatus {
    fn step(self) -> (Phase, DepositStep) {
        match self {
            Self::Success => (Phase::Paid, DepositStep::Pay),
            Self::Pending => (Phase::Held, DepositStep::Hold),
            Self::Failed => (Phase::Failed, DepositStep::Fail),
            Self::Returned => (Phase::Returned, DepositStep::Return),
        }
    }
}

/// How long the trade protection of an invented deposit still lasts.
const INVENTED_HOLD_MS: u64 = 600_000;

impl InventedNotification {
    /// Tells of a deposit that need not exist, and changes nothing.
    pub(super) fn send(&self, state: &mut State, now: Moment) {
        let real = state.deposits.by_reference(&self.reference).cloned();
        let (phase, step) = self.status.step();
        let amount = self.amount.map(|amount| amount.0);
        let held = phase == Phase::Held;
        let invented = Deposit {
            id: self.transaction_id,
            reference: self.reference.clone(),
            kind: DepositKind::Hosted,
            steam_id: "76561198000000077".to_owned(),
            currency: "usd".to_owned(),
            result_url: real.as_ref().and_then(|deposit| deposit.result_url.clone()),
            game: None,
            assets: Vec::new(),
            requested: None,
            born: now,
            pace: Durations::default(),
            visible_from_ms: now.real_ms,
            phase,
            history: vec![(phase, now.life_ms)],
            payment: amount.map(|amount| state.payment(amount)),
            credits: Vec::new(),
            reason: None,
            settles_life_ms: held.then(|| now.life_ms.saturating_add(INVENTED_HOLD_MS)),
            by_hand: true,
            notes: real.map_or_else(BTreeMap::new, |deposit| deposit.notes),
        };
        let subject = match &self.trade_id {
            None => Subject::Deposit { deposit: invented, step },
            Some(trade_id) => {
                let credit = Credit {
                    transaction_id: self.payment_id.clone().unwrap_or_default(),
                    trade_id: trade_id.clone(),
                    amount: amount.unwrap_or(Decimal::ONE),
                    created_ms: now.real_ms,
                };
                Subject::Credit { deposit: invented, credit }
            }
        };
        let mode = if self.forged { NotificationMode::Forged } else { NotificationMode::Normal };
        state.tell(News { subject, mode: Some(mode), url: self.url.clone(), insisted: true });
    }
}
