//! What a number of equal requests took.

use std::time::{Duration, Instant};

/// The outcome of a load.
pub(crate) struct Load {
    /// Answers per second.
    pub(crate) rate: f64,
    /// How long each took, the shortest first.
    times: Vec<Duration>,
}

impl Load {
    /// Of requests that took these times, all of them since `began`.
    pub(crate) fn since(began: Instant, mut times: Vec<Duration>) -> Self {
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        times.sort();
        Self { rate, times }
    }

    /// Milliseconds within which so many of a hundred were answered.
    pub(crate) fn milliseconds(&self, percent: usize) -> f64 {
        percentile(&self.times, percent).as_secs_f64() * 1e3
    }
}

/// The value at this part of a sorted list.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// The time in the middle.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    percentile(&times, 50)
}
