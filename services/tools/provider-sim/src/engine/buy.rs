//! Buying, and taking a reservation back.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::agenda::Due;
use super::catalogue::Item;
use super::fate::{Fate, Status};
use super::news::{News, Subject};
use super::project::State;
use super::purchase::Purchase;
use super::rules::Repeated;
use crate::clock::Moment;
use crate::shared::Settings;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) item: Arc<Item>,
    /// The Steam account number of the recipient.
    pub(crate) partner: u32,
    pub(crate) max_price: Option<Decimal>,
    /// Our own id.
    pub(crate) reference: Option<&'a str>,
}

/// Why nothing was bought or created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    InsufficientFunds,
    Unavailable,
    /// Only dearer than the highest price.
    TooDear,
    /// The own id was used before.
    RepeatedReference,
}

impl State {
    /// What would become of a purchase.
    pub(crate) fn fate_of(&self, item: &Item, reference: Option<&str>, settings: &Settings) -> Fate {
        self.rules.fate(item, reference, settings.instant)
    }

    /// Buys, and says where the purchase is: a new one, or the first with its own id where that is the rule. The
    /// checks come in the order funds, stock, price, own id, unless the project is set to look at own ids first.
    pub(crate) fn buy(
        &mut self,
        order: &Order<'_>,
        settings: &Settings,
        now: Moment,
    ) -> Result<usize, Refusal> {
        if self.traits.reference_first
            && let Some(index) = self.first_purchase(order.reference)?
        {
            return Ok(index);
        }
        let fate = self.fate_of(&order.item, order.reference, settings);
        let shelf = self.market.by_id(&order.item.id).ok_or(Refusal::Unavailable)?;
        let price = shelf.price;
        if fate == Fate::InsufficientFunds || self.balance.available() < price {
            return Err(Refusal::InsufficientFunds);
        }
        if !shelf.is_stocked() {
            return Err(Refusal::Unavailable);
        }
        if order.max_price.is_some_and(|highest| price > highest) {
            return Err(Refusal::TooDear);
        }
        if let Some(index) = self.first_purchase(order.reference)? {
            return Ok(index);
        }
        Ok(self.execute_purchase(order, fate, price, settings, now))
    }

    /// The purchase that a repeated own id is answered with; none where it buys.
    fn first_purchase(&self, reference: Option<&str>) -> Result<Option<usize>, Refusal> {
        let Some(index) = reference.and_then(|id| self.purchases.indexes_of(id).first()) else {
            return Ok(None);
        };
        match self.rules.repeated_reference {
            Repeated::Reject => Err(Refusal::RepeatedReference),
            Repeated::ReturnFirst => Ok(Some(*index)),
            Repeated::BuyAgain => Ok(None),
        }
    }

    fn execute_purchase(
        &mut self,
        order: &Order<'_>,
        fate: Fate,
        price: Decimal,
        settings: &Settings,
        now: Moment,
    ) -> usize {
        let pace = settings.durations.at(settings.speed);
        let purchase = Purchase {
            id: self.purchases.next_id(),
            item: Arc::clone(&order.item),
            price,
            partner: order.partner,
            reference: order.reference.map(str::to_owned),
            fate,
            pace,
            born: now,
            visible_from_ms: now.real_ms.saturating_add(settings.visibility_delay_ms),
            shows_settlement: self.traits.shows_settlement,
            canceled_life_ms: None,
            refunded: false,
            trade_token_updates: 0,
        };
        let steps = if self.traits.announces_purchases { purchase.steps() } else { Vec::new() };
        let index = self.purchases.add(purchase);
        self.market.take(&order.item);
        self.balance.debit(price);
        if let Some(after_ms) = fate.refund_after(&pace, self.rules.refund_rollbacks) {
            self.plan(now.life_ms.saturating_add(after_ms), Due::Refund(index));
        }
        for (number, step) in steps.iter().enumerate() {
            self.plan(now.life_ms.saturating_add(step.after_ms), Due::PurchaseStep(index, number));
        }
        index
    }

    /// Pays a purchase back, once.
    pub(super) fn refund(&mut self, index: usize) {
        if let Some(purchase) = self.purchases.get_mut(index).filter(|purchase| !purchase.refunded) {
            purchase.refunded = true;
            self.balance.credit(purchase.price);
        }
    }

    /// Announces a step of a purchase, unless its life was cut short before.
    pub(super) fn announce_purchase(&mut self, index: usize, step: usize, life_ms: u64) {
        let Some(purchase) = self.purchases.get(index) else {
            return;
        };
        let cut_short = purchase.canceled_life_ms.is_some_and(|canceled_ms| canceled_ms <= life_ms);
        if let Some(step) = purchase.steps().get(step).filter(|_| !cut_short) {
            let subject = Subject::Purchase { purchase: purchase.clone(), status: step.status };
            self.tell(News::of(subject));
        }
    }

    /// Cancels a reservation and pays it back; false where the purchase is not reserved.
    pub(crate) fn cancel_reservation(&mut self, index: usize, now: Moment) -> bool {
        let Some(purchase) = self.purchases.get_mut(index) else {
            return false;
        };
        if purchase.status(now) != Status::Reserved {
            return false;
        }
        purchase.canceled_life_ms = Some(now.life_ms);
        let purchase = purchase.clone();
        self.refund(index);
        if self.traits.announces_purchases {
            self.tell(News::of(Subject::Purchase { purchase, status: Status::ReservationCanceled }));
        }
        true
    }
}
