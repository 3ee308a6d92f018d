//! When a trade is looked at next, and what for.
//!
//! A wake-up is only a reason to look: what has to be done is decided from the trade as it is then. So a wake-up too
//! many is harmless, and one that was set for an earlier state is simply early.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::credit;
use crate::observation::ProviderFacts;
use crate::order::OrderKind;
use crate::rules::{Rules, after};
use crate::stuck;
use crate::trade::{Recorded, Trade, TradeState, TradeStatus};
use crate::transition::ledger_restored::is_in_doubt;

#[cfg(test)]
mod tests;

/// What a trade needs at a wake-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// Nothing, ever again.
    Nothing,
    /// Nothing yet.
    Sleep {
        /// Until then.
        until: Timestamp,
    },
    /// Nobody took the accepted order: hand it to dispatch again, in case the first hand-over was lost.
    HandOver,
    /// The order's deadline passed.
    PassDeadline,
    /// The lease of the attempt in flight ended.
    ExpireLease,
    /// The hosted page's lifetime ended, or its address is lost.
    EndLink,
    /// The ledger was restored, and may have forgotten that the order was placed.
    Doubt,
    /// Ask the provider.
    LookUp,
    /// It waits for a person for too long: tell somebody.
    TellStuck,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// How long after a moment its timer fires, so that every clock involved agrees that it has passed.
const MARGIN: Duration = SECOND;

/// Shortest pause after a look that was not answered.
const FAILED_MIN: Duration = Duration::from_secs(5);

/// Age of a lapsed trade offer at which the provider is asked once more.
const LATE_LOOK: Duration = Duration::from_secs(600);

/// How long a pending credit is followed whose trade is over: several times the longest hold that is documented, 8 days.
const PENDING_FOLLOWED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Ages of an unclear outcome at which the provider is asked, from the contracts' own advice.
const UNCERTAIN_LOOKS: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(15), MINUTE, Duration::from_secs(150)];

/// What the trade needs at `now`.
#[must_use]
pub fn need_at(recorded: &Recorded, rules: &Rules, now: Timestamp) -> Need {
    let trade = recorded.trade();
    let Some(first) = first_wake(recorded, rules) else {
        return Need::Nothing;
    };
    if first > now {
        return Need::Sleep { until: first };
    }
    if is_in_doubt(trade, &rules.placing) {
        return Need::Doubt;
    }
    match &trade.state {
        TradeState::Accepted { .. } if deadline(trade).is_some_and(|deadline| deadline <= now) => {
            Need::PassDeadline
        }
        TradeState::Accepted { .. } => Need::HandOver,
        TradeState::Dispatching => Need::ExpireLease,
        TradeState::Uncertain { .. } if !can_look_up(trade, rules) => Need::EndLink,
        TradeState::Submitted if link_end(trade, rules).is_some_and(|end| end <= now) => Need::EndLink,
        TradeState::Uncertain { .. }
        | TradeState::Submitted
        | TradeState::OfferSent
        | TradeState::UserAccepted
        | TradeState::OnHold { .. }
        | TradeState::Completed { .. }
        | TradeState::Failed { .. }
        | TradeState::Canceled { .. }
        | TradeState::Expired { .. } => Need::LookUp,
        TradeState::NeedsReview { .. } => Need::TellStuck,
        TradeState::Rejected { .. } | TradeState::Reverted { .. } => Need::Nothing,
    }
}

/// What the trade needs at `now`, when a webhook says that there is something new at the provider.
#[must_use]
pub fn need_when_hinted(recorded: &Recorded, rules: &Rules, now: Timestamp) -> Need {
    let trade = recorded.trade();
    let is_deposit = matches!(trade.kind(), Some(OrderKind::DepositLink | OrderKind::DepositItems));
    match (need_at(recorded, rules, now), trade.status()) {
        (
            Need::Sleep { .. },
            TradeStatus::Uncertain
            | TradeStatus::Submitted
            | TradeStatus::OfferSent
            | TradeStatus::UserAccepted
            | TradeStatus::OnHold
            | TradeStatus::Completed
            | TradeStatus::Failed
            | TradeStatus::Canceled
            | TradeStatus::Expired,
        ) if can_look_up(trade, rules) => Need::LookUp,
        // A deposit that we gave up, or hold for failed, may still be paid, and one that is completed may be taken back or be
        // paid once more. What was never sent cannot.
        (
            Need::Nothing,
            TradeStatus::Completed | TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired,
        ) if is_deposit && trade.attempt.is_some() && can_look_up(trade, rules) => Need::LookUp,
        (need, _) => need,
    }
}

/// When a trade in this version is first looked at; `None` where it needs nothing any more.
#[must_use]
pub fn first_wake(recorded: &Recorded, rules: &Rules) -> Option<Timestamp> {
    wake_after(recorded, rules, recorded.change.recorded_at)
}

/// When the trade is looked at next, after a look at `now` that changed nothing.
#[must_use]
pub fn next_wake(recorded: &Recorded, rules: &Rules, now: Timestamp) -> Option<Timestamp> {
    wake_after(recorded, rules, now)
}

/// When the trade is looked at next, after a look at `now` that was not answered: soon, and not so soon that a provider
/// which is away costs more than its answers would.
#[must_use]
pub fn wake_after_failure(recorded: &Recorded, rules: &Rules, now: Timestamp) -> Timestamp {
    let (soonest, latest) = (after(now, scaled(FAILED_MIN, rules)), after(now, scaled(MINUTE, rules)));
    next_wake(recorded, rules, now).map_or(latest, |planned| planned.clamp(soonest, latest))
}

/// When a look is tried again that only a hint asks for, and that was not answered.
#[must_use]
pub fn hint_again(rules: &Rules, now: Timestamp) -> Timestamp {
    after(now, scaled(MINUTE, rules))
}

/// The first planned look that comes after `last`.
fn wake_after(recorded: &Recorded, rules: &Rules, last: Timestamp) -> Option<Timestamp> {
    let trade = recorded.trade();
    // That it is stuck was a version too, and brought nothing new.
    let began = if trade.is_stuck { trade.status_since } else { recorded.change.recorded_at };
    let pause = |steps: &[(Duration, Duration)]| {
        Some(after(last, scaled(step(steps, age(began, last, rules)), rules)))
    };
    match &trade.state {
        // Found absent at the provider: nobody has it in hand, so dispatch gets it as soon as may be.
        TradeState::Accepted { not_before: None, .. } if trade.attempt.is_some() && last <= began => {
            Some(after(last, scaled(MARGIN, rules)))
        }
        TradeState::Accepted { not_before, .. } => {
            let pause = scaled(step(&ACCEPTED, age(began, last, rules)), rules);
            let hand_over = after(not_before.map_or(last, |not_before| not_before.max(last)), pause);
            let expiry = deadline(trade).map(|deadline| after(deadline, scaled(MARGIN, rules)));
            Some(expiry.filter(|expiry| *expiry > last).map_or(hand_over, |expiry| expiry.min(hand_over)))
        }
        TradeState::Dispatching => {
            let lease_until = trade.attempt.as_ref().map_or(last, |attempt| attempt.lease_until);
            Some(after(lease_until.max(last), scaled(MARGIN, rules)))
        }
        TradeState::Uncertain { since, .. } if !can_look_up(trade, rules) => {
            let settled = after(after(*since, rules.placing.settle_time), scaled(MARGIN, rules));
            Some(settled.max(after(last, scaled(MARGIN, rules))))
        }
        TradeState::Uncertain { since, refusal_unproved, .. } => {
            let settle_time =
                if *refusal_unproved { rules.placing.refusal_settle_time } else { rules.placing.settle_time };
            // The settle time is the provider's and is never scaled.
            let settled = after(after(*since, settle_time), scaled(MARGIN, rules));
            let planned = UNCERTAIN_LOOKS.iter().map(|age| after(*since, scaled(*age, rules)));
            let next = planned.chain([settled]).filter(|look| *look > last).min();
            Some(next.unwrap_or_else(|| after(last, scaled(MINUTE, rules))))
        }
        TradeState::Submitted => match link_end(trade, rules) {
            Some(end) if can_look_up(trade, rules) && end > last => pause(&LINK).map(|next| next.min(end)),
            Some(end) => Some(end.max(after(last, scaled(MARGIN, rules)))),
            None => pause(&SUBMITTED),
        },
        TradeState::OfferSent => pause(&OFFER_SENT),
        TradeState::UserAccepted => pause(&USER_ACCEPTED),
        TradeState::OnHold { hold_ends_at } => {
            let regular = after(last, scaled(6 * HOUR, rules));
            let end = after(*hold_ends_at, scaled(MARGIN, rules));
            // Where the end was our own guess, the provider may take its time to say so.
            let overdue = age(*hold_ends_at, last, rules);
            let pause = step(&OVERDUE, overdue);
            Some(if end > last { regular.min(end) } else { after(last, scaled(pause, rules)) })
        }
        // Looked at for the last time when the watch ends.
        TradeState::Completed { watch_until } => {
            let watch_end = watch_until.filter(|until| *until > last);
            [watch_end, pending_look(recorded, rules, last)].into_iter().flatten().min()
        }
        // The user may have accepted in the very moment in which the offer lapsed.
        // So it is with a page, whose user may have paid in that moment: most providers name it by our own id alone.
        // Some providers' word for a lapsed offer is that it was canceled.
        TradeState::Expired { .. } | TradeState::Canceled { .. }
            if trade.facts != ProviderFacts::default() && can_look_up(trade, rules) =>
        {
            let late = Some(after(began, scaled(LATE_LOOK, rules))).filter(|late| *late > last);
            [late, pending_look(recorded, rules, last)].into_iter().flatten().min()
        }
        // Nobody is asked any more; but the person may have missed it.
        TradeState::NeedsReview { .. } => {
            stuck::due_at(trade, None, rules).map(|due| due.max(after(last, scaled(MARGIN, rules))))
        }
        TradeState::Failed { .. } | TradeState::Canceled { .. } | TradeState::Expired { .. } => {
            pending_look(recorded, rules, last)
        }
        TradeState::Rejected { .. } | TradeState::Reverted { .. } => None,
    }
}

/// The next look at a trade that is over, apart from a credit that is neither sure nor taken back yet. Not for ever.
fn pending_look(recorded: &Recorded, rules: &Rules, last: Timestamp) -> Option<Timestamp> {
    let trade = recorded.trade();
    if !credit::any_pending(&trade.credits) || !can_look_up(trade, rules) {
        return None;
    }
    let given_up = after(recorded.change.recorded_at, scaled(PENDING_FOLLOWED, rules));
    let pause = step(&PENDING, age(recorded.change.recorded_at, last, rules));
    Some(after(last, scaled(pause, rules))).filter(|next| *next <= given_up)
}

/// Whether the provider can be asked about this trade.
pub(crate) fn can_look_up(trade: &Trade, rules: &Rules) -> bool {
    trade.kind().is_none_or(|kind| rules.tracking.can_look_up.of(kind))
}

/// When a hosted page ends that nobody has used up, or a deposit for which no offer was ever sent; `None` for every other
/// trade.
pub(crate) fn link_end(trade: &Trade, rules: &Rules) -> Option<Timestamp> {
    let has_no_end = match trade.kind() {
        Some(OrderKind::DepositLink) => true,
        Some(OrderKind::DepositItems) => trade.facts.offer_id.is_none(),
        Some(OrderKind::Purchase | OrderKind::Listing) | None => false,
    };
    let sent_by = trade.attempt.as_ref()?.lease_until;
    let lifetime = match trade.kind() {
        Some(OrderKind::DepositItems) => scaled(HOUR, rules),
        Some(OrderKind::DepositLink | OrderKind::Purchase | OrderKind::Listing) | None => {
            rules.tracking.link_lifetime
        }
    };
    has_no_end.then(|| after(sent_by, lifetime))
}

/// `(up to this age, pause)`, ascending; the last pause holds for every greater age.
type Steps = [(Duration, Duration)];

const ACCEPTED: [(Duration, Duration); 3] =
    [(MINUTE, MINUTE), (Duration::from_secs(600), Duration::from_secs(600)), (Duration::MAX, HOUR)];
const SUBMITTED: [(Duration, Duration); 4] = [
    (MINUTE, Duration::from_secs(5)),
    (Duration::from_secs(600), Duration::from_secs(15)),
    (HOUR, MINUTE),
    (Duration::MAX, Duration::from_secs(600)),
];
/// A user takes minutes to choose items on a hosted page, and may come back days later.
const LINK: [(Duration, Duration); 3] = [
    (Duration::from_secs(600), Duration::from_secs(20)),
    (HOUR, Duration::from_secs(120)),
    (Duration::MAX, Duration::from_secs(1800)),
];
/// The user has minutes to answer an offer and waits for our word of it.
const OFFER_SENT: [(Duration, Duration); 3] = [
    (Duration::from_secs(360), Duration::from_secs(5)),
    (HOUR, Duration::from_secs(30)),
    (Duration::MAX, Duration::from_secs(600)),
];
const USER_ACCEPTED: [(Duration, Duration); 2] =
    [(Duration::from_secs(600), Duration::from_secs(15)), (Duration::MAX, Duration::from_secs(600))];

/// A pending credit of a trade that is over.
const PENDING: [(Duration, Duration); 2] =
    [(LATE_LOOK, LATE_LOOK), (Duration::MAX, Duration::from_secs(6 * 3600))];
/// A hold whose end has passed without the provider's word, by how long ago that was.
const OVERDUE: [(Duration, Duration); 3] = [
    (LATE_LOOK, MINUTE),
    (Duration::from_secs(24 * 3600), HOUR),
    (Duration::MAX, Duration::from_secs(6 * 3600)),
];

fn step(steps: &Steps, age: Duration) -> Duration {
    steps.iter().find(|(up_to, _)| age < *up_to).or(steps.last()).map_or(MINUTE, |(_, pause)| *pause)
}

/// The state's age as the plan sees it: faster time makes it older.
fn age(began: Timestamp, now: Timestamp, rules: &Rules) -> Duration {
    let age = now.duration_since(began).max(SignedDuration::ZERO).unsigned_abs();
    age.saturating_mul(rules.speed.max(1))
}

fn scaled(duration: Duration, rules: &Rules) -> Duration {
    duration / rules.speed.max(1)
}

fn deadline(trade: &Trade) -> Option<Timestamp> {
    trade.order.as_ref().and_then(|order| order.expires_at)
}
