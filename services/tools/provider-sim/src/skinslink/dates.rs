//! ISO 8601, in the two forms that Skinslink writes.

const SECONDS_OF_DAY: u64 = 86_400;
/// Moscow's distance from UTC.
const OFFSET_MS: u64 = 3 * 60 * 60 * 1000;

/// `2026-03-02T10:30:40Z`.
pub(super) fn utc(unix_ms: u64) -> String {
    format!("{}Z", local(unix_ms / 1000))
}

/// `2026-03-02T13:30:40.118000+03:00`, the same moment.
pub(super) fn offset(unix_ms: u64) -> String {
    let shifted = unix_ms.saturating_add(OFFSET_MS);
    format!("{}.{:03}000+03:00", local(shifted / 1000), shifted % 1000)
}

fn local(unix_seconds: u64) -> String {
    let (year, month, day) = civil(unix_seconds / SECONDS_OF_DAY);
    let second = unix_seconds % SECONDS_OF_DAY;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The date so many days after the first of January 1970, counted in eras of 400 years that begin in March.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{offset, utc};

    #[test]
    fn both_forms_are_the_same_moment() {
        assert_eq!(utc(1_772_447_440_118), "2026-03-02T10:30:40Z");
        assert_eq!(offset(1_772_447_440_118), "2026-03-02T13:30:40.118000+03:00");
        assert_eq!(utc(1_709_251_199_000), "2024-02-29T23:59:59Z");
        assert_eq!(offset(1_709_251_199_000), "2024-03-01T02:59:59.000000+03:00");
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
    }
}
