//! Faults that are injected on purpose, by rule.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// Not executed; the connection is cut without an answer.
    Refuse,
    /// Executed; the connection is cut without an answer.
    CutAfterExecution,
    /// Executed at once, answered this many milliseconds later.
    DelayAnswerMs(u64),
    /// Executed only this many milliseconds later, even if the client has gone by then.
    DelayExecutionMs(u64),
    /// Executed; HTTP 500 with a page.
    #[serde(rename = "status_500_executed")]
    Status500Executed,
    /// Not executed; HTTP 500 with a page.
    #[serde(rename = "status_500_not_executed")]
    Status500NotExecuted,
    /// Executed; the provider's own error envelope all the same.
    ErrorExecuted,
    /// Executed; HTTP 200 with the first half of the JSON, as a complete HTTP message.
    TruncatedBody,
    /// Executed; the connection is cut half-way through the body.
    CutInBody,
    /// Executed; HTTP 200 with a page.
    HtmlBody,
    /// Executed; HTTP 200 without a body.
    EmptyBody,
    /// Not executed; the provider's answer to too many requests.
    LimitExceeded,
    /// Not executed; the provider's answer while it is under maintenance.
    Maintenance,
    /// Executed; the right JSON, but called `text/html`.
    NotJsonContent,
}

/// A rule: which requests a fault hits, and how often.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultRule {
    /// Only requests to this provider; any without it.
    #[serde(default)]
    provider: Option<String>,
    /// The end of the path, such as `/withdraw/buy`; any path without it.
    #[serde(default)]
    path: Option<String>,
    /// Only requests about this own id of ours.
    #[serde(default)]
    custom_id: Option<String>,
    /// How often it still hits.
    #[serde(default = "once")]
    times: u64,
    /// How often in a thousand it hits; always without it.
    #[serde(default)]
    probability_permille: Option<u64>,
    kind: FaultKind,
    /// How often it did hit.
    #[serde(default, skip_deserializing)]
    applied: u64,
}

fn once() -> u64 {
    1
}

/// The rules in force; the first that fits wins.
#[derive(Debug)]
pub(crate) struct FaultBook {
    rules: Vec<FaultRule>,
    seed: u64,
    random: Random,
}

impl FaultBook {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), seed, random: Random::seeded(seed) }
    }

    pub(crate) fn replace(&mut self, rules: Vec<FaultRule>) {
        self.rules = rules;
    }

    pub(crate) fn add(&mut self, rules: Vec<FaultRule>) {
        self.rules.extend(rules);
    }

    /// Begins the generator anew.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.random = Random::seeded(seed);
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// The fault of this request, if any; `concerns` tells whether the request is about an own id.
    pub(crate) fn pick(
        &mut self,
        provider: &str,
        path: &str,
        concerns: impl Fn(&str) -> bool,
    ) -> Option<FaultKind> {
        for rule in self.rules.iter_mut().filter(|rule| rule.times > 0) {
            let fits = rule.provider.as_deref().is_none_or(|wanted| wanted == provider)
                && rule.path.as_deref().is_none_or(|wanted| path.ends_with(wanted))
                && rule.custom_id.as_deref().is_none_or(&concerns);
            if fits && rule.probability_permille.is_none_or(|chance| self.random.permille(chance)) {
                rule.times -= 1;
                rule.applied += 1;
                return Some(rule.kind);
            }
        }
        None
    }
}
