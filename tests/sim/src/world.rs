//! The world of one run: time, chance, who is there, and the way between them.
//!
//! Whatever a service awaits in its shell is one *step* here. A step has a number, so that a run can be repeated with one
//! fault at one step; see [`World::ask`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use jiff::Timestamp;
use provider_sim::in_process::Notification;
use skinbus_domain::ids::AccountId;
use skinbus_runtime::accounts::Account;

use crate::accounts::Setting;
use crate::faults::{Mutant, Rates, Single};
use crate::nats::Nats;
use crate::oracle::Oracle;
use crate::provider::Providers;
use crate::queue::{ActorId, MS, Micros, Queue, SECOND, Slot};
use crate::random::Random;
use crate::trace::Trace;

/// How long a client of NATS waits for an answer.
const NATS_TIMEOUT: Micros = 5 * SECOND;

/// What a run is made of.
pub struct Plan {
    /// Names the run.
    pub seed: u64,
    /// When it begins.
    pub began: Micros,
    /// What goes wrong by chance.
    pub rates: Rates,
    /// What goes wrong at one step.
    pub single: Option<(u64, Single)>,
    /// The rule that is broken.
    pub mutant: Option<Mutant>,
    /// Whether the trace is kept in words.
    pub is_traced: bool,
}

/// What a replica is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// order-intake.
    Intake,
    /// provider-dispatch.
    Dispatch,
    /// trade-tracker.
    Tracker,
    /// webhook-ingress.
    Ingress,
    /// Merchants, users and operators: never killed.
    Outside,
}

/// One replica of a service.
pub struct Actor {
    /// Its number.
    pub id: ActorId,
    /// What it is.
    pub role: Role,
    /// For the trace.
    pub name: String,
    /// Its clock minus the true time.
    pub skew: Micros,
    /// Whether it runs.
    pub is_up: Cell<bool>,
}

/// The world.
pub struct World {
    /// Time.
    pub queue: Rc<Queue>,
    /// What the run is made of.
    pub plan: Plan,
    /// Chance.
    pub random: RefCell<Random>,
    /// What happened.
    pub trace: Trace,
    /// Stored things.
    pub nats: RefCell<Nats>,
    /// The providers and their truth.
    pub providers: Providers,
    /// What must hold.
    pub oracle: RefCell<Oracle>,
    /// What the services are told.
    pub setting: Rc<Setting>,
    /// Everybody.
    pub actors: RefCell<Vec<Rc<Actor>>>,
    /// Who answers look-ups: by dispatch replica and account.
    pub endpoints: RefCell<BTreeMap<(ActorId, AccountId), Rc<crate::dispatch::Dispatcher>>>,
    /// Webhooks that are kept instead of being put on their way, where somebody else decides when they come.
    pub kept_webhooks: RefCell<Option<Vec<Notification>>>,
    /// How a killed replica comes back.
    pub restart: fn(&W, &Rc<Actor>),
    steps: RefCell<Vec<(Role, &'static str)>>,
    ids: Cell<u64>,
}

/// The world, shared.
pub type W = Rc<World>;

/// No answer came: it may or may not have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

impl World {
    /// A world in which nobody is yet.
    pub fn new(
        plan: Plan,
        queue: Rc<Queue>,
        random: Random,
        setting: Rc<Setting>,
        restart: fn(&W, &Rc<Actor>),
    ) -> W {
        let trace = Trace::new(plan.is_traced, queue.now());
        let providers = Providers::new(&setting, queue.now());
        Rc::new(Self {
            queue,
            random: RefCell::new(random),
            trace,
            nats: RefCell::default(),
            providers,
            oracle: RefCell::default(),
            setting,
            actors: RefCell::default(),
            endpoints: RefCell::default(),
            kept_webhooks: RefCell::default(),
            restart,
            steps: RefCell::default(),
            ids: Cell::new(0),
            plan,
        })
    }

    /// The true time, which is NATS's and the providers'.
    pub fn now(&self) -> Micros {
        self.queue.now()
    }

    /// The time as a replica's clock has it.
    pub fn clock(&self, who: &Actor) -> Timestamp {
        Timestamp::from_microsecond(self.now() + who.skew).unwrap()
    }

    /// The account with this name.
    pub fn account(&self, name: &AccountId) -> &Account {
        &self.setting.accounts[name]
    }

    /// A number that nobody else has.
    pub fn fresh_id(&self) -> u64 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    /// Whether this happens now; never when chaos is over.
    pub fn chance(&self, rate: impl Fn(&Rates) -> i64) -> bool {
        let rates = &self.plan.rates;
        self.random.borrow_mut().permille(rates.at(rate(rates), self.now()))
    }

    /// A random time.
    pub fn between(&self, from: Micros, to: Micros) -> Micros {
        self.random.borrow_mut().between(from, to)
    }

    /// Whether this shipped rule is broken in this run.
    pub fn is_mutant(&self, mutant: Mutant) -> bool {
        self.plan.mutant == Some(mutant)
    }

    /// Writes down what happened.
    pub fn note(&self, who: &str, what: &str, about: &str, details: fmt::Arguments<'_>) {
        self.trace.note(self.now(), who, what, about, details);
    }

    /// Every step that was taken, and by whom.
    pub fn steps(&self) -> Vec<(Role, &'static str)> {
        self.steps.borrow().clone()
    }

    /// Kills a replica at once; it comes back later.
    pub fn crash(self: &W, who: &Rc<Actor>) {
        self.note(&who.name, "CRASH", "", format_args!(""));
        self.queue.kill(who.id);
        who.is_up.set(false);
        self.endpoints.borrow_mut().retain(|(actor, _), _| *actor != who.id);
        let (world, who) = (Rc::clone(self), Rc::clone(who));
        let delay = self.between(SECOND, 20 * SECOND);
        self.queue.after(delay, move || {
            world.note(&who.name, "restart", "", format_args!(""));
            who.is_up.set(true);
            (world.restart)(&world, &who);
        });
    }

    /// Begins a step: whoever takes it may die before, or stand still for a while. The answer is its number.
    pub async fn begin(self: &W, who: &Rc<Actor>, what: &'static str, about: &str) -> u64 {
        let number = {
            let mut steps = self.steps.borrow_mut();
            steps.push((who.role, what));
            u64::try_from(steps.len()).unwrap()
        };
        self.note(&who.name, what, about, format_args!("#{number}"));
        if who.role == Role::Outside {
            return number;
        }
        let (crash, pause) = {
            let (mut random, rates, now) = (self.random.borrow_mut(), &self.plan.rates, self.now());
            (random.rare(rates.at(rates.crash, now)), random.rare(rates.at(rates.pause, now)))
        };
        if crash || self.is_single(number, Single::CrashBefore) {
            self.die(who).await;
        }
        if pause {
            let length = self.random.borrow_mut().one_of(&[SECOND, 10 * SECOND, 90 * SECOND, 180 * SECOND]);
            self.note(&who.name, "PAUSE", "", format_args!("{} s", length / SECOND));
            self.queue.pause(who.id, self.now() + length);
        }
        number
    }

    /// Ends a step: whoever took it may die after it.
    pub async fn end(self: &W, who: &Rc<Actor>, number: u64) {
        if self.is_single(number, Single::CrashAfter) {
            self.die(who).await;
        }
    }

    async fn die(self: &W, who: &Rc<Actor>) {
        if who.role == Role::Outside {
            return;
        }
        self.crash(who);
        std::future::pending::<()>().await;
    }

    /// Whether this is the step at which this is to go wrong.
    pub fn is_single(&self, number: u64, fault: Single) -> bool {
        self.plan.single == Some((number, fault))
    }

    /// Asks NATS: the request travels, has its effect there, and the answer travels back. Both may be lost.
    pub async fn ask<T: 'static>(
        self: &W,
        who: &Rc<Actor>,
        what: &'static str,
        about: &str,
        effect: impl Fn(&W) -> T + 'static,
    ) -> Result<T, NoAnswer> {
        let number = self.begin(who, what, about).await;
        let slot = Slot::new(&self.queue);
        let is_lost = self.chance(|rates| rates.nats_lost);
        let is_answer_lost =
            self.chance(|rates| rates.nats_lost) || self.is_single(number, Single::AnswerLost);
        let is_repeated = self.is_single(number, Single::Again);
        let (there, back) = (self.nats_latency(), self.nats_latency());
        self.perhaps_away();
        if !is_lost {
            let (world, slot) = (Rc::clone(self), Rc::clone(&slot));
            self.queue.after(there, move || {
                if world.nats.borrow().away_until > world.now() {
                    return;
                }
                let answer = effect(&world);
                if is_repeated {
                    effect(&world);
                }
                if !is_answer_lost {
                    world.queue.after(back, move || slot.put(answer));
                }
            });
        }
        let answer = slot.take_until(self.now() + NATS_TIMEOUT).await;
        if answer.is_none() {
            self.note(&who.name, "no answer", about, format_args!("to #{number} {what}"));
        }
        self.end(who, number).await;
        answer.ok_or(NoAnswer)
    }

    /// Tells NATS without waiting for its word, as acknowledgements are.
    pub async fn tell(
        self: &W,
        who: &Rc<Actor>,
        what: &'static str,
        about: &str,
        effect: impl Fn(&W) + 'static,
    ) {
        let number = self.begin(who, what, about).await;
        let is_lost = self.chance(|rates| rates.nats_lost)
            || self.is_single(number, Single::AnswerLost)
            || self.is_single(number, Single::Again)
            || self.chance(|rates| rates.redelivered / 4);
        let world = Rc::clone(self);
        if !is_lost {
            self.queue.after(self.nats_latency(), move || {
                if world.nats.borrow().away_until <= world.now() {
                    effect(&world);
                }
            });
        }
        self.end(who, number).await;
    }

    fn nats_latency(&self) -> Micros {
        self.between(100, self.plan.rates.nats_latency.max(200))
    }

    fn perhaps_away(self: &W) {
        let (rates, now) = (&self.plan.rates, self.now());
        if !self.random.borrow_mut().rare(rates.at(rates.nats_away, now)) {
            return;
        }
        let until = now + self.between(SECOND, 40 * SECOND);
        self.note("nats", "AWAY", "", format_args!("{} s", (until - now) / SECOND));
        self.nats.borrow_mut().away_until = until;
        let world = Rc::clone(self);
        self.queue.at_time(until + MS, move || {
            for bell in world.nats.borrow().bells() {
                bell.ring(&world.queue);
            }
        });
    }

    /// A replica of this role that runs.
    pub fn any(&self, role: Role) -> Option<Rc<Actor>> {
        let up: Vec<Rc<Actor>> = self
            .actors
            .borrow()
            .iter()
            .filter(|actor| actor.role == role && actor.is_up.get())
            .cloned()
            .collect();
        if up.is_empty() { None } else { Some(self.random.borrow_mut().one_of(&up)) }
    }
}

/// Microseconds of a time.
pub fn micros(at: Timestamp) -> Micros {
    at.as_microsecond()
}

/// Microseconds of a duration.
pub fn length(duration: std::time::Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX / 4)
}
