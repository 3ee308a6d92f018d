//! After everything that was done here, the provider's records and the ledger agree: a false alarm would hide a true one.

use serde_json::Value;
use skinbus_tests::wait;

use crate::world::World;

pub(crate) async fn agrees(world: &World) {
    // What changed within the last seconds, or may still be on its way, is not compared; so until nothing moves.
    let (code, lines) = wait::until("everything to be compared", || async {
        let (code, lines) = world.reconcile().await;
        (number(lines.last().unwrap(), "moving") == 0).then_some((code, lines))
    })
    .await;
    let summary = lines.last().unwrap();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    // One case has the provider use a word that nobody documented.
    assert_eq!(code, Some(if number(summary, "unreadable") == 0 { 0 } else { 1 }), "{summary}");
    assert!(number(summary, "agreeing") > 10, "{summary}");
}

/// A number of the summary; zero is left out there.
fn number(summary: &Value, name: &str) -> u64 {
    summary[name].as_u64().unwrap_or(0)
}
