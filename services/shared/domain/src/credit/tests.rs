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

#[test]
fn a_key_names_one_thing_for_ever() {
    for state in [CreditState::Pending, CreditState::Credited, CreditState::Reversed] {
        let first = credit("a", state);
        let other = Credit { thing: "item-2".to_owned(), ..credit("a", CreditState::Credited) };
        let merged = merged(std::slice::from_ref(&first), &[other]);
        assert_eq!(merged.credits, [first]);
        assert_eq!(merged.alerts.len(), 1);
    }
}

#[test]
fn what_was_reversed_stays_so_and_somebody_is_told() {
    let reversed = credit("a", CreditState::Reversed);
    let merged = merged(std::slice::from_ref(&reversed), &[credit("a", CreditState::Credited)]);
    assert_eq!(merged.credits, [reversed]);
    assert_eq!(merged.alerts.len(), 1);
}

#[test]
fn when_it_is_over_only_what_is_sure_is_taken() {
    let told = [credit("a", CreditState::Pending), credit("b", CreditState::Credited)];
    let merged = merged_when_over(&[], &told);
    assert_eq!(merged.credits, told[1..]);
    assert_eq!(merged.alerts, []);
    assert!(merged.adds_to(&[]) && merged.adds_to(&[credit("b", CreditState::Pending)]));
    assert!(!merged.adds_to(&told));
}

#[test]
fn each_end_does_with_pending_and_counting_credits_what_it_means() {
    use CreditState::{Credited, Pending, Reversed};
    let known = || vec![credit("a", Pending), credit("b", Credited), credit("c", Reversed)];
    let states = |credits: &[Credit]| credits.iter().map(|credit| credit.state).collect::<Vec<_>>();
    let [mut completed, mut taken_back, mut failed, mut unused] = [(); 4].map(|()| known());
    made_sure(&mut completed);
    assert_eq!(states(&completed), [Credited, Credited, Reversed]);
    reversed(&mut taken_back);
    assert_eq!(states(&taken_back), [Reversed, Reversed, Reversed]);
    given_up(&mut failed);
    assert_eq!(states(&failed), [Reversed, Credited, Reversed]);
    forgotten(&mut unused);
    assert_eq!(states(&unused), [Credited, Reversed]);
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
