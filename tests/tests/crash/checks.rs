//! What must hold after every experiment, whatever was killed in it.

use std::collections::BTreeSet;

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_proto::v1::order_request::Operation;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::assert_gapless;
use skinbus_tests::{Merchant, System, accounts, wait};

use crate::credits;
use crate::expected::Expected;
use crate::watch::{Versions, Watch, path};

/// Waits until no order is left in a queue and every version was followed: nothing is stuck.
async fn nothing_is_left(merchant: &Merchant) {
    let jetstream = merchant.jetstream();
    for stream in ["ORDERS", "DISPATCH"] {
        wait::until(&format!("{stream} to be empty"), || async {
            let info = jetstream.get_stream(stream).await.unwrap().cached_info().clone();
            (info.state.messages == 0).then_some(())
        })
        .await;
    }
    for (stream, consumer) in [("TRADES", "tracker_trades"), ("WEBHOOKS", "tracker_webhooks")] {
        wait::until(&format!("{consumer} to have followed everything"), || async {
            let info = info(merchant, stream, consumer).await;
            (info.num_pending == 0 && info.num_ack_pending == 0).then_some(())
        })
        .await;
    }
}

/// A durable consumer as it is now.
async fn info(merchant: &Merchant, stream: &str, consumer: &str) -> async_nats::jetstream::consumer::Info {
    let stream = merchant.jetstream().get_stream_no_info(stream).await.unwrap();
    stream.consumer_info(consumer).await.unwrap()
}

/// What is left of an experiment.
pub(crate) struct Books {
    /// Every version of every order.
    pub(crate) history: Versions,
    /// The orders that wait for a person.
    pub(crate) reviews: Vec<String>,
}

/// Waits until nothing is in hand any more, and checks the ledger, the subscriber, the dead letters and the simulator's
/// record against each other and against what is expected of each order.
pub(crate) async fn close_the_books(
    system: &System,
    merchant: &Merchant,
    watch: &Watch,
    orders: &[Expected],
) -> Books {
    watch.all_settled(orders).await;
    nothing_is_left(merchant).await;
    let history = merchant.history().await;
    assert_gapless(&history);
    let told = watch.versions();
    for (order_id, changes) in &history {
        assert_eq!(told.get(order_id), Some(changes), "{order_id}: what was told is not what was stored");
    }
    assert_eq!(told.len(), history.len(), "an order was told of that is not in the ledger");
    let dead = merchant.dead().await;
    assert!(dead.is_empty(), "{dead:#?}");
    let bought = system.bought().await;
    for (order_id, times) in &bought {
        assert_eq!(*times, 1, "{order_id} was bought {times} times");
        assert!(history.contains_key(order_id), "{order_id} was bought and is not in the ledger");
    }
    for (order_id, changes) in &history {
        is_consistent(order_id, changes, bought.contains_key(order_id));
    }
    credits::are_those_on_record(system, &history).await;
    for order in orders {
        order.check(&history[&order.id], bought.contains_key(&order.id));
    }
    assert_eq!(history.len(), orders.len(), "orders in the ledger");
    let needs_review = |(id, changes): (&String, &Vec<v1::TradeStatusChanged>)| {
        (changes.last().unwrap().to() == TradeStatus::NeedsReview).then(|| id.clone())
    };
    let reviews = history.iter().filter_map(needs_review).collect();
    Books { history, reviews }
}

fn is_consistent(order_id: &str, changes: &[v1::TradeStatusChanged], is_bought: bool) {
    let way = path(changes);
    let last = changes.last().unwrap();
    let order = last.trade.as_ref().and_then(|trade| trade.order.as_ref()).unwrap();
    let ids = provider_ids(changes);
    assert!(ids <= 1, "{order_id} was followed under {ids} ids: {way}");
    let (user, is_purchase) = match order.operation.as_ref().unwrap() {
        Operation::Purchase(purchase) => (&purchase.recipient, true),
        Operation::Deposit(deposit) => (&deposit.user, false),
        Operation::Listing(listing) => (&listing.seller, false),
    };
    // ShadowPay's look-ups name no purchase by its own id.
    if is_purchase && order.account != accounts::account(ProviderName::Shadowpay) {
        assert_eq!(ids == 1, is_bought, "{order_id}: the ledger and the provider do not agree: {way}");
    }
    let intended = changes.iter().any(|change| change.to() == TradeStatus::Dispatching);
    assert!(intended || !is_bought, "{order_id} was bought without an intent: {way}");
    if last.to() == TradeStatus::NeedsReview {
        assert!(intended && !is_bought, "{order_id} needs no review: {way}");
        return;
    }
    // A page on which one may always pay once more.
    if last.to() == TradeStatus::Submitted {
        assert!(!is_purchase, "{order_id} is not over: {way}");
        return;
    }
    let token = user.as_ref().map(|user| user.trade_token.as_str());
    assert_eq!(token, Some(""), "{order_id} is final and keeps its trade token: {way}");
}

/// How many ids an order's trade at the provider ever had.
fn provider_ids(changes: &[v1::TradeStatusChanged]) -> usize {
    let facts = changes.iter().filter_map(|change| change.trade.as_ref()?.facts.as_ref());
    let ids: BTreeSet<&str> =
        facts.map(|facts| facts.provider_id.as_str()).filter(|id| !id.is_empty()).collect();
    ids.len()
}

/// Checks that no window at the provider held more than the limit, and gives the fullest.
pub(crate) async fn quota_was_kept(system: &System, limit: u64) -> u64 {
    let record = system.record("_quota").await;
    let account = &record["skinify"];
    let worst = account["worst_window"].as_u64().unwrap_or_else(|| panic!("{record:#}"));
    assert!(worst <= limit, "{worst} requests in one window of {limit}: {record:#}");
    assert_eq!(account["refused"].as_u64(), Some(0), "{record:#}");
    worst
}
