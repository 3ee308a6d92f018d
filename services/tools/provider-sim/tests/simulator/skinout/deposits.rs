//! Deposits: the wire, the units, and what becomes of them.

use serde_json::{Value, json};

use super::support::{FAR_FUTURE, PROJECT_ID, TRADE_TOKEN, World, assert_error, column, deposit, whole};
use crate::client::{fields, text, with};

const HISTORY: &str = "/deposit/history?start_date=0&end_date=9999999999";

async fn happens(world: &World, payment_id: &str, event: &Value) {
    let event = with(event.clone(), &json!({"reference": payment_id}));
    world.switch(&json!({"deposits": [event]})).await;
}

#[tokio::test]
async fn a_deposit_is_a_link_and_a_number() {
    let world = World::standing_still().await;
    let body = with(
        deposit("dep-1"),
        &json!({"trade_url_token": TRADE_TOKEN, "success_url": "https://example.invalid/yes",
            "failure_url": "https://example.invalid/no", "min_amount": "0.1"}),
    );
    let answer = world.post("/deposit/create", &body).await;
    assert_eq!(fields(&answer), ["success", "transaction_id", "url"]);
    assert_eq!((&answer["success"], &answer["transaction_id"]), (&json!(true), &json!(700_412)));
    let hash = text(&answer["url"]).strip_prefix("https://pay.skinout.gg/deposit/").unwrap();
    assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    assert!(!world.ledger().await.to_string().contains(TRADE_TOKEN));
}

#[tokio::test]
async fn what_is_wrong_with_a_deposit_is_said() {
    let world = World::standing_still().await;
    let cases = [
        (json!({"project_id": null}), "Field project_id is required"),
        (json!({"project_id": 1}), "Project not found"),
        (json!({"payment_id": null}), "Field payment_id is required"),
        (json!({"payment_id": "a b"}), "Invalid payment_id"),
        (json!({"currency": null}), "Field currency is required"),
        (json!({"currency": "eur"}), "Currency is not supported"),
        (json!({"currency": "CUSTOM"}), "Invalid custom currency"),
        (
            json!({"currency": "CUSTOM", "custom_currency_name": "Coins", "custom_currency_rate": "0"}),
            "Invalid custom currency",
        ),
        (
            json!({"currency": "CUSTOM", "custom_currency_name": "Coins", "custom_currency_rate": "1",
                "custom_currency_decimals": 9}),
            "Invalid custom currency",
        ),
        (json!({"min_amount": "0.09"}), "Minimum amount must be at least 0.1 USD"),
        (json!({"min_amount": "much"}), "Minimum amount must be at least 0.1 USD"),
        (json!({"steamid": "12"}), "Invalid steamid"),
    ];
    for (changes, sentence) in cases {
        let answer = world.post("/deposit/create", &with(deposit("dep-1"), &changes)).await;
        assert_eq!(answer, json!({"success": false, "error": sentence}), "{changes}");
    }
    assert_eq!(world.ledger().await["counts"]["deposits"], 0);
    for (query, sentence) in [
        ("", "Field payment_id or transaction_id is required"),
        ("?payment_id=nobody", "Deposit not found"),
        ("?transaction_id=1", "Deposit not found"),
        ("?transaction_id=x", "Deposit not found"),
    ] {
        assert_error(&world.get(&format!("/deposit/status{query}")).await, sentence);
    }
}

#[tokio::test]
async fn a_repeated_payment_id_is_rejected_unless_set_otherwise() {
    let world = World::standing_still().await;
    let first = world.deposit("dep-1").await;
    assert_error(&world.deposit("dep-1").await, "This payment_id already exists");
    world.switch(&json!({"repeated_deposit": "return_first"})).await;
    assert_eq!(world.deposit("dep-1").await, first);
    assert_eq!(world.ledger().await["counts"]["deposits"], 1);
    world.switch(&json!({"repeated_deposit": "buy_again"})).await;
    assert_eq!(world.deposit("dep-1").await["transaction_id"], 700_413);
    assert_eq!(world.ledger().await["counts"]["deposits"], 2);
    // A list of ids is no list here.
    assert_error(&world.deposit_status("dep-1,dep-1").await, "Deposit not found");
}

#[tokio::test]
async fn a_deposit_goes_from_pending_over_hold_to_success() {
    let world = World::standing_still().await;
    world.deposit("dep-7781").await;
    let pending = world.deposit_status("dep-7781").await;
    let mut expected = json!({"success": true, "payment_id": "dep-7781", "transaction_id": "700412",
        "time": pending["time"], "steamid": "76561198000000077", "status": "pending", "currency": "EUR",
        "currency_rate": "0.92"});
    assert_eq!(pending, expected);
    happens(&world, "dep-7781", &json!({"event": "offer"})).await;
    assert_eq!(world.deposit_status("dep-7781").await, expected);

    happens(&world, "dep-7781", &json!({"event": "hold", "amount": "12.50"})).await;
    let held = world.get("/deposit/status?transaction_id=700412").await;
    let left = whole(&held["time_settlement"]) - whole(&held["time"]);
    assert!((20_000..20_100).contains(&left), "{held}");
    expected["status"] = json!("in_hold");
    expected["time_settlement"] = held["time_settlement"].clone();
    assert_eq!(held, expected, "nothing is credited yet, and no amount is shown");
    assert_eq!(world.balance().await, 1_000_000_000_000);

    happens(&world, "dep-7781", &json!({"event": "pay"})).await;
    let paid = world.deposit_status("dep-7781").await;
    expected = with(
        expected,
        &json!({"status": "success", "time_settlement": null, "amount_currency": "11.50", "amount_usd": 12_500,
            "items": [{"name": "Deposited | Carbon Fiber (Field-Tested)", "price": 12_500,
                "image": "https://example.invalid/some.png"}]}),
    );
    assert_eq!(paid, expected);
    assert_eq!(world.balance().await, 1_000_000_012_500, "in USD, whatever is shown");

    happens(&world, "dep-7781", &json!({"event": "fail"})).await;
    let failed = world.deposit_status("dep-7781").await;
    assert_eq!((&failed["status"], failed.get("amount_usd")), (&json!("failed"), None));
    assert_eq!(world.balance().await, 1_000_000_000_000);
}

#[tokio::test]
async fn every_fate_of_a_deposit_is_lived() {
    let fates = [
        ("stays", "pending", "pending", &["created"][..]),
        ("paid", "success", "success", &["created", "offer_sent", "paid"]),
        ("held_then_paid", "in_hold", "success", &["created", "offer_sent", "held", "paid"]),
        ("failed", "failed", "failed", &["created", "offer_sent", "failed"]),
        ("reverted", "in_hold", "failed", &["created", "offer_sent", "held", "returned"]),
    ];
    for (fate, accepted, end, phases) in fates {
        let world = World::standing_still().await;
        world.switch(&json!({"deposit_fate": fate})).await;
        world.deposit("dep-1").await;
        world.advance(2_000_000).await;
        assert_eq!(world.deposit_status("dep-1").await["status"], accepted, "{fate}");
        world.advance(20_000_000).await;
        let row = world.deposit_status("dep-1").await;
        assert_eq!(row["status"], end, "{fate}");
        let ledger = world.ledger().await["deposits"][0].clone();
        assert_eq!(column(&ledger["history"], "phase"), phases);
        assert_eq!((&ledger["status"], &ledger["kind"]), (&json!(end), &json!("hosted")));
        let credited = world.balance().await - 1_000_000_000_000;
        if end != "success" {
            assert_eq!(credited, 0, "{fate}");
            continue;
        }
        // What was given, what was credited and what is shown agree.
        assert_eq!((credited, &row["amount_usd"]), (19_550, &json!(19_550)));
        assert_eq!(row["amount_currency"], "17.99");
        let prices: Vec<_> =
            row["items"].as_array().unwrap().iter().map(|item| item["price"].clone()).collect();
        assert_eq!(prices, [7_400, 12_150]);
    }
}

#[tokio::test]
async fn the_minimum_is_in_dollars() {
    let world = World::standing_still().await;
    world.switch(&json!({"deposit_fate": "paid"})).await;
    world.post("/deposit/create", &with(deposit("dep-1"), &json!({"min_amount": "5.5"}))).await;
    world.advance(2_000_000).await;
    assert_eq!(world.deposit_status("dep-1").await["amount_usd"], 5_500);
}

#[tokio::test]
async fn rates_and_decimals_are_those_of_the_currency() {
    let world = World::standing_still().await;
    let custom = json!({"currency": "CUSTOM", "custom_currency_name": "Coins", "custom_currency_rate": "1.5",
        "custom_currency_decimals": 3});
    for (payment_id, changes, rate, amount) in [
        ("usd", json!({"currency": "USD"}), json!(1), "10.00"),
        ("rub", json!({"currency": "RUB"}), json!("95"), "950.00"),
        ("own", custom, json!("1.5"), "15.000"),
    ] {
        world.post("/deposit/create", &with(deposit(payment_id), &changes)).await;
        happens(&world, payment_id, &json!({"event": "pay", "amount": "10"})).await;
        let row = world.deposit_status(payment_id).await;
        assert_eq!((&row["currency_rate"], text(&row["amount_currency"])), (&rate, amount));
        assert_eq!((&row["currency"], &row["amount_usd"]), (&changes["currency"], &json!(10_000)));
    }
    world.switch(&json!({"currency_rate_type": "number"})).await;
    assert!(world.deposit_status("own").await["currency_rate"].is_number());
    world.switch(&json!({"currency_rate_type": "string"})).await;
    assert_eq!(world.deposit_status("usd").await["currency_rate"], "1");
}

#[tokio::test]
async fn history_has_the_newest_first_and_no_images() {
    let world = World::standing_still().await;
    for payment_id in ["dep-1", "dep-2", "dep-3"] {
        world.deposit(payment_id).await;
    }
    happens(&world, "dep-1", &json!({"event": "pay", "amount": "12.5"})).await;
    let all = world.get(HISTORY).await;
    assert_eq!(fields(&all), ["items", "success", "total_count"]);
    assert_eq!(all["total_count"], "3");
    assert_eq!(column(&all["items"], "payment_id"), ["dep-3", "dep-2", "dep-1"]);
    assert_eq!(all["items"][0].get("amount_usd"), None);
    let given = json!([{"name": "Deposited | Carbon Fiber (Field-Tested)", "price": 12_500}]);
    assert_eq!(all["items"][2]["items"], given);
    let page = world.get(&format!("{HISTORY}&limit=1&offset=1")).await;
    assert_eq!((column(&page["items"], "payment_id"), text(&page["total_count"])), (vec!["dep-2"], "3"));
    let sentence = "Fields start_date and end_date are required";
    assert_error(&world.get(&format!("/deposit/history?end_date={FAR_FUTURE}")).await, sentence);
    assert_error(&world.get(&format!("{HISTORY}&limit=1001")).await, "Invalid limit or offset");
}

#[tokio::test]
async fn somebody_else_may_pay() {
    let world = World::standing_still().await;
    world.switch(&json!({"payer_steamid": "76561198000000099"})).await;
    world.deposit("dep-1").await;
    assert_eq!(world.deposit_status("dep-1").await["steamid"], "76561198000000099");
    world.switch(&json!({"payer_steamid": ""})).await;
    let nobody = json!({"project_id": PROJECT_ID, "payment_id": "dep-2", "currency": "USD"});
    world.post("/deposit/create", &nobody).await;
    assert_eq!(world.deposit_status("dep-2").await["steamid"], "76561198000000042");
}
