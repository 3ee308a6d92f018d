//! Whole records: rows of one reference, and trades that no row told of.

use jiff::Timestamp;

use crate::ids::Reference;
use crate::observation::{Hold, Observation, Progress};
use crate::order::OrderKind;
use crate::query::HistoryKind;
use crate::reconciling::{Counts, Finding, FindingKind, Period, Reconciling};
use crate::samples::{
    DAY, LEASE, SETTLE, at, credit, delivered, known_in, observed, of_kind, order, reason, recorded, rules,
    trade_in, uncertain, with_credits,
};
use crate::trade::{Trade, TradeState};

fn asked() -> Timestamp {
    at(DAY)
}

fn row(reconciling: &mut Reconciling, told: &Observation, ours: Option<&Trade>) -> bool {
    let ours = ours.map(|trade| recorded(trade.clone(), at(600)));
    reconciling.row(told, ours.as_ref(), asked(), &rules(), asked()).unwrap()
}

fn finished(reconciling: Reconciling) -> (Vec<FindingKind>, Counts) {
    let (findings, counts) = reconciling.finish();
    (findings.iter().map(|finding: &Finding| finding.kind).collect(), counts)
}

fn reconciling() -> Reconciling {
    Reconciling::new(order().account)
}

fn with_id(id: &str, progress: Progress) -> Observation {
    let mut told = observed(progress);
    told.facts.provider_id = Some(id.to_owned());
    told
}

fn completed() -> Trade {
    known_in(TradeState::Completed { watch_until: None })
}

#[test]
fn a_row_that_moved_to_the_next_page_counts_once() {
    let mut reconciling = reconciling();
    let told = with_id("p-1", delivered(Hold::None));
    row(&mut reconciling, &told, Some(&completed()));
    row(&mut reconciling, &told, Some(&completed()));
    let counts = Counts { rows: 1, agreeing: 1, ..Counts::default() };
    assert_eq!(finished(reconciling), (Vec::new(), counts));
}

#[test]
fn two_living_rows_of_one_reference_were_bought_twice_and_nothing_is_folded() {
    // In either order, and also where our trade knows no id.
    for ids in [["p-1", "p-2"], ["p-2", "p-1"]] {
        for ours in [completed(), Trade { facts: Default::default(), ..completed() }] {
            let mut reconciling = reconciling();
            for id in ids {
                row(&mut reconciling, &with_id(id, delivered(Hold::None)), Some(&ours));
            }
            let (kinds, counts) = finished(reconciling);
            assert_eq!((kinds, counts.rows), (vec![FindingKind::BoughtTwice], 2), "{ids:?}");
        }
    }
    let mut reconciling = reconciling();
    let open = trade_in(TradeState::Submitted);
    assert!(row(&mut reconciling, &with_id("p-1", Progress::OfferSent), Some(&open)));
    assert!(
        !row(&mut reconciling, &with_id("p-2", Progress::OfferSent), Some(&open)),
        "the twin is not folded"
    );
}

#[test]
fn a_dead_row_beside_a_living_one_was_not_bought_twice() {
    let mut reconciling = reconciling();
    let unknown = Trade { facts: Default::default(), ..completed() };
    row(&mut reconciling, &with_id("p-1", delivered(Hold::None)), Some(&unknown));
    row(&mut reconciling, &with_id("p-2", Progress::Failed(reason("told"))), Some(&unknown));
    assert!(!finished(reconciling).0.contains(&FindingKind::BoughtTwice));
}

#[test]
fn what_is_mended_is_found_no_more_and_the_grave_stays() {
    let mut reconciling = reconciling();
    assert!(row(&mut reconciling, &observed(delivered(Hold::None)), Some(&known_in(TradeState::OfferSent))));
    reconciling.mended(&observed(Progress::Unknown).reference);
    let (kinds, counts) = finished(reconciling);
    assert_eq!((kinds, counts.mended), (Vec::new(), 1));
}

fn period() -> Period {
    Period { since: at(-10), until: asked(), asked_at: asked() }
}

fn unseen(trade: &Trade, whole: &[HistoryKind], period: &Period) -> (Vec<FindingKind>, u64) {
    let mut reconciling = reconciling();
    reconciling.unseen(trade, whole, period, &rules());
    let (kinds, counts) = finished(reconciling);
    (kinds, counts.moving)
}

#[test]
fn a_trade_that_they_must_have_is_missed_in_a_whole_record_only() {
    let both = [HistoryKind::Purchases, HistoryKind::Deposits];
    let only_ours = (vec![FindingKind::OnlyOurs], 0);
    let nothing = (Vec::new(), 0);
    assert_eq!(unseen(&completed(), &both, &period()), only_ours);
    assert_eq!(unseen(&completed(), &[HistoryKind::Deposits], &period()), nothing);
    assert_eq!(unseen(&completed(), &[], &period()), nothing);
    for (trade, expected) in [
        (known_in(TradeState::OfferSent), &only_ours),
        (known_in(TradeState::Failed { reason: reason("told") }), &only_ours),
        // Refused: it never was there.
        (trade_in(TradeState::Failed { reason: reason("item_unavailable") }), &nothing),
        (trade_in(uncertain(0, false)), &nothing),
        (trade_in(TradeState::Dispatching), &nothing),
        (trade_in(TradeState::NeedsReview { reason: reason("told"), findings: Vec::new() }), &nothing),
        // A page that nobody has paid, one that somebody has, and a sale.
        (of_kind(OrderKind::DepositLink, &known_in(TradeState::Submitted)), &nothing),
        (paid_page(), &only_ours),
        (of_kind(OrderKind::Listing, &completed()), &nothing),
    ] {
        assert_eq!(unseen(&trade, &both, &period()), *expected, "{:?} {:?}", trade.kind(), trade.state);
    }
}

fn paid_page() -> Trade {
    let page = of_kind(OrderKind::DepositLink, &completed());
    let paid = credit("a", crate::credit::CreditState::Credited);
    Trade { credits: vec![paid], ..with_credits(&page, &[]) }
}

#[test]
fn what_was_placed_at_the_edges_of_the_period_is_not_missed() {
    let shown_at = LEASE + SETTLE;
    let purchases = [HistoryKind::Purchases];
    let asked_at = |seconds: i64| Period { asked_at: at(seconds), ..period() };
    let until = |seconds: i64| Period { until: at(seconds), ..period() };
    for (period, expected) in [
        (asked_at(shown_at), (vec![FindingKind::OnlyOurs], 0)),
        (asked_at(shown_at - 1), (Vec::new(), 1)),
        (until(shown_at), (vec![FindingKind::OnlyOurs], 0)),
        (until(shown_at - 1), (Vec::new(), 1)),
        (Period { since: at(1), ..period() }, (Vec::new(), 0)),
        (Period { until: at(-1), ..period() }, (Vec::new(), 0)),
    ] {
        assert_eq!(unseen(&completed(), &purchases, &period), expected, "{period:?}");
    }
}

#[test]
fn a_failed_webhook_counts_where_the_order_is_open_and_no_row_told_of_it() {
    let reference: Reference = observed(Progress::Submitted).reference;
    let open = recorded(known_in(TradeState::OfferSent), at(0));
    let told = |reconciling: &mut Reconciling, ours| reconciling.failed_webhook(Some(&reference), ours);
    let mut lost = reconciling();
    told(&mut lost, Some(&open));
    assert_eq!(finished(lost).0, [FindingKind::WebhookLost]);
    let mut compared = reconciling();
    row(&mut compared, &observed(Progress::OfferSent), Some(open.trade()));
    told(&mut compared, Some(&open));
    told(&mut compared, None);
    compared.failed_webhook(None, None);
    let (kinds, counts) = finished(compared);
    assert_eq!((kinds, counts.failed_webhooks), (Vec::new(), 3));
    let mut over = reconciling();
    told(&mut over, Some(&recorded(completed(), at(0))));
    assert_eq!(finished(over).0, []);
}

#[test]
fn the_gravest_come_first_and_stay_where_there_is_no_room() {
    let mut reconciling = reconciling();
    for number in 0..10_001 {
        let reference: Reference = format!("other-{number}").parse().unwrap();
        row(&mut reconciling, &Observation { reference, ..observed(Progress::Submitted) }, None);
    }
    row(&mut reconciling, &with_id("p-2", delivered(Hold::None)), Some(&completed()));
    let (kinds, counts) = finished(reconciling);
    assert_eq!((kinds.len(), kinds.first()), (10_000, Some(&FindingKind::BoughtTwice)));
    assert_eq!(counts.findings_left_out, 2);
}

#[test]
fn kinds_have_words_of_their_own_and_are_sorted_by_severity() {
    let words: std::collections::BTreeSet<&str> = FindingKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(words.len(), FindingKind::ALL.len());
    assert!(FindingKind::ALL.is_sorted() && FindingKind::ALL.is_sorted_by_key(|kind| kind.severity()));
}
