//! Every adapter against its simulator, through the real services.
//!
//! What a provider is said to do is done here, and what it is said not to do is refused: [`capabilities`] names a case for
//! each capability, without which nothing compiles. All cases of a provider share one system and run at the same time.
#![cfg(test)]

mod bought;
mod capabilities;
mod commands;
mod deposits;
mod fates;
mod flood;
mod hint_flood;
mod hints;
mod late;
mod listings;
mod lists;
mod lost;
mod orders;
mod paths;
mod payments;
mod queries;
mod reconciled;
mod records;
mod refused;
mod repeated;
mod webhooks;
mod world;

use serde_json::json;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::SystemOptions;
use world::{World, options};

async fn all_cases(provider: ProviderName) {
    let world = World::start(options(&[provider]), provider).await;
    let mut cases = capabilities::cases(&world);
    cases.extend(fates::cases(&world));
    cases.extend(deposits::cases(&world));
    cases.extend(payments::cases(&world));
    world::run(cases).await;
    world.check().await;
    reconciled::agrees(&world).await;
}

#[tokio::test]
async fn skinsback_does_what_is_said_of_it() {
    all_cases(ProviderName::Skinsback).await;
}

/// The other way to prove who asks.
#[tokio::test]
async fn skinsback_takes_signed_requests() {
    let setting = "SKINBUS_ACCOUNTS__SKINSBACK_MAIN__AUTHENTICATION".to_owned();
    let signed = SystemOptions {
        variables: vec![(setting, "signature".to_owned())],
        ..options(&[ProviderName::Skinsback])
    };
    let world = World::start(signed, ProviderName::Skinsback).await;
    world.control(json!({"authentication": "signature"})).await;
    world::run(capabilities::cases(&world)).await;
    world.check().await;
}

#[tokio::test]
async fn skinout_does_what_is_said_of_it() {
    all_cases(ProviderName::Skinout).await;
}

#[tokio::test]
async fn skinify_does_what_is_said_of_it() {
    all_cases(ProviderName::Skinify).await;
}

#[tokio::test]
async fn shadowpay_does_what_is_said_of_it() {
    all_cases(ProviderName::Shadowpay).await;
}

#[tokio::test]
async fn skinslink_does_what_is_said_of_it() {
    all_cases(ProviderName::Skinslink).await;
}
