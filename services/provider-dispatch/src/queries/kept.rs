//! Whole lists: fetched once per account and period by one replica, kept compressed in the object store, and read by all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use skinbus_bus::lists::{ListKey, ListStore, StoredList};
use skinbus_bus::queries::QueryError;
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_proto::query::{ListFacts, item_to_proto, items_response};
use skinbus_proto::{moment, v1};
use skinbus_runtime::clock;

use super::ask;
use super::{not_stored, other_kind, unavailable};
use crate::Dispatcher;

/// Most pages of a provider that make up one list.
const PAGES_MAX: usize = 200;
/// Pause before looking again for a list that another replica is fetching.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Pause before a list that could not be fetched is fetched again, however many ask for it.
const FAILED_PAUSE: Duration = Duration::from_secs(10);
/// How long the first list is waited for that another replica is fetching.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// One account's lists, as this replica knows them.
pub(super) struct KeptLists {
    store: ListStore,
    age_max: Duration,
    known: Mutex<BTreeMap<ListKey, Arc<Slot>>>,
}

/// One list, as this replica knows it.
#[derive(Default)]
struct Slot {
    current: RwLock<Option<Arc<StoredList>>>,
    /// When a newer one could not be had, and why.
    failed: Mutex<Option<(Instant, QueryError)>>,
    /// Held by the caller who looks for a newer one.
    renewing: tokio::sync::Mutex<()>,
}

impl Slot {
    fn current(&self) -> Option<Arc<StoredList>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the last try failed, while it is too early for another one.
    fn failed_lately(&self) -> Option<QueryError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, error) = failed.as_ref()?;
        (clock::monotonic_now().duration_since(*at) < FAILED_PAUSE).then(|| error.clone())
    }

    fn fail(&self, error: &QueryError) {
        let failed = Some((clock::monotonic_now(), error.clone()));
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }

    fn keep(&self, list: StoredList) -> Arc<StoredList> {
        let list = Arc::new(list);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&list));
        list
    }
}

/// The provider's query for a page of the list, by cursor.
pub(super) type PageQuery = dyn Fn(Option<String>) -> Query + Send + Sync;

impl KeptLists {
    pub(super) fn new(store: ListStore, age_max: Duration) -> Self {
        Self { store, age_max, known: Mutex::new(BTreeMap::new()) }
    }

    fn slot(&self, key: &ListKey) -> Arc<Slot> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key.clone()).or_default())
    }

    fn is_fresh(&self, list: &StoredList) -> bool {
        let fetched_at = list.list.fetched_at.as_ref().and_then(moment);
        fetched_at.is_some_and(|at| clock::now().duration_since(at).unsigned_abs() < self.age_max)
    }
}

/// The list, fetched anew where it is older than it may be. An old list is given to everybody who would otherwise wait for
/// somebody else who is at it.
pub(super) async fn list(
    dispatcher: &Dispatcher,
    key: &ListKey,
    page_query: &PageQuery,
) -> Result<Arc<StoredList>, QueryError> {
    let kept = &dispatcher.queries.lists;
    let slot = kept.slot(key);
    let known = slot.current();
    if let Some(list) = known.as_ref().filter(|list| kept.is_fresh(list)) {
        return Ok(Arc::clone(list));
    }
    let _renewing = match (slot.renewing.try_lock(), known) {
        (Ok(renewing), _) => renewing,
        (Err(_), Some(old)) => return Ok(old),
        (Err(_), None) => slot.renewing.lock().await,
    };
    renew(dispatcher, key, page_query, &slot).await
}

async fn renew(
    dispatcher: &Dispatcher,
    key: &ListKey,
    page_query: &PageQuery,
    slot: &Slot,
) -> Result<Arc<StoredList>, QueryError> {
    let kept = &dispatcher.queries.lists;
    let deadline = clock::monotonic_now() + FIRST_WAIT;
    loop {
        let known = read_newer(kept, key, slot).await?;
        if let Some(list) = known.as_ref().filter(|list| kept.is_fresh(list)) {
            return Ok(Arc::clone(list));
        }
        if let Some(error) = slot.failed_lately() {
            return known.ok_or(error);
        }
        if let Some(claim) = kept.store.claim(key).await.map_err(|error| not_stored(&error))? {
            let fetched = fetch(dispatcher, key, page_query).await;
            kept.store.release(claim).await;
            return match fetched {
                Ok(list) => Ok(slot.keep(list)),
                Err(error) => {
                    tracing::warn!(list = ?key, status = error.status, "a list is not renewed");
                    slot.fail(&error);
                    known.ok_or(error)
                }
            };
        }
        if let Some(old) = known {
            return Ok(old);
        }
        if clock::monotonic_now() >= deadline {
            return Err(unavailable("list_not_ready", "the list is being fetched; ask again"));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The kept list, read where it is another than the known one.
async fn read_newer(
    kept: &KeptLists,
    key: &ListKey,
    slot: &Slot,
) -> Result<Option<Arc<StoredList>>, QueryError> {
    let known = slot.current();
    let version = kept.store.version(key).await.map_err(|error| not_stored(&error))?;
    if version.is_none() || version.as_deref() == known.as_ref().map(|list| list.version.as_str()) {
        return Ok(known);
    }
    let list = kept.store.read(key).await.map_err(|error| not_stored(&error))?;
    Ok(Some(slot.keep(list)))
}

/// Fetches every page from the provider, and keeps the whole.
async fn fetch(
    dispatcher: &Dispatcher,
    key: &ListKey,
    page_query: &PageQuery,
) -> Result<StoredList, QueryError> {
    let mut items: Vec<v1::Item> = Vec::new();
    let mut facts =
        ListFacts { fetched_at: clock::now(), updated_at: None, unreadable: 0, details: BTreeMap::new() };
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let answered = ask::once(dispatcher, &page_query(cursor.clone())).await?;
        let QueryAnswer::Items(page) = answered.answer else { return Err(other_kind(&answered.answer)) };
        items.extend(page.items.iter().map(item_to_proto));
        facts.unreadable += page.unreadable;
        facts.updated_at = latest(facts.updated_at, page.updated_at);
        facts.details.extend(page.details);
        // A cursor that does not move would ask for ever.
        if page.next.is_none() || page.next == cursor {
            let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
            let list = items_response(items, total, String::new(), &facts, facts.fetched_at);
            return dispatcher.queries.lists.store.write(key, list).await.map_err(|error| not_stored(&error));
        }
        cursor = page.next;
    }
    Err(QueryError { code: 502, status: format!("list_too_long: more than {PAGES_MAX} pages") })
}

fn latest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.max(other)
}
