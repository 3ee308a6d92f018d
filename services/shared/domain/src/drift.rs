//! What a provider says that its adapter does not know: unknown words, fields that are missing or of another type, answers in
//! another form. It is counted by kind, and told at the first sight and then ten times more rarely each time, so that neither
//! a provider that changed one word nor one that went mad is told of by the thousand.

use std::time::Duration;

use jiff::Timestamp;

use crate::observation::Observation;
use crate::rules::after;
use crate::trade::Cause;

#[cfg(test)]
mod tests;

/// Kinds that are kept for one account; whatever else comes is counted together.
pub const KINDS_MAX: usize = 50;
/// A kind that was not seen for so long is forgotten: its next sight is a first one.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);
const NAME_MAX_CHARS: usize = 40;
const VALUE_MAX_CHARS: usize = 80;
/// What adapters put before the name of a field that they cannot read.
const UNREADABLE: &str = "unreadable_";
/// In the place of a value that nobody may see, or that is not there.
const NO_VALUE: &str = "(unreadable)";

/// One kind of drift of an account. Of what a provider said it holds only what its adapter lets be shown (invariant S1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Drift {
    /// By what it was seen: `place`, `lookup`, `webhook`, or the name of a query or command.
    pub operation: String,
    /// Which field of the answer; `answer` for all of it, `row` for a row of a list, `error` for a refusal's word.
    pub field: String,
    /// What was there.
    pub value: String,
}

impl Drift {
    /// A kind of drift; texts are cut and made harmless to print.
    #[must_use]
    pub fn new(operation: &str, field: &str, value: &str) -> Self {
        Self {
            operation: harmless(operation, NAME_MAX_CHARS),
            field: harmless(field, NAME_MAX_CHARS),
            value: harmless(value, VALUE_MAX_CHARS),
        }
    }

    /// Drift in a word that an adapter gave: the field that it could not read, or else the value of `field`.
    #[must_use]
    pub fn in_word(operation: &str, field: &str, word: &str) -> Self {
        match word.strip_prefix(UNREADABLE) {
            Some(unreadable) => Self::new(operation, unreadable, NO_VALUE),
            None => Self::new(operation, field, word),
        }
    }

    /// The unknown word of an observation.
    #[must_use]
    pub fn of(observation: &Observation) -> Self {
        let operation = match observation.cause {
            Cause::Webhook => "webhook",
            Cause::LookUp => "lookup",
            Cause::Order | Cause::Dispatch | Cause::Timer | Cause::Operator => "place",
        };
        Self::in_word(operation, "status", observation.facts.provider_status.as_deref().unwrap_or("(none)"))
    }
}

fn harmless(text: &str, chars_max: usize) -> String {
    let shown = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    text.chars().take(chars_max).map(shown).collect()
}

/// One kind, as often as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// What.
    pub drift: Drift,
    /// How often; once more for every crash between the counting and what it was counted for.
    pub count: u64,
    /// When first.
    pub first_seen: Timestamp,
    /// When last.
    pub last_seen: Timestamp,
}

/// All that was seen of one account. It holds at most [`KINDS_MAX`] kinds of bounded size, whatever anybody sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The kinds, in the order of their first sights.
    pub kinds: Vec<Kind>,
    /// How often kinds were seen that are not kept.
    pub others: u64,
}

/// What to tell of a sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// This kind was seen so often.
    Kind {
        /// How often: 1, 10, 100 …
        count: u64,
    },
    /// There are more kinds than are kept; those were seen so often.
    Others {
        /// How often: 1, 10, 100 …
        count: u64,
    },
    /// Nothing: it was told, and will be when it has come ten times as often.
    Nothing,
}

impl Seen {
    /// Counts one sight at `now`.
    pub fn count(&mut self, drift: &Drift, now: Timestamp) -> Telling {
        self.kinds.retain(|kind| after(kind.last_seen, FORGOTTEN_AFTER) > now);
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.drift == *drift) {
            kind.count = kind.count.saturating_add(1);
            kind.last_seen = kind.last_seen.max(now);
            let count = kind.count;
            return if is_told(count) { Telling::Kind { count } } else { Telling::Nothing };
        }
        if self.kinds.len() < KINDS_MAX {
            let drift = drift.clone();
            self.kinds.push(Kind { drift, count: 1, first_seen: now, last_seen: now });
            self.others = 0;
            return Telling::Kind { count: 1 };
        }
        self.others = self.others.saturating_add(1);
        let count = self.others;
        if is_told(count) { Telling::Others { count } } else { Telling::Nothing }
    }

    /// Whether this kind is among those that are kept.
    #[must_use]
    pub fn keeps(&self, drift: &Drift) -> bool {
        self.kinds.iter().any(|kind| kind.drift == *drift)
    }
}

/// The powers of ten.
fn is_told(count: u64) -> bool {
    count.checked_ilog10().is_some_and(|digits| 10_u64.checked_pow(digits) == Some(count))
}
