//! Named points where the crash tests kill the process.
//!
//! "Never lost" is a promise about what is left after a kill at the worst moment. These points make the worst moments
//! reachable by name. They exist in builds with debug assertions only; a release build has neither the points nor the
//! variable.

#[cfg(debug_assertions)]
use std::sync::OnceLock;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that arms one point: its name, or `name:3` for the third time it is passed.
pub const VARIABLE: &str = "SKINBUS_CRASH_AT";

/// Kills the process with SIGKILL where `SKINBUS_CRASH_AT` names this point, so that nothing is flushed or handed over.
/// Does nothing in builds without debug assertions.
#[inline]
pub fn crash_point(name: &'static str) {
    #[cfg(debug_assertions)]
    {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let armed = ARMED.get_or_init(|| {
            let pairs = crate::environment::pairs();
            crate::environment::find(&pairs, VARIABLE).map(Armed::parse)
        });
        if armed.as_ref().is_some_and(|armed| armed.is_hit_by(name)) {
            kill_this_process();
        }
    }
    #[cfg(not(debug_assertions))]
    let _unused = name;
}

/// The point that is armed, and how often it is still passed unharmed.
#[cfg(debug_assertions)]
#[derive(Debug)]
struct Armed {
    name: String,
    at_passing: u32,
    passed: AtomicU32,
}

#[cfg(debug_assertions)]
impl Armed {
    fn parse(text: &str) -> Self {
        let (name, at_passing) = match text.rsplit_once(':') {
            Some((name, count)) => (name, count.parse().unwrap_or(1)),
            None => (text, 1),
        };
        Self { name: name.to_owned(), at_passing, passed: AtomicU32::new(0) }
    }

    fn is_hit_by(&self, name: &str) -> bool {
        self.name == name && self.passed.fetch_add(1, Ordering::Relaxed) + 1 == self.at_passing
    }
}

#[cfg(debug_assertions)]
fn kill_this_process() {
    use rustix::process::{Signal, getpid, kill_process};
    // SIGKILL and not exit: no destructor, no flush, no farewell to the server, as when a node loses power.
    if kill_process(getpid(), Signal::KILL).is_err() {
        std::process::abort();
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_hit_at_the_asked_passing_only() {
        let armed = Armed::parse("dispatch.after_call:3");
        assert!(!armed.is_hit_by("dispatch.before_call"));
        let hits: Vec<bool> = (0..4).map(|_| armed.is_hit_by("dispatch.after_call")).collect();
        assert_eq!(hits, [false, false, true, false]);
    }

    #[test]
    fn without_a_count_the_first_passing_is_meant() {
        assert!(Armed::parse("intake.accepted").is_hit_by("intake.accepted"));
    }

    #[test]
    fn an_unarmed_point_does_nothing() {
        crash_point("tests.unarmed");
    }
}
