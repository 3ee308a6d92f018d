//! Parts of the demo that are more than orders: questions, commands, repeats.

use std::time::Duration;

use serde_json::json;
use skinbus_bus::merchant::DeadLetter;
use skinbus_domain::TradeStatus;
use skinbus_domain::ids::AccountId;
use skinbus_proto::v1;
use skinbus_runtime::clock;

use super::orders::{DemoOrder, STEAM_ID, TRADE_TOKEN};
use super::script;
use super::stage::Stage;
use crate::board::Row;
use crate::connect::explain;
use crate::dead;
use crate::dev::accounts::{SHADOWPAY, SKINIFY, SKINSBACK, SKINSLINK};
use crate::failure::{Exit, Failure};
use crate::receipt;
use crate::simulator::Simulator;
use crate::table::start_of;
use crate::view;

/// How long an answer of a provider may take, with the wait for a permit.
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);
/// Longer names of items are cut.
const ITEM_MAX_CHARS: usize = 28;
/// How long the dead letter of a conflict may take.
const DEAD_LETTER_TRIES: u32 = 50;
const DEAD_LETTER_PAUSE: Duration = Duration::from_millis(100);

/// A user's items at the providers that take them from there; some take only what they were asked for before.
pub(super) async fn inventories(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.announce(
        "What a user can give",
        "A question goes over NATS to the provider's account and changes nothing there.",
    )?;
    for name in [SKINSBACK, SKINIFY, SKINSLINK] {
        let user = v1::SteamUser { steam_id: STEAM_ID.to_owned(), trade_token: TRADE_TOKEN.to_owned() };
        let request = v1::InventoryRequest {
            user: Some(user),
            game: v1::Game::Cs2.into(),
            ..v1::InventoryRequest::default()
        };
        let answer: v1::ItemsResponse = stage
            .client
            .ask(&account(name)?, "inventory", &request, ANSWER_PATIENCE)
            .await
            .map_err(explain)?;
        stage.tell("inventory", name, &items_told(&answer))?;
    }
    Ok(())
}

/// A price list, and the same one again.
pub(super) async fn prices(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.announce(
        "A provider's price list",
        "Fetched once by one replica, kept compressed in the object store, and answered from there for five minutes.",
    )?;
    let request = v1::PricesRequest { game: v1::Game::Rust.into(), ..v1::PricesRequest::default() };
    for _ in 0..2 {
        let began = clock::monotonic_now();
        let answer: v1::ItemsResponse = stage
            .client
            .ask(&account(SKINSBACK)?, "prices", &request, ANSWER_PATIENCE)
            .await
            .map_err(explain)?;
        let took = clock::monotonic_now().duration_since(began).as_millis();
        let told = format!("{} items, {} ms old, answered in {took} ms", count(&answer), answer.age_ms);
        stage.tell("prices", SKINSBACK, &told)?;
    }
    Ok(())
}

fn account(name: &str) -> Result<AccountId, Failure> {
    name.parse().map_err(|error| Failure::new(format!("the account {name}: {error}")))
}

/// How many items there are, not only on this page.
fn count(answer: &v1::ItemsResponse) -> u64 {
    answer.total.max(u64::try_from(answer.items.len()).unwrap_or(u64::MAX))
}

/// How many items, and one of them.
fn items_told(answer: &v1::ItemsResponse) -> String {
    let example = answer.items.first().map(|item| {
        let name = start_of(&view::printable(&item.market_hash_name), ITEM_MAX_CHARS);
        let price = item.price.as_ref().map(view::money).unwrap_or_default();
        format!(", such as {name} for {price}")
    });
    format!("{} items{}", count(answer), example.unwrap_or_default())
}

/// One listing that is sold, and one that is taken off sale.
pub(super) async fn listings(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    stage.announce(script::LISTING_HEADING, script::LISTING_EXPLANATION)?;
    let (sold, taken_off_sale) = (script::sold(), script::taken_off_sale());
    simulator.control(&json!({ "shadowpay": { "listing_fate": "sold" } })).await?;
    stage.begin(&[sold]).await?;
    stage.until(&[sold], is_placed).await?;
    // The fate of a listing is settled when it is made.
    simulator.control(&json!({ "shadowpay": { "listing_fate": "stays" } })).await?;
    stage.begin(&[taken_off_sale]).await?;
    stage.until(&[taken_off_sale], is_placed).await?;
    let command =
        v1::CommandRequest { order_id: taken_off_sale.id.to_owned(), ..v1::CommandRequest::default() };
    let sent = stage.client.command(&account(SHADOWPAY)?, "cancel", &command, ANSWER_PATIENCE).await;
    let answer = sent.map_err(explain)?;
    let result = answer.result().as_str_name().trim_start_matches("COMMAND_RESULT_").to_owned();
    stage.tell("cancel", taken_off_sale.id, &result)?;
    stage.follow(&[sold, taken_off_sale]).await
}

/// Whether the provider has it.
fn is_placed(_: &DemoOrder, row: &Row) -> bool {
    row.has_been(TradeStatus::Submitted) || view::is_settled(row.status())
}

/// A lost answer, a repeated order, and another order under the same id.
pub(super) async fn never_twice(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    let part = script::lost_answer();
    let Some(order) = part.orders.first().copied() else {
        return Ok(());
    };
    let fault = json!({ "path": "/withdraw/buy", "custom_id": order.id, "kind": "cut_after_execution" });
    simulator.control(&json!({ "add_faults": [fault] })).await?;
    stage.play(part).await?;
    repeat(stage, order).await
}

/// The same id again: with the same content, and with another.
async fn repeat(stage: &mut Stage<'_>, order: DemoOrder) -> Result<(), Failure> {
    stage.announce(
        "Never twice: the same order again, and another one under its id",
        "The same content gets the receipt of the order that is there; other content is refused and, where it was \
         published, kept as a dead letter. The first order is untouched.",
    )?;
    let now = clock::now();
    let version = stage.board.row(order.id).map_or(0, Row::version);
    let again = stage.place(&order.request(now)).await?;
    if receipt::exit(&again) != Exit::Done || again.version != version {
        return Err(Failure::new(format!(
            "the repeated order {} did not get the receipt of the first",
            order.id
        )));
    }
    let other = order.contradicting();
    let conflict = stage.place(&other.request(now)).await?;
    if receipt::exit(&conflict) != Exit::Conflict {
        return Err(Failure::new(format!(
            "another order under the id {} was not refused as a conflict",
            order.id
        )));
    }
    stage.hand_over(&other).await?;
    let letters = dead_letters(stage).await?;
    stage.terminal.line("")?;
    let width = stage.terminal.size().0;
    let lines = dead::table(&letters).render(stage.terminal.palette(), width);
    stage.terminal.lines(&lines)?;
    Ok(())
}

async fn dead_letters(stage: &Stage<'_>) -> Result<Vec<DeadLetter>, Failure> {
    for _ in 0..DEAD_LETTER_TRIES {
        let letters = stage.client.dead_letters().await.map_err(explain)?;
        if letters.iter().any(|letter| letter.stage == "intake") {
            return Ok(letters);
        }
        tokio::time::sleep(DEAD_LETTER_PAUSE).await;
    }
    Err(Failure::new("the published conflict did not become a dead letter"))
}
