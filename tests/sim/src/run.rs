//! One run: everybody is started, chaos comes and ends, and the world has to become quiet.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::accounts::{Choice, account, setting};
use crate::faults::{Mutant, Rates, Single};
use crate::oracle::{self, Broken};
use crate::orders::{Kind, LISTED, TAKEN, Wanted, wanted};
use crate::queue::{HOUR, MINUTE, Micros, Queue, SECOND};
use crate::random::Random;
use crate::users::{self, key_of};
use crate::world::{Actor, Plan, Role, W, World};
use crate::{dispatch, intake, tracker};

/// When every run begins: in microseconds since 1970.
pub(crate) const BEGAN: Micros = 1_750_000_000 * SECOND;
/// The world has to be quiet so long after chaos.
const QUIET_WITHIN: Micros = 12 * 24 * HOUR;
/// How often it is looked at whether it is.
const LOOK_EVERY: Micros = 10 * MINUTE;
/// Longer than items are protected at the providers, so that whatever is taken back is taken back in time.
const PROTECTION_HOURS: u32 = 3;
const LINK_LIFETIME_HOURS: u32 = 12;
/// No run has so many events: something goes round for ever.
const EVENTS_MAX: u64 = 3_000_000;

/// What a run is asked to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Keeps the trace in words.
    pub is_traced: bool,
    /// Breaks a rule.
    pub mutant: Option<Mutant>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Equal for two runs in which the same happened.
    pub hash: u64,
    /// How many events there were.
    pub events: u64,
    /// Every step, and who took it.
    pub steps: Vec<(Role, &'static str)>,
    /// How many orders.
    pub orders: usize,
    /// Virtual seconds.
    pub seconds: Micros,
    /// The rule that was broken.
    pub broken: Option<Broken>,
    /// Its order's versions, and the last events about it.
    pub story: Vec<String>,
    /// How the orders ended.
    pub endings: BTreeMap<String, usize>,
    /// How many waited for a person.
    pub reviews: usize,
}

/// Runs a seed.
#[must_use]
pub fn seed(seed: u64, options: &Options) -> Report {
    let mut random = Random::seeded(seed);
    let mut rates = Rates::drawn(&mut random, BEGAN);
    if options.mutant.is_some() {
        rates.crash = rates.crash.max(300);
        rates.answer_lost = rates.answer_lost.max(150);
        rates.late = rates.late.max(150);
    }
    let mut choice = Choice {
        requests: 0,
        window_seconds: random.one_of(&[5, 10, 60]),
        call_timeout_seconds: random.one_of(&[10, 30]),
        speed: random.one_of(&[1, 4]),
        protection_hours: PROTECTION_HOURS,
        link_lifetime_hours: LINK_LIFETIME_HOURS,
    };
    let count = random.index(10) + 3;
    let within = (rates.until - BEGAN) * 3 / 4;
    let providers: Vec<_> = (0..=random.index(3)).map(|_| random.one_of(&TAKEN)).collect();
    let orders = (0..count).map(|number| {
        let (provider, kinds) = random.one_of(&providers);
        let kind = random.one_of(kinds);
        let kind = if kind == Kind::Listing && number >= LISTED.len() { Kind::Page } else { kind };
        let mut wanted = wanted(&mut random, number, provider, kind);
        wanted.after = if random.permille(500) { 0 } else { random.between(0, within) };
        wanted
    });
    let orders: Vec<Wanted> = orders.collect();
    choice.requests = random.one_of(&[3, 5, 10, 30]);
    let plan = Plan {
        seed,
        began: BEGAN,
        rates,
        single: None,
        mutant: options.mutant,
        is_traced: options.is_traced,
    };
    run(plan, &choice, random, orders)
}

/// Runs one order quietly, or with one fault at one step.
#[must_use]
pub fn one(wanted: Wanted, single: Option<(u64, Single)>, options: &Options) -> Report {
    let mut rates = Rates::quiet();
    rates.until = BEGAN;
    let choice = Choice {
        requests: 30,
        window_seconds: 60,
        call_timeout_seconds: 30,
        speed: 4,
        protection_hours: PROTECTION_HOURS,
        link_lifetime_hours: LINK_LIFETIME_HOURS,
    };
    let plan =
        Plan { seed: 0, began: BEGAN, rates, single, mutant: options.mutant, is_traced: options.is_traced };
    run(plan, &choice, Random::seeded(0), vec![wanted])
}

fn run(plan: Plan, choice: &Choice, random: Random, orders: Vec<Wanted>) -> Report {
    let queue = Rc::new(Queue::at(BEGAN));
    let world = World::new(plan, Rc::clone(&queue), random, setting(choice), start);
    people(&world, &orders);
    let merchant = Rc::clone(&world.actors.borrow()[0]);
    for wanted in &orders {
        users::prepare(&world, wanted);
        let (provider, way) = (wanted.provider, wanted.way);
        let key = key_of(&wanted.request.order_id);
        world.oracle.borrow_mut().ways.insert(key, (provider, way));
        queue.spawn(0, users::publish(Rc::clone(&world), Rc::clone(&merchant), wanted.clone()));
    }
    let reviews = live(&world, orders.len());
    if world.oracle.borrow().found.is_none() {
        oracle::check_books(&world);
    }
    let report = report(&world, orders.len(), reviews);
    queue.clear();
    world.endpoints.borrow_mut().clear();
    report
}

/// Everybody, at work.
pub(crate) fn people(world: &W, orders: &[Wanted]) {
    let mut accounts: Vec<_> = orders.iter().map(|wanted| account(wanted.provider)).collect();
    accounts.sort();
    accounts.dedup();
    world.oracle.borrow_mut().accounts_in_use = accounts;
    let dispatchers =
        if world.plan.single.is_some() { 2 } else { 2 + usize::try_from(world.between(0, 1)).unwrap_or(0) };
    let roles = [
        (Role::Outside, 1, "outside"),
        (Role::Intake, 2, "intake"),
        (Role::Dispatch, dispatchers, "dispatch"),
        (Role::Tracker, 2, "tracker"),
        (Role::Ingress, 2, "ingress"),
    ];
    for (role, count, name) in roles {
        for number in 1..=count {
            let id = world.actors.borrow().len();
            let skew = world.plan.rates.skew;
            let skew = if role == Role::Outside { 0 } else { world.between(-skew, skew) };
            let name = format!("{name}-{number}");
            let actor = Rc::new(Actor { id, role, name, skew, is_up: Cell::new(true) });
            world.actors.borrow_mut().push(Rc::clone(&actor));
            start(world, &actor);
        }
    }
}

pub(crate) fn start(world: &W, who: &Rc<Actor>) {
    match who.role {
        Role::Intake => intake::start(world, who),
        Role::Dispatch => dispatch::start(world, who),
        Role::Tracker => tracker::start(world, who),
        // They only answer.
        Role::Ingress | Role::Outside => {}
    }
}

/// Lets everything happen until the world is quiet; how many orders waited for a person.
fn live(world: &W, orders: usize) -> usize {
    let (mut next_look, mut reviews) = (BEGAN, 0);
    let chaos_ends = world.plan.rates.until.max(BEGAN);
    while world.oracle.borrow().found.is_none() {
        let is_over = !world.queue.step();
        let now = world.now();
        if world.queue.happened() > EVENTS_MAX {
            world.oracle.borrow_mut().broken("LIVENESS", "", "goes round for ever");
        }
        if !is_over && (now < chaos_ends || now < next_look) {
            continue;
        }
        next_look = now + LOOK_EVERY;
        let is_quiet = world.oracle.borrow().published.len() == orders && oracle::is_quiet(world);
        if now > chaos_ends + QUIET_WITHIN || (is_over && !is_quiet) {
            let left = world.nats.borrow().left();
            let open = {
                let oracle = world.oracle.borrow();
                oracle.newest().values().find(|recorded| !oracle::is_over(recorded.trade().status())).cloned()
            };
            let id =
                open.map(|recorded| recorded.trade().key.order_id.as_str().to_owned()).unwrap_or_default();
            world.oracle.borrow_mut().broken("LIVENESS", &id, &format!("not quiet: {left:?}"));
            break;
        }
        if !is_quiet {
            continue;
        }
        let waiting: Vec<_> = {
            let oracle = world.oracle.borrow();
            let waits =
                oracle.newest().values().filter(|recorded| !oracle::is_over(recorded.trade().status()));
            waits.cloned().collect()
        };
        if waiting.is_empty() {
            break;
        }
        reviews += waiting.len();
        let operator = Rc::clone(&world.actors.borrow()[0]);
        for recorded in waiting {
            world.queue.spawn(0, users::resolve(Rc::clone(world), Rc::clone(&operator), recorded));
        }
    }
    reviews
}

fn report(world: &W, orders: usize, reviews: usize) -> Report {
    let broken = world.oracle.borrow().found.clone();
    let mut story = Vec::new();
    if let Some(broken) = &broken {
        story = oracle::versions(world, &broken.order_id);
        story.extend(if world.plan.is_traced { world.trace.last(&broken.order_id, 400) } else { Vec::new() });
    } else if world.plan.is_traced {
        story = world.trace.all();
    }
    let mut endings = BTreeMap::new();
    for recorded in world.oracle.borrow().newest().values() {
        *endings.entry(recorded.trade().status().to_string()).or_default() += 1;
    }
    Report {
        seed: world.plan.seed,
        hash: world.trace.hash(),
        events: world.queue.happened(),
        steps: world.steps(),
        orders,
        seconds: (world.now() - BEGAN) / SECOND,
        broken,
        story,
        endings,
        reviews,
    }
}
