//! The provider does not know the reference. That proves something only once the request cannot still be on its way.

use jiff::Timestamp;

use super::end_link::LINK_LOST;
use super::ledger_restored::{LEDGER_RESTORED, is_of_the_back_up};
use super::review::needs_review;
use super::{changed, moved};
use crate::fold::Fold;
use crate::order::OrderKind;
use crate::rules::{Idempotency, Rules, after};
use crate::trade::{Cause, Reason, Trade, TradeState};

/// The reason of an order that waits again because the provider surely does not have it.
const PROVED_ABSENT: &str = "proved_absent";
/// The reason of an attempt that the provider refused because it has the reference already.
const REFERENCE_KNOWN: &str = "reference_known";

pub(crate) fn apply(trade: &Trade, asked_at: Timestamp, rules: &Rules) -> Fold {
    let TradeState::Uncertain { since, reason, refusal_unproved } = &trade.state else {
        // Anywhere else a missing row says nothing: the provider had told us of the trade, or was never asked.
        return Fold::Stale;
    };
    let settle_time =
        if *refusal_unproved { rules.placing.refusal_settle_time } else { rules.placing.settle_time };
    if asked_at < after(*since, settle_time) {
        return Fold::Stale;
    }
    if *refusal_unproved {
        // Refused in words, and nothing is there: the two together are a refusal.
        return moved(trade, TradeState::Failed { reason: reason.clone() }, Cause::LookUp);
    }
    if reason.code == LEDGER_RESTORED {
        return after_restoration(trade, asked_at, rules);
    }
    // A trade that is uncertain has an order; one without could not be repeated.
    let idempotency =
        trade.kind().map_or(Idempotency::Undocumented, |kind| rules.placing.idempotency.of(kind));
    match idempotency {
        // It refused the reference as known, and now does not know it. Sending again would go round for ever.
        Idempotency::UniqueReference if reason.code == REFERENCE_KNOWN => {
            let why = "the provider refuses the reference as used, and does not know it";
            let (next, alert) = needs_review(trade, REFERENCE_KNOWN, why, asked_at);
            changed(trade, next, Cause::LookUp, None, vec![alert])
        }
        Idempotency::UniqueReference => moved(
            trade,
            TradeState::Accepted { not_before: None, reason: Some(Reason::new(PROVED_ABSENT)) },
            Cause::LookUp,
        ),
        // Nobody has the address of the page, so nobody can pay: a new order harms nobody.
        Idempotency::Undocumented if trade.kind() == Some(OrderKind::DepositLink) => {
            moved(trade, TradeState::Failed { reason: Reason::new(LINK_LOST) }, Cause::LookUp)
        }
        Idempotency::Undocumented => {
            let why = "the provider gave no clear answer and does not know the reference";
            let (next, alert) = needs_review(trade, "outcome_unknown", why, asked_at);
            changed(trade, next, Cause::LookUp, None, vec![alert])
        }
    }
}

/// Nothing was under way when the ledger was restored, so the order was surely not placed. But its merchant may have been told
/// of an end since the back-up, and may have acted on it: sent now, it would be paid for twice.
fn after_restoration(trade: &Trade, asked_at: Timestamp, rules: &Rules) -> Fold {
    if !is_of_the_back_up(trade, &rules.placing) {
        let reason = Some(Reason::new(PROVED_ABSENT));
        return moved(trade, TradeState::Accepted { not_before: None, reason }, Cause::LookUp);
    }
    let why = "the ledger was restored from a back-up, and the provider does not know the reference; the merchant may have \
               been told of an end that the ledger has forgotten";
    let (next, alert) = needs_review(trade, LEDGER_RESTORED, why, asked_at);
    changed(trade, next, Cause::LookUp, None, vec![alert])
}
