//! What the trade makes of what is told here: the parts of the safety that lie in the domain.

use http::HeaderMap;
use skinbus_domain::rules::Rules;
use skinbus_domain::trade::Attempt;
use skinbus_domain::{Anomaly, Change, Fold, Input, Observation, TradeStatus, fold};

use super::*;
use crate::provider::{WebhookRequest, WebhookTrust, Webhooks};
use crate::shadowpay::{DEFAULTS, ShadowpayWebhooks};

fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.tracking.can_look_up = DEFAULTS.can_look_up;
    rules.placing.idempotency = DEFAULTS.idempotency;
    rules.placing.settle_time = DEFAULTS.settle_time;
    rules.tracking.can_look_up = DEFAULTS.can_look_up;
    rules
}

fn dispatching(order: Order) -> Trade {
    let attempt = Attempt { number: 1, reference: reference("WD-000093-a1"), lease_until: in_seconds(60) };
    Trade { state: TradeState::Dispatching, attempt: Some(attempt), ..trade(order, None) }
}

fn applied(trade: &Trade, input: &Input) -> Change {
    match fold(Some(trade), input, &rules(), now()).unwrap() {
        Fold::Applied(change) => *change,
        other @ (Fold::Stale | Fold::Anomaly(_)) => panic!("{other:?}"),
    }
}

fn answered(trade: &Trade, outcome: Outcome) -> Change {
    applied(trade, &Input::AttemptAnswered { number: 1, outcome })
}

/// What a notification of our link says, whose hash is right. The samples' reference ends in a digit, which no link's
/// does, so it is put in afterwards.
fn paid(token: &str, transaction_id: &str, trade_id: &str, amount: &str) -> Observation {
    let hash = crate::shadowpay::signing::of_notification(&SECRET.into(), "WD-000093-a", amount, trade_id);
    let query = format!(
        "amount={amount}&token={token}&order_id=WD-000093-a&currency=USD&trade_id={trade_id}&status=complete\
         &transaction_id={transaction_id}&hash={hash}"
    );
    let webhooks = ShadowpayWebhooks::new(SECRET.into());
    let headers = HeaderMap::new();
    let webhook = WebhookRequest { headers: &headers, query: &query, body: b"" };
    let trust = webhooks.verify(&webhook).unwrap();
    assert_eq!(trust, WebhookTrust::Binding);
    let observation = webhooks.read(&webhook, trust).unwrap().observation.unwrap();
    Observation { reference: reference("WD-000093-a1"), ..observation }
}

const LINK_TOKEN: &str = "b1e0c7a94d2f58360d7ce4519a83f26b";

#[test]
fn a_link_takes_each_sold_item_once() {
    let made = answered(&dispatching(link(None)), outcome(read(&link(None), 1, 200, LINKED))).trade;
    assert_eq!(made.status(), TradeStatus::Submitted);
    let first = Input::Observed(paid(LINK_TOKEN, "t1", "i1", "7.40"));
    let once = applied(&made, &first).trade;
    assert_eq!((once.credits.len(), once.status()), (1, TradeStatus::Submitted), "the page stays open");
    assert_eq!(fold(Some(&once), &first, &rules(), now()), Ok(Fold::Stale));
    let twice = applied(&once, &Input::Observed(paid(LINK_TOKEN, "t1", "i2", "12.15"))).trade;
    assert_eq!(twice.credits.len(), 2);
    // The same item under another transaction, another amount, another link's token.
    for other in [
        paid(LINK_TOKEN, "t2", "i1", "7.40"),
        paid(LINK_TOKEN, "t1", "i1", "7.41"),
        paid("a1d579731b5fd7b7cb8f64c641f73111", "t3", "i3", "1.00"),
    ] {
        let told = fold(Some(&twice), &Input::Observed(other), &rules(), now()).unwrap();
        assert!(matches!(told, Fold::Anomaly(Anomaly::Contradiction(_))), "{told:?}");
    }
}

#[test]
fn a_lost_link_fails_and_a_late_payment_is_credited() {
    let uncertain = answered(&dispatching(link(None)), outcome(read(&link(None), 1, 502, ""))).trade;
    assert_eq!(uncertain.status(), TradeStatus::Uncertain);
    let ended = |now| fold(Some(&uncertain), &Input::LinkEnded, &rules(), now).unwrap();
    assert_eq!(ended(now()), Fold::Stale, "the request may still be on its way");
    let Fold::Applied(lost) = ended(in_seconds(300)) else { panic!() };
    let lost = lost.trade;
    assert_eq!(lost.status(), TradeStatus::Failed);
    let late = applied(&lost, &Input::Observed(paid("any", "t1", "i1", "7.40"))).trade;
    assert_eq!((late.status(), late.credits.len()), (TradeStatus::Failed, 1));
}

#[test]
fn a_price_that_rose_between_the_two_calls_raises_an_alert() {
    for (price, alerts) in [("18.50", 0), ("18.51", 1)] {
        let body = with(BOUGHT, "\"18.47\"", &format!("\"{price}\""));
        let change = answered(&dispatching(purchase()), bought(body));
        assert_eq!((change.trade.status(), change.alerts.len()), (TradeStatus::Submitted, alerts), "{price}");
    }
}

#[test]
fn a_known_reference_is_adopted_and_never_failed() {
    let uncertain = answered(&dispatching(purchase()), bought(error("custom_id_exist"))).trade;
    assert_eq!(uncertain.status(), TradeStatus::Uncertain);
    let LookedUp::Rows { mut rows, .. } = look_up(OrderKind::Purchase, 200, INFO) else { panic!() };
    assert_eq!(applied(&uncertain, &Input::Observed(rows.remove(0))).trade.status(), TradeStatus::OfferSent);
    let absent = Input::LookedUpAbsent { asked_at: Timestamp::MAX };
    assert_eq!(applied(&uncertain, &absent).trade.status(), TradeStatus::NeedsReview);
}

/// No look-up shows a listing that nobody bought: its absence must fail nothing.
#[test]
fn an_open_listing_is_for_a_person() {
    let absent = Input::LookedUpAbsent { asked_at: Timestamp::MAX };
    for body in [error("internal_error"), error("disabled"), error("x"), String::new()] {
        let uncertain = answered(&dispatching(listing()), outcome(read(&listing(), 1, 200, body))).trade;
        assert_eq!(applied(&uncertain, &absent).trade.status(), TradeStatus::NeedsReview);
    }
    let listed = answered(&dispatching(listing()), outcome(read(&listing(), 1, 200, CREATED))).trade;
    assert_eq!(fold(Some(&listed), &absent, &rules(), now()), Ok(Fold::Stale));
}

#[test]
fn a_sale_is_followed_to_its_reversal() {
    let listed = answered(&dispatching(listing()), outcome(read(&listing(), 1, 200, CREATED))).trade;
    let told = |trade: &Trade, body: &str| {
        let LookedUp::Rows { mut rows, .. } = look_up(OrderKind::Listing, 200, body) else { panic!() };
        applied(trade, &Input::Observed(rows.remove(0))).trade
    };
    let sold = told(&listed, HISTORY);
    assert_eq!((sold.status(), sold.credits.len()), (TradeStatus::OnHold, 1));
    assert_eq!(sold.facts.provider_id.as_deref(), Some("5511020"), "the listing's id stays");
    let state = "\"state\": \"finished\",\n      \"price\"";
    let taken_back = told(&sold, &with(HISTORY, state, "\"state\": \"cancelled\",\n      \"price\""));
    assert_eq!(taken_back.status(), TradeStatus::Reverted);
    assert_eq!(taken_back.credits[0].state, skinbus_domain::CreditState::Reversed);
}
