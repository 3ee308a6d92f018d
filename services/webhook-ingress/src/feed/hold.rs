//! The claim on an account's events: one replica has it, renews it while it listens, and the others watch it.

use std::time::{Duration, Instant};

use skinbus_bus::claims::{Claim, ClaimError, Claims, Seen};
use skinbus_domain::ids::AccountId;
use skinbus_runtime::clock;
use tokio::time::{sleep, timeout};

/// Between two renewals, and between two looks at somebody else's claim.
const EVERY: Duration = Duration::from_secs(5);
/// How long one answer of NATS is waited for.
const ANSWER: Duration = Duration::from_secs(5);
/// Without a renewal for so long its holder lets go, ...
const LET_GO: Duration = Duration::from_secs(15);
/// ... and with a renewal or two under way a while later, others take over. Each measures by its own clock.
const TAKE_OVER: Duration = Duration::from_secs(30);

pub(super) struct Hold {
    claims: Claims,
    name: String,
    claim: Option<Claim>,
    watched: Watched,
}

impl Hold {
    pub(super) fn new(claims: Claims, account: &AccountId) -> Self {
        Self { claims, name: format!("events.{account}"), claim: None, watched: Watched::default() }
    }

    /// Waits until the claim is ours.
    pub(super) async fn take(&mut self) {
        loop {
            match timeout(ANSWER, self.attempt()).await {
                Ok(Ok(Some(claim))) => {
                    self.claim = Some(claim);
                    return;
                }
                Ok(Ok(None)) | Err(_) => {}
                // That NATS is away is told where it matters more.
                Ok(Err(error)) => {
                    tracing::debug!(error = skinbus_bus::chain(&error), "a claim is not looked at")
                }
            }
            sleep(EVERY).await;
        }
    }

    async fn attempt(&mut self) -> Result<Option<Claim>, ClaimError> {
        match self.claims.seen(&self.name).await? {
            None => self.claims.take(&self.name).await,
            Some(seen) if self.watched.is_left(seen, clock::monotonic_now()) => {
                self.claims.take_over(&self.name, seen).await
            }
            Some(_) => Ok(None),
        }
    }

    /// Renews the claim until it is lost, or was not renewed for too long.
    pub(super) async fn keep(&mut self) {
        let mut renewed_at = clock::monotonic_now();
        while let Some(claim) = &self.claim {
            sleep(EVERY).await;
            let asked_at = clock::monotonic_now();
            match timeout(ANSWER, self.claims.renew(claim)).await {
                Ok(Ok(Some(renewed))) => {
                    self.claim = Some(renewed);
                    renewed_at = asked_at;
                }
                Ok(Ok(None)) => self.claim = None,
                Ok(Err(_)) | Err(_) => {
                    if clock::monotonic_now().saturating_duration_since(renewed_at) >= LET_GO {
                        return;
                    }
                }
            }
        }
    }

    /// Gives the claim back, so that another replica need not wait for its end.
    pub(super) async fn release(&mut self) {
        if let Some(claim) = self.claim.take() {
            // Without an answer it ends by itself.
            let _answered = timeout(ANSWER, self.claims.release(claim)).await;
        }
    }
}

/// Since when somebody else's claim is seen unchanged.
#[derive(Default)]
struct Watched(Option<(Seen, Instant)>);

impl Watched {
    /// Whether its holder has left it: it was seen like this long ago.
    fn is_left(&mut self, seen: Seen, now: Instant) -> bool {
        match self.0 {
            Some((before, since)) if before == seen => now.saturating_duration_since(since) >= TAKE_OVER,
            Some(_) | None => {
                self.0 = Some((seen, now));
                false
            }
        }
    }
}
