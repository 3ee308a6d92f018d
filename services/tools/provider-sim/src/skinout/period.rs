//! The window and the page of a history.

use super::words;
use crate::clock::seconds;
use crate::engine::rules::Rules;
use crate::fields::Fields;

/// Rows of a page where no number is asked for.
const USUAL_LIMIT: usize = 100;
/// The highest number of rows that can be asked for.
const HIGHEST_LIMIT: usize = 1000;

/// What part of a history is asked for; borders in unix seconds, both included.
#[derive(Debug)]
pub(super) struct Period {
    from: u64,
    until: u64,
    limit: usize,
    offset: usize,
}

impl Period {
    pub(super) fn read(fields: &Fields) -> Result<Self, &'static str> {
        let bound = |name| fields.get(name).and_then(|text| text.parse().ok()).ok_or(words::DATES_REQUIRED);
        let count = |name, usual| {
            fields.get(name).map_or(Ok(usual), |text| text.parse().map_err(|_| words::INVALID_PAGE))
        };
        let (from, until) = (bound("start_date")?, bound("end_date")?);
        let (limit, offset) = (count("limit", USUAL_LIMIT)?, count("offset", 0)?);
        if !(1..=HIGHEST_LIMIT).contains(&limit) {
            return Err(words::INVALID_PAGE);
        }
        Ok(Self { from, until, limit, offset })
    }

    /// The page of these rows in the order of their creation, the newest first, and how many there are on all pages.
    pub(super) fn page<'a, T>(
        &self,
        rows: &'a [T],
        born_ms: impl Fn(&T) -> u64,
        shown: impl Fn(&T) -> bool,
        rules: &Rules,
    ) -> (Vec<&'a T>, String) {
        let begin = rows.partition_point(|row| seconds(born_ms(row)) < self.from);
        let end = rows.partition_point(|row| seconds(born_ms(row)) <= self.until);
        let inside = rows.get(begin..end).unwrap_or_default();
        let found: Vec<&T> = inside.iter().rev().filter(|row| shown(row)).collect();
        let total = found.len().to_string();
        let limit = self.limit.min(rules.page_size);
        (found.into_iter().skip(self.offset).take(limit).collect(), total)
    }
}
