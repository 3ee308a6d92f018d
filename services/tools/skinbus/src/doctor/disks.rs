//! Whether the servers of NATS acknowledge a write before the disk has it. Only their monitoring port tells.

use serde_json::Value;

use super::check::Check;
use crate::http;

const NAME: &str = "nats.sync";

/// Asks each of these monitoring ports, like `http://nats-0:8222`.
pub(super) async fn look(monitors: &[String]) -> Vec<Check> {
    if monitors.is_empty() {
        return vec![Check::unseen(
            NAME,
            "a client cannot see whether a write is on the disk before it is acknowledged",
            "name the servers' monitoring ports with --nats-monitor http://HOST:8222",
        )];
    }
    let mut checks = Vec::new();
    for monitor in monitors {
        checks.push(match ask(monitor).await {
            Ok(told) => judged(&told),
            Err(problem) => {
                Check::unseen(NAME, problem, "is that the monitoring port, and can it be reached from here?")
            }
        });
    }
    checks
}

async fn ask(monitor: &str) -> Result<Value, String> {
    // An address may hold a password, and an error of the library holds the address.
    let failed = |error: reqwest::Error| format!("a monitoring port: {}", error.without_url());
    let client = http::client().map_err(|_| "preparing the HTTP client".to_owned())?;
    let url = format!("{}/jsz", monitor.trim_end_matches('/'));
    let text = client.get(url).send().await.map_err(failed)?.text().await.map_err(failed)?;
    serde_json::from_str(&text).map_err(|_| "a monitoring port: the answer is no JSON".to_owned())
}

fn judged(told: &Value) -> Check {
    let config = &told["config"];
    if config["sync_always"] == true {
        return Check::good(NAME, "every write is on the disk before it is acknowledged");
    }
    let Some(nanoseconds) = config["sync_interval"].as_u64() else {
        return Check::unseen(
            NAME,
            "the server does not tell its sync_interval",
            "look into its configuration",
        );
    };
    Check::warning(
        NAME,
        format!("a power cut may lose what was acknowledged in the last {} s", nanoseconds / 1_000_000_000),
        "sync_interval: always in the servers' jetstream section",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::check::Verdict;
    use super::*;

    #[test]
    fn only_a_server_that_always_syncs_is_good() {
        let told = |config: Value| judged(&json!({ "config": config }));
        assert_eq!(
            told(json!({"sync_interval": 120_000_000_000_u64, "sync_always": true})).verdict,
            Verdict::Good
        );
        let late = told(json!({"sync_interval": 120_000_000_000_u64}));
        assert_eq!(late.verdict, Verdict::Warning);
        assert!(late.found.contains("120 s"), "{late:?}");
        assert_eq!(told(json!({})).verdict, Verdict::Unseen);
    }
}
