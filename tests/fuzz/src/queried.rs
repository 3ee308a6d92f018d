//! Answers to queries.

use rust_decimal::Decimal;
use skinbus_domain::query::{Query, QueryAnswer};
use skinbus_providers::Queried;

use crate::case::Case;
use crate::facts::amounts;
use crate::orders::{now, queries};
use crate::properties::{Body, assert_discreet};

pub(crate) fn steps() -> Vec<&'static str> {
    queries().into_keys().collect()
}

pub(crate) fn run(case: &[u8]) {
    let case = Case::read(case, &steps());
    let Some(query) = queries().remove(case.step) else { return };
    let body = Body::new(case.body);
    let told = case.account.provider.read_queried(&query, &case.response(), now());
    body.assert_in_proportion(&told);
    let shown = || case.body.escape_ascii();
    let knows_token = matches!(query, Query::Inventory { .. });
    let secrets = if knows_token { case.account.with_token() } else { case.account.secrets.clone() };
    match &told {
        Queried::Answer(answer) => {
            assert!(body.is_json() && !case.status.is_server_error(), "answer: {} {}", case.status, shown());
            assert!(fits(&query, answer), "{query:?} {answer:?}");
            for amount in told_amounts(answer) {
                body.assert_holds(amount);
            }
        }
        Queried::Refused { code, provider_code } => {
            assert!(body.is_json(), "refused: {} {}", case.status, shown());
            assert_discreet(&secrets, [*code, provider_code.as_str()]);
        }
        Queried::Closed(closed) => assert!(closed.until >= now(), "{closed:?} {}", shown()),
        Queried::Unreadable { problem } => assert_discreet(&secrets, [problem.as_str()]),
    }
}

fn fits(query: &Query, answer: &QueryAnswer) -> bool {
    match query {
        Query::Inventory { .. }
        | Query::Prices { .. }
        | Query::Search { .. }
        | Query::Offers(_)
        | Query::SteamPrices { .. } => matches!(answer, QueryAnswer::Items(_)),
        Query::Balance => matches!(answer, QueryAnswer::Balance(_)),
        Query::Currencies => matches!(answer, QueryAnswer::Currencies(_)),
        Query::Status => matches!(answer, QueryAnswer::Status(_)),
        Query::History { .. } => matches!(answer, QueryAnswer::History(_)),
        Query::FailedWebhooks { .. } => matches!(answer, QueryAnswer::FailedWebhooks(_)),
    }
}

fn told_amounts(answer: &QueryAnswer) -> Vec<Decimal> {
    match answer {
        QueryAnswer::Items(page) => {
            page.items.iter().filter_map(|item| item.price).map(|money| money.amount).collect()
        }
        QueryAnswer::Balance(balance) => {
            balance.lines.iter().filter_map(|line| line.amount).map(|money| money.amount).collect()
        }
        QueryAnswer::Currencies(rates) => rates.iter().filter_map(|rate| rate.rate).collect(),
        QueryAnswer::History(page) => page
            .rows
            .iter()
            .flat_map(|row| {
                let mut told = amounts(&row.facts, &row.credits);
                told.extend(row.amount.map(|money| money.amount));
                told
            })
            .collect(),
        QueryAnswer::Status(_) | QueryAnswer::FailedWebhooks(_) => Vec::new(),
    }
}
