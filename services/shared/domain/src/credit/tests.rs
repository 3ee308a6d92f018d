use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::samples::{credit, dollars};

#[test]
fn one_thing_is_credited_once_whatever_the_keys() {
    let first = Credit { thing: "item-1".to_owned(), ..credit("a", CreditState::Credited) };
    let second = Credit { thing: "item-1".to_owned(), ..credit("b", CreditState::Credited) };
    let merged = merged(std::slice::from_ref(&first), &[second]);
    assert_eq!(merged.credits, [first]);
    assert_eq!(merged.alerts.len(), 1);
}

#[test]
fn an_amount_that_counts_does_not_change() {
    let first = credit("a", CreditState::Credited);
    let dearer = Credit { amount: dollars("99"), ..first.clone() };
    let merged = merged(std::slice::from_ref(&first), &[dearer]);
    assert_eq!(merged.credits, [first]);
    assert_eq!(merged.alerts.len(), 1);
}

#[test]
fn an_amount_that_does_not_count_yet_does() {
    let known = credit("a", CreditState::Pending);
    let told = Credit { amount: dollars("99"), ..credit("a", CreditState::Credited) };
    let merged = merged(&[known], std::slice::from_ref(&told));
    assert_eq!(merged.credits, [told]);
    assert_eq!(merged.alerts.len(), 1, "somebody is told that it is another amount");
}

fn stream() -> impl Strategy<Value = Vec<Credit>> {
    let state = select(vec![CreditState::Pending, CreditState::Credited, CreditState::Reversed]);
    let one = (select(vec!["a", "b", "c"]), state).prop_map(|(key, state)| credit(key, state));
    proptest::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn a_key_is_there_once_and_never_goes_back(told in stream()) {
        let rank = |state: CreditState| match state {
            CreditState::Pending => 0,
            CreditState::Credited => 1,
            CreditState::Reversed => 2,
        };
        let mut known: Vec<Credit> = Vec::new();
        for one in told {
            let next = merged(&known, std::slice::from_ref(&one)).credits;
            for old in &known {
                let new: Vec<_> = next.iter().filter(|new| new.key == old.key).collect();
                prop_assert_eq!(new.len(), 1);
                prop_assert!(rank(new[0].state) >= rank(old.state));
            }
            let again = merged(&next, &[one]);
            prop_assert_eq!(&again.credits, &next);
            known = next;
        }
    }
}
