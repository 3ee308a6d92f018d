//! The short form of the chaos, under a minute of it and as much to heal; `make chaos` is the long form. See
//! [`skinbus_tests::chaos`].
#![cfg(test)]

use skinbus_tests::chaos::{Settings, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chaos_harms_nobody() {
    let settings = Settings::short();
    println!("CHAOS_SEED={}", settings.seed);
    let outcome = run(settings).await;
    println!("{}", outcome.report);
    for finding in &outcome.findings {
        println!("{finding}");
    }
    assert!(outcome.findings.is_empty(), "the evidence is in {:?}", outcome.evidence);
}
