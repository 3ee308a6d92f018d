//! The trade stands still for too long: it is marked, so that it is told of once, and somebody is told.

use jiff::Timestamp;

use super::changed;
use crate::fold::{Alert, AlertKind, Fold};
use crate::rules::Rules;
use crate::stuck::{self, Obstacle};
use crate::trade::{Cause, Trade};

pub(crate) fn apply(trade: &Trade, obstacle: Option<&Obstacle>, rules: &Rules, now: Timestamp) -> Fold {
    if !stuck::is_due(trade, obstacle, rules, now) {
        return Fold::Stale;
    }
    let (status, since) = (trade.status(), trade.status_since);
    let detail = format!("{status} since {since}: {}", stuck::reason(trade, obstacle));
    let next = Trade { is_stuck: true, ..trade.clone() };
    changed(trade, next, Cause::Timer, None, vec![Alert::new(AlertKind::Stuck, detail)])
}
