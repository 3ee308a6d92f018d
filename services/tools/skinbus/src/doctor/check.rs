//! One thing that was looked at, what was found, and what to do about it.

use serde_json::json;

use crate::terminal::{Palette, Tone};
use crate::view;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be.
    Good,
    /// It works, and somebody should know.
    Warning,
    /// It does not work, or is not safe.
    Wrong,
    /// It cannot be seen from here.
    Unseen,
}

impl Verdict {
    const ALL: [Self; 4] = [Self::Good, Self::Warning, Self::Wrong, Self::Unseen];

    fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
            Self::Unseen => "unseen",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Good,
            Self::Warning => Tone::Warning,
            Self::Wrong => Tone::Bad,
            Self::Unseen => Tone::Quiet,
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// What was looked at, like `nats.clock`.
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// What was found. Never a secret.
    pub(super) found: String,
    /// What to do; empty where nothing is.
    pub(super) advice: String,
}

impl Check {
    pub(super) fn good(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Good, found: found.into(), advice: String::new() }
    }

    pub(super) fn new(
        verdict: Verdict,
        name: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), verdict, found: found.into(), advice: advice.into() }
    }

    pub(super) fn warning(
        name: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Warning, name, found, advice)
    }

    pub(super) fn wrong(
        name: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Wrong, name, found, advice)
    }

    pub(super) fn unseen(
        name: impl Into<String>,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Unseen, name, found, advice)
    }

    pub(super) fn json(&self) -> String {
        let Self { name, verdict, found, advice } = self;
        json!({"check": name, "verdict": verdict.as_str(), "found": found, "advice": advice}).to_string()
    }
}

/// Whether anything is wrong. A warning is not.
pub(super) fn is_any_wrong(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.verdict == Verdict::Wrong)
}

/// Every check, and below it what to do.
pub(super) fn lines(checks: &[Check], palette: Palette) -> Vec<String> {
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let verdicts = widest(&mut Verdict::ALL.iter().map(|verdict| verdict.as_str().len()));
    let names = widest(&mut checks.iter().map(|check| check.name.chars().count()));
    let mut lines = Vec::new();
    for Check { name, verdict, found, advice } in checks {
        let verdict = palette.paint(verdict.tone(), &format!("{:<verdicts$}", verdict.as_str()));
        lines.push(format!("{verdict}  {name:<names$}  {}", view::printable(found)));
        if !advice.is_empty() {
            let indent = " ".repeat(verdicts + 2 + names + 2);
            lines.push(palette.paint(Tone::Quiet, &format!("{indent}{}", view::printable(advice))));
        }
    }
    lines
}

/// How many there are of each kind.
pub(super) fn counts(checks: &[Check]) -> Vec<(&'static str, usize)> {
    let count = |verdict: Verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    Verdict::ALL.into_iter().map(|verdict| (verdict.as_str(), count(verdict))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_not_wrong_and_each_has_its_advice_below() {
        let good = Check::good("nats.server", "nats-server 2.15.1");
        let warning = Check::warning("nats.replicas", "one copy", "set nats.replicas = 3");
        let wrong = Check::wrong("accounts.a", "no\u{1b}answer", "look");
        assert!(!is_any_wrong(&[good.clone(), warning.clone()]));
        let all = [good, warning, wrong];
        assert!(is_any_wrong(&all));
        let lines = lines(&all, Palette::PLAIN);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "ok       nats.server    nats-server 2.15.1");
        assert_eq!(lines[2], "                        set nats.replicas = 3");
        assert!(!lines[3].contains('\u{1b}'), "{:?}", lines[3]);
        assert_eq!(counts(&all), [("ok", 1), ("warning", 1), ("wrong", 1), ("unseen", 0)]);
    }
}
