//! trade-tracker: the follower of the ledger (follow.rs), due looks (due.rs, look.rs) round the shipped [`Looking`], and
//! binding webhooks (webhooks.rs).

use skinbus_domain::advancing::{Advanced, Retry};
use skinbus_domain::looking::{Effect, Event, Looking};
use skinbus_domain::resolving::inputs_of;
use skinbus_domain::{Input, Observation, Recorded, polling};

use crate::protocol::{Mutant, Protocol};
use crate::shared::Shared;
use crate::state::State;
use crate::world::{at, seconds};
use crate::writing::{Write, Wrote};

/// The tracker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tracker {
    /// A version for which no look is planned yet; its message is not acknowledged.
    pub unfollowed: Option<Shared<Recorded>>,
    /// The follower is late.
    pub is_late: bool,
    /// The schedule of the next look.
    pub next_look: Option<i64>,
    /// A wake-up whose handler is gone comes again then.
    pub due_again: Option<i64>,
    /// The due look in hand.
    pub looking: Option<Shared<Look>>,
}

/// A due look in hand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Look {
    looking: Looking,
    /// What it does now.
    pub doing: Doing,
}

/// What a due look does now.
#[expect(clippy::large_enum_variant, reason = "shared by all states that have it")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Doing {
    /// It writes what it found.
    Writing(Write),
    /// It is about to hand the order over again.
    HandingOver,
    /// provider-dispatch has the question since then, and is about to ask the provider (`asked_at` in
    /// provider-dispatch/src/look_up.rs is read before the permit is waited for).
    Asked {
        /// `asked_at` of the answer.
        at: i64,
    },
    /// The provider's answer is on its way back.
    Answered {
        /// When it was asked.
        asked_at: i64,
        /// What the provider showed.
        rows: Vec<Observation>,
    },
    /// It is about to plan the next look, and to acknowledge its wake-up then. That it comes again though the next look
    /// is planned is [`crate::protocol::Fault::Redelivery`].
    Scheduling(i64),
    /// It is about to make sure that the trade needs nothing.
    ReadingLatest,
    /// Its step is under way.
    Stepping,
}

impl Tracker {
    /// Whether the tracker will look at the trade without any word from elsewhere.
    #[must_use]
    pub fn has_it(&self) -> bool {
        self.unfollowed.is_some()
            || self.next_look.is_some()
            || self.due_again.is_some()
            || self.looking.is_some()
    }

    pub(crate) fn moments(&self) -> impl Iterator<Item = i64> {
        self.next_look.into_iter().chain(self.due_again)
    }

    /// Whether a wake-up waits to be taken.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.looking.is_none() && self.moments().any(|moment| moment <= now)
    }
}

impl State {
    /// `arm` in follow.rs: the schedule first, the acknowledgement last.
    pub(crate) fn follow(&mut self, protocol: &Protocol) {
        self.tracker.is_late = false;
        let Some(recorded) = self.tracker.unfollowed.take() else { return };
        // A version that needs no look leaves the schedule of an earlier one alone.
        if let Some(wake_at) = polling::first_wake(&recorded, &protocol.rules) {
            self.tracker.next_look = Some(seconds(wake_at));
        }
    }

    /// A wake-up is taken, and the trade is read.
    pub(crate) fn take_due_look(&mut self, protocol: &Protocol, stale: bool) {
        let now = self.now;
        self.tracker.next_look = self.tracker.next_look.filter(|moment| *moment > now);
        self.tracker.due_again = self.tracker.due_again.filter(|moment| *moment > now);
        let Some(recorded) = self.read(stale) else { return };
        let (looking, effect) = Looking::start(Recorded::clone(&recorded), false, &protocol.rules, at(now));
        let look = Look { looking, doing: Doing::Stepping };
        self.look_on(protocol, look, effect);
    }

    /// The due look's next step.
    pub(crate) fn step_look(&mut self, protocol: &Protocol) {
        let Some(mut look) = self.tracker.looking.take().map(|look| Look::clone(&look)) else { return };
        let event = match look.doing {
            Doing::Writing(write) => {
                let wrote = write.go_on(protocol, self);
                look.doing = Doing::Stepping;
                return self.look_wrote(protocol, look, wrote);
            }
            Doing::HandingOver => {
                self.hand_over(Shared::new(look.looking.recorded().clone()));
                Event::HandedOver { waits_for: None }
            }
            Doing::Asked { at } => {
                let rows = self.provider.rows(protocol, self.now);
                look.doing = Doing::Answered { asked_at: at, rows };
                self.tracker.looking = Some(Shared::new(look));
                return;
            }
            Doing::Answered { asked_at, ref rows } => {
                Event::LookedUp(inputs_of(look.looking.recorded().trade(), rows, at(asked_at)))
            }
            Doing::Scheduling(moment) => {
                self.tracker.next_look = Some(moment);
                Event::Scheduled
            }
            Doing::ReadingLatest if protocol.is(Mutant::BelieveOldVersions) => {
                Event::Read(Some(look.looking.recorded().clone()))
            }
            Doing::ReadingLatest => Event::Read(self.newest().map(|newest| Recorded::clone(newest))),
            Doing::Stepping => return,
        };
        look.doing = Doing::Stepping;
        self.look_hears(protocol, look, event);
    }

    /// The look-up came to nothing.
    pub(crate) fn look_up_fails(&mut self, protocol: &Protocol) {
        if let Some(look) = self.tracker.looking.take() {
            self.look_hears(protocol, Look::clone(&look), Event::NotLookedUp);
        }
    }

    fn look_hears(&mut self, protocol: &Protocol, mut look: Look, event: Event) {
        match look.looking.on(event, &protocol.rules, at(self.now)) {
            Ok(effect) => self.look_on(protocol, look, effect),
            Err(_) => self.seen.out_of_order = true,
        }
    }

    fn look_on(&mut self, protocol: &Protocol, mut look: Look, effect: Effect) {
        look.doing = match effect {
            Effect::Advance(input) => {
                let known = look.looking.recorded();
                let wrote = Write::start(protocol, self, known, input, Retry::Fold);
                return self.look_wrote(protocol, look, wrote);
            }
            Effect::HandOver => Doing::HandingOver,
            Effect::ReadLatest => Doing::ReadingLatest,
            Effect::LookUp => Doing::Asked { at: self.now },
            Effect::Schedule(_) if protocol.is(Mutant::ForgetNextLook) => return,
            Effect::Schedule(moment) | Effect::ScheduleHint(moment) => Doing::Scheduling(seconds(moment)),
            Effect::Acknowledge => return,
        };
        self.tracker.looking = Some(Shared::new(look));
    }

    fn look_wrote(&mut self, protocol: &Protocol, mut look: Look, wrote: Wrote) {
        let changed = match wrote {
            Wrote::Going(write) => {
                look.doing = Doing::Writing(write);
                self.tracker.looking = Some(Shared::new(look));
                return;
            }
            Wrote::Done(Advanced::Written(_)) => true,
            Wrote::Done(Advanced::Stale(_) | Advanced::Anomaly { .. }) => false,
            Wrote::Illegal => {
                self.seen.out_of_order = true;
                return;
            }
        };
        self.look_hears(protocol, look, Event::Advanced { changed });
    }

    /// A binding webhook is taken, and the trade is read. It stays stored until it is acknowledged.
    pub(crate) fn take_webhook(&mut self, protocol: &Protocol, index: usize, stale: bool) {
        let Some(webhook) = self.webhooks.get(index).cloned() else { return };
        let Some(recorded) = self.read(stale) else { return };
        let input = Input::Observed(Observation::clone(&webhook));
        let wrote = Write::start(protocol, self, &recorded, input, Retry::Fold);
        self.webhook_wrote(&webhook, wrote);
    }

    /// The next step of the webhook in hand.
    pub(crate) fn step_webhook(&mut self, protocol: &Protocol) {
        if let Some(folding) = self.folding.take() {
            let (webhook, write) = (&folding.0, folding.1.clone());
            let wrote = write.go_on(protocol, self);
            self.webhook_wrote(webhook, wrote);
        }
    }

    fn webhook_wrote(&mut self, webhook: &Observation, wrote: Wrote) {
        match wrote {
            Wrote::Going(write) => self.folding = Some(Shared::new((webhook.clone(), write))),
            Wrote::Done(_) => {
                if let Some(index) = self.webhooks.iter().position(|stored| **stored == *webhook) {
                    self.webhooks.remove(index);
                }
            }
            Wrote::Illegal => self.seen.out_of_order = true,
        }
    }
}
