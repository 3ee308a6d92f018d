//! The providers: `provider-sim`'s own engine and wire forms on virtual time, and what goes wrong on the way there.
//!
//! Re-enacts the outcome of `provider-dispatch/src/call.rs` (one request, one answer or a failure) without HTTP. Keeps the
//! truth that the oracle goes by: when each request arrived, and which purchases may still be executed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use provider_sim::in_process::{Admitted, Arrival, InProcess, ProviderError};
use serde_json::{Value, json};
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::order::OrderKind;

use crate::accounts::{Setting, projects};
use crate::faults::Single;
use crate::queue::{HOUR, MINUTE, MS, Micros, SECOND, Slot};
use crate::world::{Actor, W, length};

/// Why there is no answer; `CallFailure` of `provider-dispatch/src/call.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFailure {
    /// No connection: nothing left.
    Unreachable,
    /// It may have arrived.
    NoAnswer,
}

/// A placing call, for the oracle.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Which order.
    pub key: TradeKey,
    /// What kind it is.
    pub kind: OrderKind,
    /// Which attempt.
    pub attempt: u32,
}

/// What is known of one placing request.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Which attempt it was made for.
    pub attempt: u32,
    /// It may still be executed.
    pub is_pending: Rc<Cell<bool>>,
}

/// The providers.
pub struct Providers {
    sim: InProcess,
    arrivals: RefCell<BTreeMap<AccountId, VecDeque<Micros>>>,
    worst: RefCell<BTreeMap<AccountId, usize>>,
    /// Placing requests by order.
    pub sent: RefCell<BTreeMap<TradeKey, Vec<Sent>>>,
    woken_for: Cell<Micros>,
}

/// An executed purchase shows in look-ups after at most so long.
const SHOWS_WITHIN: Micros = 3 * SECOND;
/// The longest trade protection at the provider; see `accounts.rs` for ours.
const PROTECTION_MS: Micros = 2 * HOUR / MS;

impl Providers {
    /// Providers who know nobody yet.
    pub fn new(setting: &Setting, now: Micros) -> Self {
        let sim = InProcess::new(&projects(), unsigned(now)).expect("the simulated providers start");
        let limit = json!({ "limit": { "requests": 1_000_000, "window_ms": setting.choice.window_seconds * 1000, "block_ms": 0 } });
        let again = json!({ "repeated_custom_id": "buy_again", "repeated_deposit": "buy_again", "limit": limit["limit"] });
        let change = json!({
            "durations": { "protection_ms": PROTECTION_MS, "rollback_ms": 600_000, "reservation_ms": 3_600_000,
                "offer_timeout_ms": 120_000, "processing_ms": 3_000, "waiting_accept_ms": 5_000 },
            "visibility_delay_ms": 2_000,
            // Nobody says what these do with a repeated reference: so the worst.
            "skinout": again,
            "skinify": { "repeated_custom_id": "buy_again", "limit": limit["limit"] },
            "shadowpay": { "repeated_custom_id": "buy_again", "limit": limit["limit"], "listing_fate": "sold" },
            "skinsback": limit, "skinslink": limit,
        });
        sim.control(&change).unwrap();
        Self {
            sim,
            arrivals: RefCell::default(),
            worst: RefCell::default(),
            sent: RefCell::default(),
            woken_for: Cell::new(0),
        }
    }

    /// Changes something at the providers; what is wrong with it.
    pub fn control(&self, now: Micros, change: &Value) -> Result<(), String> {
        self.sim.set_now(unsigned(now));
        self.sim.control(change)
    }

    /// What was truly executed.
    pub fn ledger(&self, now: Micros) -> Value {
        self.sim.set_now(unsigned(now));
        self.sim.ledger()
    }

    /// Executes a request at once, outside of all faults and counts.
    pub fn execute(&self, now: Micros, request: Request<Bytes>) -> Option<Response<Bytes>> {
        self.sim.set_now(unsigned(now));
        match self.sim.arrive(request)? {
            Arrival::Refused(response) => Some(response),
            Arrival::Admitted(admitted) => Some(admitted.execute()),
        }
    }

    /// The fullest window that there was, for each account.
    pub fn worst(&self) -> BTreeMap<AccountId, usize> {
        self.worst.borrow().clone()
    }

    fn count(&self, account: &AccountId, window: Micros, now: Micros) -> usize {
        let mut all = self.arrivals.borrow_mut();
        let arrivals = all.entry(account.clone()).or_default();
        while arrivals.front().is_some_and(|oldest| *oldest + window <= now) {
            arrivals.pop_front();
        }
        arrivals.push_back(now);
        let mut worst = self.worst.borrow_mut();
        let worst = worst.entry(account.clone()).or_default();
        *worst = (*worst).max(arrivals.len());
        arrivals.len()
    }
}

fn unsigned(now: Micros) -> u64 {
    u64::try_from(now).unwrap()
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Mangled(Mangled),
    NeverArrives,
    AnswerLost,
    ExecutedLate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mangled {
    Status500,
    Status500Executed,
    Half,
    Html,
    Empty,
    Limit,
    Maintenance,
    InternalExecuted,
}

const MANGLED: [Mangled; 8] = [
    Mangled::Status500,
    Mangled::Status500Executed,
    Mangled::Half,
    Mangled::Html,
    Mangled::Empty,
    Mangled::Limit,
    Mangled::Maintenance,
    Mangled::InternalExecuted,
];

/// Sends a request once, and waits for its answer as long as the account's settings say.
pub async fn send(
    w: &W,
    who: &Rc<Actor>,
    account: &AccountId,
    request: Request<Bytes>,
    placed: Option<&Placed>,
) -> Result<Response<Bytes>, CallFailure> {
    let about = placed.map_or("", |placed| placed.key.order_id.as_str());
    let number = w.begin(who, if placed.is_some() { "call: place" } else { "call: look up" }, about).await;
    if w.chance(|rates| rates.unreachable) {
        w.queue.sleep(w.between(MS, SECOND)).await;
        w.end(who, number).await;
        return Err(CallFailure::Unreachable);
    }
    if let Some(placed) = placed {
        crate::oracle::sent(w, placed);
    }
    let fate = fate(w, number);
    let is_pending = Rc::new(Cell::new(true));
    if let Some(placed) = placed {
        let sent = Sent { attempt: placed.attempt, is_pending: Rc::clone(&is_pending) };
        w.providers.sent.borrow_mut().entry(placed.key.clone()).or_default().push(sent);
    }
    if fate != Fate::Answered {
        w.note("provider", "fate", about, format_args!("of #{number} {fate:?}"));
    }
    let timeout = length(w.account(account).total_timeout);
    // A cut connection is seen at once, a lost packet only when the time is over.
    let gives_up = if w.between(0, 1) == 0 { timeout } else { w.between(100 * MS, timeout) };
    let slot = Slot::new(&w.queue);
    let there = w.between(MS, w.plan.rates.call_latency.min(timeout / 2)).min(gives_up);
    if fate == Fate::NeverArrives {
        is_pending.set(false);
    } else {
        let late = if fate == Fate::ExecutedLate { latest(w, account, gives_up, there) } else { 0 };
        let (world, account, slot) = (Rc::clone(w), account.clone(), Rc::clone(&slot));
        let back = w.between(MS, w.plan.rates.call_latency.min(timeout / 2));
        w.queue.after(there, move || {
            arrive(&world, &account, request, fate, late, is_pending, move |world, response| {
                let slot = Rc::clone(&slot);
                world.queue.after(back, move || slot.put(response));
            });
        });
    }
    let answer = slot.take_until(w.now() + gives_up).await;
    w.note(
        &who.name,
        "call over",
        about,
        format_args!("#{number} {:?}", answer.as_ref().map(Response::status)),
    );
    w.end(who, number).await;
    answer.ok_or(CallFailure::NoAnswer)
}

/// How long after its arrival a request may be executed that is given up: the settle time counts from then, by clocks that
/// differ, and the row has to show by its end.
fn latest(w: &W, account: &AccountId, gives_up: Micros, there: Micros) -> Micros {
    let settle = length(w.account(account).rules.placing.settle_time);
    let margin = 2 * w.plan.rates.skew + SHOWS_WITHIN + SECOND;
    w.between(gives_up - there + 1, (gives_up - there + settle - margin).max(gives_up - there + 2))
}

fn fate(w: &W, number: u64) -> Fate {
    if w.is_single(number, Single::AnswerLost) || w.chance(|rates| rates.answer_lost) {
        Fate::AnswerLost
    } else if w.chance(|rates| rates.call_lost) {
        Fate::NeverArrives
    } else if w.chance(|rates| rates.late) {
        Fate::ExecutedLate
    } else if w.chance(|rates| rates.mangled) {
        Fate::Mangled(w.random.borrow_mut().one_of(&MANGLED))
    } else {
        Fate::Answered
    }
}

fn arrive(
    w: &W,
    account: &AccountId,
    request: Request<Bytes>,
    fate: Fate,
    late: Micros,
    is_pending: Rc<Cell<bool>>,
    answer: impl FnOnce(&W, Response<Bytes>) + 'static,
) {
    let limit = w.account(account).limit;
    let count = w.providers.count(account, length(limit.per), w.now());
    if count > usize::try_from(limit.requests).unwrap_or(0) {
        w.oracle.borrow_mut().broken(
            "Q1",
            "",
            &format!("{count} requests in a window of {} at {account}", limit.requests),
        );
    }
    w.providers.sim.set_now(unsigned(w.now()));
    let admitted = match w.providers.sim.arrive(request) {
        Some(Arrival::Admitted(admitted)) => admitted,
        Some(Arrival::Refused(response)) => {
            is_pending.set(false);
            return answer(w, response);
        }
        None => {
            w.oracle.borrow_mut().broken("WORLD", "", "a request to nobody");
            return;
        }
    };
    if fate == Fate::ExecutedLate {
        let world = Rc::clone(w);
        return w.queue.after(late, move || {
            is_pending.set(false);
            drop(execute(&world, &admitted));
        });
    }
    is_pending.set(false);
    let response = match fate {
        Fate::Mangled(mangled) => Some(answered_badly(w, &admitted, mangled)),
        Fate::Answered => Some(execute(w, &admitted)),
        Fate::AnswerLost | Fate::NeverArrives | Fate::ExecutedLate => {
            drop(execute(w, &admitted));
            None
        }
    };
    if let Some(response) = response {
        answer(w, response);
    }
}

fn execute(w: &W, admitted: &Admitted) -> Response<Bytes> {
    w.providers.sim.set_now(unsigned(w.now()));
    let response = admitted.execute();
    pump(w);
    response
}

fn answered_badly(w: &W, admitted: &Admitted, mangled: Mangled) -> Response<Bytes> {
    let page =
        || Bytes::from_static(b"<!DOCTYPE html><html><body><h1>Checking your browser</h1></body></html>");
    let html = |status| {
        let response = Response::builder().status(status).header("content-type", "text/html; charset=utf-8");
        response.body(page()).unwrap()
    };
    match mangled {
        Mangled::Status500 => html(StatusCode::INTERNAL_SERVER_ERROR),
        Mangled::Status500Executed => {
            drop(execute(w, admitted));
            html(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Mangled::Html => {
            drop(execute(w, admitted));
            html(StatusCode::OK)
        }
        Mangled::Half => execute(w, admitted).map(|body| body.slice(..body.len() / 2)),
        Mangled::Empty => execute(w, admitted).map(|_| Bytes::new()),
        Mangled::Limit => admitted.refuse(ProviderError::Limit),
        Mangled::Maintenance => admitted.refuse(ProviderError::Maintenance),
        Mangled::InternalExecuted => {
            drop(execute(w, admitted));
            admitted.refuse(ProviderError::Internal)
        }
    }
}

/// Lets the providers tell what there is to tell, now and whenever something happens there by itself.
pub fn pump(w: &W) {
    w.providers.sim.set_now(unsigned(w.now()));
    let (notifications, next_ms) = w.providers.sim.notifications();
    for notification in notifications {
        crate::ingress::put_on_its_way(w, notification);
    }
    let Some(next_ms) = next_ms else { return };
    let at = w.now() + Micros::try_from(next_ms).unwrap_or(MINUTE) * MS + MS;
    let planned = w.providers.woken_for.get();
    if planned > w.now() && planned <= at {
        return;
    }
    w.providers.woken_for.set(at);
    let world = Rc::clone(w);
    w.queue.at_time(at, move || pump(&world));
}
