//! The connection to NATS, and words for what may be wrong with it.

use std::time::Duration;

use skinbus_bus::merchant::{MerchantClient, MerchantError};
use skinbus_bus::queries::QueryError;
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
        nkey_seed_file: connection.nkey_seed_file.clone(),
        tls_ca_file: connection.tls_ca_file.clone(),
        tls_certificate_file: connection.tls_certificate_file.clone(),
        tls_key_file: connection.tls_key_file.clone(),
        inbox_prefix: connection.inbox_prefix.clone(),
        jetstream_prefix: connection.jetstream_prefix.clone(),
        ..NatsConfig::default()
    };
    connect_with(&nats).await
}

/// Connects as a configuration says.
pub(crate) async fn connect_with(nats: &NatsConfig) -> Result<MerchantClient, Failure> {
    MerchantClient::connect("skinbus", nats, PATIENCE).await.map_err(explain)
}

/// Connects to a server of our own.
pub(crate) async fn connect_to(url: &str) -> Result<MerchantClient, Failure> {
    connect_with(&NatsConfig { url: parse_url(url), ..NatsConfig::default() }).await
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
        MerchantError::Ask { error, .. } => format!("{text}; {}", advice(&error)),
        MerchantError::Read { .. } => format!("{text}; are the services running? `skinbus dev` starts them"),
        MerchantError::Letter { .. } => format!("{text}; it may pass, and trying again is safe"),
        MerchantError::NotRedrivable { .. } | MerchantError::IsAlert(_) => text,
    })
}

/// What a person can do about a question or a command that was not answered.
fn advice(error: &QueryError) -> &'static str {
    let word = error.status.split(':').next().unwrap_or_default();
    match (error.code, word) {
        (_, "no_answer") => {
            "is the account right, and does provider-dispatch run for it? `skinbus dev` starts it. Asking again is safe"
        }
        (_, "unsupported_query" | "unsupported_command") => {
            "this provider cannot do it, or not with these arguments"
        }
        (_, "unknown_order") => "is the order id right, and the account?",
        (_, "quota_spent") => "`skinbus quota` shows how much is in use; ask again later",
        (_, "unreadable_answer" | "list_too_long") => {
            "the provider answered in a way that is not understood; provider-dispatch's log says more"
        }
        (400, "invalid_request" | "invalid_target" | "undecodable") => "check the arguments",
        (400, _) => "the provider refuses the question; check the arguments",
        (409, _) => "the list was renewed while it was read; ask again",
        (503, _) => "it may pass; ask again later",
        _ => "provider-dispatch's log says more",
    }
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

    #[test]
    fn a_refused_question_is_a_sentence_with_its_code() {
        let told = |code: usize, status: &str| {
            let error = QueryError { code, status: status.to_owned() };
            let subject = "skinbus.v1.query.skinify_main.balance".to_owned();
            match explain(MerchantError::Ask { subject, error }) {
                Failure::Problem(text) => text,
                Failure::Usage(_) | Failure::Output(_) => panic!("not a problem"),
            }
        };
        assert_eq!(
            told(503, "quota_spent: orders need it"),
            "asking skinbus.v1.query.skinify_main.balance: quota_spent: orders need it (code 503); \
             `skinbus quota` shows how much is in use; ask again later"
        );
        assert!(told(503, "no_answer: no responders").contains("provider-dispatch"));
        assert!(told(409, "list_changed: renewed").ends_with("ask again"));
        assert!(told(400, "account_not_found: x").contains("refuses"));
    }
}
