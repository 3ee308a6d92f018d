//! The crash points, all of them, and the check that the list is complete.

use std::path::{Path, PathBuf};

/// Between the two calls of one order.
pub(crate) const BEFORE_NEXT_CALL: &str = "dispatch.before_next_call";
/// Several purchases for one user are bought in one call, and nothing of that is written down.
pub(crate) const AFTER_JOINT_ANSWER: &str = "dispatch.after_joint_answer";
/// A webhook that proves what it says is about to be folded in.
pub(crate) const BEFORE_WEBHOOK_FOLD: &str = "tracker.before_webhook_fold";

/// The crash points of each service that a purchase at Skinify meets, in that order.
const OF_A_PURCHASE: [(&str, &[&str]); 4] = [
    (
        "order-intake",
        &[
            "intake.before_append",
            "intake.after_append",
            "intake.before_acknowledge",
            "intake.place_before_append",
            "intake.place_after_append",
            "intake.place_before_answer",
        ],
    ),
    (
        "provider-dispatch",
        &[
            "dispatch.after_permit",
            "dispatch.after_intent",
            "dispatch.after_answer",
            "dispatch.after_call",
            "dispatch.before_acknowledge",
            "dispatch.before_look_up",
            "dispatch.after_look_up",
        ],
    ),
    (
        "trade-tracker",
        &[
            "tracker.before_arm",
            "tracker.after_arm",
            "tracker.after_hand_over",
            "tracker.before_look_up",
            "tracker.after_look_up",
            "tracker.after_fold",
            "tracker.after_schedule",
            "tracker.before_hint",
            "tracker.after_hint",
        ],
    ),
    ("webhook-ingress", &["ingress.before_store", "ingress.after_store"]),
];

/// A message that was delivered too often becomes a dead letter.
const OF_THE_MOVER: [&str; 3] = ["tracker.before_bury", "tracker.after_bury", "tracker.after_remove"];

/// A scheduled reconciliation; `reconcile` kills it there.
const OF_RECONCILIATIONS: [&str; 1] = ["tracker.after_reconciliation_alerts"];

/// Those that only other orders and other providers meet.
const OF_THE_REST: [(&str, &[&str]); 4] = [
    ("provider-dispatch", &[BEFORE_NEXT_CALL, AFTER_JOINT_ANSWER]),
    ("trade-tracker", &[BEFORE_WEBHOOK_FOLD]),
    ("trade-tracker", &OF_THE_MOVER),
    ("trade-tracker", &OF_RECONCILIATIONS),
];

/// The crash points of one service that a purchase at Skinify meets.
pub(crate) fn of(service: &str) -> &'static [&'static str] {
    OF_A_PURCHASE.iter().find(|(name, _)| *name == service).unwrap().1
}

#[test]
fn the_list_names_every_crash_point_of_the_services_once() {
    for (service, listed) in OF_A_PURCHASE {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services").join(service).join("src");
        let mut found = Vec::new();
        collect(&source, &mut found);
        found.sort_unstable();
        let rest = OF_THE_REST.iter().filter(|(name, _)| *name == service);
        let mut listed: Vec<&str> = rest.flat_map(|(_, rest)| *rest).chain(listed).copied().collect();
        listed.sort_unstable();
        assert_eq!(found, listed, "{service}");
    }
}

/// The names in every call of `crash_point` under a directory.
fn collect(directory: &Path, found: &mut Vec<String>) {
    let paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let calls = text.split("crash_point(").skip(1);
        found.extend(calls.map(|call| call.split('"').nth(1).unwrap().to_owned()));
    }
}
