//! What the server refuses for want of a right. Whoever published only finds that no answer comes, so it is said and counted
//! here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use skinbus_runtime::clock;

use crate::metrics;

/// How often a kind of refusal is logged; every one is counted.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Refusals of one connection.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// When each kind was logged last, and how many were not since.
    logged: Mutex<BTreeMap<Kind, (Instant, u64)>>,
}

/// What was tried, and on which kind of subject.
type Kind = (&'static str, String);

/// A refusal as the server words it.
#[derive(Debug, PartialEq, Eq)]
struct Refusal<'a> {
    action: &'static str,
    subject: &'a str,
}

impl Refusals {
    /// Takes what the server said.
    pub(crate) fn tell(&self, error: &str) {
        let Some(Refusal { action, subject }) = read(error) else {
            return tracing::error!(error, "NATS says that something is wrong");
        };
        let class = class_of(subject);
        metrics::refused(action, &class);
        if let Some(not_logged) = self.take_turn(action, &class, clock::monotonic_now()) {
            tracing::error!(
                action,
                subject,
                not_logged,
                "NATS refused this for want of a right; no answer will come"
            );
        }
    }

    /// How many of this kind were not logged since the last line, if it is time for one.
    fn take_turn(&self, action: &'static str, class: &str, now: Instant) -> Option<u64> {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (action, class.to_owned());
        match logged.get_mut(&key) {
            Some((last, not_logged)) if now.duration_since(*last) < LOG_EVERY => {
                *not_logged = not_logged.saturating_add(1);
                None
            }
            Some((_, not_logged)) => {
                let not_logged = *not_logged;
                logged.insert(key, (now, 0));
                Some(not_logged)
            }
            None => {
                logged.insert(key, (now, 0));
                Some(0)
            }
        }
    }
}

/// Reads `Permissions Violation for Publish to "subject"`, and the same for `Subscription`.
fn read(error: &str) -> Option<Refusal<'_>> {
    let (said, rest) = error.split_once('"')?;
    let subject = rest.split('"').next()?;
    let said = said.to_ascii_lowercase();
    let action = match said.trim().trim_start_matches('\'') {
        "permissions violation for publish to" => "publish",
        "permissions violation for subscription to" => "subscribe",
        _ => return None,
    };
    Some(Refusal { action, subject })
}

/// The kind of a subject: what comes before names of merchants, accounts, orders and inboxes, of which there are many.
fn class_of(subject: &str) -> String {
    let mut tokens = subject.split('.');
    let first = tokens.next().unwrap_or_default();
    let named = match (first, tokens.next()) {
        ("skinbus", Some("v1")) => 3,
        ("$JS", Some("API")) => 4,
        ("$KV" | "$O", _) => 2,
        _ if first.starts_with("_INBOX") => return "_INBOX".to_owned(),
        _ => 1,
    };
    let class: Vec<&str> = subject.split('.').take(named).collect();
    class.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_understood() {
        for (said, action, subject) in [
            (
                r#"Permissions Violation for Publish to "skinbus.v1.append.x.y""#,
                "publish",
                "skinbus.v1.append.x.y",
            ),
            (r#"'permissions violation for subscription to "a.>" using queue "q"'"#, "subscribe", "a.>"),
        ] {
            assert_eq!(read(said), Some(Refusal { action, subject }));
        }
        assert_eq!(read("Stale Connection"), None);
        assert_eq!(read(r#"Invalid Subject "x""#), None);
    }

    #[test]
    fn names_are_no_part_of_a_kind() {
        for (subject, class) in [
            ("skinbus.v1.append.acme.wd-1", "skinbus.v1.append"),
            ("$JS.API.STREAM.CREATE.ORDERS", "$JS.API.STREAM.CREATE"),
            ("$KV.skinbus_quota.skinify_main", "$KV.skinbus_quota"),
            ("_INBOX_skinbus.abc.def", "_INBOX"),
            ("anything.else", "anything"),
            ("", ""),
        ] {
            assert_eq!(class_of(subject), class, "{subject}");
        }
    }

    #[test]
    fn a_flood_is_one_line_a_minute_and_says_how_many() {
        let (refusals, began) = (Refusals::default(), clock::monotonic_now());
        let turn = |class: &str, seconds: u64| {
            refusals.take_turn("publish", class, began + Duration::from_secs(seconds))
        };
        assert_eq!(turn("a", 0), Some(0));
        assert_eq!(turn("b", 0), Some(0));
        assert_eq!((turn("a", 1), turn("a", 59)), (None, None));
        assert_eq!(turn("a", 60), Some(2));
        assert_eq!(turn("a", 61), None);
        assert_eq!(turn("a", 121), Some(1));
    }
}
