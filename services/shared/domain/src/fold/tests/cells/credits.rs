//! What may be told of credits, with each word that may come with it.

use super::{Cell, sees};
use crate::credit::{Credit, CreditState};
use crate::observation::{Hold, Observation, Progress};
use crate::samples::{credit, crediting, delivered, dollars, reason, taken_back};
use crate::trade::Cause;

/// The samples have credits under `a` and `b`, for `thing-a` and `thing-b`.
pub(super) fn all() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (word, progress) in [
        ("submitted", Progress::Submitted),
        ("held", Progress::Held { until: None }),
        ("delivered", delivered(Hold::None)),
    ] {
        for (what, told) in told() {
            cells.push(sees(&format!("{word}, {what}"), crediting(progress.clone(), told)));
        }
    }
    for (word, progress) in [
        ("failed", Progress::Failed(reason("told"))),
        ("expired", Progress::Expired(reason("told"))),
        ("reverted", taken_back()),
        ("an unknown word", Progress::Unknown),
    ] {
        for (what, told) in told().into_iter().take(2) {
            cells.push(sees(&format!("{word}, {what}"), crediting(progress.clone(), told)));
        }
    }
    let by_webhook = Observation {
        cause: Cause::Webhook,
        ..crediting(Progress::Submitted, [credit("a", CreditState::Credited)])
    };
    cells.push(sees("submitted, a credited, by webhook", by_webhook));
    cells
}

fn told() -> Vec<(&'static str, Vec<Credit>)> {
    let a = |state| credit("a", state);
    let dearer = Credit { amount: dollars("6.00"), ..a(CreditState::Credited) };
    let second_key = Credit { thing: "thing-a".to_owned(), ..credit("c", CreditState::Credited) };
    let both = vec![a(CreditState::Credited), credit("b", CreditState::Credited)];
    vec![
        ("a pending", vec![a(CreditState::Pending)]),
        ("a credited", vec![a(CreditState::Credited)]),
        ("a credited with another amount", vec![dearer]),
        ("a reversed", vec![a(CreditState::Reversed)]),
        ("thing-a credited as c", vec![second_key]),
        ("b credited", vec![credit("b", CreditState::Credited)]),
        ("a and b credited", both),
    ]
}
