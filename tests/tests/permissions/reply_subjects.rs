//! The server writes its answer wherever a publisher asks for it, whatever the publisher may write itself.

use futures_util::StreamExt;
use skinbus_proto::Message;
use skinbus_proto::v1::TradeStatus;
use skinbus_tests::System;
use skinbus_tests::merchant::{Merchant, order};

use crate::secured;

/// Where an answer would do harm: another merchant's trade, a status that nobody stored, queues, a quota.
const HARMFUL: [&str; 5] = [
    "skinbus.v1.append.other.wd-1",
    "skinbus.v1.status.other.wd-1",
    "skinbus.v1.dispatch.skinify_other",
    "skinbus.v1.poll.due.skinify_other",
    "$KV.skinbus_quota.nobody",
];

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the acknowledgement is what is led astray")]
async fn no_answer_to_a_merchant_lands_anywhere_else() {
    let system = System::start(secured()).await;
    let acme = Merchant::connect_as(&system.nats.url(), "acme", system.options_of("merchant-acme")).await;
    let operator = system.merchant().await;
    let mut others = operator.client().subscribe("skinbus.v1.status.other.*").await.unwrap();
    operator.client().flush().await.unwrap();
    acme.publish(&order("wd-0", "88101")).await;
    operator.reaches("wd-0", TradeStatus::Completed).await;

    for (index, harmful) in HARMFUL.into_iter().enumerate() {
        let body = order(&format!("wd-{}", index + 1), "88101").encode_to_vec();
        for to in [
            "skinbus.v1.orders.acme",
            "skinbus.v1.place.acme",
            "skinbus.v1.query.skinify_main.balance",
            "skinbus.js.DIRECT.GET.TRADES.skinbus.v1.status.acme.wd-0",
            "skinbus.js.CONSUMER.INFO.TRADES.merchant-acme",
        ] {
            acme.client().publish_with_reply(to, harmful, body.clone().into()).await.unwrap();
        }
        let next = "skinbus.js.CONSUMER.MSG.NEXT.TRADES.merchant-acme";
        let one = r#"{"batch": 1, "no_wait": true}"#;
        acme.client().publish_with_reply(next, harmful, one.into()).await.unwrap();
    }
    // What was asked before is answered before this.
    for index in 1..=HARMFUL.len() {
        operator.reaches(&format!("wd-{index}"), TradeStatus::Completed).await;
    }
    let known = operator.history().await;
    assert!(known.values().flatten().all(|change| change.merchant == "acme"), "{known:#?}");
    assert!(operator.dead().await.is_empty(), "{:#?}", operator.dead().await);
    let quota = operator.jetstream().get_stream_no_info("KV_skinbus_quota").await.unwrap();
    quota.direct_get_last_for_subject("$KV.skinbus_quota.nobody").await.unwrap_err();
    // A real one still comes, and nothing came before it.
    let other = Merchant::connect_as(&system.nats.url(), "other", system.options_of("merchant-other")).await;
    let real =
        skinbus_proto::v1::OrderRequest { account: "skinify_other".to_owned(), ..order("real", "88101") };
    other.publish(&real).await;
    let first = others.next().await.unwrap();
    assert_eq!(first.subject.as_str(), "skinbus.v1.status.other.real");
}
