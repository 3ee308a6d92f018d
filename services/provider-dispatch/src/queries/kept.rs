//! Whole lists: fetched once per account and period by one replica, kept compressed in the object store, and read by all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use skinbus_bus::lists::{ListKey, ListStore, StoredList};
use skinbus_bus::queries::QueryError;
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_proto::query::{ListFacts, item_to_proto, items_response};
use skinbus_proto::{moment, v1};
use skinbus_runtime::clock;
use tokio::sync::Mutex;

use super::ask;
use super::{not_stored, other_kind, unavailable};
use crate::Dispatcher;

/// Most pages of a provider that make up one list.
const PAGES_MAX: usize = 200;
/// Pause before looking again for a list that another replica is fetching.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long the first list is waited for that another replica is fetching.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// One account's lists, as this replica knows them.
pub(super) struct KeptLists {
    store: ListStore,
    age_max: Duration,
    /// One lock for each list: callers of one list wait for each other, of different ones they do not.
    known: Mutex<BTreeMap<ListKey, Arc<Mutex<Option<Arc<StoredList>>>>>>,
}

/// The provider's query for a page of the list, by cursor.
pub(super) type PageQuery = dyn Fn(Option<String>) -> Query + Send + Sync;

impl KeptLists {
    pub(super) fn new(store: ListStore, age_max: Duration) -> Self {
        Self { store, age_max, known: Mutex::new(BTreeMap::new()) }
    }

    async fn slot(&self, key: &ListKey) -> Arc<Mutex<Option<Arc<StoredList>>>> {
        Arc::clone(self.known.lock().await.entry(key.clone()).or_default())
    }

    fn is_fresh(&self, list: &StoredList) -> bool {
        let fetched_at = list.list.fetched_at.as_ref().and_then(moment);
        fetched_at.is_some_and(|at| clock::now().duration_since(at).unsigned_abs() < self.age_max)
    }
}

/// The list, fetched anew where it is older than it may be. An old list is given where another replica is at it.
pub(super) async fn list(
    dispatcher: &Dispatcher,
    key: &ListKey,
    page_query: &PageQuery,
) -> Result<Arc<StoredList>, QueryError> {
    let kept = &dispatcher.queries.lists;
    let slot = kept.slot(key).await;
    let mut known = slot.lock().await;
    if let Some(list) = known.as_ref().filter(|list| kept.is_fresh(list)) {
        return Ok(Arc::clone(list));
    }
    let deadline = clock::monotonic_now() + FIRST_WAIT;
    loop {
        refresh(kept, key, &mut known).await?;
        if let Some(list) = known.as_ref().filter(|list| kept.is_fresh(list)) {
            return Ok(Arc::clone(list));
        }
        if let Some(claim) = kept.store.claim(key).await.map_err(|error| not_stored(&error))? {
            let fetched = fetch(dispatcher, key, page_query).await;
            kept.store.release(claim).await;
            return match (fetched, known.as_ref()) {
                (Ok(list), _) => {
                    let list = Arc::new(list);
                    *known = Some(Arc::clone(&list));
                    Ok(list)
                }
                (Err(error), Some(old)) => {
                    tracing::warn!(list = ?key, status = error.status, "a list is not renewed; the old one is given");
                    Ok(Arc::clone(old))
                }
                (Err(error), None) => Err(error),
            };
        }
        if let Some(old) = known.as_ref() {
            return Ok(Arc::clone(old));
        }
        if clock::monotonic_now() >= deadline {
            return Err(unavailable("list_not_ready", "the list is being fetched; ask again"));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Reads the kept list where it is another than the known one.
async fn refresh(
    kept: &KeptLists,
    key: &ListKey,
    known: &mut Option<Arc<StoredList>>,
) -> Result<(), QueryError> {
    let version = kept.store.version(key).await.map_err(|error| not_stored(&error))?;
    if version.is_some() && version.as_deref() != known.as_ref().map(|list| list.version.as_str()) {
        *known = Some(Arc::new(kept.store.read(key).await.map_err(|error| not_stored(&error))?));
    }
    Ok(())
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
