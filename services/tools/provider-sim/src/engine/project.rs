//! One project at one provider: everything that all providers keep about it.

use std::collections::VecDeque;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rust_decimal::Decimal;
use tokio::sync::Notify;

use super::agenda::{Agenda, Due};
use super::balance::Balance;
use super::deposit::Deposits;
use super::feed::Feed;
use super::gate::Gate;
use super::listing::Listings;
use super::market::Market;
use super::news::News;
use super::notifications::Notifications;
use super::purchase::Purchases;
use super::rules::Rules;
use crate::clock::Moment;
use crate::notify::Receipt;
use crate::quota::{Limit, LimitPatch, QuotaReport, Verdict};
use crate::shared::{Shared, lock};

/// How a provider differs from others, for good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// Every step of a purchase is offered to [`Provider::message`](crate::provider::Provider::message).
    pub(crate) announces_purchases: bool,
    /// The end of the trade protection is a step of a purchase.
    pub(crate) shows_settlement: bool,
    /// A repeated own id is seen before funds, stock and price are.
    pub(crate) reference_first: bool,
    /// What answer to a notification counts as its receipt.
    pub(crate) receipt: Receipt,
}

/// A project to begin with, and after a reset.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// The provider's name, in the control API and in the ledger.
    pub(crate) name: &'static str,
    /// The name of the credentials in reports, which never show the credentials themselves.
    pub(crate) alias: String,
    /// In USD.
    pub(crate) balance: Decimal,
    pub(crate) limit: Limit,
    pub(crate) rules: Rules,
    pub(crate) traits: Traits,
}

/// A simulated project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) shared: Arc<Shared>,
    setup: Setup,
    gate: Mutex<Gate>,
    state: Mutex<State>,
    pub(super) stirred: Notify,
    /// Its websocket, where it has one.
    pub(crate) feed: Feed,
}

/// Everything that requests change.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rules: Rules,
    pub(crate) market: Market,
    pub(crate) purchases: Purchases,
    pub(crate) balance: Balance,
    pub(crate) deposits: Deposits,
    pub(crate) listings: Listings,
    pub(crate) notifications: Notifications,
    pub(super) traits: Traits,
    agenda: Agenda,
    news: VecDeque<News>,
    /// The task that tells news should look again.
    is_stirred: bool,
}

/// The state in its owner's hands, with all that was due by now.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    pub(crate) now: Moment,
    state: MutexGuard<'a, State>,
    stirred: &'a Notify,
}

impl Project {
    pub(crate) fn new(setup: Setup, shared: Arc<Shared>) -> Self {
        let gate = Mutex::new(Gate::new(setup.limit));
        let state = Mutex::new(State::new(&setup));
        Self { shared, setup, gate, state, stirred: Notify::new(), feed: Feed::default() }
    }

    /// The provider's name.
    pub(crate) fn name(&self) -> &'static str {
        self.setup.name
    }

    /// Opens the state. The clock is read under the lock, so that times and changes have the same order.
    pub(crate) fn open(&self) -> Opened<'_> {
        let mut state = lock(&self.state);
        let now = self.shared.clock.now();
        state.settle(now);
        Opened { now, state, stirred: &self.stirred }
    }

    /// Counts a request under this path, and says whether it is served.
    pub(crate) fn arrive(&self, known: bool, path: &'static str) -> Verdict {
        let mut gate = lock(&self.gate);
        // Read under the lock, so that arrivals are recorded in the order of their times.
        let now_us = self.shared.clock.now_us();
        gate.arrive(known, path, now_us)
    }

    /// Forgets everything, except which ids were used.
    pub(crate) fn reset(&self) {
        *lock(&self.gate) = Gate::new(self.setup.limit);
        self.feed.reset();
        let mut state = lock(&self.state);
        let fresh = State::new(&self.setup);
        *state = State {
            purchases: state.purchases.emptied(),
            deposits: state.deposits.emptied(),
            listings: state.listings.emptied(),
            ..fresh
        };
    }

    /// Lets the task that tells news look at once, because time has jumped.
    pub(crate) fn stir(&self) {
        self.stirred.notify_one();
    }

    pub(super) fn limit(&self) -> Limit {
        lock(&self.gate).limit()
    }

    pub(super) fn change_limit(&self, patch: &LimitPatch) {
        lock(&self.gate).change_limit(patch);
    }

    pub(crate) fn quota(&self) -> Vec<(String, QuotaReport)> {
        lock(&self.gate).reports(&self.setup.alias)
    }
}

impl State {
    fn new(setup: &Setup) -> Self {
        Self {
            rules: setup.rules.clone(),
            market: Market::default(),
            purchases: Purchases::default(),
            balance: Balance::new(setup.balance),
            deposits: Deposits::default(),
            listings: Listings::default(),
            notifications: Notifications::default(),
            traits: setup.traits,
            agenda: Agenda::default(),
            news: VecDeque::new(),
            is_stirred: false,
        }
    }

    /// Lets happen what is due.
    fn settle(&mut self, now: Moment) {
        while let Some((life_ms, due)) = self.agenda.next_due(now.life_ms) {
            match due {
                Due::Refund(index) => self.refund(index),
                Due::PurchaseStep(index, step) => self.announce_purchase(index, step, life_ms),
                Due::DepositStep(index, step) => self.live_deposit(index, step, now, life_ms),
                Due::ListingStep(index, step) => self.live_listing(index, step, life_ms),
            }
        }
    }

    pub(super) fn plan(&mut self, life_ms: u64, due: Due) {
        // Refunds are taken in whenever somebody looks; nobody is told of them.
        self.is_stirred |= !matches!(due, Due::Refund(_));
        self.agenda.plan(life_ms, due);
    }

    pub(super) fn forget_deposit_steps(&mut self, index: usize) {
        self.agenda.forget_deposit(index);
    }

    /// Gives news to the task that tells them.
    pub(crate) fn tell(&mut self, news: News) -> Option<&mut News> {
        self.is_stirred = true;
        self.news.push_back(news);
        self.news.back_mut()
    }
}

impl Opened<'_> {
    /// What there is to tell, and how long until more is due.
    pub(super) fn take_news(&mut self) -> (VecDeque<News>, Option<Duration>) {
        self.state.is_stirred = false;
        let next_life_ms = self.state.agenda.next_life_ms();
        let wait =
            next_life_ms.map(|life_ms| Duration::from_millis(life_ms.saturating_sub(self.now.life_ms)));
        (mem::take(&mut self.state.news), wait)
    }
}

impl Deref for Opened<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Opened<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        if mem::take(&mut self.state.is_stirred) {
            self.stirred.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{Setup, State, Traits};
    use crate::clock::Moment;
    use crate::engine::catalogue::{Game, cents};
    use crate::engine::deposit::{DepositKind, Phase};
    use crate::engine::deposit_life::{DepositFate, NewDeposit};
    use crate::engine::inventory::asset_by_id;
    use crate::engine::listing::{ListingFate, ListingPhase};
    use crate::engine::news::Subject;
    use crate::engine::rules::Rules;
    use crate::notify::Receipt;
    use crate::quota::Limit;
    use crate::shared::Settings;

    const USER: &str = "76561198000000077";
    const DAY_MS: u64 = 86_400_000;

    fn at(ms: u64) -> Moment {
        Moment { real_ms: ms, life_ms: ms }
    }

    fn state(rules: Rules) -> State {
        State::new(&Setup {
            name: "test",
            alias: "test".to_owned(),
            balance: Decimal::ZERO,
            limit: Limit { requests: 1, window_ms: 1, block_ms: 1 },
            rules,
            traits: Traits {
                announces_purchases: true,
                shows_settlement: true,
                reference_first: true,
                receipt: Receipt::Body("ok"),
            },
        })
    }

    #[test]
    fn a_link_is_credited_for_each_item() {
        let mut state = state(Rules { deposit_fate: DepositFate::Paid, ..Rules::default() });
        let link = NewDeposit::of(DepositKind::Link, "dep-1");
        let index = state.create_deposit(link, &Settings::default(), at(0)).unwrap();
        state.settle(at(DAY_MS));
        let deposit = state.deposits.get(index).unwrap();
        assert_eq!(deposit.phase, Phase::Created);
        let amounts: Vec<_> = deposit.credits.iter().map(|credit| credit.amount).collect();
        assert_eq!(amounts, [cents(740), cents(1_215)]);
        let [first, second] = deposit.credits.as_slice() else { panic!("{deposit:?}") };
        assert_eq!((first.transaction_id.len(), first.trade_id.len()), (36, 16));
        assert!(first.transaction_id != second.transaction_id && first.trade_id != second.trade_id);
        assert_eq!(state.balance.available(), cents(1_955));
        assert!(state.news.iter().all(|news| matches!(news.subject, Subject::Credit { .. })));
        assert_eq!(state.news.len(), 2);
    }

    #[test]
    fn a_held_deposit_can_be_approved_and_is_returned_all_the_same() {
        let mut state = state(Rules { deposit_fate: DepositFate::Reverted, ..Rules::default() });
        let asset = asset_by_id("30117720401").unwrap();
        let new = NewDeposit {
            assets: vec![asset],
            offer_sent: true,
            steam_id: Some(USER),
            ..NewDeposit::of(DepositKind::FromInventory, "dep-1")
        };
        let index = state.create_deposit(new, &Settings::default(), at(0)).unwrap();
        assert!(!state.inventory(USER, Game::Csgo).contains(&asset));
        assert!(!state.approve_deposit(index, at(1)));
        state.settle(at(2_000));
        assert!(state.approve_deposit(index, at(3_000)));
        state.settle(at(DAY_MS));
        let deposit = state.deposits.get(index).unwrap();
        let phases: Vec<_> = deposit.history.iter().map(|(phase, _)| *phase).collect();
        assert_eq!(phases, [Phase::OfferSent, Phase::Held, Phase::Approved, Phase::Returned]);
        assert_eq!(deposit.payment.unwrap().amount, cents(740));
        assert_eq!(state.balance.available(), Decimal::ZERO);
        assert!(state.inventory(USER, Game::Csgo).contains(&asset));
    }

    #[test]
    fn a_listing_is_sold_by_itself_and_cannot_be_canceled_in_a_trade() {
        let mut state = state(Rules { listing_fate: ListingFate::Sold, ..Rules::default() });
        let asset = asset_by_id("30117720402").unwrap();
        let settings = Settings::default();
        let sold = state.list_asset(USER, asset, cents(1_300), &settings, at(0));
        let canceled = state.list_asset(USER, asset, cents(1_300), &settings, at(0));
        assert!(state.cancel_listing(canceled, at(10)));
        state.settle(at(1_000));
        assert!(!state.cancel_listing(sold, at(1_000)) && state.listings.holds(USER, asset.id));
        state.settle(at(3_000));
        assert_eq!(state.listings.get(sold).unwrap().phase, ListingPhase::Sold);
        assert_eq!(state.listings.get(canceled).unwrap().phase, ListingPhase::Canceled);
        assert_eq!(state.balance.available(), cents(1_300));
    }
}
