//! The settings that only ShadowPay has.

use std::process::Command;

use serde_json::json;

use super::support::{PUBLIC_HASH, SECRET_HASH, TOKEN, TRADE_TOKEN, World, assert_error};

#[tokio::test]
async fn settings_are_shown_and_reset() {
    let world = World::start().await;
    let before = world.own("/_control").await;
    assert_eq!(before["shadowpay"]["ipn_method"], "get");
    assert_eq!(before["shadowpay"]["empty_map"], "array");
    world
        .set(json!({"ipn_method": "post", "other_balance": "5", "trades": {"wd-1": [{"state": "hold"}]},
        "refusals": {"by_item_id": {"88101": "no_item"}}, "shown_prices": {"88101": 0.05}}))
        .await;
    assert_error(&world.buy("88101", "wd-1").await, "no_item");
    let shown = world.own("/_control").await["shadowpay"].clone();
    assert_eq!((&shown["ipn_method"], &shown["other_balance"]), (&json!("post"), &json!("5")));
    assert_eq!(shown["shown_prices"], json!({"88101": "0.05"}));
    assert_eq!(shown["trades"]["wd-1"][0]["state"], "hold");
    assert_eq!(shown["refusals"]["by_item_id"]["88101"]["error"], "no_item");
    assert_eq!(world.control(r#"{"reset": true}"#).await, before);
    // The refused purchase is forgotten too, and ids go on.
    assert_eq!(world.buy("88101", "wd-1").await["id"], "90551");
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_nothing_changes() {
    let world = World::start().await;
    for (patch, problem) in [
        (json!({"nonsense": 1}), "unknown field `nonsense`"),
        (json!({"ipn_method": "put"}), "unknown variant `put`"),
        (json!({"method_errors": {"sell": "x"}}), "no method"),
        (json!({"situation_words": {"sell": "x"}}), "no situation"),
        (json!({"trades": {"wd-1": [{"state": "x", "more": 1}]}}), "unknown field `more`"),
        (json!({"prices": "cheap"}), "expected a map"),
    ] {
        let body = json!({"instant": true, "shadowpay": patch}).to_string();
        let (status, words) = world.try_control(&body).await;
        assert!(status == 400 && words.contains(problem), "{body}: {words}");
    }
    assert_eq!(world.own("/_control").await["instant"], false);
}

#[tokio::test]
async fn no_report_shows_a_secret() {
    let world = World::start().await;
    world.buy("88101", "wd-1").await;
    world.link("DEP-000417-x", "1.00").await;
    for page in ["/_ledger", "/_quota", "/_control"] {
        let shown = world.own(page).await.to_string();
        for secret in [TOKEN, PUBLIC_HASH, SECRET_HASH, TRADE_TOKEN] {
            assert!(!shown.contains(secret), "{page}: {shown}");
        }
    }
    let options = provider_sim::shadowpay::Options::with_credentials(TOKEN, PUBLIC_HASH, SECRET_HASH);
    assert_eq!(format!("{options:?}"), r#"Options { alias: "shadowpay", .. }"#);
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_provider-sim"));
    program.env_clear();
    program
}

#[test]
fn the_command_line_has_all_flags_and_wants_all_credentials() {
    let help = program().arg("--help").env("SHADOWPAY_TOKEN", TOKEN).output().unwrap();
    let shown = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success());
    for flag in ["token", "public-hash", "secret-hash", "ipn-url"] {
        assert!(shown.contains(&format!("--shadowpay-{flag}")), "{shown}");
    }
    assert!(!shown.contains(TOKEN), "{shown}");
    let incomplete = program().env("SHADOWPAY_TOKEN", TOKEN).output().unwrap();
    let problem = String::from_utf8(incomplete.stderr).unwrap();
    assert!(!incomplete.status.success() && problem.contains("--shadowpay-public-hash"), "{problem}");
    assert!(!problem.contains(TOKEN), "{problem}");
}
