use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::{Drift, KINDS_MAX, Seen, Telling};
use crate::observation::Progress;
use crate::samples::{DAY, at, observed};
use crate::trade::Cause;

fn word(word: &str) -> Drift {
    Drift::new("lookup", "status", word)
}

#[test]
fn a_kind_is_told_at_the_first_sight_and_at_every_power_of_ten() {
    let mut seen = Seen::default();
    let mut told = Vec::new();
    for second in 0..1234 {
        match seen.count(&word("frozen"), at(second)) {
            Telling::Kind { count } => told.push(count),
            Telling::Nothing => {}
            Telling::Others { .. } => panic!("it is kept"),
        }
    }
    assert_eq!(told, [1, 10, 100, 1000]);
    let [kind] = seen.kinds.as_slice() else { panic!("{seen:?}") };
    assert_eq!((kind.count, kind.first_seen, kind.last_seen), (1234, at(0), at(1233)));
}

#[test]
fn kinds_differ_in_operation_field_and_value() {
    let mut seen = Seen::default();
    for drift in [
        word("frozen"),
        word("thawed"),
        Drift::new("webhook", "status", "frozen"),
        Drift::new("lookup", "reason", "frozen"),
    ] {
        assert_eq!(seen.count(&drift, at(0)), Telling::Kind { count: 1 }, "{drift:?}");
    }
}

#[test]
fn whoever_invents_words_fills_nothing_and_is_told_of_once() {
    let mut seen = Seen::default();
    let mut others = Vec::new();
    for number in 0..1000 {
        if let Telling::Others { count } = seen.count(&word(&"x".repeat(1000 + number)), at(0)) {
            others.push(count);
        }
        if let Telling::Others { count } = seen.count(&word(&number.to_string()), at(0)) {
            others.push(count);
        }
    }
    assert_eq!(seen.kinds.len(), KINDS_MAX);
    assert_eq!(others, [1, 10, 100]);
    assert!(seen.keeps(&word("0")) && !seen.keeps(&word("999")));
    assert!(seen.kinds.iter().all(|kind| kind.drift.value.chars().count() <= 80));
    // What is known is told of as before.
    assert_eq!(seen.count(&word("1"), at(0)), Telling::Nothing);
}

#[test]
fn what_has_not_come_for_a_month_is_new_again() {
    let mut seen = Seen::default();
    seen.count(&word("frozen"), at(0));
    assert_eq!(seen.count(&word("frozen"), at(30 * DAY - 1)), Telling::Nothing);
    assert_eq!(seen.count(&word("frozen"), at(60 * DAY - 1)), Telling::Kind { count: 1 });
}

#[test]
fn an_observation_names_where_its_word_came_from() {
    let of = |cause, status: Option<&str>| {
        let mut observation = observed(Progress::Unknown);
        observation.cause = cause;
        observation.facts.provider_status = status.map(str::to_owned);
        Drift::of(&observation)
    };
    assert_eq!(of(Cause::LookUp, Some("frozen")), word("frozen"));
    assert_eq!(of(Cause::Webhook, Some("frozen")), Drift::new("webhook", "status", "frozen"));
    assert_eq!(of(Cause::LookUp, Some("unreadable_price")), Drift::new("lookup", "price", "(unreadable)"));
    assert_eq!(of(Cause::Dispatch, None), Drift::new("place", "status", "(none)"));
}

#[test]
fn a_value_is_harmless_to_print() {
    assert_eq!(word("a\u{1b}[2J\n").value, "a\u{fffd}[2J\u{fffd}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever comes: the first sight of what is kept is told, nothing is told twice, and the size is bounded.
    #[test]
    fn every_kind_is_told_once_for_each_power_of_ten(sights in vec(0_u32..70, 0..2000)) {
        let mut seen = Seen::default();
        let mut told = std::collections::BTreeSet::new();
        for sight in sights {
            let drift = word(&sight.to_string());
            let was_kept = seen.keeps(&drift);
            match seen.count(&drift, at(0)) {
                Telling::Kind { count } => prop_assert!(told.insert((Some(sight), count))),
                Telling::Others { count } => prop_assert!(told.insert((None, count))),
                Telling::Nothing => prop_assert!(was_kept || seen.others > 1),
            }
        }
        prop_assert!(seen.kinds.len() <= KINDS_MAX);
        for kind in &seen.kinds {
            let number: u32 = kind.drift.value.parse().unwrap();
            let expected = kind.count.ilog10() + 1;
            let tellings = told.iter().filter(|(sight, _)| *sight == Some(number)).count();
            prop_assert_eq!(tellings, usize::try_from(expected).unwrap());
        }
    }
}
