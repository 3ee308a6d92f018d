//! Random lives of a trade: whatever may happen, in any order, again and again, with time going on.

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::credit::{Credit, CreditState};
use crate::fold::{Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::order::OrderKind;
use crate::outcome::Outcome;
use crate::rules::{ByKind, Idempotency, Rules};
use crate::samples::{
    DAY, LEASE, accepted, at, attempt, credit, delivered, dollars, observed, of_kind, reason, request, rules,
    taken_back, with_deadline,
};
use crate::trade::{Attempt, Cause, Trade};

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
    LinkEnded,
}

/// A random life, not yet lived.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    kind: OrderKind,
    deadline: Option<i64>,
    idempotency: Idempotency,
    happenings: Vec<(i64, Happening)>,
}

/// One input of a life and what came of it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) before: Trade,
    pub(crate) input: Input,
    pub(crate) result: Fold,
    pub(crate) rules: Rules,
    pub(crate) now: Timestamp,
}

pub(crate) fn life() -> impl Strategy<Value = Life> {
    let idempotency = select(vec![Idempotency::UniqueReference, Idempotency::Undocumented]);
    let pauses = select(vec![0_i64, 1, 30, LEASE, 600, 86_400]);
    let deadline = prop_oneof![3 => Just(None), 1 => (0_i64..2000).prop_map(Some)];
    let kind = select(OrderKind::ALL.to_vec());
    (kind, deadline, idempotency, vec((pauses, happening()), 0..30)).prop_map(
        |(kind, deadline, idempotency, happenings)| Life { kind, deadline, idempotency, happenings },
    )
}

fn happening() -> impl Strategy<Value = Happening> {
    let answered =
        (0_u32..2, outcome()).prop_map(|(older_by, outcome)| Happening::Answered { older_by, outcome });
    prop_oneof![
        1 => (1_u8..3).prop_map(Happening::Requested),
        6 => (0_u32..2).prop_map(|offset| Happening::Started { offset }),
        6 => answered,
        2 => Just(Happening::LeaseExpired),
        4 => Just(Happening::Absent),
        4 => observation().prop_map(Happening::Seen),
        1 => Just(Happening::DeadlinePassed),
        1 => Just(Happening::LinkEnded),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let unknown = |(refusal_unproved, word)| Outcome::Unknown { reason: reason(word), refusal_unproved };
    let words = select(vec!["timed_out", "reference_known"]);
    prop_oneof![
        1 => observation().prop_map(Outcome::Placed),
        1 => Just(Outcome::Refused(reason("item_unavailable"))),
        3 => Just(Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(0) }),
        3 => (any::<bool>(), words).prop_map(unknown),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let progress = select(vec![
        Progress::Submitted,
        Progress::OfferSent,
        Progress::UserAccepted,
        Progress::Held { until: None },
        Progress::Held { until: Some(at(86_400)) },
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
    let pages = select(vec![None, some("https://pay.example/1")]);
    let prices = select(vec![None, Some(dollars("9.99")), Some(dollars("10.01"))]);
    let causes = select(vec![Cause::Dispatch, Cause::LookUp, Cause::Webhook]);
    let facts = (ids, offers, pages, prices);
    (causes, progress, facts, vec(one_credit(), 0..3)).prop_map(|(cause, progress, facts, credits)| {
        let mut observation = Observation { cause, credits, ..observed(progress) };
        let told = &mut observation.facts;
        (told.provider_id, told.offer_id, told.redirect_url, told.price_paid) = facts;
        observation
    })
}

/// Of few keys, and sometimes of a thing that has another key, or of another amount.
fn one_credit() -> impl Strategy<Value = Credit> {
    let states = select(vec![CreditState::Pending, CreditState::Credited, CreditState::Reversed]);
    let things = select(vec![None, None, None, Some("thing-a")]);
    let amounts = select(vec!["5.00", "5.00", "6.00"]);
    (select(vec!["a", "b", "c"]), states, things, amounts).prop_map(|(key, state, thing, amount)| {
        let own = credit(key, state);
        let thing = thing.map_or(own.thing.clone(), str::to_owned);
        Credit { thing, amount: dollars(amount), ..own }
    })
}

impl Life {
    /// Where it begins.
    pub(crate) fn accepted(&self) -> Trade {
        let accepted = of_kind(self.kind, &accepted());
        match self.deadline {
            Some(deadline) => with_deadline(&accepted, at(deadline)),
            None => accepted,
        }
    }

    /// Lives it from ACCEPTED on. No input here is illegal.
    pub(crate) fn live(&self) -> Vec<Step> {
        let mut rules = rules();
        rules.placing.idempotency = ByKind::all(self.idempotency);
        let mut trade = self.accepted();
        let mut now = at(0);
        let mut steps = Vec::new();
        for (pause, happening) in &self.happenings {
            now += SignedDuration::from_secs(*pause);
            if matches!(happening, Happening::LinkEnded) {
                // A page only ends when its time has come.
                now += SignedDuration::from_secs(2 * DAY);
            }
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
            Self::LinkEnded => Input::LinkEnded,
        }
    }
}
