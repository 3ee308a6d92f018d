//! The oracle must catch what it is there for: each record here is doctored in one place.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use skinbus_proto::v1::{Cause, CreditState, TradeStatus};
use skinbus_proto::{Message, timestamp, v1};
use skinbus_runtime::config::ProviderName;

use super::{Finding, check};
use crate::chaos::orders::{CONTENT, Intention, What};
use crate::chaos::records::{Arrival, Purchase, Quota, Records, Version};
use crate::chaos::sender::{Acknowledged, By};
use crate::orders;
use crate::users::Way;

/// A moment, in unix microseconds; versions are stored one second after the other.
const START_US: i64 = 1_700_000_000_000_000;
const SECOND_US: i64 = 1_000_000;

/// An order of `bought`, and a page on which `paid` was paid: all is well.
fn well() -> Records {
    use TradeStatus::{Accepted, Completed, Dispatching, OfferSent, Submitted};
    let purchase = orders::purchase(ProviderName::Skinify, "bought", "88101", &orders::user());
    let page = orders::link(ProviderName::Skinify, "paid");
    let mut records = Records {
        intentions: BTreeMap::from([
            ("bought".to_owned(), intention(What::Purchase("88101"))),
            ("paid".to_owned(), intention(What::Page(Way::Pays))),
        ]),
        acknowledged: vec![published("bought", "a", 1), published("paid", "a", 2)],
        histories: BTreeMap::from([
            ("bought".to_owned(), history(&purchase, &[Accepted, Dispatching, OfferSent, Completed])),
            ("paid".to_owned(), history(&page, &[Accepted, Dispatching, Submitted, Completed])),
        ]),
        told: Vec::new(),
        letters: Vec::new(),
        alerts: Vec::new(),
        purchases: vec![bought("bought")],
        deposits: vec![json!({
            "provider": "skinify", "deposit_id": "paid", "kind": "hosted", "phase": "paid", "amount": "7.40",
                "transaction_id": "700423", "credits": [],
        })],
        arrivals: vec![arrival("bought", "/withdraw/buy", 2_500), arrival("paid", "/create-deposit", 2_500)],
        quotas: BTreeMap::from([("skinify".to_owned(), quota(2))]),
        simulator_ledger: Value::Null,
    };
    credit(&mut records, "paid", 3, "700423", "7.40");
    tell_all(&mut records);
    records
}

fn tell_all(records: &mut Records) {
    records.told = records.histories.values().flatten().map(|version| version.change.clone()).collect();
}

fn intention(what: What) -> Intention {
    Intention { provider: ProviderName::Skinify, what, has_deadline: false }
}

fn published(order_id: &str, content: &str, sequence: u64) -> Acknowledged {
    Acknowledged { order_id: order_id.to_owned(), content: content.to_owned(), by: By::Stream(sequence) }
}

fn history(order: &v1::OrderRequest, statuses: &[TradeStatus]) -> Vec<Version> {
    let mut before = TradeStatus::Unspecified;
    let mut attempts = 0;
    let mut history = Vec::new();
    for (status, number) in statuses.iter().zip(1..) {
        let stored_us = START_US + i64::try_from(number).unwrap() * SECOND_US;
        attempts += u32::from(*status == TradeStatus::Dispatching);
        let lease_until = Some(timestamp(Timestamp::from_microsecond(stored_us + 5 * SECOND_US).unwrap()));
        let attempt = (attempts > 0).then(|| v1::Attempt {
            number: attempts,
            reference: order.order_id.clone(),
            lease_until,
        });
        let trade = v1::Trade {
            order: Some(order.clone()),
            account: order.account.clone(),
            metadata: [(CONTENT.to_owned(), "a".to_owned())].into(),
            attempt,
            ..v1::Trade::default()
        };
        let cause = if number == 1 { Cause::Order } else { Cause::Dispatch };
        let change = v1::TradeStatusChanged {
            order_id: order.order_id.clone(),
            version: number,
            from: before.into(),
            to: (*status).into(),
            cause: cause.into(),
            trade: Some(trade),
            ..v1::TradeStatusChanged::default()
        };
        before = *status;
        history.push(Version { sequence: number, stored_us, change });
    }
    history
}

fn bought(order_id: &str) -> Purchase {
    Purchase {
        provider: "skinify".to_owned(),
        custom_id: Some(order_id.to_owned()),
        purchase_id: "90551".to_owned(),
        skin_id: "88101".to_owned(),
        status: "accepted".to_owned(),
        created_unix_ms: START_US / 1_000 + 2_500,
    }
}

fn arrival(reference: &str, path: &str, after_ms: i64) -> Arrival {
    Arrival {
        at_us: START_US + after_ms * 1_000,
        provider: "skinify".to_owned(),
        path: path.to_owned(),
        references: vec![reference.to_owned()],
        fate: json!("served"),
    }
}

fn quota(worst_window: u64) -> Quota {
    Quota { arrivals: worst_window, refused: 0, limit: 500, window_ms: 60_000, worst_window }
}

/// Credits an amount from the version at `index` on.
fn credit(records: &mut Records, order_id: &str, index: usize, key: &str, amount: &str) {
    for version in records.histories.get_mut(order_id).unwrap().iter_mut().skip(index) {
        version.change.trade.as_mut().unwrap().credits.push(v1::Credit {
            key: key.to_owned(),
            amount: Some(v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() }),
            state: CreditState::Credited.into(),
            ..v1::Credit::default()
        });
    }
    tell_all(records);
}

/// Another way of the purchase.
fn goes(records: &mut Records, order_id: &str, statuses: &[TradeStatus]) {
    let order = records.histories[order_id][0].change.trade.as_ref().unwrap().order.clone().unwrap();
    records.histories.insert(order_id.to_owned(), history(&order, statuses));
    tell_all(records);
}

/// What is found in records that were doctored in one place.
fn found(doctor: impl FnOnce(&mut Records)) -> Vec<Finding> {
    let mut records = well();
    doctor(&mut records);
    check(&records)
}

/// Checks that exactly this invariant is found broken, about this order.
#[track_caller]
fn assert_found(invariant: &str, order_id: &str, doctor: impl FnOnce(&mut Records)) {
    let findings = found(doctor);
    assert!(!findings.is_empty(), "nothing is found");
    for finding in &findings {
        assert_eq!((finding.invariant, finding.order_id.as_str()), (invariant, order_id), "{finding}");
    }
}

#[test]
fn what_is_well_is_not_complained_of() {
    assert_eq!(check(&well()), []);
}

#[test]
fn an_item_that_was_bought_twice() {
    assert_found("T1", "bought", |records| records.purchases.push(bought("bought")));
    assert_found("T1", "stranger", |records| records.purchases.push(bought("stranger")));
    assert_found("T1", "paid", |records| records.deposits.push(records.deposits[0].clone()));
}

#[test]
fn an_end_that_is_not_what_was_executed() {
    use TradeStatus::{Accepted, Dispatching, Failed, NeedsReview, Uncertain};
    assert_found("T1", "bought", |records| goes(records, "bought", &[Accepted, Dispatching, Failed]));
    assert_found("T1", "bought", |records| {
        goes(records, "bought", &[Accepted, Dispatching, Uncertain, NeedsReview]);
    });
    assert_found("T1", "bought", |records| records.purchases.clear());
    assert_found("T1", "paid", |records| {
        goes(records, "paid", &[Accepted, Dispatching, Uncertain, NeedsReview]);
        records.deposits[0]["phase"] = json!("created");
    });
}

#[test]
fn a_completed_trade_that_was_taken_back_and_is_looked_at_no_more() {
    let taken_back = |records: &mut Records| {
        records.intentions.insert("bought".to_owned(), intention(What::Purchase("88109")));
    };
    assert_found("T1", "bought", taken_back);
    let findings = found(|records| {
        taken_back(records);
        let last = records.histories.get_mut("bought").unwrap().last_mut().unwrap();
        let tomorrow = Timestamp::from_microsecond(START_US + 86_400 * SECOND_US).unwrap();
        last.change.trade.as_mut().unwrap().watch_until = Some(timestamp(tomorrow));
        tell_all(records);
    });
    assert_eq!(findings, []);
}

#[test]
fn a_missing_version() {
    assert_found("T2", "bought", |records| {
        records.histories.get_mut("bought").unwrap().remove(2);
        tell_all(records);
    });
    assert_found("T2", "bought", |records| {
        let history = records.histories.get_mut("bought").unwrap();
        history.insert(2, history[1].clone());
    });
    assert_found("T2", "bought", |records| {
        records.histories.get_mut("bought").unwrap()[3].change.from = TradeStatus::Uncertain.into();
        tell_all(records);
    });
}

#[test]
fn a_version_that_was_told_and_never_stored() {
    assert_found("T2", "bought", |records| {
        let mut lost = records.histories["bought"][2].change.clone();
        lost.to = TradeStatus::Failed.into();
        records.told.push(lost);
    });
}

#[test]
fn a_way_that_is_not_in_the_table() {
    use TradeStatus::{Accepted, Completed, Dispatching, Submitted, Uncertain};
    assert_found("T3", "bought", |records| {
        goes(records, "bought", &[Accepted, Completed]);
        records.arrivals.clear();
    });
    assert_found("T3", "bought", |records| {
        goes(records, "bought", &[Accepted, Dispatching, Completed, Submitted, Completed]);
    });
    assert_found("T3", "bought", |records| {
        goes(records, "bought", &[Accepted, Dispatching, Uncertain, Dispatching, Completed]);
    });
}

#[test]
fn an_order_that_is_never_over() {
    use TradeStatus::{Accepted, Dispatching, OfferSent};
    assert_found("final", "bought", |records| goes(records, "bought", &[Accepted, Dispatching, OfferSent]));
}

#[test]
fn a_credit_that_is_not_the_providers() {
    assert_found("T4", "paid", |records| credit(records, "paid", 3, "foreign", "1.00"));
    assert_found("T4", "paid", |records| records.deposits[0]["amount"] = json!("7.41"));
    // Credited, forgotten, and credited again.
    assert_found("T4", "paid", |records| credit(records, "paid", 2, "700423", "7.40"));
    assert_found("T4", "paid", |records| {
        goes(records, "paid", &[TradeStatus::Accepted, TradeStatus::Dispatching, TradeStatus::Completed]);
    });
    assert_found("T4", "bought", |records| credit(records, "bought", 3, "1", "1.00"));
}

#[test]
fn a_credit_that_was_lost_on_the_way() {
    assert_found("T4", "paid", |records| {
        let history = records.histories.get_mut("paid").unwrap();
        let credited = history[3].change.trade.as_ref().unwrap().credits.clone();
        history[1].change.trade.as_mut().unwrap().credits = credited;
        tell_all(records);
    });
}

#[test]
fn a_credit_of_two_orders() {
    assert_found("T4", "paid-again", |records| {
        let order = orders::link(ProviderName::Skinify, "paid-again");
        let statuses =
            [TradeStatus::Accepted, TradeStatus::Dispatching, TradeStatus::Submitted, TradeStatus::Completed];
        records.histories.insert("paid-again".to_owned(), history(&order, &statuses));
        records.intentions.insert("paid-again".to_owned(), intention(What::Page(Way::Pays)));
        let mut row = records.deposits[0].clone();
        row["deposit_id"] = json!("paid-again");
        records.deposits.push(row);
        credit(records, "paid-again", 3, "700423", "7.40");
    });
}

#[test]
fn an_acknowledged_order_that_was_lost() {
    assert_found("T5", "lost", |records| records.acknowledged.push(published("lost", "a", 3)));
    assert_found("T5", "bought", |records| records.acknowledged.push(published("bought", "other", 4)));
    assert_found("T5", "bought", |records| {
        let receipt = v1::OrderReceipt {
            order_id: "bought".to_owned(),
            version: 9,
            status: TradeStatus::Accepted.into(),
            violations: Vec::new(),
        };
        let by = By::Receipt(receipt);
        let (order_id, content) = ("bought".to_owned(), "a".to_owned());
        records.acknowledged.push(Acknowledged { order_id, content, by });
    });
}

#[test]
fn a_call_without_its_intent() {
    assert_found("T6", "bought", |records| records.arrivals[0].at_us = START_US + 1_999_999);
    assert_found("T6", "stranger", |records| {
        records.arrivals.push(arrival("stranger", "/withdraw/buy", 2_500))
    });
    assert_found("T6", "bought", |records| {
        for version in records.histories.get_mut("bought").unwrap() {
            if let Some(attempt) = &mut version.change.trade.as_mut().unwrap().attempt {
                attempt.reference = "bought.2".to_owned();
            }
        }
        tell_all(records);
    });
}

#[test]
fn a_call_while_the_outcome_was_unknown() {
    assert_found("T7", "bought", |records| records.arrivals.push(arrival("bought", "/withdraw/buy", 2_600)));
    assert_found("T7", "bought", |records| records.arrivals[0].at_us = START_US + 7_000_001);
}

#[test]
fn a_second_attempt_at_what_was_bought() {
    use TradeStatus::{Accepted, Completed, Dispatching, Uncertain};
    let twice = [Accepted, Dispatching, Uncertain, Accepted, Dispatching, Completed];
    assert_found("T7", "bought", |records| {
        goes(records, "bought", &twice);
        records.arrivals.push(arrival("bought", "/withdraw/buy", 5_500));
    });
    // As it should be: absent first, bought with the second.
    let findings = found(|records| {
        goes(records, "bought", &twice);
        records.arrivals.push(arrival("bought", "/withdraw/buy", 5_500));
        records.purchases[0].created_unix_ms = START_US / 1_000 + 5_500;
    });
    assert_eq!(findings, []);
    // Within the millisecond of the second intent, which is all that the simulator's record tells.
    let findings = found(|records| {
        goes(records, "bought", &twice);
        let intent = &mut records.histories.get_mut("bought").unwrap()[4];
        intent.stored_us += 400;
        records.purchases[0].created_unix_ms = intent.stored_us / 1_000;
        records.arrivals.push(arrival("bought", "/withdraw/buy", 5_500));
    });
    assert_eq!(findings, []);
}

#[test]
fn more_requests_in_a_window_than_the_limit() {
    let look = |number: i64| Arrival {
        references: Vec::new(),
        ..arrival("", "/withdraw/info", 10_000 + number * 100)
    };
    assert_found("Q1", "", |records| records.arrivals.extend((0..501).map(look)));
    assert_found("Q1", "", |records| {
        records.quotas.insert("skinify".to_owned(), quota(501)).map_or((), drop)
    });
    assert_found("Q1", "", |records| records.quotas.get_mut("skinify").unwrap().refused = 1);
    assert_eq!(found(|records| records.arrivals = (0..500).map(look).collect()), []);
    // One window later there is room again.
    let findings = found(|records| {
        records.arrivals = (0..500).map(look).collect();
        records.arrivals.push(arrival("", "/withdraw/info", 70_000));
    });
    assert_eq!(findings, []);
}

fn letter(order: &v1::OrderRequest, reason: &str) -> v1::DeadLetter {
    v1::DeadLetter {
        reason: reason.to_owned(),
        stream: "ORDERS".to_owned(),
        sequence: 9,
        payload: order.encode_to_vec().into(),
        ..v1::DeadLetter::default()
    }
}

#[test]
fn a_dead_letter_of_what_lives() {
    let order = |content: &str| {
        let mut order = orders::purchase(ProviderName::Skinify, "bought", "88101", &orders::user());
        order.metadata.insert(CONTENT.to_owned(), content.to_owned());
        order
    };
    assert_found("DEAD", "bought", |records| records.letters.push(letter(&order("a"), "order_id_conflict")));
    assert_found("DEAD", "bought", |records| {
        records.letters.push(letter(&order("b"), "too_many_deliveries"))
    });
    assert_found("DEAD", "bought", |records| records.letters.push(letter(&order("b"), "undecodable")));
    assert_found("DEAD", "", |records| {
        records
            .letters
            .push(v1::DeadLetter { stream: "DISPATCH".to_owned(), ..letter(&order("b"), "undecodable") });
    });
    let findings = found(|records| {
        records.letters.push(letter(&order("b"), "order_id_conflict"));
        records.acknowledged.push(published("bought", "b", 9));
    });
    assert_eq!(findings, []);
}

#[test]
fn an_alert_that_nothing_explains() {
    let alert = |kind: &str| v1::Alert {
        kind: kind.to_owned(),
        order_id: "bought".to_owned(),
        ..v1::Alert::default()
    };
    for kind in ["anomaly", "drift", "needs_review"] {
        assert_found("alert", "bought", |records| records.alerts.push(alert(kind)));
    }
    assert_eq!(found(|records| records.alerts.push(alert("orphan"))), []);
}
