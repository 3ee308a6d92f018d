//! What happens without anybody's doing: deposits that live, notifications that overtake, long price lists.

use serde_json::json;

use super::support::World;
use crate::client::text;
use crate::merchant::Merchant;

fn status_of(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body).unwrap()["status"].as_str().unwrap().to_owned()
}

async fn with_merchant() -> (World, Merchant) {
    let world = World::standing_still().await;
    let merchant = Merchant::start(200).await;
    let ipn = json!({"url": merchant.url(), "encoding": "json", "send_pending": true});
    world.control(&json!({"skinify": {"notifications": ipn}}).to_string()).await;
    (world, merchant)
}

#[tokio::test]
async fn deposits_live_by_their_fates() {
    let (world, mut merchant) = with_merchant().await;
    world
        .control(
            r#"{"skinify": {"deposit_fate": "held_then_paid",
        "deposit_fates": {"dep-2": "failed", "dep-3": "stays"}}}"#,
        )
        .await;
    for deposit_id in ["dep-1", "dep-2", "dep-3"] {
        world.post("/create-deposit", &format!("deposit_id={deposit_id}")).await;
    }
    let status = async |id: &str| {
        let answer = world.get(&format!("/deposit-status?deposit_id={id}")).await;
        text(&answer["deposit"]["status"]).to_owned()
    };
    world.control(r#"{"advance_ms": 2000000}"#).await;
    assert_eq!(world.get("/deposit-status?deposit_id=dep-1").await["deposit"]["amount"], "19.55");
    let mut told = [status_of(&merchant.next().await.body), status_of(&merchant.next().await.body)];
    told.sort();
    assert_eq!(told, ["failed", "pending"]);
    world.control(r#"{"advance_ms": 20000000}"#).await;
    assert_eq!(status("dep-1").await, "success");
    assert_eq!(status("dep-2").await, "failed");
    assert_eq!(status("dep-3").await, "pending");
    assert_eq!(status_of(&merchant.next().await.body), "success");
    assert_eq!(world.balance().await, "1000000019.55");

    let row = world.ledger().await["deposits"][0].clone();
    let phases: Vec<_> =
        row["history"].as_array().unwrap().iter().map(|entry| text(&entry["phase"])).collect();
    assert_eq!(phases, ["created", "offer_sent", "held", "paid"]);
    assert_eq!((&row["kind"], &row["credits"]), (&json!("hosted"), &json!([])));
    assert_eq!(row["asset_ids"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_notification_can_be_overtaken() {
    let (world, mut merchant) = with_merchant().await;
    world.post("/create-deposit", "deposit_id=dep-1").await;
    let change = json!({"skinify": {"notifications": {"mode": "reordered"}, "deposits": [
        {"reference": "dep-1", "event": "hold", "amount": "5"}, {"reference": "dep-1", "event": "pay", "amount": "5"}]}});
    world.control(&change.to_string()).await;
    assert_eq!(status_of(&merchant.next().await.body), "success");
    assert_eq!(status_of(&merchant.next().await.body), "pending");
}

#[tokio::test]
async fn a_price_list_can_be_made_long() {
    let world = World::standing_still().await;
    world.control(r#"{"skinify": {"catalogue_filler": 30000}}"#).await;
    let list = world.get("/withdraw/prices?game=csgo&full_list=1").await;
    let skins = list["skins"].as_array().unwrap();
    assert!(skins.len() > 10_000, "{}", skins.len());
    let last = text(&skins.last().unwrap()["id"]).to_owned();
    assert_eq!(world.buy(&last, "wd-1").await["purchase_status"], "processing");
    world.control(r#"{"advance_ms": 100000000}"#).await;
    assert_eq!(world.info("wd-1").await["purchase_status"], "accepted");
}

#[tokio::test]
async fn settings_of_others_are_unknown() {
    let world = World::standing_still().await;
    let (status, words) = world.try_control(r#"{"skinify": {"nonsense": 1}}"#).await;
    assert!(status == 400 && words.contains("unknown field `nonsense`"), "{words}");
    let (status, words) = world.try_control(r#"{"nobody": {}}"#).await;
    assert!(status == 400 && words.contains("unknown field `nobody`"), "{words}");
}
