//! One order's life, told step by step: what the user and the provider do, which webhooks come and when, how much time passes,
//! and what a merchant sees of it. Nothing goes wrong by itself here.

use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Uri};
use provider_sim::in_process::Notification;
use serde_json::{Value, json};
use skinbus_domain::trade::{ReversedBy, TradeState};
use skinbus_domain::{Credit, CreditState, Recorded};
use skinbus_providers::{WebhookRequest, WebhookTrust};

use crate::accounts::{Choice, account, setting};
use crate::client::version;
use crate::faults::Rates;
use crate::ingress;
use crate::oracle;
use crate::orders::{Kind, Wanted};
use crate::queue::{HOUR, MS, Micros, Queue, SECOND};
use crate::random::Random;
use crate::run::{self, BEGAN};
use crate::users::{self, key_of};
use crate::world::{Plan, W, World};

/// A day.
pub const DAY: Micros = 24 * HOUR;
/// Steam's trade protection: what the simulated providers keep to, and what our settings say where they do not tell.
const PROTECTION_DAYS: u32 = 8;
/// The user of a purchase that is taken back does so then.
const ROLLBACK_DAYS: u32 = 6;
/// A hosted page is open so long.
const LINK_DAYS: u32 = 7;

/// What a webhook proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its content.
    Binding,
    /// That there may be something new.
    Hint,
    /// Nothing: it is refused.
    Refused,
}

/// An order and its world.
pub struct Life {
    w: W,
    wanted: Wanted,
}

impl Life {
    /// The order is placed, and a minute passes. `control`: what is different at the simulated providers.
    #[must_use]
    pub fn of(wanted: Wanted, control: &Value) -> Self {
        let life = Self::published(wanted, control, Rates::quiet());
        life.passes(60 * SECOND);
        life
    }

    /// The order is published, and its provider takes its time to answer: up to fifteen seconds.
    #[must_use]
    pub fn of_slow_provider(wanted: Wanted) -> Self {
        Self::published(wanted, &json!({}), Rates { call_latency: 60 * SECOND, ..Rates::quiet() })
    }

    fn published(wanted: Wanted, control: &Value, rates: Rates) -> Self {
        let choice = Choice {
            requests: 30,
            window_seconds: 60,
            call_timeout_seconds: 30,
            speed: 1,
            protection_hours: PROTECTION_DAYS * 24,
            link_lifetime_hours: LINK_DAYS * 24,
        };
        let plan = Plan { seed: 0, began: BEGAN, rates, single: None, mutant: None, is_traced: false };
        let (queue, random) = (Rc::new(Queue::at(BEGAN)), Random::seeded(0));
        let w = World::new(plan, queue, random, setting(&choice), run::start);
        *w.kept_webhooks.borrow_mut() = Some(Vec::new());
        run::people(&w, std::slice::from_ref(&wanted));
        let day_ms = DAY / MS;
        let life = Self { w, wanted };
        life.control(&json!({ "durations": {
            "protection_ms": i64::from(PROTECTION_DAYS) * day_ms,
            "rollback_ms": i64::from(ROLLBACK_DAYS) * day_ms,
            "offer_timeout_ms": 600_000,
        } }));
        if control != &json!({}) {
            life.control(control);
        }
        users::prepare(&life.w, &life.wanted);
        let merchant = Rc::clone(&life.w.actors.borrow()[0]);
        let publishing = users::publish(Rc::clone(&life.w), merchant, life.wanted.clone());
        life.w.queue.spawn(0, publishing);
        life
    }

    /// Changes something at the simulated providers.
    pub fn control(&self, change: &Value) {
        let changed = self.w.providers.control(self.w.now(), change);
        assert!(changed.is_ok(), "{change}: {changed:?}");
        crate::provider::pump(&self.w);
    }

    /// Something happens to the deposit at its provider; the event's name is the simulator's.
    pub fn deposit(&self, event: &str, amount: Option<&str>) {
        let mut told = json!({ "reference": self.wanted.request.order_id, "event": event });
        if let Some(amount) = amount {
            told["amount"] = json!(amount);
        }
        self.control(&json!({ self.wanted.provider.as_str(): { "deposits": [told] } }));
    }

    /// The merchant asks to have the hold approved early.
    pub fn approve_hold(&self) {
        let name = account(self.wanted.provider);
        let trade = self.newest().trade().clone();
        let request = self.w.setting.adapters[&name].command(&skinbus_domain::Command::ApproveHold, &trade);
        let answer = self.w.providers.execute(self.w.now(), request.expect("it can be asked for"));
        assert!(answer.is_some_and(|answer| answer.status().is_success()));
        crate::provider::pump(&self.w);
    }

    /// Time passes, with everything that happens in it.
    pub fn passes(&self, time: Micros) {
        let until = self.w.now() + time;
        self.w.queue.at_time(until, || {});
        while self.w.now() < until && self.w.queue.step() {}
        let found = self.w.oracle.borrow().found.clone();
        assert!(found.is_none(), "{found:?}\n{:#?}", self.story());
    }

    /// Time passes until the provider has the order.
    pub fn passes_until_executed(&self) {
        while self.w.providers.ledger(self.w.now())["deposits"].as_array().is_none_or(Vec::is_empty) {
            assert!(self.w.queue.step(), "it never gets there");
        }
    }

    /// The webhooks that the provider has sent since the last time. None of them has arrived.
    #[must_use]
    pub fn webhooks(&self) -> Vec<Notification> {
        self.w.kept_webhooks.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The one webhook that the provider has sent since the last time.
    #[must_use]
    pub fn webhook(&self) -> Notification {
        let mut all = self.webhooks();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// This webhook arrives, and ten seconds pass; what it proved.
    pub fn receives(&self, webhook: &Notification) -> Proof {
        let proof = self.arrives(webhook);
        self.passes(9 * SECOND);
        proof
    }

    /// This webhook arrives, and a second passes; what it proved.
    pub fn arrives(&self, webhook: &Notification) -> Proof {
        let name = account(self.wanted.provider);
        let request = &webhook.request;
        let query = request.uri().query().unwrap_or_default();
        let read = WebhookRequest { headers: request.headers(), query, body: request.body() };
        let proof = match self.w.setting.webhooks[&name].verify(&read) {
            Ok(WebhookTrust::Binding) => Proof::Binding,
            Ok(WebhookTrust::Hint) => Proof::Hint,
            Err(_) => Proof::Refused,
        };
        ingress::deliver(&self.w, name, ingress::copy(request), MS, 1);
        self.passes(SECOND);
        proof
    }

    fn versions(&self) -> Vec<Recorded> {
        let nats = self.w.nats.borrow();
        let key = key_of(&self.wanted.request.order_id);
        nats.trades.get(&key).map(|versions| versions.iter().map(version).collect()).unwrap_or_default()
    }

    fn newest(&self) -> Recorded {
        self.versions().pop().expect("the order has a version")
    }

    /// The number of the newest version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.newest().change.version
    }

    /// What a merchant sees: the day, the status and the credits, wherever one of the two changes.
    #[must_use]
    pub fn story(&self) -> Vec<String> {
        let mut story: Vec<(Micros, String)> = Vec::new();
        for recorded in self.versions() {
            let told = told(&recorded);
            if story.last().is_none_or(|(_, last)| *last != told) {
                story.push(((recorded.change.recorded_at.as_microsecond() - BEGAN) / DAY, told));
            }
        }
        story.into_iter().map(|(day, told)| format!("day {day}: {told}")).collect()
    }

    /// The last line of the story, without its day.
    #[must_use]
    pub fn now(&self) -> String {
        told(&self.newest())
    }

    /// What somebody was told to look at.
    #[must_use]
    pub fn alerts(&self) -> Vec<String> {
        let nats = self.w.nats.borrow();
        nats.alerts.keys().map(|alert| alert.splitn(3, ':').last().unwrap_or_default().to_owned()).collect()
    }

    /// The story of an order that is over. The books agree with the provider's, and nothing was left undone.
    #[expect(clippy::must_use_candidate, reason = "it checks as well")]
    pub fn ended(&self) -> Vec<String> {
        oracle::check_books(&self.w);
        let found = self.w.oracle.borrow().found.clone();
        assert!(found.is_none(), "{found:?}\n{:#?}", self.story());
        self.story()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.w.queue.clear();
        self.w.endpoints.borrow_mut().clear();
    }
}

fn told(recorded: &Recorded) -> String {
    let trade = recorded.trade();
    let by = if let TradeState::Reverted { by, .. } = &trade.state {
        match by {
            ReversedBy::User => " by the user",
            ReversedBy::Provider => " by the provider",
            ReversedBy::Unknown => "",
        }
    } else {
        ""
    };
    let credits = trade.credits.iter().map(|credit| format!(", {}", credit_told(credit)));
    format!("{}{by}{}", trade.status(), credits.collect::<String>())
}

fn credit_told(credit: &Credit) -> String {
    let state = match credit.state {
        CreditState::Pending => "pending",
        CreditState::Credited => "credited",
        CreditState::Reversed => "reversed",
    };
    format!("{} {state}{}", credit.amount, if credit.is_advanced { " advance" } else { "" })
}

/// A deposit that nothing happens to by itself, or a purchase with this fate.
#[must_use]
pub fn order(provider: skinbus_runtime::config::ProviderName, kind: Kind, fate: &'static str) -> Wanted {
    let wanted = crate::orders::order(0, provider, kind, crate::orders::Way::StaysAway);
    Wanted { fate: Some(fate), ..wanted }
}

/// The same webhook with something else said in it, by somebody who only has what was sent before.
#[must_use]
pub fn altered(webhook: &Notification, from: &str, to: &str) -> Notification {
    let text = String::from_utf8_lossy(webhook.request.body()).into_owned();
    let path = webhook.request.uri().to_string();
    assert!(text.contains(from) || path.contains(from), "{from} is not in {path} {text}");
    let mut request: Request<Bytes> = ingress::copy(&webhook.request);
    *request.body_mut() = Bytes::from(text.replace(from, to));
    *request.uri_mut() = path.replace(from, to).parse::<Uri>().expect("it is still an address");
    Notification { provider: webhook.provider, request }
}
