//! How deposits are created, and what happens to them: by themselves or by the control API.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::agenda::Due;
use super::buy::Refusal;
use super::catalogue::Game;
use super::deposit::{Credit, Deposit, DepositKind, Payment, Phase, SOME_STEAM_ID, credit_ids};
use super::inventory::{Asset, INVENTORY, worth};
use super::news::{News, Subject};
use super::project::State;
use super::rules::Repeated;
use crate::clock::Moment;
use crate::pace::Durations;
use crate::shared::Settings;

/// What becomes of a deposit by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DepositFate {
    /// Nothing, until the control API says so.
    #[default]
    Stays,
    /// The user accepts and it is credited at once.
    Paid,
    /// The user accepts, and it is credited when the trade protection is over.
    HeldThenPaid,
    /// The user does not accept.
    Failed,
    /// The user accepts and takes it back under trade protection.
    Reverted,
}

/// What happens to a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DepositStep {
    /// A trade offer goes out.
    Offer,
    /// The offer is accepted under trade protection.
    Hold,
    /// We approve a held deposit early.
    Approve,
    /// The deposit is credited.
    Pay,
    /// It fails, or is undone.
    Fail,
    /// It is undone under trade protection.
    Return,
    /// One item of a link is sold and credited.
    Credit,
}

/// What is known about a step besides its name.
#[derive(Debug, Clone, Default)]
pub(super) struct StepDetails {
    pub(super) amount: Option<Decimal>,
    pub(super) reason: Option<String>,
    pub(super) transaction_id: Option<String>,
    pub(super) trade_id: Option<String>,
}

/// A deposit as it is asked for.
#[derive(Debug)]
pub(crate) struct NewDeposit<'a> {
    /// Our own id.
    pub(crate) reference: &'a str,
    pub(crate) kind: DepositKind,
    pub(crate) steam_id: Option<&'a str>,
    /// Of the payment.
    pub(crate) currency: &'a str,
    pub(crate) result_url: Option<&'a str>,
    pub(crate) game: Option<Game>,
    /// For deposits from the inventory, which are worth as much as these.
    pub(crate) assets: Vec<&'static Asset>,
    pub(crate) requested: Option<Decimal>,
    /// The answer already has the trade offer.
    pub(crate) offer_sent: bool,
    /// We may send the offer with [`State::offer_deposit`]; by itself it goes out only much later.
    pub(crate) waits_for_offer: bool,
    pub(crate) notes: BTreeMap<&'static str, String>,
}

impl<'a> NewDeposit<'a> {
    /// A deposit of US dollars about which nothing else is known.
    pub(crate) fn of(kind: DepositKind, reference: &'a str) -> Self {
        Self {
            reference,
            kind,
            steam_id: None,
            currency: "usd",
            result_url: None,
            game: None,
            assets: Vec::new(),
            requested: None,
            offer_sent: false,
            waits_for_offer: false,
            notes: BTreeMap::new(),
        }
    }

    /// How long after its creation the offer goes out; `None` where it is out already.
    fn offer_after(&self, pace: &Durations) -> Option<u64> {
        let after_ms = if self.waits_for_offer { pace.offer_timeout_ms } else { pace.processing_ms };
        (!self.offer_sent).then_some(after_ms)
    }
}

impl DepositFate {
    /// The steps of a life whose offer goes out so long after now, or is out already.
    fn steps(
        self,
        kind: DepositKind,
        offer_after_ms: Option<u64>,
        pace: &Durations,
    ) -> Vec<(u64, DepositStep)> {
        let sent = offer_after_ms.unwrap_or(0);
        let answered = sent.saturating_add(pace.waiting_accept_ms);
        let settled = answered.saturating_add(pace.protection_ms);
        let undone = answered.saturating_add(pace.rollback_ms.min(pace.protection_ms));
        if kind == DepositKind::Link {
            return self.credits(answered, answered.saturating_add(pace.waiting_accept_ms));
        }
        let offered = (sent, DepositStep::Offer);
        let held = (answered, DepositStep::Hold);
        let mut steps = match self {
            Self::Stays => Vec::new(),
            Self::Paid => vec![offered, (answered, DepositStep::Pay)],
            Self::HeldThenPaid => vec![offered, held, (settled, DepositStep::Pay)],
            Self::Failed => vec![offered, (answered, DepositStep::Fail)],
            Self::Reverted => vec![offered, held, (undone, DepositStep::Return)],
        };
        if offer_after_ms.is_none() {
            steps.retain(|(_, step)| *step != DepositStep::Offer);
        }
        steps
    }

    /// A link tells of nothing but what was sold: two items, or none.
    fn credits(self, first_ms: u64, second_ms: u64) -> Vec<(u64, DepositStep)> {
        match self {
            Self::Stays | Self::Failed => Vec::new(),
            Self::Paid | Self::HeldThenPaid | Self::Reverted => {
                vec![(first_ms, DepositStep::Credit), (second_ms, DepositStep::Credit)]
            }
        }
    }
}

impl State {
    /// Creates a deposit, and says where it is; the first one with its own id where that is the rule.
    pub(crate) fn create_deposit(
        &mut self,
        new: NewDeposit<'_>,
        settings: &Settings,
        now: Moment,
    ) -> Result<usize, Refusal> {
        if let Some(first) = self.deposits.first_of(new.reference) {
            match self.rules.repeated_deposit {
                Repeated::Reject => return Err(Refusal::RepeatedReference),
                Repeated::ReturnFirst => return Ok(first),
                Repeated::BuyAgain => {}
            }
        }
        let pace = settings.durations.at(settings.speed);
        let fate = self.rules.deposit_fate(new.reference);
        let steps = fate.steps(new.kind, new.offer_after(&pace), &pace);
        let phase = if new.offer_sent { Phase::OfferSent } else { Phase::Created };
        let payment = (!new.assets.is_empty()).then(|| self.payment(worth(&new.assets)));
        let index = self.deposits.add(Deposit {
            id: self.deposits.next_id(),
            reference: new.reference.to_owned(),
            kind: new.kind,
            steam_id: new.steam_id.unwrap_or(SOME_STEAM_ID).to_owned(),
            currency: new.currency.to_owned(),
            result_url: new.result_url.map(str::to_owned),
            game: new.game,
            assets: new.assets,
            requested: new.requested,
            born: now,
            pace,
            visible_from_ms: now.real_ms.saturating_add(settings.visibility_delay_ms),
            phase,
            history: vec![(phase, now.life_ms)],
            payment,
            credits: Vec::new(),
            reason: None,
            settles_life_ms: None,
            by_hand: false,
            notes: new.notes,
        });
        self.plan_deposit(index, steps, now);
        Ok(index)
    }

    /// Sends the offer of a deposit for assets that we chose, and lets it live on from there; false where it is past
    /// that. The amount is in the deposit's currency.
    pub(crate) fn offer_deposit(
        &mut self,
        index: usize,
        assets: Vec<&'static Asset>,
        amount: Decimal,
        now: Moment,
    ) -> bool {
        let payment = self.payment(amount);
        let created = self.deposits.get_mut(index).filter(|deposit| deposit.phase == Phase::Created);
        let Some(deposit) = created else {
            return false;
        };
        deposit.kind = DepositKind::FromInventory;
        deposit.assets = assets;
        deposit.payment = Some(payment);
        let (kind, pace, reference) = (deposit.kind, deposit.pace, deposit.reference.clone());
        self.forget_deposit_steps(index);
        self.step_deposit(index, DepositStep::Offer, &StepDetails::default(), now, now.life_ms);
        let steps = self.rules.deposit_fate(&reference).steps(kind, None, &pace);
        self.plan_deposit(index, steps, now);
        true
    }

    fn plan_deposit(&mut self, index: usize, steps: Vec<(u64, DepositStep)>, now: Moment) {
        for (after_ms, step) in steps {
            self.plan(now.life_ms.saturating_add(after_ms), Due::DepositStep(index, step));
        }
    }

    /// What a user owns of a game and has not given away: assets of open deposits and listings are not shown.
    pub(crate) fn inventory(&self, steam_id: &str, game: Game) -> Vec<&'static Asset> {
        let given = |asset: &Asset| {
            let in_deposit = self
                .deposits
                .all()
                .iter()
                .filter(|deposit| deposit.steam_id == steam_id && deposit.is_open())
                .any(|deposit| deposit.assets.iter().any(|given| given.id == asset.id));
            in_deposit || self.listings.holds(steam_id, asset.id)
        };
        INVENTORY.iter().filter(|asset| asset.game == game && !given(asset)).collect()
    }

    pub(super) fn payment(&self, amount: Decimal) -> Payment {
        Payment { amount, multiplied: (amount * self.rules.multiplier).round_dp(2) }
    }

    /// Approves a held deposit early; false where it is not held.
    pub(crate) fn approve_deposit(&mut self, index: usize, now: Moment) -> bool {
        if self.deposits.get(index).is_none_or(|deposit| deposit.phase != Phase::Held) {
            return false;
        }
        self.step_deposit(index, DepositStep::Approve, &StepDetails::default(), now, now.life_ms);
        true
    }

    /// Lets a deposit fail for this reason, as where it is refused when it is created; it no longer lives by itself.
    pub(crate) fn fail_deposit(&mut self, index: usize, reason: &str, now: Moment) {
        if let Some(deposit) = self.deposits.get_mut(index) {
            deposit.by_hand = true;
        }
        let details = StepDetails { reason: Some(reason.to_owned()), ..StepDetails::default() };
        self.step_deposit(index, DepositStep::Fail, &details, now, now.life_ms);
    }

    /// A step that was planned at creation.
    pub(super) fn live_deposit(&mut self, index: usize, step: DepositStep, now: Moment, life_ms: u64) {
        let Some(deposit) = self.deposits.get(index).filter(|deposit| !deposit.by_hand) else {
            return;
        };
        let sold = INVENTORY.get(deposit.credits.len()).map_or(Decimal::ONE, |asset| asset.price);
        let details = match step {
            DepositStep::Credit => StepDetails { amount: Some(sold), ..StepDetails::default() },
            DepositStep::Offer
            | DepositStep::Hold
            | DepositStep::Approve
            | DepositStep::Pay
            | DepositStep::Fail
            | DepositStep::Return => StepDetails::default(),
        };
        self.step_deposit(index, step, &details, now, life_ms);
    }

    /// Lets a deposit make a step, books it and tells of it; the news can still be changed.
    pub(super) fn step_deposit(
        &mut self,
        index: usize,
        step: DepositStep,
        details: &StepDetails,
        now: Moment,
        life_ms: u64,
    ) -> Option<&mut News> {
        let payment = details.amount.map(|amount| self.payment(amount));
        let chosen = self.choice(index).map(|(assets, amount)| (assets, self.payment(amount)));
        let number = self.deposits.credited;
        let deposit = self.deposits.get_mut(index)?;
        let was_paid = deposit.phase == Phase::Paid;
        let mut credit = None;
        if step != DepositStep::Credit && payment.is_some() {
            deposit.payment = payment;
        } else if let Some((assets, payment)) = chosen.filter(|_| deposit.payment.is_none()) {
            deposit.assets = assets;
            deposit.payment = Some(payment);
        }
        match step {
            DepositStep::Offer => deposit.enter(Phase::OfferSent, life_ms),
            DepositStep::Hold => {
                deposit.enter(Phase::Held, life_ms);
                deposit.settles_life_ms = Some(life_ms.saturating_add(deposit.pace.protection_ms));
            }
            DepositStep::Approve => deposit.enter(Phase::Approved, life_ms),
            DepositStep::Pay => deposit.enter(Phase::Paid, life_ms),
            DepositStep::Fail => deposit.enter(Phase::Failed, life_ms),
            DepositStep::Return => deposit.enter(Phase::Returned, life_ms),
            DepositStep::Credit => {
                let (transaction_id, trade_id) = credit_ids(number);
                let new = Credit {
                    transaction_id: details.transaction_id.clone().unwrap_or(transaction_id),
                    trade_id: details.trade_id.clone().unwrap_or(trade_id),
                    amount: details.amount.unwrap_or(Decimal::ONE),
                    created_ms: now.real_of(life_ms, deposit.born.real_ms),
                };
                deposit.credits.push(new.clone());
                credit = Some(new);
            }
        }
        if details.reason.is_some() {
            deposit.reason.clone_from(&details.reason);
        }
        let deposit = deposit.clone();
        self.book_deposit(&deposit, was_paid, credit.as_ref());
        let subject = match credit {
            Some(credit) => Subject::Credit { deposit, credit },
            None => Subject::Deposit { deposit, step },
        };
        self.tell(News::of(subject))
    }

    /// What a user chooses to give, where the deposit lives by itself and nothing was chosen.
    fn choice(&self, index: usize) -> Option<(Vec<&'static Asset>, Decimal)> {
        let deposit = self.deposits.get(index)?;
        if deposit.by_hand || deposit.kind == DepositKind::Link {
            return None;
        }
        let mut assets = self.inventory(&deposit.steam_id, deposit.game.unwrap_or(Game::Csgo));
        assets.retain(|asset| asset.tradable);
        assets.truncate(2);
        let amount = deposit.requested.unwrap_or_else(|| worth(&assets).max(Decimal::ONE));
        Some((assets, amount))
    }

    /// Books a deposit that was paid, or that is no longer; only US dollars, the balance's currency.
    fn book_deposit(&mut self, deposit: &Deposit, was_paid: bool, credit: Option<&Credit>) {
        if !deposit.currency.eq_ignore_ascii_case("usd") {
            return;
        }
        if let Some(credit) = credit {
            self.deposits.credited += 1;
            self.balance.credit(credit.amount);
            return;
        }
        let amount = deposit.payment.map_or(Decimal::ZERO, |payment| payment.amount);
        match (was_paid, deposit.phase == Phase::Paid) {
            (false, true) => self.balance.credit(amount),
            (true, false) => self.balance.debit(amount),
            (true, true) | (false, false) => {}
        }
    }
}
