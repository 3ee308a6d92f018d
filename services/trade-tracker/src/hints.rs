//! Hints of one order are merged, with a pause between the looks that they ask for: nobody spends the part of the quota that
//! hints have on one order.
//!
//! What is remembered is this process's own. Another replica, or a new process, may look once more.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_bus::subjects::HintPlace;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::rules::after;

/// Between two looks at one order.
const PAUSE: Duration = Duration::from_secs(2);
/// Orders that are remembered.
const ORDERS_MAX: usize = 10_000;

/// A look that hints ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) at: Timestamp,
    pub(crate) place: HintPlace,
}

/// The last look that the hints of each order have asked for.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    looks: BTreeMap<TradeKey, Look>,
}

impl Hints {
    /// When to look because of a hint that came at `now`; `None` where a look is to come anyway.
    pub(crate) fn look_at(&self, key: &TradeKey, now: Timestamp) -> Option<Look> {
        match self.looks.get(key) {
            Some(last) if last.at > now => None,
            // The last one's time has come, and nobody knows whether it has fired: it must not be replaced.
            Some(last) => Some(Look { at: after(last.at, PAUSE).max(now), place: other(last.place) }),
            None => Some(Look { at: now, place: HintPlace::First }),
        }
    }

    /// That look is planned.
    pub(crate) fn planned(&mut self, key: TradeKey, look: Look, now: Timestamp) {
        if self.looks.len() >= ORDERS_MAX {
            self.looks.retain(|_, look| after(look.at, PAUSE) > now);
        }
        // More than that within seconds: who is forgotten may be looked at too early.
        if self.looks.len() >= ORDERS_MAX {
            self.looks.clear();
        }
        self.looks.insert(key, look);
    }
}

fn other(place: HintPlace) -> HintPlace {
    match place {
        HintPlace::First => HintPlace::Second,
        HintPlace::Second | HintPlace::PutOff => HintPlace::First,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> TradeKey {
        TradeKey { merchant: "acme".parse().unwrap(), order_id: format!("order-{number}").parse().unwrap() }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap()
    }

    /// A hint, and the look that it plans.
    fn hint(hints: &mut Hints, number: usize, ms: i64) -> Option<i64> {
        let look = hints.look_at(&key(number), at(ms))?;
        hints.planned(key(number), look, at(ms));
        Some(look.at.as_millisecond() - at(0).as_millisecond())
    }

    #[test]
    fn a_flood_about_one_order_is_one_look_every_two_seconds() {
        let mut hints = Hints::default();
        let looks: Vec<i64> = (0..10_000).step_by(10).filter_map(|ms| hint(&mut hints, 1, ms)).collect();
        assert_eq!(looks, [0, 2000, 4000, 6000, 8000, 10_000]);
        assert_eq!(hint(&mut hints, 2, 10_000), Some(10_000));
        assert_eq!(hint(&mut hints, 1, 60_000), Some(60_000));
    }

    /// The look of a hint that came before it covers it; one that came after it does not.
    #[test]
    fn every_hint_is_followed_by_a_look() {
        let mut hints = Hints::default();
        let mut looks = Vec::new();
        for ms in [0, 1, 1999, 2000, 2001, 3500, 9000] {
            looks.extend(hint(&mut hints, 1, ms));
            assert!(looks.last().is_some_and(|look| *look >= ms), "{ms}: {looks:?}");
        }
    }

    /// A schedule fires up to a quarter of a second after its time. One that is set again before that would never fire under
    /// a flood.
    #[test]
    fn a_look_whose_time_has_come_is_not_replaced() {
        let mut hints = Hints::default();
        let mut last: Option<Look> = None;
        for ms in (0..20_000).step_by(7) {
            let Some(look) = hints.look_at(&key(1), at(ms)) else { continue };
            assert!(last.is_none_or(|last| last.place != look.place), "{last:?}, {look:?}");
            hints.planned(key(1), look, at(ms));
            last = Some(look);
        }
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let mut hints = Hints::default();
        for number in 0..3 * ORDERS_MAX {
            hint(&mut hints, number, 0);
        }
        assert!(hints.looks.len() <= ORDERS_MAX);
    }
}
