//! Webhooks that were overtaken by the look-up that ended a deposit.

use crate::credit::CreditState;
use crate::fold::{Anomaly, Fold, Input, fold};
use crate::observation::{Observation, Progress};
use crate::order::OrderKind;
use crate::samples::{at, credit, known_in, observed, of_kind, reason, rules, with_credits};
use crate::trade::{Cause, Trade, TradeState, TradeStatus};

const ASKED_AT: i64 = 1000;

fn told(trade: &Trade, cause: Cause, progress: Progress, occurred_at: Option<i64>, as_of: i64) -> Fold {
    let occurred_at = occurred_at.map(at);
    let observation = Observation { cause, occurred_at, ..observed(progress) };
    fold(Some(trade), &Input::Told { observation, as_of: at(as_of) }, &rules(), at(2000)).unwrap()
}

/// A deposit that failed by the word of `cause`.
fn failed(kind: OrderKind, cause: Cause) -> Trade {
    let submitted = of_kind(kind, &known_in(TradeState::Submitted));
    match told(&submitted, cause, Progress::Failed(reason("deposit_failed")), None, ASKED_AT) {
        Fold::Applied(change) => change.trade,
        other @ (Fold::Stale | Fold::Anomaly(_)) => panic!("{other:?}"),
    }
}

fn held(trade: &Trade, cause: Cause, occurred_at: Option<i64>, as_of: i64) -> Fold {
    told(trade, cause, Progress::Held { until: None }, occurred_at, as_of)
}

fn is_anomaly(fold: &Fold) -> bool {
    matches!(fold, Fold::Anomaly(Anomaly::Contradiction(_)))
}

#[test]
fn what_is_surely_older_is_stale() {
    for kind in [OrderKind::DepositLink, OrderKind::DepositItems] {
        let failed = failed(kind, Cause::LookUp);
        assert_eq!(failed.status(), TradeStatus::Failed);
        // It waited with us, or on its way.
        assert_eq!(held(&failed, Cause::Webhook, None, ASKED_AT - 6), Fold::Stale);
        assert_eq!(held(&failed, Cause::Webhook, Some(ASKED_AT - 61), ASKED_AT + 900), Fold::Stale);
    }
}

#[test]
fn what_may_be_newer_is_an_anomaly() {
    let ended = failed(OrderKind::DepositItems, Cause::LookUp);
    assert!(is_anomaly(&held(&ended, Cause::Webhook, None, ASKED_AT - 5)));
    assert!(is_anomaly(&held(&ended, Cause::Webhook, None, ASKED_AT + 900)));
    assert!(is_anomaly(&held(&ended, Cause::Webhook, Some(ASKED_AT - 60), ASKED_AT + 900)));
    // A look-up tells what is now.
    assert!(is_anomaly(&held(&ended, Cause::LookUp, Some(0), ASKED_AT + 900)));
    // A webhook that ended it may have come late itself.
    let ended = failed(OrderKind::DepositItems, Cause::Webhook);
    assert!(is_anomaly(&held(&ended, Cause::Webhook, Some(0), 0)));
}

/// A page that was given up and then paid late: an older word cannot take the credit away, a newer one can.
#[test]
fn what_is_older_calls_no_credit_off() {
    let given_up = TradeState::Expired { reason: reason("link_lifetime_ended") };
    let page = of_kind(OrderKind::DepositLink, &known_in(given_up));
    let ended_as_of = Some(at(ASKED_AT));
    let paid = Trade { ended_as_of, ..with_credits(&page, &[("a", CreditState::Credited)]) };
    let failed = || Progress::Failed(reason("deposit_failed"));
    assert_eq!(told(&paid, Cause::Webhook, failed(), None, ASKED_AT - 6), Fold::Stale);
    let Fold::Applied(change) = told(&paid, Cause::Webhook, failed(), None, ASKED_AT + 900) else {
        panic!("not called off")
    };
    assert_eq!(change.trade.credits, [credit("a", CreditState::Reversed)]);
}

#[test]
fn what_is_taken_back_is_told_of_however_old_it_is() {
    let submitted = of_kind(OrderKind::DepositItems, &known_in(TradeState::Submitted));
    let progress = Progress::Delivered { hold: crate::observation::Hold::None };
    let Fold::Applied(change) = told(&submitted, Cause::LookUp, progress, None, ASKED_AT) else {
        panic!("not completed")
    };
    let failed = told(&change.trade, Cause::Webhook, Progress::Failed(reason("deposit_failed")), None, 0);
    let Fold::Applied(change) = failed else { panic!("{failed:?}") };
    assert_eq!((change.trade.status(), change.alerts.len()), (TradeStatus::Reverted, 1));
}
