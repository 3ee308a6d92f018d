//! Random lives of a trade: whatever may happen, in any order, again and again, with time going on.

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::fold::{Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::outcome::Outcome;
use crate::rules::{ByKind, Idempotency, Rules};
use crate::samples::{LEASE, accepted, at, attempt, delivered, dollars, observed, reason, request, rules};
use crate::samples::{taken_back, with_deadline};
use crate::trade::{Attempt, Trade};

/// Something that happens. Attempts are counted from the last one, so that most of them mean something.
#[derive(Debug, Clone)]
enum Happening {
    Requested(u8),
    Started { offset: u32 },
    Answered { older_by: u32, outcome: Outcome },
    LeaseExpired,
    Absent,
    Seen(Observation),
    DeadlinePassed,
}

/// A random life, not yet lived.
#[derive(Debug, Clone)]
pub(super) struct Life {
    deadline: Option<i64>,
    idempotency: Idempotency,
    happenings: Vec<(i64, Happening)>,
}

/// One input of a life and what came of it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) before: Trade,
    pub(super) input: Input,
    pub(super) result: Fold,
    pub(super) rules: Rules,
    pub(super) now: Timestamp,
}

pub(super) fn life() -> impl Strategy<Value = Life> {
    let idempotency = select(vec![Idempotency::UniqueReference, Idempotency::Undocumented]);
    let pauses = select(vec![0_i64, 1, 30, LEASE, 600, 86_400]);
    let deadline = prop_oneof![3 => Just(None), 1 => (0_i64..2000).prop_map(Some)];
    (deadline, idempotency, vec((pauses, happening()), 0..30))
        .prop_map(|(deadline, idempotency, happenings)| Life { deadline, idempotency, happenings })
}

fn happening() -> impl Strategy<Value = Happening> {
    let answered =
        (0_u32..2, outcome()).prop_map(|(older_by, outcome)| Happening::Answered { older_by, outcome });
    prop_oneof![
        1 => (1_u8..3).prop_map(Happening::Requested),
        6 => (0_u32..2).prop_map(|offset| Happening::Started { offset }),
        6 => answered,
        2 => Just(Happening::LeaseExpired),
        3 => Just(Happening::Absent),
        3 => observation().prop_map(Happening::Seen),
        1 => Just(Happening::DeadlinePassed),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let unknown = |refusal_unproved| Outcome::Unknown { reason: reason("timed_out"), refusal_unproved };
    prop_oneof![
        1 => observation().prop_map(Outcome::Placed),
        1 => Just(Outcome::Refused(reason("item_unavailable"))),
        3 => Just(Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(0) }),
        3 => any::<bool>().prop_map(unknown),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let progress = select(vec![
        Progress::Submitted,
        Progress::OfferSent,
        Progress::UserAccepted,
        delivered(Hold::None),
        delivered(Hold::Until(at(86_400))),
        delivered(Hold::Unknown),
        Progress::Failed(reason("told")),
        Progress::Canceled(reason("told")),
        Progress::Expired(reason("told")),
        taken_back(),
        Progress::Unknown,
    ]);
    let some = |value: &str| Some(value.to_owned());
    let ids = select(vec![None, some("p-1"), some("p-1"), some("p-2")]);
    let offers = select(vec![None, some("7"), some("8")]);
    let prices = select(vec![None, Some(dollars("9.99")), Some(dollars("10.01"))]);
    (progress, ids, offers, prices).prop_map(|(progress, provider_id, offer_id, price_paid)| {
        let mut observation = observed(progress);
        observation.facts.provider_id = provider_id;
        observation.facts.offer_id = offer_id;
        observation.facts.price_paid = price_paid;
        observation
    })
}

impl Life {
    /// Lives it from ACCEPTED on. No input here is illegal.
    pub(super) fn live(&self) -> Vec<Step> {
        let mut rules = rules();
        rules.placing.idempotency = ByKind::all(self.idempotency);
        let mut trade = match self.deadline {
            Some(deadline) => with_deadline(&accepted(), at(deadline)),
            None => accepted(),
        };
        let mut now = at(0);
        let mut steps = Vec::new();
        for (pause, happening) in &self.happenings {
            now += SignedDuration::from_secs(*pause);
            let input = happening.input(&trade, now);
            let result = fold(Some(&trade), &input, &rules, now).unwrap();
            let before = trade.clone();
            if let Fold::Applied(change) = &result {
                trade = change.trade.clone();
            }
            steps.push(Step { before, input, result, rules: rules.clone(), now });
        }
        steps
    }
}

impl Happening {
    fn input(&self, trade: &Trade, now: Timestamp) -> Input {
        let last = trade.attempt.as_ref().map_or(0, |attempt| attempt.number);
        match self {
            Self::Requested(content) => Input::Requested(request(*content)),
            Self::Started { offset } => Input::AttemptStarted(Attempt {
                lease_until: now + SignedDuration::from_secs(LEASE),
                ..attempt(last + offset)
            }),
            Self::Answered { older_by, outcome } => {
                Input::AttemptAnswered { number: last.saturating_sub(*older_by), outcome: outcome.clone() }
            }
            Self::LeaseExpired => Input::LeaseExpired,
            Self::Absent => Input::LookedUpAbsent { asked_at: now },
            Self::Seen(observation) => Input::Observed(observation.clone()),
            Self::DeadlinePassed => Input::DeadlinePassed,
        }
    }
}
