//! `GET /merchant/deposit/status`, and `GET /merchant/balance`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::deposit_wire::{DepositView, money};
use super::envelope::{Failure, Outcome, success};
use super::project::Skinslink;
use super::query::{Wanted, wanted};
use super::switches::Switches;
use crate::amount::Number;
use crate::answer::Answer;
use crate::engine::deposit::{Deposit, Phase};
use crate::fields::Fields;
use crate::shared::lock;

/// How long one waits before asking for the same deposit again.
const STATUS_GAP_MS: u64 = 1_000;

#[derive(Serialize)]
struct BalanceView {
    total: Number,
    hold: Number,
    available: Number,
}

impl Skinslink {
    pub(super) fn deposit_status(&self, query: &Fields, switches: &Switches) -> Outcome {
        let wanted = wanted(query, "DepositStatusRequest")?;
        self.throttle(format!("deposit {wanted:?}"), STATUS_GAP_MS, switches)?;
        let state = self.project.open();
        let now = state.now;
        let found = match wanted {
            Wanted::Reference(reference) => state.deposits.by_reference(reference),
            Wanted::Id(id) => {
                let mut memory = lock(&self.memory);
                let draft = memory.draft(id, now.life_ms, switches.draft_ms);
                match draft.map(|draft| draft.committed) {
                    Some(Some(index)) => state.deposits.get(index),
                    Some(None) => {
                        let view = DepositView::draft(id, format!("draft-{id}"), switches);
                        return Ok(success("Deposit status fetched successfully", &view));
                    }
                    // A draft's deposit has the draft's id, and none of its own any more.
                    None => state.deposits.by_id(id).filter(|deposit| deposit.id == id),
                }
            }
        };
        let deposit = found.filter(|deposit| deposit.is_visible(now)).ok_or_else(Failure::not_found)?;
        let view = DepositView::looked_up(deposit, switches, now);
        drop(state);
        Ok(success("Deposit status fetched successfully", &view))
    }

    /// What is on hold are deposits under trade protection.
    pub(super) fn balance(&self) -> Answer {
        let state = self.project.open();
        let available = state.balance.available();
        let held = |deposit: &&Deposit| deposit.phase == Phase::Held;
        let amount = |deposit: &Deposit| deposit.payment.map(|payment| payment.amount);
        let hold: Decimal = state.deposits.all().iter().filter(held).filter_map(amount).sum();
        drop(state);
        let view =
            BalanceView { total: money(available + hold), hold: money(hold), available: money(available) };
        success("Balance fetched successfully", &view)
    }
}
