//! Counts what is open, for metrics: by account and state, with the age of the oldest. One replica does it, under a claim.
//!
//! The first time it reads every planned look there is, and every trade that came to wait for a person; after that only what is
//! new, the oldest of every group, and the others in turn. What it tells comes from the ledger alone.

mod book;
mod gauges;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use skinbus_bus::Ledger;
use skinbus_bus::claims::{Claim, ClaimError, Claims};
use skinbus_bus::ledger::LedgerError;
use skinbus_bus::open_trades::OpenTradesError;
use skinbus_bus::quota::{QuotaError, QuotaStore};
use skinbus_domain::ids::TradeKey;
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;

use crate::Tracker;
use book::{Book, Open};
use gauges::{Census, Quota, Shown};

/// Between two rounds, at the usual speed, and at the least.
const EVERY: Duration = Duration::from_secs(20);
const EVERY_MIN: Duration = Duration::from_secs(1);
/// Rounds after which everything is read anew, as at first: an hour. A stream that was restored may have begun to count again.
const ROUNDS_MAX: u64 = 180;
/// Trades that are read at the same time.
const READS_MAX: usize = 32;
/// The name of the claim.
const CLAIM: &str = "open_trades";
/// The reason that is shown of an account that an operator has paused.
const PAUSED: &str = "paused";
/// Longest reason of a closing that is shown. Ours are shorter.
const REASON_MAX_BYTES: usize = 40;

#[derive(Debug, thiserror::Error)]
enum CensusError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    OpenTrades(#[from] OpenTradesError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Quota(#[from] QuotaError),
}

pub(crate) async fn run(tracker: Arc<Tracker>) {
    let shown = Shown::take_over(&tracker.accounts);
    let mut taker = Taker { tracker: &tracker, shown, claim: None, known: None };
    let every = (EVERY / tracker.settings.speed.get()).max(EVERY_MIN);
    loop {
        tokio::select! {
            biased;
            () = tracker.shutdown.requested() => break,
            taken = taker.round() => if let Err(error) = taken {
                tracing::warn!(error = skinbus_bus::chain(&error), "open orders are not counted");
            },
        }
        tokio::select! {
            biased;
            () = tracker.shutdown.requested() => break,
            () = tokio::time::sleep(every) => {}
        }
    }
    taker.release().await;
}

/// What is known since the claim was taken.
#[derive(Default)]
struct Known {
    book: Book,
    round: u64,
    /// Up to where planned looks were read; `None` before the first time.
    place: Option<u64>,
}

struct Taker<'a> {
    tracker: &'a Tracker,
    shown: Shown,
    claim: Option<(Claims, Claim)>,
    known: Option<Known>,
}

impl Taker<'_> {
    /// One census, where it is ours to take.
    async fn round(&mut self) -> Result<(), CensusError> {
        if !self.hold().await? {
            self.known = None;
            self.shown.set(None);
            return Ok(());
        }
        // What fails on the way is begun anew: half a book would be a wrong one.
        let mut known = self.known.take().filter(|known| known.round < ROUNDS_MAX).unwrap_or_default();
        self.read_all(&mut known).await?;
        let mut quotas = BTreeMap::new();
        for account in self.tracker.accounts.values() {
            quotas.insert(account.name.clone(), quota(self.tracker, account).await?);
        }
        let totals = known.book.totals();
        self.shown.set(Some(Census { taken_at: clock::monotonic_now(), totals, quotas }));
        self.known = Some(known);
        Ok(())
    }

    /// Takes or renews the claim.
    async fn hold(&mut self) -> Result<bool, CensusError> {
        let (claims, claim) = match self.claim.take() {
            Some((claims, claim)) => {
                let renewed = claims.renew(&claim).await?;
                (claims, renewed)
            }
            None => {
                let claims = Claims::new(&self.tracker.bus).await?;
                let taken = claims.take(CLAIM).await?;
                (claims, taken)
            }
        };
        self.claim = claim.map(|claim| (claims, claim));
        Ok(self.claim.is_some())
    }

    async fn release(mut self) {
        self.shown.set(None);
        if let Some((claims, claim)) = self.claim.take() {
            claims.release(claim).await;
        }
    }

    async fn read_all(&self, known: &mut Known) -> Result<(), CensusError> {
        known.round = known.round.saturating_add(1);
        let mut keys = BTreeSet::new();
        if known.place.is_none() {
            // Those have no look left.
            self.tracker
                .bus
                .reviews(|key| {
                    keys.insert(key);
                })
                .await?;
        }
        let place = known.place.unwrap_or(0);
        known.place = Some(
            self.tracker
                .bus
                .looks_after(place, |key| {
                    keys.insert(key);
                })
                .await?,
        );
        keys.extend(known.book.next_part());
        self.read(known, keys).await?;
        loop {
            let doubtful = known.book.doubtful(known.round);
            if doubtful.is_empty() {
                return Ok(());
            }
            self.read(known, doubtful).await?;
        }
    }

    async fn read(
        &self,
        known: &mut Known,
        keys: impl IntoIterator<Item = TradeKey>,
    ) -> Result<(), CensusError> {
        let ledger = &self.tracker.ledger;
        let mut reads = stream::iter(keys)
            .map(|key| async move {
                let recorded = ledger.read(&key).await?;
                Ok::<_, LedgerError>((key, recorded.as_ref().and_then(Open::of)))
            })
            .buffer_unordered(READS_MAX);
        while let Some(read) = reads.next().await {
            let (key, open) = read?;
            known.book.put(key, open, known.round);
        }
        Ok(())
    }
}

async fn quota(tracker: &Tracker, account: &Account) -> Result<Quota, QuotaError> {
    let stored = QuotaStore::new(&tracker.bus, &account.name).await?.read(&account.name).await?;
    let now_ms = clock::now().as_millisecond();
    let closing = stored.window.gate.closing.filter(|closing| closing.until_ms > now_ms);
    Ok(Quota {
        used: stored.window.slots.used(now_ms),
        limit: account.limit.requests,
        // Our own word comes first: while it stands, what the provider says changes nothing for orders.
        closed: if account.config.paused {
            Some(PAUSED.to_owned())
        } else {
            closing.map(|closing| shown_reason(closing.reason))
        },
    })
}

/// Reasons are words of ours. A bucket that holds something else must not make labels of it.
fn shown_reason(reason: String) -> String {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_ours = reason.len() <= REASON_MAX_BYTES && reason.bytes().all(is_word);
    if is_ours { reason } else { "other".to_owned() }
}
