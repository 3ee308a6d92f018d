//! What may happen in a state: what surely happens before time passes, what may, and which faults are left.

use std::collections::BTreeSet;

use skinbus_domain::TradeStatus;

use crate::action::{Action, Process};
use crate::protocol::{Fault, Protocol};
use crate::provider::{Stage, Treatment, turns};
use crate::replica;
use crate::state::State;
use crate::tracker;

/// Collects what may happen.
pub(crate) struct Offer<'a> {
    pub(crate) protocol: &'a Protocol,
    pub(crate) state: &'a State,
    pub(crate) actions: &'a mut Vec<Action>,
    /// Somebody has something to do that is not a fault.
    pub(crate) is_urgent: bool,
}

impl Offer<'_> {
    /// Happens before time passes, unless somebody is paused.
    pub(crate) fn surely(&mut self, action: Action) {
        self.is_urgent = true;
        self.actions.push(action);
    }

    /// The next step of a process that has something in hand.
    fn step(&mut self, process: Process, paused_until: Option<i64>, action: Action) {
        match paused_until {
            Some(until) if self.state.now < until => self.perhaps(action),
            Some(_) => self.surely(action),
            None => {
                self.surely(action);
                self.perhaps(Action::Pause(process));
            }
        }
    }

    /// May happen, or may not. What is a fault happens only while faults are left.
    pub(crate) fn perhaps(&mut self, action: Action) {
        let is_free = match action.fault() {
            Some(fault) => self.has(fault),
            None => true,
        };
        if is_free {
            self.actions.push(action);
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.state.faults_left > 0 && self.protocol.kinds.contains(&fault)
    }

    /// Whether a stale read would show anything else than a fresh one.
    fn may_read_stale(&self) -> bool {
        self.state.ledger.len() > 1
    }

    pub(crate) fn deliveries(&mut self) {
        let Some(replica) = self.state.replicas.iter().position(Option::is_none) else { return };
        for (message, waiting) in self.state.dispatch.iter().enumerate() {
            match waiting.ready_at {
                Some(ready_at) if ready_at <= self.state.now => {
                    self.surely(Action::Deliver { replica, message, stale: false });
                    if self.may_read_stale() {
                        self.perhaps(Action::Deliver { replica, message, stale: true });
                    }
                }
                Some(_) => {}
                None => self.perhaps(Action::Redeliver { replica, message }),
            }
        }
    }

    pub(crate) fn replica(&mut self, replica: usize) {
        let Some(placed) = self.state.placed(replica) else { return };
        let (process, paused_until) = (Process::Dispatch(replica), placed.paused_until);
        match &placed.doing {
            replica::Doing::Waiting { number, until } => {
                let request = self.state.provider.request(*number);
                if request.is_some_and(|request| matches!(request.stage, Stage::Answered(_))) {
                    self.step(process, paused_until, Action::Hear(replica));
                    self.perhaps(Action::LoseAnswer(replica));
                } else if *until <= self.state.now {
                    self.step(process, paused_until, Action::TimeOut(replica));
                }
                self.perhaps(Action::Cut(replica));
            }
            replica::Doing::TakingPermit
            | replica::Doing::Writing(_)
            | replica::Doing::Calling(_)
            | replica::Doing::Sending(_)
            | replica::Doing::Finishing(_) => self.step(process, paused_until, Action::Dispatch(replica)),
        }
        self.perhaps(Action::CrashDispatch { replica, late_append: false });
        if let replica::Doing::Writing(write) = &placed.doing
            && write.left_behind().is_some()
        {
            self.perhaps(Action::CrashDispatch { replica, late_append: true });
        }
    }

    pub(crate) fn provider(&mut self) {
        for request in &self.state.provider.under_way {
            match request.stage {
                Stage::Sent => {
                    for treatment in Treatment::ALL {
                        let action = Action::Treat { request: request.number, treatment };
                        self.is_urgent = true;
                        self.perhaps(action);
                    }
                }
                Stage::Delayed => {
                    self.perhaps(Action::Treat { request: request.number, treatment: Treatment::Work });
                }
                Stage::Answered(_) => {}
            }
        }
        for (executed, thing) in self.state.provider.executed.iter().enumerate() {
            if let Some(course) = turns(self.protocol, thing.course, self.state.now) {
                self.perhaps(Action::Turn { executed, course });
            }
        }
    }

    pub(crate) fn tracker(&mut self) {
        let tracker = &self.state.tracker;
        if tracker.unfollowed.is_some() {
            self.perhaps(Action::Follow);
        } else if self.may_read_stale() {
            self.perhaps(Action::FollowAgain);
        }
        if tracker.looking.is_none() && tracker.due_again.is_none() {
            self.perhaps(Action::WakeAgain);
        }
        if tracker.is_due(self.state.now) {
            self.surely(Action::TakeLook { stale: false });
            if self.may_read_stale() {
                self.perhaps(Action::TakeLook { stale: true });
            }
        }
        let Some(look) = &tracker.looking else { return };
        self.step(Process::Look, self.state.look_paused_until, Action::Look);
        if matches!(look.doing, tracker::Doing::Asked { .. } | tracker::Doing::Answered { .. }) {
            self.perhaps(Action::NoLookUp);
            self.perhaps(Action::SilentDay);
        }
        self.perhaps(Action::CrashLook { late_append: false });
        if let tracker::Doing::Writing(write) = &look.doing
            && write.left_behind().is_some()
        {
            self.perhaps(Action::CrashLook { late_append: true });
        }
    }

    pub(crate) fn webhooks(&mut self) {
        if let Some(folding) = &self.state.folding {
            self.step(Process::Webhook, self.state.webhook_paused_until, Action::Webhook);
            self.perhaps(Action::CrashWebhook { late_append: false });
            if folding.1.left_behind().is_some() {
                self.perhaps(Action::CrashWebhook { late_append: true });
            }
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, webhook) in self.state.webhooks.iter().enumerate() {
            if seen.insert(webhook.order()) {
                self.surely(Action::TakeWebhook { index, stale: false });
                if self.may_read_stale() {
                    self.perhaps(Action::TakeWebhook { index, stale: true });
                }
            }
        }
    }

    pub(crate) fn operator(&mut self) {
        if let Some(deciding) = &self.state.deciding {
            self.step(Process::Decision, self.state.decision_paused_until, Action::Decision);
            self.perhaps(Action::CrashDecision { late_append: false });
            if deciding.left_behind().is_some() {
                self.perhaps(Action::CrashDecision { late_append: true });
            }
            return;
        }
        if self.state.status() == Some(TradeStatus::NeedsReview) {
            for word in self.state.words(self.protocol) {
                self.surely(Action::Decide(*word));
            }
        }
    }
}
