use super::inputs_of;
use crate::fold::{Anomaly, Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::samples::{
    accepted, at, delivered, known_in, observed, reason, rules, taken_back, trade_in, uncertain,
};
use crate::trade::{Trade, TradeState, TradeStatus};

fn row(provider_id: Option<&str>, progress: Progress) -> Observation {
    let mut row = observed(progress);
    row.facts.provider_id = provider_id.map(str::to_owned);
    row
}

fn other_reference() -> Observation {
    let mut row = row(Some("p-9"), delivered(Hold::None));
    row.reference = "wd-2".parse().unwrap();
    row
}

/// The provider's ids of the rows that are to be folded, in their order.
fn ids(trade: &Trade, rows: &[Observation]) -> Vec<String> {
    let id = |input: Input| {
        let Input::Told { observation, .. } = input else {
            panic!("{input:?}");
        };
        observation.facts.provider_id.unwrap_or_default()
    };
    inputs_of(trade, rows, at(30)).into_iter().map(id).collect()
}

#[test]
fn no_row_is_an_absence_as_of_when_it_was_asked() {
    let trade = trade_in(uncertain(0, false));
    let absent = [Input::LookedUpAbsent { asked_at: at(30) }];
    assert_eq!(inputs_of(&trade, &[], at(30)), absent);
    assert_eq!(inputs_of(&trade, &[other_reference()], at(30)), absent);
}

#[test]
fn a_trade_that_was_never_sent_is_not_looked_for() {
    assert_eq!(inputs_of(&accepted(), &[], at(30)), []);
    assert_eq!(inputs_of(&accepted(), &[observed(Progress::Submitted)], at(30)), []);
}

#[test]
fn the_row_under_our_reference_is_adopted_and_no_other() {
    let trade = trade_in(uncertain(0, false));
    let own = row(Some("p-1"), Progress::OfferSent);
    let rows = [other_reference(), own.clone()];
    assert_eq!(inputs_of(&trade, &rows, at(30)), [Input::Told { observation: own, as_of: at(30) }]);
}

#[test]
fn of_several_rows_the_known_one_comes_first() {
    let known = known_in(TradeState::Submitted);
    let rows = [
        row(Some("p-2"), delivered(Hold::None)),
        row(Some("p-1"), Progress::Failed(reason("told"))),
        row(None, Progress::UserAccepted),
    ];
    assert_eq!(ids(&known, &rows), ["p-1", "p-2", ""]);
}

#[test]
fn of_several_unknown_rows_the_furthest_that_lives_comes_first() {
    let ways = [
        delivered(Hold::None),
        Progress::Held { until: None },
        Progress::UserAccepted,
        Progress::OfferSent,
        Progress::Submitted,
        taken_back(),
        Progress::Unknown,
        Progress::Canceled(reason("told")),
    ];
    let trade = trade_in(uncertain(0, false));
    for (index, better) in ways.iter().enumerate() {
        for worse in &ways[index + 1..] {
            // A row without an id is no more known than one with an id.
            for id in [Some("worse"), None] {
                let rows = [row(id, worse.clone()), row(Some("better"), better.clone())];
                let order = ids(&trade, &rows);
                assert_eq!(order, ["better", id.unwrap_or_default()], "{better:?} {worse:?}");
            }
        }
    }
}

#[test]
fn a_second_purchase_under_one_reference_raises_an_anomaly() {
    let rows = [row(Some("p-2"), Progress::Failed(reason("told"))), row(Some("p-1"), Progress::OfferSent)];
    let mut trade = trade_in(uncertain(0, false));
    let mut anomalies = 0;
    for input in inputs_of(&trade, &rows, at(30)) {
        match fold(Some(&trade), &input, &rules(), at(30)).unwrap() {
            Fold::Applied(change) => trade = change.trade,
            Fold::Anomaly(Anomaly::Contradiction(alert)) => {
                assert!(alert.detail.contains("p-2") && alert.detail.contains("p-1"), "{}", alert.detail);
                anomalies += 1;
            }
            other @ (Fold::Stale | Fold::Anomaly(Anomaly::OrderConflict)) => panic!("{other:?}"),
        }
    }
    assert_eq!((trade.status(), anomalies), (TradeStatus::OfferSent, 1));
}
