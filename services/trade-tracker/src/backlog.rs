//! Whether an accepted order may still wait for dispatch: then handing it over again would only lengthen the queue.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use skinbus_bus::Bus;
use skinbus_bus::backlog::BacklogError;
use skinbus_domain::Recorded;
use skinbus_domain::ids::AccountId;
use skinbus_domain::rules::after;
use skinbus_domain::trade::TradeState;
use skinbus_runtime::clock;

/// How long an answer is used: thousands of orders are looked at together.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// Between the acceptance by our clock and the hand-over by the server's. Too much of it costs a look, too little a message
/// that changes nothing.
const MARGIN: Duration = Duration::from_secs(30);

/// How far dispatch has come with each account, as last asked.
#[derive(Debug, Default)]
pub(crate) struct Backlogs(Mutex<BTreeMap<AccountId, Answer>>);

#[derive(Debug, Clone, Copy)]
struct Answer {
    asked_at: Instant,
    oldest_waiting: Option<Timestamp>,
}

impl Backlogs {
    /// Whether an accepted order may be among those that dispatch has not seen yet: none of them is older than the oldest.
    pub(crate) async fn may_hold(
        &self,
        bus: &Bus,
        account: &AccountId,
        recorded: &Recorded,
    ) -> Result<bool, BacklogError> {
        if is_in_nobodys_hands(recorded) {
            return Ok(false);
        }
        let now = clock::monotonic_now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(account).copied();
        let oldest_waiting = match known {
            Some(answer) if now.saturating_duration_since(answer.asked_at) < KEPT_FOR => {
                answer.oldest_waiting
            }
            Some(_) | None => {
                let oldest_waiting = bus.oldest_waiting(account).await?;
                let answer = Answer { asked_at: now, oldest_waiting };
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), answer);
                oldest_waiting
            }
        };
        let handed_over_by = after(recorded.change.recorded_at, MARGIN);
        Ok(oldest_waiting.is_some_and(|oldest| oldest <= handed_over_by))
    }
}

/// An attempt whose absence was proved was acknowledged by dispatch long ago.
fn is_in_nobodys_hands(recorded: &Recorded) -> bool {
    let trade = recorded.trade();
    matches!(&trade.state, TradeState::Accepted { not_before: None, .. }) && trade.attempt.is_some()
}
