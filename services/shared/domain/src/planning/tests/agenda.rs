use std::collections::BTreeSet;

use proptest::prelude::*;

use super::at;
use crate::order::OrderKind;
use crate::planning::{Agenda, Batch, Urgency};
use crate::rules::ByKind;

const SIZES: ByKind<usize> = ByKind { purchase: 3, deposit_link: 1, deposit_items: 2, listing: 3 };

fn purchases(looks: &[u32]) -> Option<Batch<u32>> {
    Some(Batch { kind: OrderKind::Purchase, looks: looks.to_vec() })
}

#[test]
fn a_look_waits_for_company_and_no_longer_than_it_may() {
    let mut agenda = Agenda::default();
    agenda.add(Urgency::Now, OrderKind::Purchase, at(10), 1);
    agenda.add(Urgency::Now, OrderKind::Purchase, at(20), 2);
    assert_eq!(agenda.take(&SIZES, at(9)), None);
    assert_eq!(agenda.next_leave(), Some(at(10)));
    assert_eq!(agenda.take(&SIZES, at(10)), purchases(&[1, 2]));
    assert_eq!(agenda.next_leave(), None);
    for look in [3, 4, 5, 6] {
        agenda.add(Urgency::Now, OrderKind::Purchase, at(100), look);
    }
    // A full request waits for nobody.
    assert_eq!(agenda.take(&SIZES, at(9)), purchases(&[3, 4, 5]));
    assert_eq!(agenda.take(&SIZES, at(9)), None);
    assert_eq!(agenda.len(Urgency::Now), 1);
}

#[test]
fn room_in_a_request_is_used_for_the_other_line() {
    let mut agenda = Agenda::default();
    agenda.add(Urgency::Now, OrderKind::Purchase, at(10), 1);
    agenda.add(Urgency::Later, OrderKind::Purchase, at(500), 2);
    agenda.add(Urgency::Later, OrderKind::DepositItems, at(500), 3);
    assert_eq!(agenda.take(&SIZES, at(10)), purchases(&[1, 2]));
    assert_eq!(agenda.take(&SIZES, at(10)), None);
}

#[test]
fn three_of_four_requests_are_for_what_somebody_waits_for() {
    let mut agenda = Agenda::default();
    for look in 0..40 {
        agenda.add(Urgency::Now, OrderKind::DepositLink, at(0), look);
        agenda.add(Urgency::Later, OrderKind::DepositLink, at(0), 100 + look);
    }
    let mut taken = Vec::new();
    while let Some(batch) = agenda.take(&SIZES, at(1)) {
        taken.extend(batch.looks);
    }
    let now: Vec<bool> = taken.iter().map(|look| *look < 100).collect();
    assert_eq!(now.iter().take(52).filter(|now| **now).count(), 39);
    assert!(now.iter().take(52).collect::<Vec<_>>().windows(4).all(|four| four.contains(&&false)));
    // Nobody is there any more who would have to be waited for.
    assert_eq!(taken.len(), 80);
}

#[test]
fn who_should_have_left_first_goes_first_whatever_its_kind() {
    let mut agenda = Agenda::default();
    agenda.add(Urgency::Later, OrderKind::Purchase, at(30), 1);
    agenda.add(Urgency::Later, OrderKind::DepositLink, at(20), 2);
    agenda.add(Urgency::Later, OrderKind::DepositItems, at(10), 3);
    let order: Vec<u32> =
        std::iter::from_fn(|| agenda.take(&SIZES, at(60))).flat_map(|batch| batch.looks).collect();
    assert_eq!(order, [3, 2, 1]);
    agenda.add(Urgency::Now, OrderKind::Purchase, at(30), 4);
    assert_eq!(agenda.drain().collect::<Vec<_>>(), [4]);
    assert_eq!(agenda.iter().count(), 0);
}

fn added() -> impl Strategy<Value = Vec<(Urgency, OrderKind, i64)>> {
    let urgency = prop::sample::select(Urgency::ALL.to_vec());
    let kind = prop::sample::select(OrderKind::ALL.to_vec());
    prop::collection::vec((urgency, kind, 0..100_i64), 0..60)
}

proptest! {
    /// Whatever is added is taken once, in requests of one kind that are not too large, as soon as its time has come.
    #[test]
    fn every_look_leaves_once(added in added()) {
        let mut agenda = Agenda::default();
        for (number, (urgency, kind, leaves_at)) in added.iter().enumerate() {
            agenda.add(*urgency, *kind, at(*leaves_at), number);
        }
        let mut taken = BTreeSet::new();
        while let Some(now) = agenda.next_leave() {
            let Some(batch) = agenda.take(&SIZES, now) else {
                return Err(TestCaseError::fail("whose time has come does not leave"));
            };
            prop_assert!(!batch.looks.is_empty() && batch.looks.len() <= SIZES.of(batch.kind));
            for look in batch.looks {
                prop_assert_eq!(added[look].1, batch.kind);
                prop_assert!(taken.insert(look));
            }
        }
        prop_assert_eq!(taken.len(), added.len());
    }
}
