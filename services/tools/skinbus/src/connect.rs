//! The connection to NATS, and words for what may be wrong with it.

use std::time::Duration;

use skinbus_bus::merchant::{MerchantClient, MerchantError};
use skinbus_runtime::config::NatsConfig;

use crate::cli::Connection;
use crate::failure::Failure;

/// How long the server may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects as the person's options say.
pub(crate) async fn connect(connection: &Connection) -> Result<MerchantClient, Failure> {
    let nats = NatsConfig {
        url: parse_url(&connection.url),
        credentials_file: connection.credentials_file.clone(),
        ..NatsConfig::default()
    };
    MerchantClient::connect("skinbus", &nats, PATIENCE).await.map_err(explain)
}

/// Connects to a server of our own.
pub(crate) async fn connect_to(url: &str) -> Result<MerchantClient, Failure> {
    let nats = NatsConfig { url: parse_url(url), ..NatsConfig::default() };
    MerchantClient::connect("skinbus", &nats, PATIENCE).await.map_err(explain)
}

fn parse_url(url: &str) -> skinbus_runtime::config::NatsUrl {
    match url.parse() {
        Ok(url) => url,
        Err(never) => match never {},
    }
}

/// What went wrong, and what a person can do about it, in one line.
pub(crate) fn explain(error: MerchantError) -> Failure {
    let text = error.to_string();
    Failure::new(match error {
        MerchantError::Unreachable { url, .. } => {
            format!(
                "{text}; is NATS running at {url}? Start it with `skinbus dev`, or name another with --nats"
            )
        }
        MerchantError::Publish { .. } => {
            format!("{text}; are the services running? `skinbus dev` starts them. Publishing again is safe")
        }
        MerchantError::Place { error, .. } if error.code == 503 => {
            format!("{text}; is order-intake running? Placing the same order_id again is safe")
        }
        MerchantError::Place { .. } => text,
        MerchantError::Read { .. } => format!("{text}; are the services running? `skinbus dev` starts them"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_the_way_out() {
        let url = "nats://127.0.0.1:4222".to_owned();
        let Failure::Problem(text) =
            explain(MerchantError::Unreachable { url, problem: "no answer".to_owned() })
        else {
            panic!("not a problem");
        };
        assert_eq!(
            text,
            "connecting to NATS at nats://127.0.0.1:4222: no answer; is NATS running at nats://127.0.0.1:4222? \
             Start it with `skinbus dev`, or name another with --nats"
        );
    }
}
