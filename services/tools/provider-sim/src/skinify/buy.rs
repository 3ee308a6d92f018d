//! `POST /withdraw/buy`.

use rust_decimal::Decimal;

use super::answers::BuyAnswer;
use super::catalogue::{self, Game, Skin};
use super::fate::Fate;
use super::project::{Outcome, Skinify, State};
use super::purchase::Purchase;
use super::rules::RepeatedCustomId;
use super::words;
use crate::amount;
use crate::answer::Answer;
use crate::clock::Moment;
use crate::fields::Fields;
use crate::shared::Settings;

/// The shortest name that is searched for.
const SHORTEST_NAME: usize = 3;

/// What is asked for.
struct Order<'a> {
    partner: u32,
    skin: &'static Skin,
    max_price: Option<Decimal>,
    custom_id: Option<&'a str>,
}

impl<'a> Order<'a> {
    fn read(fields: &'a Fields) -> Result<Self, &'static str> {
        let partner = fields.get("partner").and_then(|text| text.parse().ok());
        // The trade token must be there, and is not looked at nor kept: what becomes of it is the skin's fate.
        let (Some(partner), Some(_)) = (partner, fields.get("token")) else {
            return Err(words::MISSING_PARTNER_OR_TOKEN);
        };
        let max_price = match fields.get("max_price") {
            Some(text) => Some(amount::parse(text).ok_or(words::INVALID_MAX_PRICE)?),
            None => None,
        };
        Ok(Self { partner, skin: wanted_skin(fields)?, max_price, custom_id: fields.get("custom_id") })
    }
}

fn wanted_skin(fields: &Fields) -> Result<&'static Skin, &'static str> {
    if let Some(id) = fields.get("id") {
        return catalogue::by_id(id).ok_or(words::SKIN_UNAVAILABLE);
    }
    let (Some(name), Some(game)) = (fields.get("name"), fields.get("game")) else {
        return Err(words::MISSING_SKIN_PARAMETERS);
    };
    if name.chars().count() < SHORTEST_NAME {
        return Err(words::NAME_TOO_SHORT);
    }
    let game = Game::parse(game).ok_or(words::INVALID_GAME)?;
    catalogue::by_name(name, game).ok_or(words::SKIN_UNAVAILABLE)
}

impl Skinify {
    pub(super) fn buy(&self, fields: &Fields) -> Outcome {
        let order = Order::read(fields)?;
        let settings = self.shared.settings();
        let answer = {
            let mut state = self.state();
            let now = self.shared.clock.now();
            state.buy(&order, &settings, now)?
        };
        Ok(Answer::json(&answer))
    }
}

impl State {
    /// Buys, with the checks in the order in which a sister provider documents them: funds, stock, price, own id.
    fn buy(
        &mut self,
        order: &Order<'_>,
        settings: &Settings,
        now: Moment,
    ) -> Result<BuyAnswer, &'static str> {
        self.settle_balance(now);
        let fate = self.rules.fate(order.skin, order.custom_id, settings.instant);
        let price = self.market.price(order.skin);
        if fate == Fate::InsufficientFunds || self.balance.available() < price {
            return Err(words::INSUFFICIENT_FUNDS);
        }
        if !self.market.has(order.skin) {
            return Err(words::SKIN_UNAVAILABLE);
        }
        if order.max_price.is_some_and(|highest| price > highest) {
            return Err(words::SKIN_NOT_FOUND_BY_PRICE);
        }
        if let Some(first) = self.first_of(order.custom_id) {
            match self.rules.repeated_custom_id {
                RepeatedCustomId::Reject => return Err(words::CUSTOM_ID_ALREADY_EXISTS),
                RepeatedCustomId::ReturnFirst => return Ok(BuyAnswer::new(first, now)),
                RepeatedCustomId::BuyAgain => {}
            }
        }
        Ok(self.execute_purchase(order, fate, price, settings, now))
    }

    fn first_of(&self, custom_id: Option<&str>) -> Option<&Purchase> {
        let index = self.purchases.indexes_of_custom(custom_id?).first()?;
        self.purchases.all().get(*index)
    }

    fn execute_purchase(
        &mut self,
        order: &Order<'_>,
        fate: Fate,
        price: Decimal,
        settings: &Settings,
        now: Moment,
    ) -> BuyAnswer {
        let pace = settings.durations.at(settings.speed);
        let purchase = Purchase {
            id: self.purchases.next_id(),
            skin: order.skin,
            price,
            partner: order.partner,
            custom_id: order.custom_id.map(str::to_owned),
            fate,
            pace,
            born: now,
            visible_from_ms: now.real_ms.saturating_add(settings.visibility_delay_ms),
            canceled_life_ms: None,
            refunded: false,
            trade_token_updates: 0,
        };
        let answer = BuyAnswer::new(&purchase, now);
        let index = self.purchases.add(purchase);
        self.market.take(order.skin);
        self.balance.debit(price);
        if let Some(after_ms) = fate.refund_after(&pace, self.rules.refund_rollbacks) {
            self.balance.refund_at(now.life_ms.saturating_add(after_ms), index);
        }
        answer
    }

    /// Takes in the refunds that are due.
    pub(super) fn settle_balance(&mut self, now: Moment) {
        self.balance.settle(&mut self.purchases, now.life_ms);
    }
}
