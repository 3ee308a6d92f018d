//! Waiting for something outside the process that announces itself nowhere.

use std::time::{Duration, Instant};

/// Longest that anything here is waited for. Reaching it is a failure, never a normal way on.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Asks until the answer is there.
///
/// # Panics
///
/// After [`LONGEST`].
pub async fn until<T, Asking: Future<Output = Option<T>>>(what: &str, ask: impl FnMut() -> Asking) -> T {
    until_within(what, LONGEST, ask).await
}

/// The same for what takes longer.
///
/// # Panics
///
/// After `longest`.
pub async fn until_within<T, Asking: Future<Output = Option<T>>>(
    what: &str,
    longest: Duration,
    mut ask: impl FnMut() -> Asking,
) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < longest, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
