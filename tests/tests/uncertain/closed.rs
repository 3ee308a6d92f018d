//! The provider says that its limit is reached: nobody calls before the pause has passed.

use serde_json::json;
use skinbus_proto::Message;
use skinbus_proto::v1::{QuotaWindow, TradeStatus};
use skinbus_tests::merchant::{Merchant, assert_gapless, order};
use skinbus_tests::{System, SystemOptions, wait};

use crate::{fault, quick, reason};

const WINDOW: &str = "$KV.skinbus_quota.skinify_main";

async fn window(merchant: &Merchant) -> Option<QuotaWindow> {
    let stream = merchant.jetstream().get_stream("KV_skinbus_quota").await.unwrap();
    let message = stream.get_last_raw_message_by_subject(WINDOW).await.ok()?;
    Some(QuotaWindow::decode(message.payload).unwrap())
}

#[tokio::test]
async fn a_closed_account_is_closed_for_every_replica() {
    const ORDERS: usize = 12;

    let mut system = System::start(SystemOptions { concurrency: 3, ..quick() }).await;
    system.launch("provider-dispatch", None);
    system.ready().await;
    let merchant = system.merchant().await;
    system.control(&json!({"faults": [fault("limited", &json!("limit_exceeded"))]})).await;
    merchant.publish(&order("limited", "88112")).await;
    let limited = wait::until("the refusal to be written", || async {
        let last = merchant.last("limited").await?;
        (last.to() == TradeStatus::Accepted && last.version > 1).then_some(last)
    })
    .await;
    assert_eq!(reason(&limited), "rate_limited");
    let refused_ms = limited.recorded_at.unwrap().seconds * 1000;
    let not_before_ms = limited.trade.unwrap().not_before.unwrap().seconds * 1000;
    let closed = wait::until("the account to be closed", || async {
        window(&merchant).await.filter(|window| window.closed_until_ms > 0)
    })
    .await;
    assert_eq!(closed.closed_reason, "request_limit_exceeded");
    let pause_ms = closed.closed_until_ms - refused_ms;
    assert!((58_000..=62_000).contains(&pause_ms), "closed for {pause_ms} ms");
    assert!((closed.closed_until_ms - not_before_ms).abs() < 2000, "the order waits as long");

    // Both replicas have orders in hand, and none of them calls.
    for index in 0..ORDERS {
        merchant.publish(&order(&format!("wd-{index}"), "88112")).await;
    }
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Accepted).await;
    }
    assert_eq!(system.quota().await["arrivals"], 1, "only the one that was refused");
    // The pause would be a minute. An operator may cut it short; what is checked is that nobody calls before its end.
    let until_ms = skinbus_runtime::clock::now().as_millisecond() + 1500;
    shorten(&merchant, until_ms).await;
    for index in 0..ORDERS {
        merchant.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    for index in 0..ORDERS {
        let purchases = system.purchases(&format!("wd-{index}")).await;
        let [purchase] = purchases.as_slice() else { panic!("{purchases:?}") };
        let bought_ms = purchase["created_unix_ms"].as_i64().unwrap();
        assert!(bought_ms >= until_ms, "called {} ms before the end of the pause", until_ms - bought_ms);
    }
    assert_eq!(merchant.last("limited").await.unwrap().to(), TradeStatus::Accepted, "its own pause goes on");
    assert_gapless(&merchant.history().await);
    for replica in system.processes("provider-dispatch") {
        let (_, metrics) = replica.page("/metrics").await;
        assert!(
            metrics.contains("skinbus_provider_call_seconds_count"),
            "a replica without calls proves nothing"
        );
    }
}

/// Writes an earlier end of the pause, as compare-and-set with whatever the replicas write.
async fn shorten(merchant: &Merchant, until_ms: i64) {
    let stream = merchant.jetstream().get_stream("KV_skinbus_quota").await.unwrap();
    wait::until("the pause to be shortened", || async {
        let message = stream.get_last_raw_message_by_subject(WINDOW).await.unwrap();
        let mut window = QuotaWindow::decode(message.payload).unwrap();
        window.closed_until_ms = until_ms;
        let sequence = message.sequence.to_string();
        let headers = skinbus_tests::look::headers(&[("Nats-Expected-Last-Subject-Sequence", &sequence)]);
        merchant.publish_to(WINDOW, headers, window.encode_to_vec()).await.ok()
    })
    .await;
}
