//! Unproved webhooks about orders that nobody has placed: whoever forges them by the thousand raises some alerts, not thousands.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_domain::ids::AccountId;
use skinbus_domain::rules::after;

const WINDOW: Duration = Duration::from_secs(60);
/// Alerts of an account in a window, and one more that says that there would be others.
const ALERTS_MAX: u32 = 20;

/// What to tell of such a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// What it says.
    Orphan,
    /// That there are too many of them.
    Flood,
    /// Nothing: that there are too many has just been told.
    Nothing,
}

/// How many there were lately; this process's own count.
#[derive(Debug, Default)]
pub(crate) struct Orphans {
    counted: BTreeMap<AccountId, Counted>,
}

/// What came of an account in one window.
#[derive(Debug)]
struct Counted {
    began: Timestamp,
    count: u32,
    /// That there are too many is told, or is being told.
    is_flood_told: bool,
}

impl Orphans {
    /// Counts one that came at `now`.
    pub(crate) fn count(&mut self, account: &AccountId, now: Timestamp) -> Telling {
        let new = || Counted { began: now, count: 0, is_flood_told: false };
        let counted = self.counted.entry(account.clone()).or_insert_with(new);
        if after(counted.began, WINDOW) <= now {
            *counted = new();
        }
        counted.count = counted.count.saturating_add(1);
        if counted.count <= ALERTS_MAX {
            return Telling::Orphan;
        }
        if std::mem::replace(&mut counted.is_flood_told, true) { Telling::Nothing } else { Telling::Flood }
    }

    /// That there are too many could not be told: the next one that comes tells it.
    pub(crate) fn flood_not_told(&mut self, account: &AccountId) {
        if let Some(counted) = self.counted.get_mut(account) {
            counted.is_flood_told = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_of_once_a_minute_and_account() {
        let mut orphans = Orphans::default();
        let at = |ms: i64| Timestamp::from_millisecond(1_800_000_000_000 + ms).unwrap();
        let [forged, quiet] = ["skinify_main", "skinout_main"].map(|name| name.parse::<AccountId>().unwrap());
        let mut told = [0, 0, 0];
        for ms in (0..120_000).step_by(10) {
            match orphans.count(&forged, at(ms)) {
                Telling::Orphan => told[0] += 1,
                Telling::Flood => told[1] += 1,
                Telling::Nothing => told[2] += 1,
            }
        }
        assert_eq!(told, [40, 2, 11_958]);
        assert_eq!(orphans.count(&quiet, at(119_999)), Telling::Orphan);
    }

    #[test]
    fn a_flood_that_could_not_be_told_is_told_by_the_next() {
        let mut orphans = Orphans::default();
        let account = "skinify_main".parse::<AccountId>().unwrap();
        let mut count = || orphans.count(&account, Timestamp::UNIX_EPOCH);
        let mut told: Vec<Telling> = (0..22).map(|_| count()).collect();
        assert_eq!(told.split_off(19), [Telling::Orphan, Telling::Flood, Telling::Nothing]);
        orphans.flood_not_told(&account);
        let mut count = || orphans.count(&account, Timestamp::UNIX_EPOCH);
        assert_eq!([count(), count()], [Telling::Flood, Telling::Nothing]);
    }
}
