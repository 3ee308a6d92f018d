//! What concerns the whole account: balance, currencies, status, failed webhooks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use skinbus_proto::{moment, v1};

use super::Shown;
use super::paging::{Page, extent};
use crate::table::{Cell, Fit, Table};
use crate::terminal::Tone;
use crate::view;

type Lines = Vec<(Tone, String)>;

fn details(details: &BTreeMap<String, String>) -> Lines {
    details.iter().map(|(name, value)| (Tone::Plain, format!("{name}: {value}"))).collect()
}

/// When the provider was asked.
fn asked_at(at: Option<Timestamp>) -> Option<(Tone, String)> {
    at.map(|at| (Tone::Quiet, format!("asked for {}", view::time(at))))
}

/// The account's money.
pub(crate) fn balance(answers: &[v1::BalanceResponse]) -> Shown {
    let mut table = Table::new(&[("balance", Fit::Whole), ("amount", Fit::Whole)]);
    let mut lines = Vec::new();
    for answer in answers {
        for line in &answer.lines {
            let amount = line.amount.as_ref().map(view::money).unwrap_or_default();
            table.row(vec![Cell::plain(&line.name), Cell::plain(amount)]);
        }
        lines.extend(details(&answer.details));
        lines.extend(asked_at(answer.fetched_at.as_ref().and_then(moment)));
    }
    Shown { table: Some(table.without_empty_columns()), lines }
}

/// Currencies that prices may be shown in.
pub(crate) fn currencies(answers: &[v1::CurrenciesResponse]) -> Shown {
    let mut table = Table::new(&[("currency", Fit::Whole), ("for 1 USD", Fit::Whole)]);
    let mut lines = Vec::new();
    for answer in answers {
        for currency in &answer.currencies {
            table.row(vec![Cell::plain(&currency.code), Cell::plain(&currency.rate)]);
        }
        lines.extend(asked_at(answer.fetched_at.as_ref().and_then(moment)));
    }
    Shown { table: Some(table.without_empty_columns()), lines }
}

/// Whether the provider serves.
pub(crate) fn status(answers: &[v1::StatusResponse]) -> Shown {
    let mut lines = Vec::new();
    for answer in answers {
        let reason = Some(&answer.reason).filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        lines.push(if answer.available {
            (Tone::Good, format!("the provider serves{reason}"))
        } else {
            (Tone::Bad, format!("the provider does not serve{reason}"))
        });
        lines.extend(details(&answer.details));
        lines.extend(asked_at(answer.fetched_at.as_ref().and_then(moment)));
    }
    Shown { table: None, lines }
}

/// Webhooks that the provider could not deliver.
pub(crate) fn failed_webhooks(pages: &[v1::FailedWebhooksResponse], most: Option<usize>) -> Shown {
    let all: usize = pages.iter().map(Page::row_count).sum();
    let count = most.map_or(all, |most| most.min(all));
    let headings = ["reference", "provider's id", "we answered"];
    let mut table = Table::new(&headings.map(|heading| (heading, Fit::Whole)));
    for webhook in pages.iter().flat_map(|page| &page.webhooks).take(count) {
        let v1::FailedWebhook { reference, provider_id, answer } = webhook;
        table.row([reference, provider_id, answer].map(Cell::plain).to_vec());
    }
    let has_more = count < all || pages.last().is_some_and(|page| !page.next_page_token.is_empty());
    let mut lines = vec![(Tone::Quiet, extent(count, None, has_more))];
    lines.extend(asked_at(pages.last().and_then(|page| page.fetched_at.as_ref()).and_then(moment)));
    Shown { table: (count > 0).then(|| table.without_empty_columns()), lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Palette;

    #[test]
    fn a_balance_is_a_table_with_what_else_is_told() {
        let line = |name: &str, amount: &str| v1::BalanceLine {
            name: name.to_owned(),
            amount: Some(v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() }),
        };
        let answer = v1::BalanceResponse {
            lines: vec![line("available", "104.20"), line("on_hold", "3")],
            details: BTreeMap::from([("debt".to_owned(), "0".to_owned())]),
            fetched_at: jiff::Timestamp::from_second(1_763_718_000).ok().map(skinbus_proto::timestamp),
        };
        let expected = [
            "balance    amount",
            "available  104.20 USD",
            "on_hold    3 USD",
            "debt: 0",
            "asked for 2025-11-21 09:40:00Z",
        ];
        assert_eq!(balance(&[answer]).render(Palette::PLAIN, 80), expected);
    }

    #[test]
    fn a_status_says_why_not() {
        let answer = v1::StatusResponse { reason: "maintenance".to_owned(), ..v1::StatusResponse::default() };
        assert_eq!(
            status(&[answer]).render(Palette::PLAIN, 80),
            ["the provider does not serve: maintenance"]
        );
    }

    #[test]
    fn rates_are_left_out_where_there_are_none() {
        let currency = v1::CurrencyRate { code: "USD".to_owned(), rate: String::new() };
        let answer =
            v1::CurrenciesResponse { currencies: vec![currency], ..v1::CurrenciesResponse::default() };
        assert_eq!(currencies(&[answer]).render(Palette::PLAIN, 80), ["currency", "USD"]);
    }

    #[test]
    fn failed_webhooks_are_rows() {
        let webhook = v1::FailedWebhook {
            reference: "wd-1".to_owned(),
            provider_id: String::new(),
            answer: "502".to_owned(),
        };
        let page = v1::FailedWebhooksResponse {
            webhooks: vec![webhook],
            next_page_token: "2".to_owned(),
            ..v1::FailedWebhooksResponse::default()
        };
        let expected = ["reference  we answered", "wd-1       502", "1 row; more with --limit or --all"];
        assert_eq!(failed_webhooks(&[page], Some(1)).render(Palette::PLAIN, 80), expected);
    }
}
