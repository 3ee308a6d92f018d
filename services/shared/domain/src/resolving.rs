//! What a look-up means for a trade: adopt what the provider knows, or count its silence.

use jiff::Timestamp;

use crate::fold::Input;
use crate::observation::{Observation, Progress};
use crate::trade::Trade;

#[cfg(test)]
mod tests;

/// The inputs that a look-up's rows make for one trade, in the order in which they are to be folded.
///
/// A reference should have one row. Where it has several, something was bought twice: the row that we already know comes
/// first, else the one that is furthest; the others follow, and [`crate::fold()`] raises the anomaly for them.
#[must_use]
pub fn inputs_of(trade: &Trade, rows: &[Observation], asked_at: Timestamp) -> Vec<Input> {
    let Some(attempt) = &trade.attempt else {
        return Vec::new();
    };
    let mut own: Vec<&Observation> = rows.iter().filter(|row| row.reference == attempt.reference).collect();
    if own.is_empty() {
        return vec![Input::LookedUpAbsent { asked_at }];
    }
    let known = &trade.facts.provider_id;
    let is_known = |row: &Observation| known.is_some() && row.facts.provider_id == *known;
    own.sort_by_key(|row| (!is_known(row), std::cmp::Reverse(worth(&row.progress))));
    own.into_iter().cloned().map(|observation| Input::Told { observation, as_of: asked_at }).collect()
}

/// Which of several purchases under one reference is the one to follow: one that lives before one that ended.
fn worth(progress: &Progress) -> u8 {
    match progress {
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) => 0,
        Progress::Unknown => 1,
        Progress::Reverted { .. } => 2,
        Progress::Submitted => 3,
        Progress::OfferSent => 4,
        Progress::UserAccepted => 5,
        Progress::Held { .. } => 6,
        Progress::Delivered { .. } => 7,
    }
}
