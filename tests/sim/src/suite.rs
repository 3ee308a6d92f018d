//! Many runs: seeds side by side, and every step of a quiet run failed and repeated in turn.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::faults::Single;
use crate::orders::{TAKEN, Wanted, Way, order};
use crate::run::{self, Options, Report};
use crate::world::Role;

/// What a variable of the environment says; for `SIM_SEED`, `SIM_SEEDS` and `SIM_TRACE`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "how a run is asked for; no service is configured by it")]
pub fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.trim().parse().ok()
}

/// What many runs came to.
#[derive(Debug, Default)]
pub struct Sums {
    /// How many runs.
    pub runs: u64,
    /// Events of all of them.
    pub events: u64,
    /// Steps of all of them.
    pub steps: u64,
    /// Orders of all of them.
    pub orders: u64,
    /// Orders that waited for a person.
    pub reviews: u64,
    /// How orders ended.
    pub endings: BTreeMap<String, usize>,
    /// The broken run with the lowest number.
    pub broken: Option<Report>,
}

impl Sums {
    fn add(&mut self, report: Report) {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.runs += 1;
        self.events += report.events;
        self.steps += count(report.steps.len());
        self.orders += count(report.orders);
        self.reviews += count(report.reviews);
        for (ending, times) in &report.endings {
            *self.endings.entry(ending.clone()).or_default() += times;
        }
        let is_first = self.broken.as_ref().is_none_or(|known| report.seed < known.seed);
        if report.broken.is_some() && is_first {
            self.broken = Some(report);
        }
    }
}

/// Runs what `one` makes of each number, on all processors, until one is broken.
fn side_by_side(numbers: RangeInclusive<u64>, one: impl Fn(u64) -> Report + Sync) -> Sums {
    let (next, sums) = (AtomicU64::new(*numbers.start()), Mutex::new(Sums::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > *numbers.end() {
                        return;
                    }
                    let report = one(number);
                    if report.broken.is_some() {
                        next.store(*numbers.end() + 1, Ordering::Relaxed);
                    }
                    sums.lock().unwrap().add(report);
                }
            });
        }
    });
    sums.into_inner().unwrap()
}

/// Runs these seeds.
#[must_use]
pub fn seeds(numbers: RangeInclusive<u64>, options: &Options) -> Sums {
    side_by_side(numbers, |number| run::seed(number, options))
}

/// The story of a broken seed, for people.
#[must_use]
pub fn story(report: &Report) -> String {
    let Some(broken) = &report.broken else { return "nothing is broken".to_owned() };
    format!(
        "seed {}: {} is broken by {:?}: {}\n{}\nagain, with everything: SIM_SEED={} SIM_TRACE=1 make test-sim",
        report.seed,
        broken.rule,
        broken.order_id,
        broken.problem,
        report.story.join("\n"),
        report.seed
    )
}

/// One run of the systematic part.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its order.
    pub wanted: Wanted,
    /// Its fault; none for the quiet run itself.
    pub single: Option<(u64, Single)>,
}

/// A quiet run of each kind of order at each provider, and each of its steps failed and repeated in turn.
#[must_use]
pub fn every_step() -> Vec<Case> {
    let mut cases = Vec::new();
    for (provider, kinds) in TAKEN {
        for kind in kinds {
            let wanted = Wanted { fate: Some("accepted"), ..order(0, provider, *kind, Way::Pays) };
            let quiet = run::one(wanted.clone(), None, &Options::default());
            cases.push(Case { wanted: wanted.clone(), single: None });
            for (index, (role, step)) in quiet.steps.iter().enumerate() {
                let number = u64::try_from(index).unwrap_or(u64::MAX) + 1;
                let faults = Single::ALL.into_iter().filter(|fault| can_have(*role, step, *fault));
                cases.extend(
                    faults.map(|fault| Case { wanted: wanted.clone(), single: Some((number, fault)) }),
                );
            }
        }
    }
    cases
}

/// Whether a fault at such a step makes another run than the quiet one.
fn can_have(role: Role, step: &str, fault: Single) -> bool {
    let is_call = step.starts_with("call") || step == "query";
    match fault {
        Single::CrashBefore | Single::CrashAfter => role != Role::Outside,
        Single::AnswerLost => step != "delivered",
        // Requests are not repeated by anybody; reading twice is reading once.
        Single::Again => step != "delivered" && !is_call && !step.starts_with("read"),
    }
}

/// Runs these cases; a report's seed is its case's place.
#[must_use]
pub fn cases(all: &[Case]) -> Sums {
    let last = u64::try_from(all.len()).unwrap_or(0).saturating_sub(1);
    side_by_side(0..=last, |number| {
        let case = &all[usize::try_from(number).unwrap()];
        let report = run::one(case.wanted.clone(), case.single, &Options::default());
        Report { seed: number, ..report }
    })
}
