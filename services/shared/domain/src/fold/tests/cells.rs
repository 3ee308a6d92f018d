//! Every input for a trade, in every form that makes a difference.

use jiff::Timestamp;

use crate::fold::Input;
use crate::observation::{Hold, Observation, Progress};
use crate::order::{Game, Request};
use crate::outcome::Outcome;
use crate::rules::{ByKind, Idempotency, Rules};
use crate::samples::{
    DAY, LEASE, REFUSAL_SETTLE, SETTLE, at, attempt, delivered, dollars, observed, reason, request, rules,
    taken_back, with_deadline, with_game,
};
use crate::trade::{Attempt, Cause, Trade, TradeStatus};
use crate::violation::Violation;

mod credits;

/// One cell of the table: an input, and all that decides what becomes of it.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) trade: Option<Trade>,
    pub(super) input: Input,
    pub(super) rules: Rules,
    pub(super) now: Timestamp,
}

pub(super) fn all(trade: Option<&Trade>) -> Vec<Cell> {
    let all = [
        requests(),
        starts(trade),
        answers(trade),
        timers(trade),
        look_ups(),
        sightings(),
        deliveries(trade),
        oddities(),
    ];
    let with_trade = |cell: Cell| Cell { trade: cell.trade.or_else(|| trade.cloned()), ..cell };
    all.into_iter().flatten().map(with_trade).collect()
}

/// What makes a difference to a deposit or a listing: what is told of its credits, and whatever may end it.
pub(super) fn of_other_kinds(trade: &Trade) -> Vec<Cell> {
    let is_uncertain = trade.status() == TradeStatus::Uncertain;
    let last = last(Some(trade));
    let all = [
        answered("last", last).into_iter().skip(1).collect(),
        link_ends(),
        if is_uncertain { look_ups() } else { Vec::new() },
        sightings(),
        deliveries(Some(trade)),
        pages(),
        credits::all(),
    ];
    let with_trade = |cell: Cell| Cell { trade: cell.trade.or_else(|| Some(trade.clone())), ..cell };
    all.into_iter().flatten().map(with_trade).collect()
}

fn cell(name: impl Into<String>, input: Input) -> Cell {
    Cell { name: name.into(), trade: None, input, rules: rules(), now: at(30) }
}

fn requests() -> Vec<Cell> {
    let invalid =
        Request { order: Err(vec![Violation::new("account", "required", "must be set", "")]), ..request(3) };
    vec![
        cell("requested, same content", Input::Requested(request(1))),
        cell("requested, other content", Input::Requested(request(2))),
        cell("requested, other content, invalid", Input::Requested(invalid)),
    ]
}

fn last(trade: Option<&Trade>) -> u32 {
    trade.and_then(|trade| trade.attempt.as_ref()).map_or(0, |attempt| attempt.number)
}

fn starts(trade: Option<&Trade>) -> Vec<Cell> {
    let last = last(trade);
    let start = |what: &str, attempt: Attempt| {
        cell(format!("attempt started, {what}"), Input::AttemptStarted(attempt))
    };
    let overdue = trade.map(|trade| with_deadline(trade, at(30)));
    vec![
        start("the next", attempt(last + 1)),
        start("the last again", attempt(last)),
        start("one too far", attempt(last + 2)),
        Cell { now: at(LEASE), ..start("the next, its lease over", attempt(last + 1)) },
        Cell { trade: overdue, ..start("the next, the order's deadline over", attempt(last + 1)) },
    ]
}

fn answers(trade: Option<&Trade>) -> Vec<Cell> {
    let last = last(trade).max(1);
    let mut cells = answered("last", last);
    cells.extend(answered("older", last - 1));
    cells
}

fn answered(whose: &str, number: u32) -> Vec<Cell> {
    let outcomes = [
        ("placed", Outcome::Placed(observed(Progress::Submitted))),
        ("refused", Outcome::Refused(reason("item_unavailable"))),
        ("not sent", Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(90) }),
        ("no answer", Outcome::Unknown { reason: reason("timed_out"), refusal_unproved: false }),
        ("unproved refusal", Outcome::Unknown { reason: reason("server_error"), refusal_unproved: true }),
    ];
    let answered = |(what, outcome)| {
        cell(format!("{whose} attempt: {what}"), Input::AttemptAnswered { number, outcome })
    };
    outcomes.into_iter().map(answered).collect()
}

fn timers(trade: Option<&Trade>) -> Vec<Cell> {
    let due = trade.map(|trade| with_deadline(trade, at(100)));
    let deadline = |what: &str, trade: Option<Trade>, now: i64| Cell {
        trade,
        now: at(now),
        ..cell(format!("deadline passed, {what}"), Input::DeadlinePassed)
    };
    let stuck = |what: &str, now: i64| {
        let mut stuck = cell(format!("stands still, {what}"), Input::Stuck { obstacle: None });
        (stuck.rules.tells_stuck, stuck.now) = (true, at(now));
        stuck
    };
    let mut restored = cell("ledger restored", Input::LedgerRestored);
    restored.rules.placing.ledger_restored_at = Some(at(10));
    vec![
        cell("ledger restored, and it never was", Input::LedgerRestored),
        restored,
        Cell { now: at(LEASE - 1), ..cell("lease expired, too early", Input::LeaseExpired) },
        Cell { now: at(LEASE), ..cell("lease expired", Input::LeaseExpired) },
        stuck("too early", 30),
        stuck("in time", 9 * DAY),
        deadline("none was set", None, 100),
        deadline("too early", due.clone(), 99),
        deadline("in time", due, 100),
    ]
}

/// The sample rules let a page live for a day after its attempt.
fn link_ends() -> Vec<Cell> {
    let mut unknowable =
        Cell { now: at(30 + SETTLE), ..cell("link ended, and no look-up", Input::LinkEnded) };
    unknowable.rules.tracking.can_look_up = ByKind::all(false);
    vec![
        cell("link ended, too early", Input::LinkEnded),
        Cell { now: at(9 * DAY), ..cell("link ended, in time", Input::LinkEnded) },
        unknowable,
    ]
}

/// The samples are uncertain since second 30.
fn look_ups() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (which, idempotency) in [
        ("reference is unique", Idempotency::UniqueReference),
        ("repeats undocumented", Idempotency::Undocumented),
    ] {
        for age in [REFUSAL_SETTLE - 1, REFUSAL_SETTLE, SETTLE - 1, SETTLE] {
            let asked_at = at(30 + age);
            let mut absent =
                cell(format!("absent after {age} s, {which}"), Input::LookedUpAbsent { asked_at });
            absent.rules.placing.idempotency = ByKind::all(idempotency);
            absent.now = asked_at;
            cells.push(absent);
        }
    }
    cells
}

pub(super) fn sees(what: &str, observation: Observation) -> Cell {
    cell(format!("observed: {what}"), Input::Observed(observation))
}

fn sightings() -> Vec<Cell> {
    let why = || reason("told");
    vec![
        sees("submitted", observed(Progress::Submitted)),
        sees("offer sent", observed(Progress::OfferSent)),
        sees("user accepted", observed(Progress::UserAccepted)),
        sees("held, no end told", observed(Progress::Held { until: None })),
        sees("held until day 1", observed(Progress::Held { until: Some(at(DAY)) })),
        sees("failed", observed(Progress::Failed(why()))),
        sees("canceled", observed(Progress::Canceled(why()))),
        sees("expired", observed(Progress::Expired(why()))),
        sees("reverted", observed(taken_back())),
    ]
}

/// What is told of a hosted page, and by whom.
fn pages() -> Vec<Cell> {
    let page = |what: &str, cause: Cause, url: Option<&str>, progress: Progress| {
        let mut seen = Observation { cause, ..observed(progress) };
        seen.facts.redirect_url = url.map(str::to_owned);
        sees(what, seen)
    };
    let url = Some("https://pay.example/1");
    vec![
        page("submitted, its address in the answer", Cause::Dispatch, url, Progress::Submitted),
        page("submitted, its address looked up", Cause::LookUp, url, Progress::Submitted),
        page("submitted, by webhook", Cause::Webhook, None, Progress::Submitted),
        page("an unknown word", Cause::LookUp, None, Progress::Unknown),
    ]
}

fn deliveries(trade: Option<&Trade>) -> Vec<Cell> {
    let unprotected = trade.map(|trade| with_game(trade, Game::Rust));
    let hold = |what: &str, hold: Hold| sees(&format!("delivered, {what}"), observed(delivered(hold)));
    vec![
        hold("no hold", Hold::None),
        hold("hold until day 1", Hold::Until(at(DAY))),
        hold("hold until a past moment", Hold::Until(at(20))),
        hold("hold unknown, game protected", Hold::Unknown),
        Cell { trade: unprotected, ..hold("hold unknown, game not protected", Hold::Unknown) },
        Cell { now: at(9 * DAY), ..hold("hold unknown, on day 9", Hold::Unknown) },
    ]
}

fn oddities() -> Vec<Cell> {
    let submitted = |what: &str, change: &dyn Fn(&mut Observation)| {
        let mut observation = observed(Progress::Submitted);
        change(&mut observation);
        sees(what, observation)
    };
    let mut unknown = observed(Progress::Unknown);
    unknown.facts.provider_status = Some("frozen".to_owned());
    vec![
        sees("an unknown word", unknown),
        sees("an unknown word, not even quoted", observed(Progress::Unknown)),
        submitted("submitted, with an offer id", &|seen| {
            seen.facts.offer_id = Some("7".to_owned());
        }),
        submitted("submitted, at the price allowed", &|seen| {
            seen.facts.price_paid = Some(dollars("10.00"));
        }),
        submitted("submitted, at a higher price", &|seen| {
            seen.facts.price_paid = Some(dollars("10.01"));
        }),
        submitted("submitted, in another currency", &|seen| {
            let mut price = dollars("1.00");
            price.currency = "EUR".parse().unwrap();
            seen.facts.price_paid = Some(price);
        }),
        submitted("submitted, another purchase", &|seen| {
            seen.facts.provider_id = Some("p-2".to_owned());
        }),
        submitted("submitted, another reference", &|seen| {
            seen.reference = "wd-1.2".parse().unwrap();
        }),
    ]
}
