//! order-intake. Re-enacted: `orders.rs`, `accept.rs`, `hand_over.rs`. Orders by request and reply (`place.rs`) take the same
//! steps, with a receipt in place of the acknowledgement.

use std::rc::Rc;

use skinbus_domain::advancing::{Advanced, Retry};
use skinbus_domain::order::Request;
use skinbus_domain::rules::Rules;
use skinbus_domain::{Input, Recorded, TradeStatus};
use skinbus_proto::{Message, request, v1};

use crate::accounts::MERCHANT;
use crate::client::{self, AdvanceError, Disposition, ORDERS, acknowledge, advance, settle};
use crate::faults::Mutant;
use crate::nats::{ACK_WAIT, Delivery};
use crate::queue::{Micros, SECOND, with_ticks};
use crate::world::{Actor, NoAnswer, W};

const RETRY_PAUSE: Micros = SECOND;
const CONCURRENCY: usize = 3;
/// See `lib.rs`.
const DELIVERIES_MAX: u64 = 20;

/// Starts a replica.
pub fn start(w: &W, who: &Rc<Actor>) {
    for _ in 0..CONCURRENCY {
        w.queue.spawn(who.id, work(Rc::clone(w), Rc::clone(who)));
    }
}

async fn work(w: W, who: Rc<Actor>) {
    loop {
        let delivery = client::next(&w, &who, ORDERS).await;
        if w.is_mutant(Mutant::AcknowledgeFirst) {
            acknowledge(&w, &who, &delivery).await;
        }
        let tick = || client::progress(&w, &delivery);
        let disposition = if delivery.deliveries > DELIVERIES_MAX {
            Disposition::Dead("too_many_deliveries".to_owned())
        } else {
            with_ticks(&w.queue, handle(&w, &who, &delivery), ACK_WAIT / 3, tick).await
        };
        settle(&w, &who, &delivery, disposition).await;
    }
}

enum Verdict {
    Accepted(Recorded),
    Rejected,
    Repeated(Recorded),
    Conflict,
}

async fn handle(w: &W, who: &Rc<Actor>, delivery: &Delivery) -> Disposition {
    let merchant = MERCHANT.parse().unwrap();
    let order = v1::OrderRequest::decode(delivery.payload.as_slice()).expect("an order decodes");
    let Ok(request) = request::read(&merchant, &order, &w.setting.known) else {
        return Disposition::Dead("no_order_id".to_owned());
    };
    let verdict = match accept(w, who, request).await {
        Ok(verdict) => verdict,
        Err(AdvanceError::Ledger) => return Disposition::RedeliverAfter(RETRY_PAUSE),
        Err(AdvanceError::Illegal(problem)) => {
            w.oracle.borrow_mut().broken("ILLEGAL", "", &problem);
            return Disposition::RedeliverAfter(RETRY_PAUSE);
        }
    };
    let handed_over = match &verdict {
        Verdict::Accepted(recorded) | Verdict::Repeated(recorded) => hand_over(w, who, recorded).await,
        Verdict::Rejected => Ok(()),
        Verdict::Conflict => return Disposition::Dead("order_id_conflict".to_owned()),
    };
    match handed_over {
        Ok(()) => Disposition::Acknowledge,
        Err(NoAnswer) => Disposition::RedeliverAfter(RETRY_PAUSE),
    }
}

async fn accept(w: &W, who: &Rc<Actor>, request: Request) -> Result<Verdict, AdvanceError> {
    let key = request.key.clone();
    let advanced =
        advance(w, who, &key, None, &Input::Requested(request), &Rules::default(), Retry::Fold).await?;
    Ok(match advanced {
        Advanced::Written(recorded) if recorded.trade().status() == TradeStatus::Rejected => {
            Verdict::Rejected
        }
        Advanced::Written(recorded) => Verdict::Accepted(recorded),
        Advanced::Stale(recorded) => Verdict::Repeated(recorded),
        Advanced::Anomaly { .. } => Verdict::Conflict,
    })
}

async fn hand_over(w: &W, who: &Rc<Actor>, recorded: &Recorded) -> Result<(), NoAnswer> {
    let trade = recorded.trade();
    if trade.status() != TradeStatus::Accepted || trade.attempt.is_some() {
        return Ok(());
    }
    client::hand_over(w, who, recorded, "").await
}
