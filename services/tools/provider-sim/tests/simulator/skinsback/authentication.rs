//! Who may call: headers, signatures, and what is refused before any method.

use serde_json::{Value, json};

use super::signing::{sha1, sign};
use super::support::{CLIENT_ID, FORM, SECRET, World, assert_error};
use crate::client::json;

const JSON: &str = "application/json";

async fn send(world: &World, content_type: &str, body: impl Into<String>) -> Value {
    json(world.bare(content_type, body).send().await.unwrap()).await
}

#[tokio::test]
async fn the_documented_signatures_are_accepted() {
    let world = World::start().await;
    let buy = json!({"custom_id": "wd-7f3a-1", "id": "5518", "max_price": "12.5", "method": "market_buy",
        "partner": "204781133", "shopid": CLIENT_ID, "token": "Zx9_pQ2a",
        "sign": "617847b080ba8bedd36d1f368435c7894b6c3348"});
    assert_error(&send(&world, JSON, buy.to_string()).await, 5, "skin_unavailable");
    let form = "custom_id=wd-7f3a-1&id=5518&max_price=12.5&method=market_buy&partner=204781133&shopid=90417&\
        token=Zx9_pQ2a&sign=617847b080ba8bedd36d1f368435c7894b6c3348";
    assert_error(&send(&world, FORM, form).await, 5, "skin_unavailable");

    let info = json!({"method": "market_getinfo", "shopid": CLIENT_ID, "custom_ids": ["wd-7f3a-1"],
        "sign": "5ccae31841eca5d79b685857db0c2c06ed1cc625"});
    assert_eq!(send(&world, JSON, info.to_string()).await, json!({"status": "success", "items": []}));
    let form = "custom_ids[]=wd-7f3a-1&method=market_getinfo&shopid=90417&\
        sign=5ccae31841eca5d79b685857db0c2c06ed1cc625";
    assert_eq!(send(&world, FORM, form).await, json!({"status": "success", "items": []}));

    let status = json!({"method": "orderstatus", "shopid": CLIENT_ID, "order_id": "dep-2041",
        "sign": "0410c28ee6ad6d56300cd5633b1d8e227a5ae76f"});
    assert_error(&send(&world, JSON, status.to_string()).await, 4, "transaction_not_found");

    let search = json!({"game": "cs2", "method": "market_search", "shopid": CLIENT_ID,
        "name": "★ Karambit | Night (Field-Tested)", "sign": "f4dabf196a61fc302afbe26ae3c519bd9acc2049"});
    assert_eq!(send(&world, JSON, search.to_string()).await, json!({"status": "success", "items": []}));
}

#[tokio::test]
async fn wrong_credentials_are_told_apart() {
    let world = World::start().await;
    let balance = json!({"method": "balance"}).to_string();
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = world.bare(JSON, balance.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        json(request.send().await.unwrap()).await
    };
    let (id, secret) = ("X-CLIENT-ID", "X-CLIENT-SECRET");
    assert_eq!(ask(&[(id, CLIENT_ID), (secret, SECRET)]).await["status"], "success");
    assert_error(&ask(&[]).await, -2, "invalid_shopid");
    assert_error(&ask(&[(secret, SECRET)]).await, -2, "invalid_shopid");
    assert_error(&ask(&[(id, "1"), (secret, SECRET)]).await, -2, "invalid_shopid");
    assert_error(&ask(&[(id, CLIENT_ID)]).await, -10, "invalid_client_secret");
    assert_error(&ask(&[(id, CLIENT_ID), (secret, "x")]).await, -10, "invalid_client_secret");

    let right = sign(&[("method", "balance"), ("shopid", CLIENT_ID)]);
    let body = |shopid: &str, sign: &str| format!("method=balance&shopid={shopid}&sign={sign}");
    assert_eq!(send(&world, FORM, body(CLIENT_ID, &right)).await["status"], "success");
    assert_error(&send(&world, FORM, body("1", &right)).await, -2, "invalid_shopid");
    assert_error(&send(&world, FORM, body(CLIENT_ID, "")).await, -3, "invalid_signature");
    assert_error(&send(&world, FORM, body(CLIENT_ID, &right.to_uppercase())).await, -3, "invalid_signature");
    // One more parameter is one more that is signed.
    let more = format!("{}&game=cs2", body(CLIENT_ID, &right));
    assert_error(&send(&world, FORM, more).await, -3, "invalid_signature");
}

#[tokio::test]
async fn both_modes_together_must_both_be_right() {
    let world = World::start().await;
    let body = json!({"method": "balance", "shopid": CLIENT_ID, "sign": "wrong"});
    assert_error(&json(world.json_request(&body).send().await.unwrap()).await, -3, "invalid_signature");
    world.set(json!({"authentication": "headers"})).await;
    let answer = json(world.json_request(&body).send().await.unwrap()).await;
    assert_eq!(answer["status"], "success");
    world.set(json!({"authentication": "signature"})).await;
    let answer = json(world.json_request(&json!({"method": "balance"})).send().await.unwrap()).await;
    assert_error(&answer, -2, "invalid_shopid");
}

#[tokio::test]
async fn values_that_are_no_strings_are_signed_as_php_does() {
    let world = World::start().await;
    let php = "flag:1;method:balance;nothing:;number:12;off:;price:12.5;shopid:90417;";
    let literal = "flag:true;method:balance;number:12.0;off:false;price:12.50;shopid:90417;";
    let body = |text: &str| {
        format!(
            r#"{{"method":"balance","shopid":"90417","flag":true,"off":false,"number":12.0,"price":12.50,
            "nothing":null,"list":["x"],"sign":"{}"}}"#,
            sha1(text)
        )
    };
    assert_eq!(send(&world, JSON, body(php)).await["status"], "success");
    assert_error(&send(&world, JSON, body(literal)).await, -3, "invalid_signature");
    world.set(json!({"signature_text": "literal"})).await;
    assert_eq!(send(&world, JSON, body(literal)).await["status"], "success");
    assert_error(&send(&world, JSON, body(php)).await, -3, "invalid_signature");
}

#[tokio::test]
async fn only_post_is_served_and_only_at_one_path() {
    let world = World::start().await;
    let url = world.url("/skinsback/api.php");
    let get = world.client.get(url).header("X-CLIENT-ID", CLIENT_ID).header("X-CLIENT-SECRET", SECRET);
    let answer = get.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_error(&json(answer).await, -1, "please_use_post_method");
    let elsewhere = world.client.post(world.url("/skinsback/other.php")).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
}

#[tokio::test]
async fn a_project_can_be_shut_out() {
    let world = World::start().await;
    assert_error(&world.call("rob_the_bank", json!({})).await, -5, "invalid_method");
    assert_error(&world.form("").await, -5, "invalid_method");
    world.set(json!({"market_enabled": false})).await;
    assert_error(&world.buy("88101", "wd-1").await, -6, "market_disabled");
    let list = world.call("market_pricelist", json!({"game": "rust"})).await;
    assert_error(&list, -6, "market_disabled");
    assert_eq!(world.create("dep-1").await["status"], "success");
    world.set(json!({"ip_allowed": false})).await;
    assert_error(&world.call("rob_the_bank", json!({})).await, -8, "invalid_ip_address");
    world.set(json!({"shop_active": false})).await;
    assert_error(&world.buy("88101", "wd-1").await, -4, "shop_not_active");
    world.control(json!({"reset": true, "maintenance": true})).await;
    assert_error(&world.buy("88101", "wd-1").await, -9, "under_maintenance");
    assert_eq!(world.purchases().await.len(), 0);
}

#[tokio::test]
async fn one_encoding_can_be_refused() {
    let world = World::start().await;
    assert_eq!(world.form("method=balance").await["status"], "success");
    world.set(json!({"request_encoding": "json"})).await;
    assert_error(&world.form("method=balance").await, -5, "invalid_method");
    assert_eq!(world.call("balance", json!({})).await["status"], "success");
    world.set(json!({"request_encoding": "form"})).await;
    assert_error(&world.call("balance", json!({})).await, -5, "invalid_method");
}
