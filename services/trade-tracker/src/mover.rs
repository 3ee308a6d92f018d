//! Messages that the server delivers no more, because their handler took the process with it every time: each becomes a dead
//! letter, and leaves the queue that it blocks.
//!
//! The services bury such a message themselves before the server stops; this is the net below. Every step may be repeated.

use std::sync::Arc;

use skinbus_bus::advisories::{Abandoned, Advisory, RescueError};
use skinbus_bus::dead::Cause;
use skinbus_bus::topology::{ADVISORIES, MOVER};
use skinbus_bus::{DELIVERIES_MAX, Disposition, Incoming, WorkOptions};
use skinbus_runtime::crash::crash_point;

use crate::Tracker;

const CONCURRENCY: usize = 8;

pub(crate) async fn run(tracker: Arc<Tracker>) {
    let options = WorkOptions {
        stage: "mover",
        concurrency: CONCURRENCY,
        ahead: CONCURRENCY,
        deliveries_max: DELIVERIES_MAX,
    };
    let (bus, shutdown) = (tracker.bus.clone(), tracker.shutdown.clone());
    let handler = move |incoming: Incoming| {
        let tracker = Arc::clone(&tracker);
        async move { handle(&tracker, &incoming).await }
    };
    bus.work(ADVISORIES, MOVER, options, &shutdown, handler).await;
}

async fn handle(tracker: &Tracker, incoming: &Incoming) -> Disposition {
    let abandoned = match Advisory::read(incoming) {
        Advisory::Abandoned(abandoned) => abandoned,
        Advisory::NotOurs => return Disposition::Acknowledge,
        Advisory::Unreadable => {
            return Disposition::Dead(Cause::new("undecodable", "an advisory that cannot be read"));
        }
    };
    match rescue(tracker, &abandoned).await {
        Ok(()) => Disposition::Acknowledge,
        Err(error) => {
            tracing::warn!(error = skinbus_bus::chain(&error), "an abandoned message is no dead letter yet");
            Disposition::Retry
        }
    }
}

/// The letter first, then the removal, the acknowledgement last.
async fn rescue(tracker: &Tracker, abandoned: &Abandoned) -> Result<(), RescueError> {
    crash_point("tracker.before_bury");
    if !tracker.bus.bury_abandoned(abandoned).await? {
        return Ok(());
    }
    crash_point("tracker.after_bury");
    tracker.bus.remove_abandoned(abandoned).await?;
    crash_point("tracker.after_remove");
    Ok(())
}
