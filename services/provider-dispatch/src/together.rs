//! Several purchases for one user in one call, at providers that have such a call.
//!
//! Nothing waits for company: a purchase is placed at once, unless a call for the same user is under way. Those that come
//! meanwhile are placed together with the next call, which spares quota and the user a row of trade offers. Each of them
//! keeps its own intent, reference and outcome, so partial success is nothing special.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use opentelemetry::Context;
use skinbus_domain::order::{Item, Operation, SteamId};
use skinbus_domain::trade::{Attempt, Reason};
use skinbus_domain::{Order, Outcome};
use skinbus_providers::{PlaceAnswer, Verdict, drift};
use skinbus_runtime::clock;
use skinbus_runtime::crash::crash_point;
use skinbus_runtime::telemetry::spans::Span;
use tokio::sync::oneshot;

use crate::call::CallFailure;
use crate::permits::Permit;
use crate::place::{later, still_valid};
use crate::{Dispatcher, metrics, said};

/// Pause before a purchase comes again that could not be placed together with others.
const RETRY_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// The users for whom a call is under way, each with the purchases that wait for its end.
pub(crate) struct Together {
    /// Most purchases in one call; 1 where the provider has no such call.
    call_max: usize,
    busy: Mutex<BTreeMap<SteamId, Vec<Waiting>>>,
}

/// A call for a user is under way. When it is over, however it ends, those who waited have their turn.
pub(crate) struct UnderWay<'a> {
    together: &'a Together,
    user: SteamId,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.together.next(self.user);
    }
}

/// A purchase that is ready to be placed.
struct Ready {
    /// The step of its trace that it is placed in.
    context: Context,
    order: Order,
    attempt: Attempt,
    permit: Permit,
}

/// One that waits for its turn.
struct Waiting {
    ready: Ready,
    turn: oneshot::Sender<Turn>,
}

/// What a waiting purchase is told.
enum Turn {
    /// Somebody placed it: what it came to.
    Placed(Box<Outcome>),
    /// It is to make the call, for itself and for the others.
    Call(Box<Ready>, Vec<Waiting>),
}

/// Whose turn it is to call.
pub(crate) enum Company<'a> {
    /// The caller's: nobody else is calling for this user until the second is dropped.
    Alone(Permit, UnderWay<'a>),
    /// It was placed together with others.
    Placed(Box<Outcome>),
}

impl Together {
    pub(crate) fn new(call_max: usize) -> Self {
        Self { call_max, busy: Mutex::default() }
    }

    /// The user for whom the order may be placed together with others.
    pub(crate) fn user_of(&self, order: &Order) -> Option<SteamId> {
        match &order.operation {
            Operation::Purchase(purchase) if self.call_max > 1 => match &purchase.item {
                Item::Offer(_) => Some(purchase.recipient.steam_id),
                Item::Name(_) => None,
            },
            Operation::Purchase(_) | Operation::Deposit(_) | Operation::Listing(_) => None,
        }
    }

    /// Waits until the purchase may be placed, alone or with others.
    pub(crate) async fn join(
        &self,
        dispatcher: &Dispatcher,
        user: SteamId,
        order: &Order,
        attempt: &Attempt,
        permit: Permit,
    ) -> Company<'_> {
        let (turn, told) = oneshot::channel();
        {
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(waiting) = busy.get_mut(&user) else {
                busy.insert(user, Vec::new());
                return Company::Alone(permit, UnderWay { together: self, user });
            };
            let ready =
                Ready { context: Context::current(), order: order.clone(), attempt: attempt.clone(), permit };
            waiting.push(Waiting { ready, turn });
        }
        Company::Placed(match told.await {
            Ok(Turn::Placed(outcome)) => outcome,
            Ok(Turn::Call(own, others)) => {
                let _under_way = UnderWay { together: self, user };
                Box::new(place(dispatcher, *own, others).await)
            }
            // Whoever called for it is gone, with the answer or before the call.
            Err(_) => Box::new(unknown("call_lost")),
        })
    }

    /// Gives those who wait for this user their turn. One whose task is gone is passed over; a purchase that went to it
    /// with others is answered as lost, which a look-up resolves.
    fn next(&self, user: SteamId) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(waiting) = busy.get_mut(&user).filter(|waiting| !waiting.is_empty()) {
            let mut next = fitting(waiting, self.call_max);
            let Waiting { ready, turn } = next.remove(0);
            if turn.send(Turn::Call(Box::new(ready), next)).is_ok() {
                return;
            }
        }
        busy.remove(&user);
    }
}

/// Takes those that fit into one call, the longest waiting first; there is at least one. A call has one trade URL, of which
/// the user may have made a new one meanwhile; and its answer may tell rows apart by their offer alone, so an offer is in a
/// call once.
fn fitting(waiting: &mut Vec<Waiting>, call_max: usize) -> Vec<Waiting> {
    let (mut next, mut later, mut offers) = (Vec::<Waiting>::new(), Vec::new(), BTreeSet::new());
    for one in waiting.drain(..) {
        let user = one.ready.order.operation.user();
        let is_same_user = next.first().is_none_or(|first| first.ready.order.operation.user() == user);
        let fits = next.len() < call_max && is_same_user;
        if fits && offers.insert(offer_of(&one.ready.order).map(str::to_owned)) {
            next.push(one);
        } else {
            later.push(one);
        }
    }
    *waiting = later;
    next
}

fn offer_of(order: &Order) -> Option<&str> {
    match &order.operation {
        Operation::Purchase(purchase) => match &purchase.item {
            Item::Offer(offer) => Some(offer.as_str()),
            Item::Name(_) => None,
        },
        Operation::Deposit(_) | Operation::Listing(_) => None,
    }
}

fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown { reason: Reason::new(reason), refusal_unproved: false }
}

fn not_sent(reason: &str) -> Outcome {
    Outcome::NotSent { reason: Reason::new(reason), retry_at: clock::now() }
}

fn tell(waiting: oneshot::Sender<Turn>, outcome: Outcome) {
    if waiting.send(Turn::Placed(Box::new(outcome))).is_err() {
        tracing::debug!("a purchase that was placed with others is gone");
    }
}

/// Places the purchases in one call and tells each of the others what it came to.
async fn place(dispatcher: &Dispatcher, own: Ready, others: Vec<Waiting>) -> Outcome {
    let own = std::iter::once((own, None));
    let others = others.into_iter().map(|Waiting { ready, turn }| (ready, Some(turn)));
    let (mut permits, mut company) = (Vec::new(), Vec::new());
    for (Ready { context, order, attempt, permit }, turn) in own.chain(others) {
        match (still_valid(dispatcher, &attempt, permit), turn) {
            (Some(permit), turn) => {
                permits.push(permit);
                company.push(Member { context, order, attempt, turn });
            }
            (None, Some(turn)) => tell(turn, not_sent("too_late_to_call")),
            // The caller's own purchase: it is answered below.
            (None, None) => {}
        }
    }
    // One call takes one permit.
    let mut permits = permits.into_iter();
    let Some(permit) = permits.next() else { return not_sent("too_late_to_call") };
    permits.for_each(Permit::give_back);
    let outcomes = send(dispatcher, &company, permit).await;
    let mut own = None;
    for (member, outcome) in company.into_iter().zip(outcomes) {
        match member.turn {
            Some(turn) => tell(turn, outcome),
            None => own = Some(outcome),
        }
    }
    own.unwrap_or_else(|| not_sent("too_late_to_call"))
}

/// A purchase of a call, with the channel to its task where that is another one.
struct Member {
    context: Context,
    order: Order,
    attempt: Attempt,
    turn: Option<oneshot::Sender<Turn>>,
}

/// One outcome for each purchase, in their order.
async fn send(dispatcher: &Dispatcher, company: &[Member], permit: Permit) -> Vec<Outcome> {
    let served = &dispatcher.served;
    let orders: Vec<_> = company.iter().map(|member| (&member.order, &member.attempt.reference)).collect();
    let request = match served.provider.place_together(&orders) {
        Ok(request) => request,
        Err(error) => {
            permit.give_back();
            tracing::error!(account = %served.account.name, %error, "purchases cannot be placed together");
            return company.iter().map(|_| not_sent("not_together")).collect();
        }
    };
    let contexts: Vec<Context> = company.iter().map(|member| member.context.clone()).collect();
    let span = Span::together("place together", &contexts);
    let began = clock::monotonic_now();
    let answer = span.run(dispatcher.call("place_together", request)).await;
    let took = clock::monotonic_now().duration_since(began);
    let (outcomes, closed): (Vec<Outcome>, _) = match &answer {
        Ok(response) => {
            crash_point("dispatch.after_joint_answer");
            let answers = served.provider.read_placed_together(&orders, response, clock::now());
            let closed = answers.iter().find_map(|answer| answer.closed);
            (answers.into_iter().map(outcome).collect(), closed)
        }
        Err(failure) => {
            let each = match failure {
                CallFailure::Unreachable | CallFailure::NotSent(_) => later(failure.word(), RETRY_PAUSE),
                CallFailure::NoAnswer(_) => unknown(failure.word()),
            };
            (company.iter().map(|_| each.clone()).collect(), None)
        }
    };
    permit.settle(said(&served.account.name, &answer, closed));
    for (outcome, (_, reference)) in outcomes.iter().zip(&orders) {
        metrics::call(&served.account, "place_together", outcome.name(), took);
        dispatcher.drifted(drift::in_placed("place", outcome), Some(reference));
    }
    // An adapter that forgot one of them must not leave it without an outcome.
    outcomes
        .into_iter()
        .chain(std::iter::repeat_with(|| unknown("not_answered")))
        .take(company.len())
        .collect()
}

fn outcome(answer: PlaceAnswer) -> Outcome {
    match answer.verdict {
        Verdict::Outcome(outcome) => outcome,
        Verdict::Next(_) => unknown("too_many_calls"),
    }
}
