//! Dates as SkinsBack writes them.

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Year, month and day of a day after 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that a leap day is the last of its year.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn parts(unix_ms: u64) -> (String, String) {
    let (year, month, day) = civil(unix_ms / DAY_MS);
    let second = unix_ms % DAY_MS / 1000;
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    (format!("{year:04}-{month:02}-{day:02}"), time)
}

/// ISO 8601 in UTC with six decimals and a `Z`.
pub(super) fn iso(unix_ms: u64) -> String {
    let (date, time) = parts(unix_ms);
    format!("{date}T{time}.{:03}000Z", unix_ms % 1000)
}

/// `YYYY-MM-DD hh:mm:ss` without a zone.
pub(super) fn plain(unix_ms: u64) -> String {
    let (date, time) = parts(unix_ms);
    format!("{date} {time}")
}

#[cfg(test)]
mod tests {
    use super::{iso, plain};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(iso(1_767_262_210_123), "2026-01-01T10:10:10.123000Z");
        assert_eq!(plain(951_782_399_000), "2000-02-28 23:59:59");
        assert_eq!(plain(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(plain(0), "1970-01-01 00:00:00");
    }
}
