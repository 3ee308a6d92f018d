//! `skinbus place`.

use std::time::Duration;

use serde_json::json;
use skinbus_bus::merchant::MerchantClient;
use skinbus_domain::ids::OrderId;
use skinbus_proto::{json as proto_json, v1};
use skinbus_runtime::clock;

use crate::cli::{Connection, PlaceArguments};
use crate::connect::{connect, explain};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;
use crate::watch::{Style, Watch};
use crate::{order, receipt};

/// How long a receipt may take.
pub(crate) const RECEIPT_PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn run(
    connection: &Connection,
    arguments: &PlaceArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let order = order::from_arguments(arguments, clock::now())?;
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
        publish(&client, connection, &order, arguments.json, terminal).await?
    } else {
        place(&client, connection, &order, arguments.json, terminal).await?
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
