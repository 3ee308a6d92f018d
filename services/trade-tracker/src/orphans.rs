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
    counted: BTreeMap<AccountId, (Timestamp, u32)>,
}

impl Orphans {
    /// Counts one that came at `now`.
    pub(crate) fn count(&mut self, account: &AccountId, now: Timestamp) -> Telling {
        let (began, count) = self.counted.entry(account.clone()).or_insert((now, 0));
        if after(*began, WINDOW) <= now {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        match (*count).cmp(&(ALERTS_MAX + 1)) {
            std::cmp::Ordering::Less => Telling::Orphan,
            std::cmp::Ordering::Equal => Telling::Flood,
            std::cmp::Ordering::Greater => Telling::Nothing,
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
}
