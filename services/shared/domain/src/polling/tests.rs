mod kinds;
mod needs;
mod plans;
mod progress;

use jiff::Timestamp;

use super::{first_wake, next_wake};
use crate::rules::Rules;
use crate::samples::{at, recorded, rules};
use crate::trade::Trade;

/// The first looks at a trade that was recorded at second `recorded_at` and does not change.
fn wakes(trade: &Trade, recorded_at: i64, rules: &Rules, most: usize) -> Vec<Timestamp> {
    let recorded = recorded(trade.clone(), at(recorded_at));
    let first = first_wake(&recorded, rules);
    std::iter::successors(first, |wake| next_wake(&recorded, rules, *wake)).take(most).collect()
}

/// The same in whole seconds.
fn seconds(trade: &Trade, recorded_at: i64, most: usize) -> Vec<i64> {
    let wakes = wakes(trade, recorded_at, &rules(), most);
    wakes.into_iter().map(|wake| wake.duration_since(at(0)).as_secs()).collect()
}
