//! The providers, asked through provider-dispatch for what costs least: the balance.

use std::time::Duration;

use futures_util::future::join_all;
use skinbus_bus::merchant::{MerchantClient, MerchantError};
use skinbus_bus::queries::QueryError;
use skinbus_domain::ids::AccountId;
use skinbus_proto::v1;

use super::check::Check;

/// Longer than a question waits for its permit and its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks for every account at the same time.
pub(super) async fn look(client: &MerchantClient, accounts: &[AccountId]) -> Vec<Check> {
    let asked = accounts.iter().map(|account| async move {
        let request = v1::BalanceRequest::default();
        let answer = client.ask::<_, v1::BalanceResponse>(account, "balance", &request, PATIENCE).await;
        judged(account, answer.err())
    });
    join_all(asked).await
}

fn judged(account: &AccountId, problem: Option<MerchantError>) -> Check {
    let name = format!("providers.{account}");
    match problem {
        None => Check::good(name, "the provider takes our credentials and address, and answers"),
        Some(MerchantError::Ask { error, .. }) => refused(name, &error),
        Some(error) => Check::wrong(name, error.to_string(), "is NATS well? See above"),
    }
}

fn refused(name: String, error: &QueryError) -> Check {
    let word = error.status.split(':').next().unwrap_or_default();
    let found = error.status.clone();
    match word {
        "no_answer" => Check::wrong(
            name,
            "no provider-dispatch answers for the account",
            "start one with the account in dispatch.accounts; its log says why it ended, exit code 78 is a wrong setting",
        ),
        "unauthorized" if names_an_address(&error.status) => Check::wrong(
            name,
            found,
            "the provider does not take our address: enter the address that calls leave from in its allow-list",
        ),
        "unauthorized" => Check::wrong(
            name,
            found,
            "the provider does not take our credentials: compare the account's secret files and ids with its panel, and its \
             allow-list of addresses; docs/providers",
        ),
        "closed" => Check::warning(
            name,
            found,
            "the provider serves nobody of the account for a while, and is asked again by itself; `skinbus quota` says until when",
        ),
        "quota_spent" => Check::warning(
            name,
            found,
            "orders and look-ups use the quota up, so nothing is known of the rest; ask again, or see `skinbus quota`",
        ),
        "provider_unreachable" => Check::wrong(
            name,
            found,
            "is the provider down? Else look at base_url, DNS, and the way out of the pod (network policy, proxy)",
        ),
        "unsupported_query" => {
            Check::unseen(name, found, "place the smallest order, or see the provider's panel")
        }
        _ => {
            Check::wrong(name, found, "provider-dispatch's log says more; docs/providers tells what is known")
        }
    }
}

/// Whether a provider's word for a refusal is about the address that the call comes from.
fn names_an_address(status: &str) -> bool {
    status.to_ascii_lowercase().split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == "ip")
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn told(code: usize, status: &str) -> Check {
        refused("providers.a".to_owned(), &QueryError { code, status: status.to_owned() })
    }

    #[test]
    fn each_refusal_has_its_own_advice() {
        for (status, verdict, advice) in [
            ("no_answer: no responders", Verdict::Wrong, "start one"),
            ("unauthorized: wrong_token", Verdict::Wrong, "credentials"),
            ("unauthorized: invalid_ip_address", Verdict::Wrong, "our address"),
            ("unauthorized: IP not whitelisted", Verdict::Wrong, "our address"),
            // Letters of a word are no word.
            ("unauthorized: invalid_recipient", Verdict::Wrong, "credentials"),
            ("closed: limit", Verdict::Warning, "skinbus quota"),
            ("quota_spent: orders need it", Verdict::Warning, "skinbus quota"),
            ("provider_unreachable: refused", Verdict::Wrong, "base_url"),
            ("unsupported_query: no such call", Verdict::Unseen, "panel"),
            ("unreadable_answer: HTTP 500", Verdict::Wrong, "log"),
        ] {
            let check = told(503, status);
            assert_eq!(check.verdict, verdict, "{status}");
            assert!(check.advice.contains(advice), "{status}: {}", check.advice);
        }
    }
}
