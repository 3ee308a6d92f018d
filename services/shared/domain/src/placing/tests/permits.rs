//! One machine with a ledger that answers anything at all, and a clock that goes on.

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

use crate::fold::Input;
use crate::observation::Progress;
use crate::outcome::Outcome;
use crate::placing::{Effect, Event, Placing};
use crate::samples::{
    DAY, accepted, at, observed, reason, rules, taken_back, trade_in, uncertain, with_deadline,
};
use crate::trade::{Attempt, Trade, TradeState};

/// What the shell reports, where it has a choice, and how much later.
#[derive(Debug, Clone)]
struct Report {
    seconds: i64,
    written: bool,
    trade: Trade,
    outcome: Outcome,
}

fn any_trade() -> impl Strategy<Value = Trade> {
    let reason = || reason("any");
    let accepted_again =
        |not_before: Option<i64>| TradeState::Accepted { not_before: not_before.map(at), reason: None };
    let states = vec![
        accepted_again(None),
        accepted_again(Some(60)),
        TradeState::Dispatching,
        uncertain(0, false),
        TradeState::Submitted,
        TradeState::OfferSent,
        TradeState::UserAccepted,
        TradeState::OnHold { hold_ends_at: at(DAY) },
        TradeState::Completed { watch_until: None },
        TradeState::Failed { reason: reason() },
        TradeState::Canceled { reason: reason() },
        TradeState::Expired { reason: reason() },
        TradeState::NeedsReview { reason: reason(), findings: Vec::new() },
        TradeState::Rejected { violations: vec![] },
    ];
    let mut trades: Vec<Trade> = states.into_iter().map(trade_in).collect();
    // The protocol goes on only from these, so they come more often.
    trades.extend(std::iter::repeat_n(accepted(), 14));
    (select(trades), option::weighted(0.2, 0_i64..200)).prop_map(|(trade, deadline)| match deadline {
        Some(deadline) => with_deadline(&trade, at(deadline)),
        None => trade,
    })
}

fn report() -> impl Strategy<Value = Report> {
    let unknown = |refusal_unproved| Outcome::Unknown { reason: reason("timed_out"), refusal_unproved };
    let outcomes = vec![
        Outcome::Placed(observed(Progress::Submitted)),
        Outcome::Placed(observed(taken_back())),
        Outcome::Refused(reason("item_unavailable")),
        Outcome::NotSent { reason: reason("rate_limited"), retry_at: at(90) },
        unknown(false),
        unknown(true),
    ];
    let seconds = select(vec![0_i64, 0, 1, 30, 60, 61]);
    (seconds, any::<bool>(), any_trade(), select(outcomes))
        .prop_map(|(seconds, written, trade, outcome)| Report { seconds, written, trade, outcome })
}

/// What one machine did.
#[derive(Debug, Default)]
struct Seen {
    permits: u32,
    calls: u32,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_call_follows_its_written_intent_and_uses_the_one_permit(
        first in any_trade(),
        reports in vec(report(), 1..12),
    ) {
        let mut now = at(0);
        let (mut placing, mut effect) = Placing::start(first, rules().placing, now);
        let mut intent: Option<Attempt> = None;
        let mut seen = Seen::default();
        for report in reports {
            now += SignedDuration::from_secs(report.seconds);
            let written_intent = intent.take().filter(|_| report.written);
            let Some(event) = answer(&effect, report, &mut seen) else { break };
            effect = placing.on(event, now).unwrap();
            match &effect {
                Effect::Append(Input::AttemptStarted(attempt)) => {
                    prop_assert_eq!(seen.permits, 1);
                    prop_assert!(attempt.lease_until > now);
                    intent = Some(attempt.clone());
                }
                Effect::Call(attempt) => {
                    prop_assert_eq!(Some(attempt), written_intent.as_ref());
                    prop_assert!(attempt.lease_until > now);
                }
                Effect::TakePermit => prop_assert_eq!(seen.permits, 0),
                Effect::Append(_) | Effect::Finish { .. } => {}
            }
        }
        prop_assert!(seen.permits <= 1 && seen.calls <= seen.permits, "{seen:?}");
        if let Effect::Finish { return_permit, .. } = effect {
            prop_assert_eq!(return_permit, seen.permits > seen.calls);
        }
    }
}

/// Carries an effect out; `None` where the machine has finished.
fn answer(effect: &Effect, report: Report, seen: &mut Seen) -> Option<Event> {
    match effect {
        Effect::TakePermit => {
            seen.permits += 1;
            Some(Event::PermitTaken)
        }
        Effect::Append(_) if report.written => Some(Event::Written(report.trade)),
        Effect::Append(_) => Some(Event::Lost(report.trade)),
        Effect::Call(_) => {
            seen.calls += 1;
            Some(Event::Answered(report.outcome))
        }
        Effect::Finish { .. } => None,
    }
}
