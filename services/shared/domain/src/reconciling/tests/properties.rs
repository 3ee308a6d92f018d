//! What holds for every life of a trade.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::fold::tests::walk::life;
use crate::fold::{Fold, Input, fold};
use crate::observation::Progress;
use crate::reconciling::{Compared, FindingKind, compare};
use crate::samples::{order, recorded};
use crate::trade::Trade;
use jiff::SignedDuration;

proptest! {
    /// What the provider told and the trade took agrees from then on; what is offered as a mend is taken, and mends.
    #[test]
    fn a_mend_is_taken_and_mends(life in life(), later in any::<bool>()) {
        for step in life.live() {
            let (Input::Observed(told) | Input::Told { observation: told, .. }) = &step.input else { continue };
            let asked_at = step.now + SignedDuration::from_secs(if later { 86_400 } else { 60 });
            let ours = recorded(step.before.clone(), step.now);
            let before = compare(Some(&ours), &order().account, told, asked_at, &step.rules, asked_at).unwrap();
            let Compared::Differs { findings, is_mendable: true } = before else { continue };
            prop_assert!(!findings.is_empty());
            let mend = Input::Told { observation: told.clone(), as_of: asked_at };
            let folded = fold(Some(&step.before), &mend, &step.rules, asked_at).unwrap();
            let Fold::Applied(change) = folded else { panic!("a mend that is not taken: {folded:?}") };
            let kinds = kinds(&change.trade, told, asked_at, &step.rules);
            prop_assert!(!kinds.contains(&FindingKind::Behind), "{kinds:?}");
            prop_assert!(!kinds.contains(&FindingKind::CreditOnlyTheirs), "{kinds:?}");
        }
    }

    /// Where nothing is found, folding the row changes neither status nor credits, and contradicts nothing.
    #[test]
    fn what_agrees_would_change_nothing(life in life()) {
        for step in life.live() {
            let (Input::Observed(told) | Input::Told { observation: told, .. }) = &step.input else { continue };
            let asked_at = step.now + SignedDuration::from_secs(60);
            let ours = recorded(step.before.clone(), step.now);
            let compared = compare(Some(&ours), &order().account, told, asked_at, &step.rules, asked_at).unwrap();
            if compared == Compared::UnknownWord {
                prop_assert_eq!(&told.progress, &Progress::Unknown);
            }
            if compared != Compared::Agrees {
                continue;
            }
            let input = Input::Told { observation: told.clone(), as_of: asked_at };
            match fold(Some(&step.before), &input, &step.rules, asked_at).unwrap() {
                Fold::Stale => {}
                Fold::Applied(change) => {
                    prop_assert_eq!(change.trade.status(), step.before.status());
                    prop_assert_eq!(&change.trade.credits, &step.before.credits);
                }
                Fold::Anomaly(anomaly) => panic!("{anomaly:?} was taken for agreement"),
            }
        }
    }
}

fn kinds(
    trade: &Trade,
    told: &crate::observation::Observation,
    asked_at: jiff::Timestamp,
    rules: &crate::rules::Rules,
) -> Vec<FindingKind> {
    let ours = recorded(trade.clone(), asked_at - SignedDuration::from_secs(1));
    match compare(Some(&ours), &order().account, told, asked_at, rules, asked_at).unwrap() {
        Compared::Differs { findings, .. } => findings.iter().map(|finding| finding.kind).collect(),
        Compared::Agrees | Compared::Moved | Compared::UnknownWord => Vec::new(),
    }
}
