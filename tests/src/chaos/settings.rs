//! How large a run is.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The size of a run, and its seed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Makes the whole plan.
    pub seed: u64,
    /// Orders that are placed.
    pub orders: usize,
    /// How long orders come in and everything goes wrong.
    pub chaos: Duration,
    /// How long at most is waited afterwards for what is still open.
    pub patience: Duration,
    /// Between two kills of a service, in milliseconds: at least, and less than.
    pub kills_ms: (u64, u64),
    /// Between two kills of a NATS server.
    pub nats_kills: Duration,
    /// No account is closed any more when so much of the chaos is left: that lasts a minute.
    pub open_at_last: Duration,
    /// Where the evidence of a failed run is left.
    pub evidence: PathBuf,
}

/// Requests in any window, of every account: less than is wanted at times, so that permits are short.
pub const LIMIT: u32 = 60;
/// The window.
pub const WINDOW: Duration = Duration::from_secs(3);

impl Settings {
    /// The long form: `CHAOS_SEED`, `CHAOS_ORDERS` and `CHAOS_SECONDS` change it.
    ///
    /// # Panics
    ///
    /// Where a variable is no number.
    #[must_use]
    pub fn long() -> Self {
        Self {
            seed: crate::dice::Dice::from_variable("CHAOS_SEED").seed,
            orders: number("CHAOS_ORDERS").map_or(5_000, |number| usize::try_from(number).unwrap()),
            chaos: Duration::from_secs(number("CHAOS_SECONDS").unwrap_or(300)),
            patience: Duration::from_secs(240),
            kills_ms: (600, 1_400),
            nats_kills: Duration::from_secs(20),
            open_at_last: Duration::from_secs(45),
            evidence: folder(),
        }
    }

    /// The form that is one of the tests: always with the same seed, unless `CHAOS_SEED` says otherwise.
    #[must_use]
    pub fn short() -> Self {
        Self {
            seed: number("CHAOS_SEED").unwrap_or(4),
            orders: number("CHAOS_ORDERS").map_or(350, |number| usize::try_from(number).unwrap()),
            chaos: Duration::from_secs(number("CHAOS_SECONDS").unwrap_or(40)),
            patience: Duration::from_secs(100),
            nats_kills: Duration::from_secs(15),
            open_at_last: Duration::from_secs(30),
            ..Self::long()
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a run is repeated by its seed, which is no setting of a service"
)]
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a whole number"))
}

/// Beside the binaries: the target folder, wherever that is.
fn folder() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.ancestors().find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    profile.and_then(Path::parent).map_or_else(std::env::temp_dir, Path::to_path_buf).join("chaos")
}
