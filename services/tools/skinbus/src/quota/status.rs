//! What a window says, for people and for programs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use skinbus_domain::ids::AccountId;
use skinbus_domain::quota::{Each, Limit, OperationLimit, QuotaWindow, ServerTime, SlotList};

use crate::table::{Cell, Fit};
use crate::terminal::Tone;
use crate::view;

/// The headings of the table.
pub(super) const COLUMNS: [(&str, Fit); 6] = [
    ("account", Fit::Whole),
    ("limit", Fit::Whole),
    ("used", Fit::Whole),
    ("free", Fit::Whole),
    ("next free", Fit::Whole),
    ("state", Fit::Start(12)),
];

/// The limits of an account, as far as they are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    pub(super) account: Option<Limit>,
    pub(super) operations: BTreeMap<String, OperationLimit>,
}

/// One account at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Status {
    account: AccountId,
    usage: Usage,
    state: State,
    operations: Vec<OperationStatus>,
}

/// How much of one limit is in use.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Usage {
    limit: Option<Limit>,
    used: u32,
    /// When the next slot becomes free, where any is in use; and how long until then.
    next_free: Option<(Timestamp, i64)>,
}

/// Whether calls may be made.
#[derive(Debug, Clone, PartialEq)]
enum State {
    Open,
    Closed {
        until: Timestamp,
        reason: String,
    },
    /// The next call is the probe.
    HalfOpen {
        reason: String,
    },
    /// The probe is under way.
    Probing {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
struct OperationStatus {
    name: String,
    each: Each,
    /// Of all its windows together.
    usage: Usage,
    /// How many windows are in use.
    windows: usize,
}

impl Status {
    pub(super) fn of(account: &AccountId, limits: &Limits, window: &QuotaWindow, now: Timestamp) -> Self {
        let operations = limits.operations.iter();
        Self {
            account: account.clone(),
            usage: Usage::of(limits.account, [&window.slots].into_iter(), now),
            state: State::of(window, now),
            operations: operations.map(|(name, own)| OperationStatus::of(name, own, window, now)).collect(),
        }
    }

    /// Its rows in the table: the account, and below it the operations with limits of their own.
    pub(super) fn rows(&self) -> Vec<Vec<Cell>> {
        let free = self.usage.free();
        let state_tone = if self.state == State::Open { Tone::Good } else { Tone::Warning };
        let mut rows = vec![vec![
            Cell::plain(self.account.as_str()),
            Cell::plain(self.usage.limit.as_ref().map(limit).unwrap_or_default()),
            Cell::plain(self.usage.used.to_string()),
            Cell::new(if free == Some(0) { Tone::Warning } else { Tone::Plain }, number(free)),
            Cell::new(Tone::Quiet, self.usage.next_free()),
            Cell::new(state_tone, self.state.text()),
        ]];
        rows.extend(self.operations.iter().map(OperationStatus::row));
        rows
    }

    /// The same in a line without a table.
    pub(super) fn line(&self) -> String {
        let Usage { limit: known, used, .. } = &self.usage;
        let of = known.as_ref().map(|known| format!(" of {}", limit(known))).unwrap_or_default();
        let next = Some(self.usage.next_free()).filter(|next| !next.is_empty());
        let next = next.map(|next| format!(", next free {next}")).unwrap_or_default();
        view::printable(&format!("{}: {used} used{of}{next}, {}", self.account, self.state.text()))
    }

    /// The same as one JSON object.
    pub(super) fn json(&self) -> String {
        let (state, until, reason) = match &self.state {
            State::Open => ("open", None, None),
            State::Closed { until, reason } => ("closed", Some(until.to_string()), Some(reason)),
            State::HalfOpen { reason } => ("half_open", None, Some(reason)),
            State::Probing { reason } => ("probing", None, Some(reason)),
        };
        let operations: Vec<Value> = self.operations.iter().map(OperationStatus::json).collect();
        let mut object = self.usage.json();
        object["account"] = json!(self.account.as_str());
        object["state"] = json!(state);
        object["closed_until"] = json!(until);
        object["closed_reason"] = json!(reason);
        object["operations"] = json!(operations);
        object.to_string()
    }
}

impl OperationStatus {
    fn of(name: &str, own: &OperationLimit, window: &QuotaWindow, now: Timestamp) -> Self {
        let is_its =
            |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let lists: Vec<&SlotList> =
            window.operations.iter().filter(|(key, _)| is_its(key)).map(|(_, slots)| slots).collect();
        let windows = lists.iter().filter(|slots| slots.used(now.as_millisecond()) > 0).count();
        let usage = Usage::of(Some(own.limit), lists.into_iter(), now);
        Self { name: name.to_owned(), each: own.each, usage, windows }
    }

    fn row(&self) -> Vec<Cell> {
        let each = self.usage.limit.as_ref().map(limit).unwrap_or_default();
        let (each, free) = match self.each {
            Each::Account => (each, self.usage.free()),
            // There are as many windows as users; how much is free depends on whom one asks for.
            Each::User => (format!("{each} each user"), None),
            Each::Order => (format!("{each} each order"), None),
        };
        vec![
            Cell::new(Tone::Quiet, format!("  {}", self.name)),
            Cell::new(Tone::Quiet, each),
            Cell::new(Tone::Quiet, self.usage.used.to_string()),
            Cell::new(Tone::Quiet, number(free)),
            Cell::new(Tone::Quiet, self.usage.next_free()),
        ]
    }

    fn json(&self) -> Value {
        let mut object = self.usage.json();
        object["operation"] = json!(self.name);
        object["each"] = json!(match self.each {
            Each::Account => "account",
            Each::User => "user",
            Each::Order => "order",
        });
        object["windows"] = json!(self.windows);
        if self.each != Each::Account {
            object["free"] = Value::Null;
        }
        object
    }
}

impl Usage {
    fn of<'a>(limit: Option<Limit>, lists: impl Iterator<Item = &'a SlotList>, now: Timestamp) -> Self {
        let now_ms = now.as_millisecond();
        let (mut used, mut next_ms) = (0_u32, None::<i64>);
        for slots in lists {
            used = used.saturating_add(slots.used(now_ms));
            let first = slots.entries().iter().map(|slots| slots.free_at_ms).find(|at_ms| *at_ms > now_ms);
            next_ms = next_ms.into_iter().chain(first).min();
        }
        let next_free = next_ms
            .and_then(|at_ms| Some((Timestamp::from_millisecond(at_ms).ok()?, at_ms.saturating_sub(now_ms))));
        Self { limit, used, next_free }
    }

    fn free(&self) -> Option<u32> {
        Some(self.limit.as_ref()?.requests.saturating_sub(self.used))
    }

    fn next_free(&self) -> String {
        self.next_free.map(|(_, in_ms)| in_time(in_ms)).unwrap_or_default()
    }

    fn json(&self) -> Value {
        json!({
            "requests": self.limit.map(|limit| limit.requests),
            "per_ms": self.limit.map(|limit| u64::try_from(limit.per.as_millis()).unwrap_or(u64::MAX)),
            "used": self.used,
            "free": self.free(),
            "next_free_at": self.next_free.map(|(at, _)| at.to_string()),
        })
    }
}

impl State {
    fn of(window: &QuotaWindow, now: Timestamp) -> Self {
        let Some(closing) = &window.gate.closing else { return Self::Open };
        let (now_ms, reason) = (now.as_millisecond(), closing.reason.clone());
        if closing.until_ms > now_ms {
            return Self::Closed {
                until: Timestamp::from_millisecond(closing.until_ms).unwrap_or(Timestamp::MAX),
                reason,
            };
        }
        if window.gate.wants_probe(ServerTime::exactly(now_ms)) {
            Self::HalfOpen { reason }
        } else {
            Self::Probing { reason }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::Closed { until, reason } => format!("closed until {} ({reason})", view::time(*until)),
            Self::HalfOpen { reason } => format!("half open, the next call is a probe ({reason})"),
            Self::Probing { reason } => format!("probing ({reason})"),
        }
    }
}

/// Like `300 in 60 s`.
fn limit(limit: &Limit) -> String {
    let ms = limit.per.as_millis();
    let per = if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") };
    format!("{} in {per}", limit.requests)
}

fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// Like `in 2.4 s`; whole seconds from ten on.
fn in_time(ms: i64) -> String {
    let tenths = ms.saturating_add(99).div_euclid(100);
    if tenths >= 100 {
        return format!("in {} s", tenths.saturating_add(9).div_euclid(10));
    }
    format!("in {}.{} s", tenths.div_euclid(10), tenths.rem_euclid(10))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use skinbus_domain::quota::{Closing, Gate, Probe, Slots};

    use super::super::table;
    use super::*;
    use crate::terminal::Palette;

    fn slots(slots: &[(i64, u32)]) -> SlotList {
        slots.iter().map(|(free_at_ms, count)| Slots { free_at_ms: *free_at_ms, count: *count }).collect()
    }

    fn limits() -> Limits {
        let limit = |requests, per_ms| Limit { requests, per: Duration::from_millis(per_ms) };
        let own = |each, limit| OperationLimit { each, limit };
        let operations = [
            ("balance".to_owned(), own(Each::Account, limit(2, 1500))),
            ("inventory".to_owned(), own(Each::User, limit(1, 5000))),
        ];
        Limits { account: Some(limit(300, 60_000)), operations: operations.into() }
    }

    fn status(gate: Gate) -> Status {
        let operations = [
            ("balance".to_owned(), slots(&[(3_300, 1)])),
            ("inventory.76561198000000001".to_owned(), slots(&[(5_000, 1)])),
            ("inventory.76561198000000002".to_owned(), slots(&[(900, 1)])),
        ];
        let window =
            QuotaWindow { slots: slots(&[(500, 4), (31_001, 3)]), operations: operations.into(), gate };
        Status::of(&"skinify_main".parse().unwrap(), &limits(), &window, at(1_000))
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn closed(until_ms: i64) -> Option<Closing> {
        Some(Closing { until_ms, reason: "http_429".to_owned(), failures: 0 })
    }

    #[test]
    fn used_free_and_the_next_slot_are_shown() {
        let expected = [
            "account       limit               used  free  next free  state",
            "skinify_main  300 in 60 s         3     297   in 31 s    open",
            "  balance     2 in 1500 ms        1     1     in 2.3 s",
            "  inventory   1 in 5 s each user  1           in 4.0 s",
        ];
        assert_eq!(table(&[status(Gate::default())]).render(Palette::PLAIN, 120), expected);
    }

    #[test]
    fn the_state_tells_how_a_closing_goes_on() {
        let probe = Some(Probe { epoch: 2, back_at_ms: 2_000 });
        let cases = [
            (Gate::default(), "open"),
            (
                Gate { epoch: 1, closing: closed(61_000), probe: None },
                "closed until 1970-01-01 00:01:01Z (http_429)",
            ),
            (
                Gate { epoch: 1, closing: closed(1_000), probe: None },
                "half open, the next call is a probe (http_429)",
            ),
            (Gate { epoch: 2, closing: closed(1_000), probe }, "probing (http_429)"),
        ];
        for (gate, expected) in cases {
            let status = status(gate);
            assert_eq!(status.state.text(), expected);
            let line = format!("skinify_main: 3 used of 300 in 60 s, next free in 31 s, {expected}");
            assert_eq!(status.line(), line);
        }
    }

    #[test]
    fn json_has_one_object_with_everything() {
        let status = status(Gate { epoch: 1, closing: closed(61_000), probe: None });
        let expected = json!({
            "account": "skinify_main",
            "requests": 300,
            "per_ms": 60_000,
            "used": 3,
            "free": 297,
            "next_free_at": "1970-01-01T00:00:31.001Z",
            "state": "closed",
            "closed_until": "1970-01-01T00:01:01Z",
            "closed_reason": "http_429",
            "operations": [
                {
                    "operation": "balance", "each": "account", "windows": 1,
                    "requests": 2, "per_ms": 1_500, "used": 1, "free": 1,
                    "next_free_at": "1970-01-01T00:00:03.3Z",
                },
                {
                    "operation": "inventory", "each": "user", "windows": 1,
                    "requests": 1, "per_ms": 5_000, "used": 1, "free": null,
                    "next_free_at": "1970-01-01T00:00:05Z",
                },
            ],
        });
        assert_eq!(serde_json::from_str::<Value>(&status.json()).unwrap(), expected);
    }

    #[test]
    fn times_are_rounded_up() {
        for (ms, expected) in [(1, "in 0.1 s"), (900, "in 0.9 s"), (9_901, "in 10 s"), (30_001, "in 31 s")] {
            assert_eq!(in_time(ms), expected);
        }
    }
}
