use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::money::Money;
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

/// Not every answer has the amount that the user was shown; but that of another amount is another.
#[test]
fn what_the_user_was_shown_is_kept_with_its_amount_alone() {
    let shown = LocalAmount { currency: "EUR".to_owned(), amount: Decimal::from(7) };
    let multiplier = Some(Decimal::new(105, 2));
    let known = Credit { local_amount: Some(shown.clone()), multiplier, ..credit("a", CreditState::Pending) };
    for state in [CreditState::Pending, CreditState::Credited] {
        let same = merged(std::slice::from_ref(&known), &[credit("a", state)]);
        assert_eq!(same.credits, [Credit { state, ..known.clone() }]);
        let other = Credit { amount: dollars("99"), ..credit("a", state) };
        assert_eq!(merged(std::slice::from_ref(&known), std::slice::from_ref(&other)).credits, [other]);
    }
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

/// Whatever else is told, and in whatever order, an advance stays visible.
#[test]
fn an_advance_is_kept_through_every_state() {
    let pending = credit("a", CreditState::Pending);
    let advanced = Credit { is_advanced: true, ..pending.clone() };
    let paid = credit("a", CreditState::Credited);
    let returned = credit("a", CreditState::Reversed);
    let last = |told: &[&Credit]| {
        let mut known = Vec::new();
        for told in told {
            let merged = merged(&known, std::slice::from_ref(*told));
            assert_eq!(merged.alerts, []);
            known = merged.credits;
        }
        known
    };
    let expected = |state| vec![Credit { is_advanced: true, ..credit("a", state) }];
    for order in [[&pending, &advanced, &paid], [&advanced, &pending, &paid], [&paid, &advanced, &pending]] {
        assert_eq!(last(&order), expected(CreditState::Credited), "{order:?}");
    }
    for order in [[&pending, &advanced, &returned], [&returned, &advanced, &pending]] {
        assert_eq!(last(&order), expected(CreditState::Reversed), "{order:?}");
    }
    // Also where the trade was over before the advance was told.
    let over = merged_when_over(&last(&[&pending, &returned]), std::slice::from_ref(&advanced));
    assert_eq!((over.credits, over.alerts), (expected(CreditState::Reversed), vec![]));
    assert_eq!(merged_when_over(&[], std::slice::from_ref(&advanced)).credits, []);
}

/// An advance may be spent already: another amount is told to somebody, and the newer one stands.
#[test]
fn an_advance_that_changes_is_told() {
    let advanced = Credit { is_advanced: true, ..credit("a", CreditState::Pending) };
    let other = Credit { amount: dollars("4.00"), ..advanced.clone() };
    let merged_now = merged(std::slice::from_ref(&advanced), std::slice::from_ref(&other));
    assert_eq!((merged_now.credits, merged_now.alerts.len()), (vec![other.clone()], 1));
    assert_eq!(merged(std::slice::from_ref(&other), std::slice::from_ref(&other)).alerts, []);
}

#[test]
fn totals_are_exact_and_by_currency() {
    let euros = |key: &str, amount: &str, state| {
        let amount = Money::parse("EUR".parse().unwrap(), amount).unwrap();
        Credit { amount, ..credit(key, state) }
    };
    let cents = |key: &str, state| Credit { amount: dollars("0.10"), ..credit(key, state) };
    let credits = [
        cents("a", CreditState::Credited),
        Credit { amount: dollars("0.200"), ..credit("b", CreditState::Credited) },
        cents("c", CreditState::Pending),
        cents("d", CreditState::Reversed),
        euros("e", "3", CreditState::Credited),
    ];
    let total = |currency: &str, [pending, credited, reversed]: [&str; 3]| CreditTotal {
        currency: currency.parse().unwrap(),
        pending: pending.parse().unwrap(),
        credited: credited.parse().unwrap(),
        reversed: reversed.parse().unwrap(),
    };
    let expected = vec![total("EUR", ["0", "3", "0"]), total("USD", ["0.10", "0.300", "0.10"])];
    assert_eq!(credit_totals(&credits), Some(expected));
    assert_eq!(credit_totals(&[]), Some(vec![]));
    // Twenty-eight digits before the point and one behind it are too many: nothing is rounded.
    let most = Credit { amount: dollars(&"9".repeat(28)), ..credit("a", CreditState::Credited) };
    assert_eq!(credit_totals(&[most, cents("b", CreditState::Credited)]), None);
}
