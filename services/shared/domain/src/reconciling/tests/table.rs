//! One row against one trade, case by case.

use jiff::Timestamp;

use crate::credit::{Credit, CreditState};
use crate::ids::Reference;
use crate::observation::{Hold, Observation, Progress, ProviderFacts};
use crate::order::OrderKind;
use crate::reconciling::{Compared, FindingKind, compare};
use crate::samples::{
    DAY, accepted, at, credit, crediting, delivered, dollars, known_in, observed, of_kind, order, reason,
    recorded, rules, taken_back, trade_in, uncertain, with_credits,
};
use crate::trade::{ReversedBy, Trade, TradeState};

/// When the provider was asked.
const ASKED: i64 = 100 * DAY;

fn asked() -> Timestamp {
    at(ASKED)
}

fn compared(ours: Option<&Trade>, told: &Observation) -> Compared {
    let ours = ours.map(|trade| recorded(trade.clone(), at(600)));
    compare(ours.as_ref(), &order().account, told, asked(), &rules(), asked()).unwrap()
}

/// What is found, and whether folding mends it.
fn found(ours: &Trade, told: &Observation) -> (Vec<FindingKind>, bool) {
    match compared(Some(ours), told) {
        Compared::Agrees => (Vec::new(), false),
        Compared::Differs { findings, is_mendable } => {
            (findings.iter().map(|finding| finding.kind).collect(), is_mendable)
        }
        other @ (Compared::Moved | Compared::UnknownWord) => panic!("{other:?}"),
    }
}

fn completed() -> TradeState {
    TradeState::Completed { watch_until: None }
}

fn failed() -> TradeState {
    TradeState::Failed { reason: reason("told") }
}

fn reverted() -> TradeState {
    TradeState::Reverted { reason: reason("trade_reversed"), by: ReversedBy::User }
}

fn in_review() -> TradeState {
    TradeState::NeedsReview { reason: reason("outcome_unknown"), findings: Vec::new() }
}

fn on_hold() -> TradeState {
    TradeState::OnHold { hold_ends_at: at(200 * DAY) }
}

#[test]
fn purchases() {
    use FindingKind::{Behind, Contradiction, Undecided};
    let over = || Progress::Failed(reason("told"));
    let done = || delivered(Hold::None);
    let cases: Vec<(Trade, Progress, &[FindingKind], bool)> = vec![
        (known_in(completed()), done(), &[], false),
        (known_in(failed()), over(), &[], false),
        (known_in(reverted()), taken_back(), &[], false),
        (known_in(TradeState::Submitted), Progress::Submitted, &[], false),
        // They have not learned yet what we have from their own look-up; but they say no other end.
        (known_in(TradeState::UserAccepted), Progress::OfferSent, &[], false),
        (known_in(TradeState::Submitted), Progress::OfferSent, &[Behind], true),
        (known_in(TradeState::OfferSent), done(), &[Behind], true),
        (known_in(TradeState::OfferSent), over(), &[Behind], true),
        (known_in(on_hold()), taken_back(), &[Behind], true),
        (known_in(completed()), taken_back(), &[Behind], true),
        // Of several rows the look-up knows which one to adopt.
        (trade_in(uncertain(0, false)), Progress::Submitted, &[Behind], false),
        (trade_in(TradeState::Dispatching), Progress::OfferSent, &[Behind], false),
        (known_in(completed()), over(), &[Contradiction], false),
        (known_in(failed()), done(), &[Contradiction], false),
        (known_in(failed()), taken_back(), &[Contradiction], false),
        // Where one side still works on what the other calls over, somebody pays twice.
        (known_in(completed()), Progress::OfferSent, &[Contradiction], false),
        (known_in(failed()), Progress::OfferSent, &[Contradiction], false),
        (known_in(reverted()), done(), &[Contradiction], false),
        (trade_in(in_review()), done(), &[Undecided], false),
        (trade_in(in_review()), over(), &[Undecided], false),
        // Nothing was sent under it, and they have it.
        (accepted(), done(), &[Contradiction], false),
    ];
    for (ours, progress, kinds, mends) in cases {
        let told = observed(progress);
        assert_eq!(found(&ours, &told), (kinds.to_vec(), mends), "{:?} {:?}", ours.state, told.progress);
    }
}

#[test]
fn facts_alone_are_no_finding() {
    let ours = known_in(TradeState::OfferSent);
    let told = Observation {
        facts: ProviderFacts {
            bot_steam_id: Some("7".to_owned()),
            provider_status: Some("sent".to_owned()),
            ..observed(Progress::OfferSent).facts
        },
        ..observed(Progress::OfferSent)
    };
    assert_eq!(found(&ours, &told), (Vec::new(), false));
}

#[test]
fn another_id_under_the_reference_was_bought_twice_where_both_live() {
    let mut told = observed(delivered(Hold::None));
    told.facts.provider_id = Some("p-2".to_owned());
    assert_eq!(found(&known_in(completed()), &told), (vec![FindingKind::BoughtTwice], false));
    assert_eq!(found(&known_in(failed()), &told), (vec![FindingKind::Contradiction], false));
    told.progress = Progress::Canceled(reason("told"));
    assert_eq!(found(&known_in(completed()), &told), (vec![FindingKind::Contradiction], false));
}

#[test]
fn amounts_are_compared_within_one_currency() {
    let mut ours = known_in(completed());
    ours.facts.price_paid = Some(dollars("4.00"));
    let mut told = observed(delivered(Hold::None));
    told.facts.price_paid = Some(dollars("4.0"));
    assert_eq!(found(&ours, &told), (Vec::new(), false));
    told.facts.price_paid = Some(dollars("4.01"));
    assert_eq!(found(&ours, &told), (vec![FindingKind::PriceDiffers], false));
    if let Some(paid) = &mut told.facts.price_paid {
        paid.currency = "EUR".parse().unwrap();
    }
    assert_eq!(found(&ours, &told), (Vec::new(), false));
    // Where the trade is behind as well, nothing is folded before a person has seen the price.
    let mut behind = known_in(TradeState::OfferSent);
    behind.facts.price_paid = Some(dollars("4.00"));
    told.facts.price_paid = Some(dollars("4.01"));
    let both = vec![FindingKind::PriceDiffers, FindingKind::Behind];
    assert_eq!(found(&behind, &told), (both, false));
}

fn deposit(state: TradeState, credits: &[(&str, CreditState)]) -> Trade {
    with_credits(&of_kind(OrderKind::DepositLink, &known_in(state)), credits)
}

#[test]
fn credits() {
    use CreditState::{Credited, Pending, Reversed};
    use FindingKind::{Behind, Contradiction, CreditDiffers, CreditOnlyOurs, CreditOnlyTheirs};
    let dearer = Credit { amount: dollars("6.00"), ..credit("a", Credited) };
    let done = || delivered(Hold::None);
    let cases: Vec<(Trade, Observation, &[FindingKind], bool)> = vec![
        (deposit(completed(), &[("a", Credited)]), crediting(done(), [credit("a", Credited)]), &[], false),
        (deposit(completed(), &[("a", Credited)]), crediting(done(), [dearer]), &[CreditDiffers], false),
        (
            deposit(completed(), &[("a", Credited)]),
            crediting(done(), [credit("a", Credited), credit("b", Credited)]),
            &[CreditOnlyTheirs],
            true,
        ),
        (
            deposit(completed(), &[("a", Credited), ("b", Credited)]),
            crediting(done(), [credit("a", Credited)]),
            &[CreditOnlyOurs],
            false,
        ),
        // It is still on its way, and says nothing of credits.
        (deposit(on_hold(), &[("a", Pending)]), crediting(Progress::Held { until: None }, []), &[], false),
        (
            deposit(TradeState::Submitted, &[]),
            crediting(done(), [credit("a", Credited)]),
            &[CreditOnlyTheirs, Behind],
            true,
        ),
        (
            deposit(completed(), &[("a", Credited)]),
            crediting(done(), [credit("a", Reversed)]),
            &[Behind],
            true,
        ),
        (
            deposit(reverted(), &[("a", Reversed)]),
            crediting(done(), [credit("a", Credited)]),
            &[Contradiction],
            false,
        ),
        // A page that we gave up, and that somebody paid.
        (
            deposit(TradeState::Expired { reason: reason("link_expired") }, &[]),
            crediting(done(), [credit("a", Credited)]),
            &[CreditOnlyTheirs],
            true,
        ),
        // A page that ended by our clock: their row need not end.
        (
            deposit(TradeState::Expired { reason: reason("link_expired") }, &[]),
            observed(Progress::Submitted),
            &[],
            false,
        ),
    ];
    for (ours, told, kinds, mends) in cases {
        assert_eq!(found(&ours, &told), (kinds.to_vec(), mends), "{:?} {told:?}", ours.state);
    }
}

#[test]
fn what_is_nobodys_here_is_only_theirs() {
    let told = observed(Progress::Submitted);
    let only_theirs = |compared: Compared| {
        let Compared::Differs { findings, is_mendable: false } = compared else { panic!("{compared:?}") };
        findings.iter().all(|finding| finding.kind == FindingKind::OnlyTheirs)
    };
    assert!(only_theirs(compared(None, &told)));
    let mut elsewhere = known_in(completed());
    elsewhere.order.as_mut().unwrap().account = "skinify_other".parse().unwrap();
    assert!(only_theirs(compared(Some(&elsewhere), &told)));
    let rejected = Trade { order: None, ..trade_in(TradeState::Rejected { violations: Vec::new() }) };
    assert!(only_theirs(compared(Some(&rejected), &told)));
}

#[test]
fn what_changed_since_the_question_is_not_compared_but_bought_twice_stays() {
    let mut told = observed(Progress::Submitted);
    let ours = recorded(known_in(completed()), asked());
    let at_once = |told: &Observation| {
        compare(Some(&ours), &order().account, told, asked(), &rules(), asked()).unwrap()
    };
    assert_eq!(at_once(&told), Compared::Moved);
    told.facts.provider_id = Some("p-2".to_owned());
    assert!(matches!(at_once(&told), Compared::Differs { .. }));
}

#[test]
fn an_unknown_word_says_nothing() {
    assert_eq!(compared(Some(&known_in(completed())), &observed(Progress::Unknown)), Compared::UnknownWord);
}

#[test]
fn a_reference_that_was_not_sent_is_a_contradiction() {
    let told =
        Observation { reference: "wd-1.2".parse::<Reference>().unwrap(), ..observed(delivered(Hold::None)) };
    assert_eq!(found(&known_in(completed()), &told), (vec![FindingKind::Contradiction], false));
}

#[test]
fn what_is_still_looked_at_mends_itself_and_what_is_over_does_not() {
    let one = |ours: &Trade, told: &Observation| {
        let compared = compared(Some(ours), told);
        let Compared::Differs { findings, .. } = compared else { panic!("{compared:?}") };
        findings.into_iter().next().unwrap()
    };
    assert!(one(&known_in(TradeState::OfferSent), &observed(delivered(Hold::None))).mends_itself());
    assert!(!one(&known_in(completed()), &observed(taken_back())).mends_itself());
    // A grave finding is told, whatever is looked at.
    assert!(!one(&known_in(on_hold()), &observed(Progress::OfferSent)).mends_itself());
}
