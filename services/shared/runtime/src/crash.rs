//! Named points where the crash tests kill the process.
//!
//! "Never lost" is a promise about what is left after a kill at the worst moment. These points make the worst moments
//! reachable by name. They exist in builds with debug assertions only; a release build has neither the points nor the
//! variable.

#[cfg(debug_assertions)]
use std::sync::OnceLock;
#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that arms one point: its name, `name:3` for the third time it is passed, or `name@acme/wd-1` for a point
/// that is passed with this trade.
pub const VARIABLE: &str = "SKINBUS_CRASH_AT";

/// Kills the process with SIGKILL where `SKINBUS_CRASH_AT` names this point, so that nothing is flushed or handed over.
/// Does nothing in builds without debug assertions.
#[inline]
pub fn crash_point(name: &'static str) {
    #[cfg(debug_assertions)]
    if armed().is_some_and(|armed| armed.is_hit_by(name, None)) {
        kill_this_process();
    }
    #[cfg(not(debug_assertions))]
    let _unused = name;
}

/// The same at a point that is armed for one trade only, which therefore is poison to every process that meets it.
#[inline]
pub fn crash_point_for(name: &'static str, trade: &impl std::fmt::Display) {
    #[cfg(debug_assertions)]
    if armed().is_some_and(|armed| armed.is_hit_by(name, Some(trade))) {
        kill_this_process();
    }
    #[cfg(not(debug_assertions))]
    let _unused = (name, trade);
}

#[cfg(debug_assertions)]
fn armed() -> Option<&'static Armed> {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| {
        let pairs = crate::environment::pairs();
        crate::environment::find(&pairs, VARIABLE).map(Armed::parse)
    });
    armed.as_ref()
}

/// The point that is armed, and how often it is still passed unharmed.
#[cfg(debug_assertions)]
#[derive(Debug)]
struct Armed {
    name: String,
    trade: Option<String>,
    at_passing: u32,
    passed: AtomicU32,
}

#[cfg(debug_assertions)]
impl Armed {
    fn parse(text: &str) -> Self {
        let (name, trade) = match text.split_once('@') {
            Some((name, trade)) => (name, Some(trade.to_owned())),
            None => (text, None),
        };
        let (name, at_passing) = match name.rsplit_once(':') {
            Some((name, count)) => (name, count.parse().unwrap_or(1)),
            None => (name, 1),
        };
        Self { name: name.to_owned(), trade, at_passing, passed: AtomicU32::new(0) }
    }

    fn is_hit_by(&self, name: &str, trade: Option<&dyn std::fmt::Display>) -> bool {
        let is_meant = self.name == name
            && self.trade.as_ref().is_none_or(|meant| trade.is_some_and(|trade| trade.to_string() == *meant));
        is_meant && self.passed.fetch_add(1, Ordering::Relaxed) + 1 == self.at_passing
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
        assert!(!armed.is_hit_by("dispatch.before_call", None));
        let hits: Vec<bool> = (0..4).map(|_| armed.is_hit_by("dispatch.after_call", None)).collect();
        assert_eq!(hits, [false, false, true, false]);
    }

    #[test]
    fn without_a_count_the_first_passing_is_meant() {
        assert!(Armed::parse("intake.accepted").is_hit_by("intake.accepted", None));
    }

    #[test]
    fn a_point_can_be_armed_for_one_trade() {
        let armed = Armed::parse("dispatch.in_hand@acme/wd-1");
        assert!(!armed.is_hit_by("dispatch.in_hand", None));
        assert!(!armed.is_hit_by("dispatch.in_hand", Some(&"acme/wd-2")));
        assert!(!armed.is_hit_by("dispatch.after_call", Some(&"acme/wd-1")));
        assert!(armed.is_hit_by("dispatch.in_hand", Some(&"acme/wd-1")));
    }

    #[test]
    fn an_unarmed_point_does_nothing() {
        crash_point("tests.unarmed");
    }
}
