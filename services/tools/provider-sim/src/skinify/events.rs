//! What the control API lets happen to deposits, and IPN for deposits that are nobody's.

use std::sync::Arc;

use serde::Deserialize;

use super::deposits::{Deposit, Payment, Phase};
use super::project::{Skinify, State};
use super::rules::IpnMode;
use crate::amount::Amount;
use crate::clock::{Moment, seconds_up};

/// What happens to a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DepositStep {
    /// A trade offer goes out; no IPN.
    Offer,
    /// The offer is accepted under trade protection; an IPN only if `send_pending` is on.
    Hold,
    /// The deposit is credited.
    Pay,
    /// It fails, or is undone.
    Fail,
}

/// One thing that happens to one deposit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepositEvent {
    deposit_id: String,
    event: DepositStep,
    /// For `hold` and `pay`; `pay` after `hold` keeps the amount if none is given.
    #[serde(default)]
    amount: Option<Amount>,
    /// For this IPN, instead of the mode that is set.
    #[serde(default)]
    ipn: Option<IpnMode>,
}

/// An IPN that follows from nothing: for orphans, and for lies with the right signature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InventedIpn {
    deposit_id: String,
    #[serde(default)]
    transaction_id: u64,
    #[serde(default)]
    status: InventedStatus,
    #[serde(default)]
    amount: Option<Amount>,
    #[serde(default)]
    url: Option<String>,
    /// With a wrong `token_md5`.
    #[serde(default)]
    forged: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InventedStatus {
    #[default]
    Success,
    Pending,
    Failed,
}

impl DepositEvent {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self, state: &State) -> Result<(), String> {
        let Some(deposit) = state.deposits.by_deposit_id(&self.deposit_id) else {
            return Err(format!("skinify.deposits: no deposit {:?}", self.deposit_id));
        };
        let needs_amount = match self.event {
            DepositStep::Hold | DepositStep::Pay => deposit.payment.is_none() && self.amount.is_none(),
            DepositStep::Offer | DepositStep::Fail => false,
        };
        if needs_amount {
            return Err(format!("skinify.deposits: {:?} needs an amount", self.deposit_id));
        }
        Ok(())
    }

    fn apply(&self, deposit: &mut Deposit, multiplier: rust_decimal::Decimal, settlement: u64) {
        if let Some(Amount(amount)) = self.amount {
            deposit.payment = Some(Payment { amount, multiplied: (amount * multiplier).round_dp(2) });
        }
        match self.event {
            DepositStep::Offer => deposit.phase = Phase::OfferSent,
            DepositStep::Hold => {
                deposit.phase = Phase::Held;
                deposit.settlement = Some(settlement);
            }
            DepositStep::Pay => deposit.phase = Phase::Paid,
            DepositStep::Fail => deposit.phase = Phase::Failed,
        }
    }
}

impl Skinify {
    /// Lets something happen to a deposit and sends the IPN that follows.
    pub(super) fn happen(self: &Arc<Self>, event: &DepositEvent) {
        let settings = self.shared.settings();
        let protection_ms = settings.durations.at(settings.speed).protection_ms;
        let (deposit, rules) = {
            let mut state = self.state();
            let Moment { real_ms, .. } = self.shared.clock.now();
            let multiplier = state.rules.multiplier;
            let Some(deposit) = state.deposits.by_deposit_id_mut(&event.deposit_id) else {
                return;
            };
            let was_paid = deposit.phase == Phase::Paid;
            event.apply(deposit, multiplier, seconds_up(real_ms.saturating_add(protection_ms)));
            let deposit = deposit.clone();
            state.credit_deposit(&deposit, was_paid);
            (deposit, state.rules.ipn.clone())
        };
        let announced = match event.event {
            DepositStep::Offer => false,
            DepositStep::Hold => rules.send_pending,
            DepositStep::Pay | DepositStep::Fail => true,
        };
        if announced {
            self.send_ipn(&deposit, event.ipn.unwrap_or(rules.mode), None);
        }
    }

    /// Sends an IPN about a deposit that need not exist, and changes nothing.
    pub(super) fn invent(self: &Arc<Self>, invented: &InventedIpn) {
        let phase = match invented.status {
            InventedStatus::Success => Phase::Paid,
            InventedStatus::Pending => Phase::Held,
            InventedStatus::Failed => Phase::Failed,
        };
        let real = self.state().deposits.by_deposit_id(&invented.deposit_id).cloned();
        let multiplier = self.state().rules.multiplier;
        let payment =
            invented.amount.map(|Amount(amount)| Payment { amount, multiplied: amount * multiplier });
        let now_ms = self.shared.clock.now().real_ms;
        let deposit = Deposit {
            transaction_id: invented.transaction_id,
            deposit_id: invented.deposit_id.clone(),
            steam_id: "76561198000000077".to_owned(),
            currency: "usd".to_owned(),
            result_url: real.and_then(|deposit| deposit.result_url),
            created_ms: now_ms,
            phase,
            payment,
            settlement: (phase == Phase::Held).then(|| seconds_up(now_ms) + 600),
        };
        let mode = if invented.forged { IpnMode::Forged } else { IpnMode::Normal };
        self.send_ipn(&deposit, mode, invented.url.as_deref());
    }
}

impl State {
    /// Books a deposit that was paid, or that is no longer; only US dollars, the balance's currency.
    fn credit_deposit(&mut self, deposit: &Deposit, was_paid: bool) {
        let Some(payment) = deposit.payment.filter(|_| deposit.currency == "usd") else {
            return;
        };
        match (was_paid, deposit.phase == Phase::Paid) {
            (false, true) => self.balance.credit(payment.amount),
            (true, false) => self.balance.debit(payment.amount),
            (true, true) | (false, false) => {}
        }
    }
}
