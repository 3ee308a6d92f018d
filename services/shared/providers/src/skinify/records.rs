//! What the provider has on record: purchases, deposits, IPN that failed, the balance.

use serde_json::value::RawValue;
use skinbus_domain::query::{
    Balance, BalanceLine, Details, FailedWebhook, FailedWebhookPage, HistoryPage, HistoryRow, QueryAnswer,
};
use skinbus_domain::{Credit, CreditState, Currency};

use super::wire::{Bought, DepositRow, FailedIpn, Funds, Items, Page, PurchaseExtras, flag};
use super::{deposit_status, status};
use crate::rows;
use crate::values::{BadField, id, money};
use crate::wire::{Text, object};

/// The answer of `GET /withdraw/history`.
pub(super) fn purchases(page: &Page<'_>, asked: Option<&str>) -> Result<QueryAnswer, &'static str> {
    history(page, asked, purchase)
}

/// The answer of `GET /get-deposits`.
pub(super) fn deposits(page: &Page<'_>, asked: Option<&str>) -> Result<QueryAnswer, &'static str> {
    history(page, asked, deposit)
}

fn history(
    page: &Page<'_>,
    asked: Option<&str>,
    read: impl Fn(&str) -> Result<HistoryRow, BadField>,
) -> Result<QueryAnswer, &'static str> {
    let mut history = HistoryPage {
        next: next(page, asked)?,
        total: page.total_count.as_ref().and_then(|total| total.0.parse().ok()),
        ..HistoryPage::default()
    };
    rows::history(&mut history, page.items.iter(), |raw| read(raw.get()).ok());
    Ok(QueryAnswer::History(history))
}

/// The cursor of the next page. Pages that cannot be reached, or that never end, are no answer: half a record looks like
/// a whole one.
fn next(page: &Page<'_>, asked: Option<&str>) -> Result<Option<String>, &'static str> {
    let has_more = flag(page.has_more).map_err(|()| "a page with an unreadable has_more")?;
    let cursor = page.start_from.as_ref().and_then(id);
    match (has_more, cursor) {
        (Some(false), _) | (None, None) => Ok(None),
        (Some(true), None) => Err("a page with more after it, and no start_from"),
        (Some(true) | None, Some(cursor)) if Some(cursor.as_str()) == asked => {
            Err("a page whose start_from leads to itself")
        }
        (Some(true) | None, Some(cursor)) => Ok(Some(cursor)),
    }
}

fn purchase(raw: &str) -> Result<HistoryRow, BadField> {
    let bought: Bought = object(raw.as_bytes()).map_err(|_| BadField("row"))?;
    let told = status::told(&bought)?;
    let debited = bought.balance_debited_amount.as_ref();
    Ok(HistoryRow {
        reference: bought.custom_id.as_ref().and_then(|id| id.0.parse().ok()),
        at: told.made_at,
        progress: Some(told.progress),
        facts: told.facts,
        credits: Vec::new(),
        amount: debited.map(|text| money(Currency::USD, text, "balance_debited_amount")).transpose()?,
        details: purchase_details(raw),
    })
}

/// What nothing depends on; none of it where any of it cannot be read.
fn purchase_details(raw: &str) -> Details {
    let Ok(extras) = object::<PurchaseExtras>(raw.as_bytes()) else {
        return Details::new();
    };
    let skin = extras.skin.unwrap_or_default();
    let classid = skin.properties.and_then(|properties| properties.classid);
    details([("steam_id", extras.steam_id), ("skin_id", skin.id), ("classid", classid)])
}

fn deposit(raw: &str) -> Result<HistoryRow, BadField> {
    let row: DepositRow = object(raw.as_bytes()).map_err(|_| BadField("row"))?;
    let told = deposit_status::told(&row)?;
    let credited = |credit: &&Credit| credit.state == CreditState::Credited;
    Ok(HistoryRow {
        reference: row.deposit_id.as_ref().and_then(|id| id.0.parse().ok()),
        at: told.created_at,
        progress: Some(told.progress),
        facts: told.facts,
        amount: told.credits.iter().find(credited).map(|credit| credit.amount),
        credits: told.credits,
        details: details([("steam_id", row.steam_id), ("settlement", row.settlement)]),
    })
}

fn details<const N: usize>(fields: [(&str, Option<Text>); N]) -> Details {
    fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.0))).collect()
}

/// The answer of `GET /failed-ipn`. A row that cannot be read is a webhook all the same: it is shown without its ids.
pub(super) fn failed_ipns(answer: &Items<'_>) -> QueryAnswer {
    let webhook = |raw: &&RawValue| {
        let row = object::<FailedIpn>(raw.get().as_bytes()).unwrap_or_default();
        FailedWebhook {
            reference: row.deposit_id.as_ref().and_then(id),
            provider_id: row.transaction_id.as_ref().and_then(id),
            answer: row.ipn_status.map(|status| status.0),
        }
    };
    QueryAnswer::FailedWebhooks(FailedWebhookPage {
        webhooks: answer.items.iter().map(webhook).collect(),
        next: None,
    })
}

/// The answer of `GET /project-balance`. That it is in USD is not documented: prices are, and purchases are paid from it.
pub(super) fn balance(answer: &Funds) -> Result<QueryAnswer, &'static str> {
    let amount =
        money(Currency::USD, &answer.balance, "balance").map_err(|_| "a balance that is no amount")?;
    let line = BalanceLine { name: "available".to_owned(), amount: Some(amount) };
    Ok(QueryAnswer::Balance(Balance { lines: vec![line], details: Details::new() }))
}
