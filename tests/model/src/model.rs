//! The model: which actions a state has, and what each makes of it.

use skinbus_domain::trade::{Recorded, StatusChange};
use skinbus_domain::{Fold, Input, fold};
use stateright::{Model, Property};

use crate::action::{Action, Process};
use crate::offer::Offer;
use crate::properties;
use crate::protocol::Protocol;
use crate::provider::{Provider, Stage};
use crate::replica;
use crate::shared::Shared;
use crate::state::{Message, Seen, State};
use crate::tracker::{self, Tracker};
use crate::world::{ACK_WAIT, DAY, PAUSE, at, request};
use crate::writing::Write;

impl Model for Protocol {
    type State = State;
    type Action = Action;

    /// The order is accepted. Intake has handed it over, or has crashed before.
    fn init_states(&self) -> Vec<State> {
        let Some(accepted) = self.accepted() else { return Vec::new() };
        let mut state = State {
            now: 0,
            faults_left: self.faults_max,
            ledger: vec![accepted.clone()],
            late_appends: Vec::new(),
            dispatch: Vec::new(),
            replicas: [None, None],
            provider: Provider::default(),
            tracker: Tracker { unfollowed: Some(accepted.clone()), ..Tracker::default() },
            webhooks: Vec::new(),
            folding: None,
            deciding: None,
            look_paused_until: None,
            webhook_paused_until: None,
            decision_paused_until: None,
            seen: Seen::default(),
        };
        let lost = state.clone();
        state.dispatch.push(Message { accepted, ready_at: Some(0) });
        vec![state, lost]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let mut offer = Offer { protocol: self, state, actions, is_urgent: false };
        // The follower plans the look of a new version at once, unless it is late.
        if state.tracker.unfollowed.is_some() && !state.tracker.is_late {
            offer.surely(Action::Follow);
            offer.perhaps(Action::FollowLate);
            return;
        }
        offer.deliveries();
        for replica in 0..state.replicas.len() {
            offer.replica(replica);
        }
        offer.provider();
        offer.tracker();
        offer.webhooks();
        offer.operator();
        for index in 0..state.late_appends.len() {
            offer.perhaps(Action::ArriveLate(index));
        }
        if !offer.is_urgent && self.next_moment(state).is_some() {
            offer.perhaps(Action::Pass);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        if action.fault().is_some() {
            state.faults_left = state.faults_left.checked_sub(1)?;
        }
        self.apply(&mut state, action);
        Some(state.in_one_order())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl Protocol {
    /// Version 1, as intake writes it.
    fn accepted(&self) -> Option<Shared<Recorded>> {
        let input = Input::Requested(request(self.kind(), self.deadline));
        let Ok(Fold::Applied(change)) = fold(None, &input, &self.rules, at(0)) else { return None };
        let change = StatusChange {
            version: 1,
            from: change.from,
            cause: change.cause,
            occurred_at: change.occurred_at,
            recorded_at: at(0),
            trade: change.trade,
            alerts: change.alerts,
            decision: change.decision,
        };
        Some(Shared::new(Recorded { change, sequence: 1 }))
    }

    fn next_moment(&self, state: &State) -> Option<i64> {
        let messages = state.dispatch.iter().filter_map(|message| message.ready_at);
        let replicas = state.replicas.iter().flatten().flat_map(|placed| placed.moments());
        let all = messages.chain(replicas).chain(state.provider.moments()).chain(state.tracker.moments());
        let paused = [state.look_paused_until, state.webhook_paused_until, state.decision_paused_until];
        let all = all.chain(paused.into_iter().flatten());
        all.filter(|moment| *moment > state.now).min()
    }

    fn pass_to(&self, state: &mut State, moment: i64) {
        state.now = moment;
        state.provider.settle(self, moment);
    }

    fn apply(&self, state: &mut State, action: Action) {
        match action {
            Action::Pass => {
                let moment = self.next_moment(state);
                self.pass_to(state, moment.unwrap_or(state.now));
                state.go_on_at_provider(self);
            }
            Action::Pause(Process::Dispatch(replica)) => state.pause_replica(replica),
            Action::Pause(Process::Look) => state.look_paused_until = Some(state.now + PAUSE),
            Action::Pause(Process::Webhook) => state.webhook_paused_until = Some(state.now + PAUSE),
            Action::Pause(Process::Decision) => state.decision_paused_until = Some(state.now + PAUSE),
            Action::Deliver { replica, message, stale } => state.deliver(self, replica, message, stale),
            Action::Redeliver { replica, message } => state.deliver(self, replica, message, false),
            Action::Dispatch(replica) => state.step_replica(self, replica),
            Action::Hear(replica) => hear(self, state, replica),
            Action::LoseAnswer(replica) => {
                if let Some(number) = waits_for(state, replica) {
                    state.provider.lose_answer(number);
                }
            }
            Action::Cut(replica) => hear_nothing(self, state, replica, "cut"),
            Action::TimeOut(replica) => hear_nothing(self, state, replica, "timed_out"),
            Action::CrashDispatch { replica, late_append } => crash_dispatch(state, replica, late_append),
            Action::Treat { request, treatment } => state.treat(self, request, treatment),
            Action::Turn { executed, course } => state.turn(self, executed, course),
            Action::Follow => state.follow(self),
            Action::FollowLate => state.tracker.is_late = true,
            Action::WakeAgain => state.tracker.due_again = Some(state.now),
            Action::FollowAgain => state.tracker.unfollowed = state.read(true),
            Action::TakeLook { stale } => state.take_due_look(self, stale),
            Action::Look => {
                state.look_paused_until = None;
                state.step_look(self);
            }
            Action::NoLookUp => {
                state.look_paused_until = None;
                state.look_up_fails(self);
            }
            Action::SilentDay => {
                state.look_paused_until = None;
                self.pass_to(state, state.now + DAY);
                state.look_up_fails(self);
            }
            Action::CrashLook { late_append } => {
                state.look_paused_until = None;
                if let Some(look) = state.tracker.looking.take() {
                    state.tracker.due_again = Some(state.now + ACK_WAIT);
                    if let (tracker::Doing::Writing(write), true) = (&look.doing, late_append) {
                        leave_behind(state, write);
                    }
                }
            }
            Action::TakeWebhook { index, stale } => state.take_webhook(self, index, stale),
            Action::Webhook => {
                state.webhook_paused_until = None;
                state.step_webhook(self);
            }
            Action::CrashWebhook { late_append } => {
                state.webhook_paused_until = None;
                let folding = state.folding.take();
                if let Some(folding) = folding.filter(|_| late_append) {
                    leave_behind(state, &folding.1);
                }
            }
            Action::Decide(word) => state.decide(self, word),
            Action::Decision => {
                state.decision_paused_until = None;
                state.step_decision(self);
            }
            Action::CrashDecision { late_append } => {
                state.decision_paused_until = None;
                let deciding = state.deciding.take();
                if let Some(deciding) = deciding.filter(|_| late_append) {
                    leave_behind(state, &deciding);
                }
            }
            Action::ArriveLate(index) => {
                let (expected, change) = (*state.late_appends.remove(index)).clone();
                state.append(expected, change, !self.is(crate::protocol::Mutant::NoCompareAndSet));
            }
        }
    }
}

fn waits_for(state: &State, replica: usize) -> Option<u8> {
    match &state.placed(replica)?.doing {
        replica::Doing::Waiting { number, .. } => Some(*number),
        replica::Doing::TakingPermit
        | replica::Doing::Writing(_)
        | replica::Doing::Calling(_)
        | replica::Doing::Sending(_)
        | replica::Doing::Finishing(_) => None,
    }
}

fn hear(protocol: &Protocol, state: &mut State, replica: usize) {
    let number = waits_for(state, replica);
    let Some(number) = number else { return };
    if let Some(Stage::Answered(outcome)) =
        state.provider.request(number).map(|request| request.stage.clone())
    {
        state.provider.lose_answer(number);
        state.hear(protocol, replica, outcome);
    }
}

fn hear_nothing(protocol: &Protocol, state: &mut State, replica: usize, code: &str) {
    if let Some(number) = waits_for(state, replica) {
        state.hear_nothing(protocol, replica, number, code);
    }
}

fn crash_dispatch(state: &mut State, replica: usize, late_append: bool) {
    let Some(placed) = state.placed(replica).cloned() else { return };
    state.put(replica, None);
    if let replica::Doing::Waiting { number, .. } = &placed.doing {
        state.provider.abandon(*number);
    }
    if let (replica::Doing::Writing(write), true) = (&placed.doing, late_append) {
        leave_behind(state, write);
    }
    let again = Some(state.now + ACK_WAIT);
    if let Some(message) = state.message(placed.message).filter(|message| message.ready_at.is_none()) {
        message.ready_at = again;
    }
}

fn leave_behind(state: &mut State, write: &Write) {
    if let Some(append) = write.left_behind() {
        state.late_appends.push(Shared::new(append));
        state.late_appends.sort_by_key(Shared::order);
    }
}
