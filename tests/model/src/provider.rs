//! The provider: what it was asked, what it truly executed, what it answers and what its look-ups show.

use skinbus_domain::trade::{Cause, Reason, ReversedBy};
use skinbus_domain::{CreditState, Hold, Observation, Outcome, Progress, ProviderFacts};

use crate::protocol::{Fault, Protocol, Repeats, Story, Without};
use crate::state::State;
use crate::world::{HOLD, NOT_NOW, REFUSAL_SETTLE, SETTLE, at, credits, reference};

/// The provider, and what is on its way to and from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Provider {
    /// So many requests have left.
    pub requests_sent: u8,
    /// Requests and answers that are on their way.
    pub under_way: Vec<Request>,
    /// What was executed: money spent, or a trade offer sent.
    pub executed: Vec<Executed>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// Which, in the order in which they left.
    pub number: u8,
    /// When it left.
    pub sent_at: i64,
    /// Where it is.
    pub stage: Stage,
    /// Somebody waits for the answer.
    pub awaited: bool,
}

/// Where a request is.
#[expect(clippy::large_enum_variant, reason = "a few at a time")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// On its way there.
    Sent,
    /// Held up somewhere, to be executed at any time before the settle time ends.
    Delayed,
    /// Done with; its answer is on the way back.
    Answered(Outcome),
}

/// Something that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Executed {
    /// How far it is.
    pub course: Course,
    /// Look-ups do not show it before this.
    pub visible_from: i64,
}

/// How far something is that was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Course {
    /// The provider has it.
    Begun,
    /// The user has the item, or the provider has the user's; it may be taken back until then.
    Held {
        /// See [`HOLD`].
        until: i64,
    },
    /// Over for good.
    Done,
    /// The user declined.
    Declined,
    /// It was taken back.
    TakenBack,
}

/// What the provider makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Its usual work: execute it, or, for a repeated reference, what this provider does then.
    Work,
    /// It refuses it, in words that come before any work.
    Refuse,
    /// [`Fault::NotNow`].
    NotNow,
    /// [`Fault::OddRefusal`], having executed it.
    WorkAndOddRefusal,
    /// [`Fault::OddRefusal`], not having executed it.
    OddRefusal,
    /// [`Fault::LostRequest`].
    Lose,
    /// [`Fault::Delay`].
    Delay,
    /// [`Fault::Lag`]: executed and answered, and not shown for a while.
    WorkUnseen,
}

impl Treatment {
    /// Every treatment of a request that has just left.
    pub(crate) const ALL: [Self; 8] = [
        Self::Work,
        Self::Refuse,
        Self::NotNow,
        Self::WorkAndOddRefusal,
        Self::OddRefusal,
        Self::Lose,
        Self::Delay,
        Self::WorkUnseen,
    ];

    /// The fault that this is.
    pub(crate) fn fault(self) -> Option<Fault> {
        match self {
            Self::Work | Self::Refuse => None,
            Self::NotNow => Some(Fault::NotNow),
            Self::WorkAndOddRefusal | Self::OddRefusal => Some(Fault::OddRefusal),
            Self::Lose => Some(Fault::LostRequest),
            Self::Delay => Some(Fault::Delay),
            Self::WorkUnseen => Some(Fault::Lag),
        }
    }
}

impl Provider {
    pub(crate) fn request(&self, number: u8) -> Option<&Request> {
        self.under_way.iter().find(|request| request.number == number)
    }

    /// Whether one of the requests may yet be executed.
    #[must_use]
    pub fn may_yet_execute(&self) -> bool {
        self.under_way.iter().any(|request| !matches!(request.stage, Stage::Answered(_)))
    }

    /// A request leaves. Tells its number.
    pub(crate) fn send(&mut self, now: i64) -> u8 {
        let number = self.requests_sent;
        self.requests_sent += 1;
        self.under_way.push(Request { number, sent_at: now, stage: Stage::Sent, awaited: true });
        number
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn abandon(&mut self, number: u8) {
        for request in self.under_way.iter_mut().filter(|request| request.number == number) {
            request.awaited = false;
            if request.stage == Stage::Sent {
                request.stage = Stage::Delayed;
            }
        }
        self.forget_answers();
    }

    fn forget_answers(&mut self) {
        self.under_way.retain(|request| request.awaited || !matches!(request.stage, Stage::Answered(_)));
    }

    pub(crate) fn lose_answer(&mut self, number: u8) {
        self.under_way.retain(|request| request.number != number);
    }

    /// What was not executed within the settle time never is.
    pub(crate) fn settle(&mut self, protocol: &Protocol, now: i64) {
        if !protocol.lacks(Without::SettleTime) {
            self.under_way.retain(|request| {
                matches!(request.stage, Stage::Answered(_)) || now < request.sent_at + SETTLE
            });
        }
    }

    /// The moments in which the provider's part of the world changes.
    pub(crate) fn moments(&self) -> impl Iterator<Item = i64> {
        let open = self.under_way.iter().filter(|request| !matches!(request.stage, Stage::Answered(_)));
        let settled = open.map(|request| request.sent_at + SETTLE);
        let seen = self.executed.iter().map(|executed| executed.visible_from);
        settled.chain(seen)
    }

    /// What a look-up shows now.
    pub(crate) fn rows(&self, protocol: &Protocol, now: i64) -> Vec<Observation> {
        let seen = self.executed.iter().enumerate().filter(|(_, executed)| executed.visible_from <= now);
        seen.map(|(index, executed)| observation(protocol, index, executed.course, Cause::LookUp)).collect()
    }
}

impl State {
    /// The provider treats a request. What it answers is on its way then.
    pub(crate) fn treat(&mut self, protocol: &Protocol, number: u8, treatment: Treatment) {
        let Some(index) = self.provider.under_way.iter().position(|request| request.number == number) else {
            return;
        };
        let unknown =
            |code: &str, refusal_unproved| Outcome::Unknown { reason: Reason::new(code), refusal_unproved };
        let settled = self.provider.under_way.get(index).map_or(self.now, |request| request.sent_at + SETTLE);
        let answer = match treatment {
            Treatment::Work => Some(self.work(protocol, self.now)),
            Treatment::WorkUnseen => Some(self.work(protocol, settled)),
            Treatment::WorkAndOddRefusal => {
                self.work(protocol, settled.min(self.now + REFUSAL_SETTLE));
                Some(unknown("odd_refusal", true))
            }
            Treatment::OddRefusal => Some(unknown("odd_refusal", true)),
            Treatment::Refuse => Some(Outcome::Refused(Reason::new("item_unavailable"))),
            Treatment::NotNow => Some(Outcome::NotSent {
                reason: Reason::new("rate_limited"),
                retry_at: at(self.now + NOT_NOW),
            }),
            Treatment::Lose => None,
            Treatment::Delay => {
                if let Some(request) = self.provider.under_way.get_mut(index) {
                    request.stage = Stage::Delayed;
                }
                return;
            }
        };
        match (self.provider.under_way.get_mut(index), answer) {
            (Some(request), Some(answer)) if request.awaited => request.stage = Stage::Answered(answer),
            (_, _) => {
                self.provider.under_way.remove(index);
            }
        }
    }

    /// Executes the request, or does with a repeated reference what this provider does. Gives the answer.
    fn work(&mut self, protocol: &Protocol, visible_from: i64) -> Outcome {
        let first = self.provider.executed.first().map(|executed| executed.course);
        match (first, protocol.repeats) {
            (Some(_), Repeats::Refused) => {
                return Outcome::Unknown {
                    // As every adapter reads it, see providers/src/outcome.rs.
                    reason: Reason::from_provider("reference_known", "duplicate"),
                    refusal_unproved: false,
                };
            }
            (Some(course), Repeats::AnsweredWithFirst) => {
                return Outcome::Placed(observation(protocol, 0, course, Cause::Dispatch));
            }
            (Some(_), Repeats::AcceptedAgain) | (None, _) => {}
        }
        let index = self.provider.executed.len();
        self.provider.executed.push(Executed { course: Course::Begun, visible_from });
        Outcome::Placed(observation(protocol, index, Course::Begun, Cause::Dispatch))
    }

    /// Everything that was executed goes on, as far as that is only a matter of time.
    pub(crate) fn go_on_at_provider(&mut self, protocol: &Protocol) {
        for index in 0..self.provider.executed.len() {
            let course = self.provider.executed.get(index).map(|executed| executed.course);
            let next = match (protocol.story, course) {
                (Story::Delivered, Some(Course::Begun)) => Course::Done,
                (Story::MayBeTakenBack, Some(Course::Begun)) => Course::Held { until: self.now + HOLD },
                (Story::Credited, Some(Course::Begun)) => Course::Held { until: self.now },
                (Story::Credited, Some(Course::Held { .. })) => Course::Done,
                (_, _) => continue,
            };
            self.turn(protocol, index, next);
        }
    }

    /// What was executed takes this turn. Where the provider sends webhooks it sends each twice.
    pub(crate) fn turn(&mut self, protocol: &Protocol, index: usize, course: Course) {
        if let Some(executed) = self.provider.executed.get_mut(index) {
            executed.course = course;
        }
        if protocol.story == Story::Credited {
            for _ in 0..2 {
                self.store_webhook(observation(protocol, index, course, Cause::Webhook));
            }
        }
    }
}

/// The turns that something may take at any time, or never.
pub(crate) fn turns(protocol: &Protocol, course: Course, now: i64) -> Option<Course> {
    match (protocol.story, course) {
        (Story::MayBeTakenBack, Course::Begun) => Some(Course::Declined),
        (Story::MayBeTakenBack, Course::Held { until }) if now < until + HOLD => Some(Course::TakenBack),
        (_, _) => None,
    }
}

/// What the provider says of the purchase with this index.
fn observation(protocol: &Protocol, index: usize, course: Course, cause: Cause) -> Observation {
    let is_deposit = protocol.story == Story::Credited;
    let (progress, credit_state) = match course {
        Course::Begun if is_deposit => (Progress::OfferSent, None),
        Course::Begun => (Progress::Submitted, None),
        Course::Held { .. } if is_deposit => (Progress::Held { until: None }, Some(CreditState::Pending)),
        Course::Held { until } => (Progress::Delivered { hold: Hold::Until(at(until)) }, None),
        Course::Done => {
            (Progress::Delivered { hold: Hold::None }, is_deposit.then_some(CreditState::Credited))
        }
        Course::Declined => (Progress::Canceled(Reason::new("declined")), None),
        Course::TakenBack => {
            let by = ReversedBy::User;
            (Progress::Reverted { reason: Reason::new("trade_reversed"), by }, None)
        }
    };
    let mut credits = credit_state.map(credits).unwrap_or_default();
    if protocol.is(crate::protocol::Mutant::KeysByChannel) && cause == Cause::Webhook {
        for credit in &mut credits {
            (credit.key, credit.thing) = (format!("w-{}", credit.key), format!("w-{}", credit.thing));
        }
    }
    let facts = ProviderFacts {
        provider_id: Some(format!("p-{}", index + 1)),
        offer_id: is_deposit.then(|| format!("o-{}", index + 1)),
        ..ProviderFacts::default()
    };
    Observation { cause, reference: reference(), progress, facts, credits, occurred_at: None }
}
