//! Single rules of deposits that deserve a name.

use crate::credit::{Credit, CreditState};
use crate::fold::{Anomaly, Change, Fold, Input, fold};
use crate::observation::{Hold, Observation, Progress};
use crate::order::OrderKind;
use crate::rules::{ByKind, Idempotency};
use crate::samples::{
    DAY, SETTLE, at, credit, crediting, delivered, known_in, observed, of_kind, reason, rules, taken_back,
    trade_in, uncertain, with_credits,
};
use crate::trade::{Cause, ReversedBy, Trade, TradeState, TradeStatus};

const DEPOSITS: [OrderKind; 2] = [OrderKind::DepositLink, OrderKind::DepositItems];

fn sees(trade: &Trade, observation: Observation) -> Fold {
    fold(Some(trade), &Input::Observed(observation), &rules(), at(60)).unwrap()
}

fn change(fold: Fold) -> Change {
    match fold {
        Fold::Applied(change) => *change,
        Fold::Stale | Fold::Anomaly(_) => panic!("not applied: {fold:?}"),
    }
}

fn is_contradiction(fold: &Fold) -> bool {
    matches!(fold, Fold::Anomaly(Anomaly::Contradiction(_)))
}

fn a(state: CreditState) -> Credit {
    credit("a", state)
}

fn expired() -> TradeState {
    TradeState::Expired { reason: reason("link_lifetime_ended") }
}

#[test]
fn a_credit_is_taken_back_by_itself() {
    let page = of_kind(OrderKind::DepositLink, &known_in(TradeState::Submitted));
    let paid = with_credits(&page, &[("a", CreditState::Credited), ("b", CreditState::Credited)]);
    let told = change(sees(&paid, crediting(Progress::Submitted, [a(CreditState::Reversed)])));
    assert_eq!(told.trade.state, TradeState::Submitted);
    assert_eq!(told.trade.credits, [a(CreditState::Reversed), credit("b", CreditState::Credited)]);
}

#[test]
fn a_deposit_that_was_given_up_is_welcome_late() {
    for kind in DEPOSITS {
        let given_up = of_kind(kind, &known_in(expired()));
        let late = change(sees(&given_up, crediting(delivered(Hold::None), [a(CreditState::Credited)])));
        assert_eq!((late.trade.status(), late.alerts), (TradeStatus::Expired, vec![]));
        assert_eq!(late.trade.credits, [a(CreditState::Credited)]);
        // Its end is not told again.
        assert_eq!(sees(&late.trade, observed(delivered(Hold::None))), Fold::Stale);
    }
}

/// Something arrived, and nobody knows how much.
#[test]
fn a_deposit_that_was_given_up_and_brings_no_amount_is_told() {
    for kind in DEPOSITS {
        assert!(is_contradiction(&sees(
            &of_kind(kind, &known_in(expired())),
            observed(delivered(Hold::None))
        )));
    }
}

/// As far as we knew, it had never reached the provider.
#[test]
fn a_deposit_that_missed_its_deadline_and_is_paid_is_told() {
    for kind in DEPOSITS {
        let overdue = of_kind(kind, &trade_in(expired()));
        let paid = change(sees(&overdue, crediting(delivered(Hold::None), [a(CreditState::Credited)])));
        assert_eq!(paid.trade.credits, [a(CreditState::Credited)]);
        assert_eq!(paid.alerts.len(), 1);
        assert!(is_contradiction(&sees(&overdue, observed(Progress::Held { until: None }))));
    }
}

fn endings() -> [Progress; 3] {
    [Progress::Failed(reason("told")), Progress::Canceled(reason("told")), taken_back()]
}

fn ends() -> [TradeState; 3] {
    let told = || reason("told");
    [TradeState::Failed { reason: told() }, TradeState::Canceled { reason: told() }, expired()]
}

/// Its state has no way out, so the credit says it, and a person is told. It comes back by no repeat.
#[test]
fn a_late_credit_that_is_called_off_is_reversed_and_told() {
    for (kind, end) in DEPOSITS.into_iter().flat_map(|kind| ends().map(|end| (kind, end))) {
        let status = end.status();
        let paid = with_credits(&of_kind(kind, &known_in(end)), &[("a", CreditState::Credited)]);
        for progress in endings() {
            let off = change(sees(&paid, observed(progress.clone())));
            assert_eq!((off.trade.status(), off.from), (status, Some(status)));
            assert_eq!(off.trade.credits, [a(CreditState::Reversed)]);
            assert_eq!(off.alerts.len(), 1);
            // Once is enough, and the credit stays away.
            let again = sees(&off.trade, observed(progress));
            assert!(again == Fold::Stale || is_contradiction(&again), "{again:?}");
            let paid_again = crediting(delivered(Hold::None), [a(CreditState::Credited)]);
            assert!(is_contradiction(&sees(&off.trade, paid_again)));
        }
    }
}

/// What was not there to be spent ends without noise.
#[test]
fn what_is_held_after_the_end_is_kept_pending_until_it_is_sure() {
    let status = TradeStatus::Expired;
    for kind in DEPOSITS {
        let over = of_kind(kind, &known_in(expired()));
        let held = crediting(Progress::Held { until: None }, [a(CreditState::Pending)]);
        let held = change(sees(&over, held));
        assert_eq!(
            (held.trade.status(), held.trade.credits.as_slice()),
            (status, &[a(CreditState::Pending)][..])
        );
        assert_eq!(held.alerts, []);
        // Without an amount there is nothing to follow, so a person has to.
        assert!(is_contradiction(&sees(&over, observed(Progress::Held { until: None }))));
        for progress in endings().into_iter().chain([Progress::Expired(reason("told"))]) {
            let off = change(sees(&held.trade, observed(progress)));
            assert_eq!((off.trade.credits, off.alerts), (vec![a(CreditState::Reversed)], vec![]));
        }
        let paid = crediting(delivered(Hold::None), [a(CreditState::Credited)]);
        let paid = change(sees(&held.trade, paid));
        assert_eq!((paid.trade.status(), paid.trade.credits), (status, vec![a(CreditState::Credited)]));
    }
}

/// Nothing that was taken back comes to life again. A failure may be newer than the hold, so a person is told.
#[test]
fn what_the_provider_ended_keeps_nothing_pending() {
    let reverted = TradeState::Reverted { reason: reason("told"), by: ReversedBy::User };
    for kind in DEPOSITS {
        let held = crediting(Progress::Held { until: None }, [a(CreditState::Pending)]);
        let sees_in = |state| sees(&of_kind(kind, &known_in(state)), held.clone());
        assert_eq!(sees_in(reverted.clone()), Fold::Stale);
        let [failed, canceled, _] = ends();
        for state in [failed, canceled] {
            assert!(is_contradiction(&sees_in(state)));
        }
    }
}

/// An advance is in the version in which the provider tells of it, its end closes it, and it stays visible.
#[test]
fn an_advance_is_told_closed_and_never_a_second_credit() {
    let advanced = |state| Credit { is_advanced: true, ..a(state) };
    let held = |credit| crediting(Progress::Held { until: None }, [credit]);
    for kind in DEPOSITS {
        let on_hold = of_kind(kind, &known_in(TradeState::OnHold { hold_ends_at: at(DAY) }));
        let on_hold = with_credits(&on_hold, &[("a", CreditState::Pending)]);
        let told = change(sees(&on_hold, held(advanced(CreditState::Pending)))).trade;
        assert_eq!(
            (told.status(), &told.credits),
            (TradeStatus::OnHold, &vec![advanced(CreditState::Pending)])
        );
        assert_eq!(sees(&told, held(a(CreditState::Pending))), Fold::Stale);
        let paid = crediting(delivered(Hold::None), [a(CreditState::Credited)]);
        let paid = change(sees(&told, paid)).trade;
        assert_eq!(
            (paid.status(), paid.credits),
            (TradeStatus::Completed, vec![advanced(CreditState::Credited)])
        );
        let back = change(sees(&told, observed(taken_back()))).trade;
        assert_eq!(
            (back.status(), back.credits),
            (TradeStatus::Reverted, vec![advanced(CreditState::Reversed)])
        );
    }
}

/// The documented end of a hold: the state says it, and nothing had counted.
#[test]
fn a_hold_that_ends_without_a_credit_is_reverted_and_raises_nothing() {
    for kind in DEPOSITS {
        let on_hold = of_kind(kind, &known_in(TradeState::OnHold { hold_ends_at: at(DAY) }));
        let held = with_credits(&on_hold, &[("a", CreditState::Pending)]);
        let failed = change(sees(&held, observed(Progress::Failed(reason("told")))));
        assert_eq!((failed.trade.status(), failed.alerts), (TradeStatus::Reverted, vec![]));
        assert_eq!(failed.trade.credits, [a(CreditState::Reversed)]);
    }
}

#[test]
fn the_end_of_a_hold_is_the_one_told_last_and_else_guessed_once() {
    for kind in DEPOSITS {
        let submitted = of_kind(kind, &known_in(TradeState::Submitted));
        let held = |until: Option<i64>| observed(Progress::Held { until: until.map(at) });
        let guessed = change(sees(&submitted, held(None))).trade;
        assert_eq!(guessed.state, TradeState::OnHold { hold_ends_at: at(60 + 7 * DAY) });
        let later = fold(Some(&guessed), &Input::Observed(held(None)), &rules(), at(DAY));
        assert_eq!(later, Ok(Fold::Stale));
        let told = change(sees(&guessed, held(Some(DAY)))).trade;
        assert_eq!(told.state, TradeState::OnHold { hold_ends_at: at(DAY) });
        assert_eq!(sees(&told, held(None)), Fold::Stale);
    }
}

fn page_seen(cause: Cause, url: Option<&str>, credits: Vec<Credit>) -> TradeState {
    let mut seen = Observation { cause, ..crediting(Progress::Submitted, credits) };
    seen.facts.redirect_url = url.map(str::to_owned);
    change(sees(&of_kind(OrderKind::DepositLink, &trade_in(uncertain(30, false))), seen)).trade.state
}

#[test]
fn a_page_is_lost_where_nobody_can_have_its_address() {
    let lost = TradeState::Failed { reason: reason("link_lost") };
    assert_eq!(page_seen(Cause::LookUp, None, vec![]), lost);
    assert_eq!(page_seen(Cause::LookUp, None, vec![a(CreditState::Pending)]), lost);
    // Here somebody has it.
    let url = Some("https://pay.example/1");
    assert_eq!(page_seen(Cause::Dispatch, url, vec![]), TradeState::Submitted);
    assert_eq!(page_seen(Cause::LookUp, url, vec![]), TradeState::Submitted);
    assert_eq!(page_seen(Cause::Webhook, None, vec![]), TradeState::Submitted);
    assert_eq!(page_seen(Cause::LookUp, None, vec![a(CreditState::Credited)]), TradeState::Submitted);
    // And of anything else than a page nobody needs an address.
    for kind in [OrderKind::DepositItems, OrderKind::Listing, OrderKind::Purchase] {
        let trade = of_kind(kind, &trade_in(uncertain(30, false)));
        assert_eq!(change(sees(&trade, observed(Progress::Submitted))).trade.state, TradeState::Submitted);
        assert_eq!(fold(Some(&trade), &Input::LinkEnded, &rules(), at(DAY)), Ok(Fold::Stale));
    }
}

#[test]
fn an_absence_is_a_lost_page_and_of_anything_else_a_persons_matter() {
    let mut rules = rules();
    rules.placing.idempotency = ByKind::all(Idempotency::Undocumented);
    for kind in OrderKind::ALL {
        let trade = of_kind(kind, &trade_in(uncertain(30, false)));
        let absent = Input::LookedUpAbsent { asked_at: at(30 + SETTLE) };
        let status = change(fold(Some(&trade), &absent, &rules, at(30 + SETTLE)).unwrap()).trade.status();
        let is_page = kind == OrderKind::DepositLink;
        assert_eq!(status, if is_page { TradeStatus::Failed } else { TradeStatus::NeedsReview }, "{kind:?}");
    }
}

/// Sending it again would go round for ever.
#[test]
fn a_reference_that_is_refused_as_known_and_is_not_found_is_a_persons_matter() {
    let known =
        TradeState::Uncertain { since: at(30), reason: reason("reference_known"), refusal_unproved: false };
    for kind in OrderKind::ALL {
        let trade = of_kind(kind, &trade_in(known.clone()));
        let absent = Input::LookedUpAbsent { asked_at: at(30 + SETTLE) };
        let told = change(fold(Some(&trade), &absent, &rules(), at(30 + SETTLE)).unwrap());
        assert_eq!((told.trade.status(), told.alerts.len()), (TradeStatus::NeedsReview, 1), "{kind:?}");
    }
}
