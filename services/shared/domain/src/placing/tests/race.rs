//! Two deliveries of one order race for it, with the tracker as third: every interleaving, with crashes and late answers.
//!
//! The provider executes a call or does not when it is made; what is answered, and when, is another matter. Nothing here
//! refuses a repeated reference, so that only the protocol stands between the order and a second purchase.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use crate::fold::{Fold, Input, fold};
use crate::observation::{Observation, Progress};
use crate::order::OrderKind;
use crate::outcome::Outcome;
use crate::placing::{Delivery, Effect, Event, Placing};
use crate::rules::{ByKind, Idempotency, Rules, after};
use crate::samples::{accepted, at, observed, of_kind, reason, rules};
use crate::trade::{Attempt, Cause, Trade, TradeState, TradeStatus};

/// What a delivery waits for.
#[expect(clippy::large_enum_variant, reason = "a few values in a test")]
#[derive(Debug, Clone)]
enum Doing {
    Next(Effect),
    /// The append is done, and nobody has heard of it yet.
    Hearing(Event),
    /// The call has been made.
    Waiting {
        executed: bool,
    },
    Gone,
}

#[derive(Debug, Clone)]
struct Delivered {
    placing: Placing,
    doing: Doing,
}

#[derive(Debug, Clone)]
struct World {
    rules: Rules,
    now: Timestamp,
    trade: Trade,
    version: u32,
    /// The last version that was ACCEPTED.
    accepted_version: u32,
    deliveries: [Delivered; 2],
    crashes_left: u32,
    redeliveries_left: u32,
    /// The accepted versions for which a call was made.
    called_for: BTreeSet<u32>,
    purchases: u32,
}

#[test]
fn two_deliveries_buy_at_most_once_where_repeats_are_undocumented() {
    assert_eq!(
        explore(OrderKind::Purchase, Idempotency::Undocumented),
        [TradeStatus::Accepted, TradeStatus::Submitted, TradeStatus::Failed, TradeStatus::NeedsReview].into()
    );
}

#[test]
fn two_deliveries_buy_at_most_once_where_references_are_unique() {
    assert_eq!(
        explore(OrderKind::Purchase, Idempotency::UniqueReference),
        [TradeStatus::Accepted, TradeStatus::Submitted, TradeStatus::Failed].into()
    );
}

/// An order whose outcome is unknown fails in the end, instead of waiting for a person: nobody has the page's address.
#[test]
fn two_deliveries_make_at_most_one_page() {
    for idempotency in [Idempotency::Undocumented, Idempotency::UniqueReference] {
        assert_eq!(
            explore(OrderKind::DepositLink, idempotency),
            [TradeStatus::Accepted, TradeStatus::Submitted, TradeStatus::Failed].into()
        );
    }
}

/// Where all lives end. Whether anything was done twice is asserted on the way.
fn explore(kind: OrderKind, idempotency: Idempotency) -> BTreeSet<TradeStatus> {
    let mut seen = BTreeSet::new();
    let mut ends = BTreeSet::new();
    let mut open = vec![World::new(kind, idempotency, 1, 0), World::new(kind, idempotency, 0, 1)];
    while let Some(world) = open.pop() {
        let mut hasher = DefaultHasher::new();
        format!("{world:?}").hash(&mut hasher);
        if !seen.insert(hasher.finish()) {
            continue;
        }
        let next = world.next();
        if next.is_empty() {
            world.is_settled();
            ends.insert(world.trade.status());
        }
        open.extend(next);
    }
    assert!(seen.len() > 1000, "only {} worlds", seen.len());
    ends
}

impl World {
    fn new(kind: OrderKind, idempotency: Idempotency, crashes_left: u32, redeliveries_left: u32) -> Self {
        let mut rules = rules();
        rules.placing.idempotency = ByKind::all(idempotency);
        let accepted = of_kind(kind, &accepted());
        let delivered = || {
            let (placing, effect) = Placing::start(accepted.clone(), rules.placing, at(0));
            Delivered { placing, doing: Doing::Next(effect) }
        };
        Self {
            now: at(0),
            deliveries: [delivered(), delivered()],
            trade: accepted,
            version: 1,
            accepted_version: 1,
            crashes_left,
            redeliveries_left,
            called_for: BTreeSet::new(),
            purchases: 0,
            rules,
        }
    }

    /// Every world that may follow.
    fn next(&self) -> Vec<Self> {
        let mut next = Vec::new();
        for index in 0..self.deliveries.len() {
            next.extend(self.delivery_goes_on(index));
            let is_there = !matches!(self.deliveries[index].doing, Doing::Gone);
            if is_there && self.crashes_left > 0 {
                let mut world = self.clone();
                world.crashes_left -= 1;
                world.deliveries[index].doing = Doing::Gone;
                next.push(world);
            }
        }
        next.extend(self.tracker_goes_on());
        next
    }

    fn delivery_goes_on(&self, index: usize) -> Vec<Self> {
        let mut world = self.clone();
        match self.deliveries[index].doing.clone() {
            Doing::Next(Effect::TakePermit) => world.report(index, Event::PermitTaken),
            Doing::Next(Effect::Append(input)) => {
                let written = world.fold(&input);
                let event = if written { Event::Written } else { Event::Lost };
                world.deliveries[index].doing = Doing::Hearing(event(world.trade.clone()));
                vec![world]
            }
            Doing::Next(Effect::Call(attempt)) => world.call(index, &attempt),
            Doing::Next(Effect::Finish { delivery, .. }) => {
                world.finish(index, delivery);
                vec![world]
            }
            Doing::Hearing(event) => world.report(index, event),
            Doing::Waiting { executed } => answers(executed)
                .into_iter()
                .flat_map(|outcome| self.clone().report(index, Event::Answered(outcome)))
                .collect(),
            Doing::Gone => Vec::new(),
        }
    }

    /// A call is made in the same breath in which the machine asks for it.
    fn report(mut self, index: usize, event: Event) -> Vec<Self> {
        let effect = self.deliveries[index].placing.on(event, self.now).unwrap();
        if let Effect::Call(attempt) = &effect {
            return self.call(index, attempt);
        }
        self.deliveries[index].doing = Doing::Next(effect);
        vec![self]
    }

    fn call(mut self, index: usize, attempt: &Attempt) -> Vec<Self> {
        assert_eq!(self.trade.state, TradeState::Dispatching, "called after that: {self:#?}");
        assert_eq!(self.trade.attempt.as_ref(), Some(attempt), "no such intent: {self:#?}");
        assert!(self.called_for.insert(self.accepted_version), "a second call: {self:#?}");
        let both = [false, true].map(|executed| {
            let mut world = self.clone();
            world.deliveries[index].doing = Doing::Waiting { executed };
            world.purchases += u32::from(executed);
            assert!(world.purchases <= 1, "bought twice: {world:#?}");
            world
        });
        both.into()
    }

    fn finish(&mut self, index: usize, delivery: Delivery) {
        self.deliveries[index].doing = Doing::Gone;
        if let Delivery::RedeliverAt(moment) = delivery
            && self.redeliveries_left > 0
        {
            self.redeliveries_left -= 1;
            self.now = self.now.max(moment);
            let (placing, effect) = Placing::start(self.trade.clone(), self.rules.placing, self.now);
            let doing = Doing::Next(effect);
            self.deliveries[index] = Delivered { placing, doing };
        }
    }

    /// Lets the time of its timer come, and looks.
    fn tracker_goes_on(&self) -> Option<Self> {
        let mut world = self.clone();
        let input = if self.trade.state == TradeState::Dispatching {
            world.now = self.now.max(self.trade.attempt.as_ref()?.lease_until);
            Input::LeaseExpired
        } else if let TradeState::Uncertain { since, .. } = &self.trade.state {
            // A look-up tells of a page, and not its address.
            world.now = self.now.max(after(*since, self.rules.placing.settle_time));
            match self.purchases {
                0 => Input::LookedUpAbsent { asked_at: world.now },
                _ => Input::Observed(observed(Progress::Submitted)),
            }
        } else {
            return None;
        };
        assert!(world.fold(&input), "{input:?} changed nothing: {self:#?}");
        Some(world)
    }

    /// Compare-and-set, with as many readings as it takes.
    fn fold(&mut self, input: &Input) -> bool {
        match fold(Some(&self.trade), input, &self.rules, self.now).unwrap() {
            Fold::Applied(change) => {
                self.version += 1;
                self.trade = change.trade;
                if self.trade.status() == TradeStatus::Accepted {
                    self.accepted_version = self.version;
                }
                true
            }
            Fold::Stale | Fold::Anomaly(_) => false,
        }
    }

    /// What was bought is known, and nothing else counts as bought.
    fn is_settled(&self) {
        let known = self.trade.status() == TradeStatus::Submitted || self.is_lost_page();
        assert_eq!(known, self.purchases == 1, "{self:#?}");
        assert!(self.trade.kind() != Some(OrderKind::DepositLink) || self.has_address(), "{self:#?}");
    }

    /// The page exists, and the order is given up.
    fn is_lost_page(&self) -> bool {
        let lost = TradeState::Failed { reason: reason("link_lost") };
        self.trade.state == lost && self.purchases == 1
    }

    /// Whoever is told that the page exists is told where.
    fn has_address(&self) -> bool {
        self.trade.status() != TradeStatus::Submitted || self.trade.facts.redirect_url.is_some()
    }
}

fn answers(executed: bool) -> Vec<Outcome> {
    let unknown = Outcome::Unknown { reason: reason("timed_out"), refusal_unproved: false };
    if executed {
        let mut placed = Observation { cause: Cause::Dispatch, ..observed(Progress::Submitted) };
        placed.facts.redirect_url = Some("https://pay.example/1".to_owned());
        return vec![unknown, Outcome::Placed(placed)];
    }
    let not_sent = Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(0) };
    vec![unknown, not_sent, Outcome::Refused(reason("item_unavailable"))]
}
