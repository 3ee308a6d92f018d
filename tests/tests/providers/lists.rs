//! Long price lists: fetched once for all who ask, and paged through without loss.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use skinbus_proto::v1;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::{System, SystemOptions};

use crate::queries::cs2_prices;
use crate::world::{World, everywhere, options};

/// Half of the simulator's generated items are of Counter-Strike 2.
const FILLERS: usize = 60_000;
const CALLERS: usize = 6;

#[tokio::test]
async fn a_long_list_is_fetched_once_for_everybody() {
    let patient = SystemOptions { total_timeout: "20s".to_owned(), ..options(&ProviderName::ALL) };
    let mut system = System::start(patient).await;
    system.launch("provider-dispatch", None);
    system.ready().await;
    let worlds = World::all(system).await;
    for world in &worlds {
        world.control(json!({"catalogue_filler": FILLERS})).await;
    }
    everywhere(&worlds, |world| async move {
        let lists = join_all((0..CALLERS).map(|_| whole_list(world))).await;
        assert_eq!(world.arrivals(world.paths.prices).await, 1);
        for list in &lists {
            assert_eq!(list, &lists[0]);
        }
        let fillers = lists[0].iter().filter(|name| name.starts_with("Filler | Pattern "));
        assert_eq!(fillers.count(), FILLERS / 2);
    })
    .await;
}

/// The names of the list, after checks that no page repeats or loses any.
async fn whole_list(world: &World) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut request = cs2_prices();
    let (mut rows, mut first): (u64, Option<v1::ItemsResponse>) = (0, None);
    loop {
        let mut page: v1::ItemsResponse =
            world.merchant.query(&world.account(), "prices", &request).await.unwrap();
        assert_eq!(page.unreadable, 0);
        rows += u64::try_from(page.items.len()).unwrap();
        names.extend(std::mem::take(&mut page.items).into_iter().map(|item| item.market_hash_name));
        request.page_token.clone_from(&page.next_page_token);
        // All pages are of one list, which grows older meanwhile.
        let before = first.get_or_insert_with(|| page.clone());
        assert_eq!((page.fetched_at, page.total), (before.fetched_at, before.total));
        assert!(page.age_ms >= before.age_ms);
        if request.page_token.is_empty() {
            assert!(
                !before.next_page_token.is_empty(),
                "a list of this length does not fit into one message"
            );
            assert_eq!((rows, u64::try_from(names.len()).unwrap()), (page.total, page.total));
            return names;
        }
    }
}
