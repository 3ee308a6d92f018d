//! `skinbus place`, `skinbus deposit` and `skinbus list-item`.

use std::time::Duration;

use serde_json::json;
use skinbus_bus::merchant::MerchantClient;
use skinbus_domain::ids::OrderId;
use skinbus_proto::{json as proto_json, v1};
use skinbus_runtime::clock;

use crate::cli::{Connection, DepositArguments, ListItemArguments, OrderArguments, PlaceArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, Tone};
use crate::watch::{Style, Watch};
use crate::{order, receipt};

/// How long a receipt may take.
pub(crate) const RECEIPT_PATIENCE: Duration = Duration::from_secs(10);

/// Buys an item for a user.
pub(crate) async fn purchase(
    connection: &Connection,
    arguments: &PlaceArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let order = order::purchase(arguments, clock::now())?;
    run(connection, &order, &arguments.order, terminal).await
}

/// Takes items from a user.
pub(crate) async fn deposit(
    connection: &Connection,
    arguments: &DepositArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let order = order::deposit(arguments, clock::now())?;
    let exit = run(connection, &order, &arguments.order, terminal).await?;
    let has_page = arguments.asset_id.is_empty() && arguments.item.is_empty();
    let is_told = arguments.order.watch || arguments.order.json;
    if exit == Exit::Done && has_page && !is_told {
        let hint = format!("  the address of its page: skinbus trade show {}", order.order_id);
        terminal.toned(Tone::Quiet, &hint)?;
    }
    Ok(exit)
}

/// Puts a user's item on sale.
pub(crate) async fn listing(
    connection: &Connection,
    arguments: &ListItemArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let order = order::listing(arguments, clock::now());
    run(connection, &order, &arguments.order, terminal).await
}

async fn run(
    connection: &Connection,
    order: &v1::OrderRequest,
    arguments: &OrderArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let client = connect(connection).await?;
    // The subscription comes first, so that no status change is missed.
    let watch = match (arguments.watch, order.order_id.parse::<OrderId>()) {
        (true, Ok(order_id)) => {
            let style = if arguments.json { Style::Json } else { Style::People };
            Some(Watch::order(&client, &connection.merchant, &order_id, style).await?)
        }
        (true, Err(_)) | (false, _) => None,
    };
    let exit = if arguments.publish {
        publish(&client, connection, order, arguments.json, terminal).await?
    } else {
        place(&client, connection, order, arguments.json, terminal).await?
    };
    match watch {
        Some(watch) if exit == Exit::Done => watch.run(terminal, true).await,
        Some(_) | None => Ok(exit),
    }
}

async fn place(
    client: &MerchantClient,
    connection: &Connection,
    order: &v1::OrderRequest,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let placed = client.place(&connection.merchant, order, RECEIPT_PATIENCE).await;
    let answer = placed.map_err(explain)?;
    if as_json {
        let line = proto_json::write(&answer).map_err(|error| Failure::new(error.to_string()))?;
        terminal.line(&line)?;
    } else {
        terminal.lines(&receipt::lines(&answer, terminal.palette()))?;
    }
    Ok(receipt::exit(&answer))
}

async fn publish(
    client: &MerchantClient,
    connection: &Connection,
    order: &v1::OrderRequest,
    as_json: bool,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let published = client.publish_order(&connection.merchant, order).await.map_err(explain)?;
    let sequence = published.sequence;
    terminal.line(&if as_json {
        json!({ "order_id": order.order_id, "stream": "ORDERS", "sequence": sequence }).to_string()
    } else {
        format!("{}  published, ORDERS sequence {sequence}", order.order_id)
    })?;
    Ok(Exit::Done)
}
