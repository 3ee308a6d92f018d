//! What SkinsBack has on record: purchases, deposits, webhooks that failed.

use serde::Deserialize;
use serde_json::value::RawValue;
use skinbus_domain::query::{
    Details, FailedWebhook, FailedWebhookPage, HistoryPage, HistoryRow, QueryAnswer,
};
use skinbus_domain::{Cause, Reference};

use super::items::keep;
use super::status;
use super::wire::{Deposit, Purchase, Rows, flag, text_or_nothing};
use crate::rows;
use crate::values::{id, shown, unix_seconds};
use crate::wire::{Text, object};

/// The cursor of the next page.
enum Next {
    /// There is no further page.
    None,
    /// This one.
    Page(String),
    /// There is more, and no new cursor to ask for it with.
    Lost,
}

/// `start_from` of the answer asks for the next page. Whether it is an offset or an id is not documented; one that
/// comes back as it was sent would lead in a circle.
fn next(list: &Rows<'_>, asked: Option<&str>) -> Next {
    let is_last = list.has_more.is_none() || flag(list.has_more) == Some(false);
    match list.start_from.as_ref().and_then(id) {
        _ if is_last => Next::None,
        Some(cursor) if asked != Some(cursor.as_str()) => Next::Page(cursor),
        Some(_) | None => Next::Lost,
    }
}

fn history(
    fields: &[u8],
    asked: Option<&str>,
    row_of: fn(&RawValue) -> Option<HistoryRow>,
) -> Option<QueryAnswer> {
    let list: Rows<'_> = object(fields).ok()?;
    let mut page = HistoryPage {
        total: list.total_count.as_ref().and_then(|count| count.0.parse().ok()),
        ..HistoryPage::default()
    };
    match next(&list, asked) {
        Next::None => {}
        Next::Page(cursor) => page.next = Some(cursor),
        // The rest is out of reach: the record must not pass for complete.
        Next::Lost => page.unreadable += 1,
    }
    rows::history(&mut page, list.items, row_of);
    Some(QueryAnswer::History(page))
}

/// Items bought for users.
pub(super) fn purchases(fields: &[u8], asked: Option<&str>) -> Option<QueryAnswer> {
    history(fields, asked, purchase)
}

fn purchase(raw: &RawValue) -> Option<HistoryRow> {
    let row: Purchase = object(raw.get().as_bytes()).ok()?;
    let facts = status::purchase_facts(&row).ok()?;
    let mut details = Details::new();
    keep(&mut details, "steamid", row.steamid.as_ref());
    // Beside the price, for whoever knows the currency of the balance.
    keep(&mut details, "balance_debited_sum", row.balance_debited_sum.as_ref());
    keep(&mut details, "error_reason", row.error_reason.as_ref().map(|text| Text(shown(&text.0))).as_ref());
    if let Some(skin) = &row.item {
        keep(&mut details, "item.id", skin.id.as_ref());
        keep(&mut details, "item.classid", skin.classid.as_ref());
    }
    Some(HistoryRow {
        reference: row.custom_id.as_ref().and_then(reference),
        at: unix_seconds(row.date.as_ref(), "date").ok().flatten(),
        progress: Some(status::purchase_progress(&row.offer_status)),
        amount: facts.price_paid,
        facts,
        credits: Vec::new(),
        details,
    })
}

/// Items given by users.
pub(super) fn deposits(fields: &[u8], asked: Option<&str>) -> Option<QueryAnswer> {
    history(fields, asked, deposit)
}

fn deposit(raw: &RawValue) -> Option<HistoryRow> {
    let row: Deposit<'_> = object(raw.get().as_bytes()).ok()?;
    // Any reference will do: a row of an order that is not ours has facts and credits all the same.
    let any: Reference = "any".parse().ok()?;
    let told = status::deposit(&row, any, Cause::LookUp).ok()?;
    let mut details = Details::new();
    for (name, text) in [
        // On a hosted page the user may have switched to another account than the order's.
        ("steam_id", &row.steam_id),
        ("order_id", &Some(row.order_id.clone())),
        ("user_amount", &row.user_amount),
        ("offer_date", &row.offer_date),
        ("skins_send_date", &row.skins_send_date),
        ("reason", &row.reason.as_ref().map(|text| Text(shown(&text.0)))),
    ] {
        keep(&mut details, name, text.as_ref());
    }
    Some(HistoryRow {
        reference: reference(&row.order_id),
        at: unix_seconds(row.date.as_ref(), "date").ok().flatten(),
        progress: Some(told.progress),
        amount: told.credits.first().map(|credit| credit.amount),
        facts: told.facts,
        credits: told.credits,
        details,
    })
}

fn reference(text: &Text) -> Option<Reference> {
    text.0.parse().ok()
}

#[derive(Default, Deserialize)]
struct Failed {
    #[serde(default, deserialize_with = "text_or_nothing")]
    transaction_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    order_id: Option<Text>,
    #[serde(default, deserialize_with = "text_or_nothing")]
    http_code: Option<Text>,
}

/// Webhooks that did not arrive. One that cannot be read is told without its fields: it failed, whatever it was about.
pub(super) fn failed_webhooks(fields: &[u8], asked: Option<&str>) -> Option<QueryAnswer> {
    let list: Rows<'_> = object(fields).ok()?;
    let next = match next(&list, asked) {
        Next::None => None,
        Next::Page(cursor) => Some(cursor),
        Next::Lost => return None,
    };
    let webhooks = list.items.iter().map(|raw| {
        let failed: Failed = object(raw.get().as_bytes()).unwrap_or_default();
        FailedWebhook {
            reference: failed.order_id.as_ref().and_then(id),
            provider_id: failed.transaction_id.as_ref().and_then(id),
            answer: failed.http_code.map(|code| shown(&code.0)),
        }
    });
    Some(QueryAnswer::FailedWebhooks(FailedWebhookPage { webhooks: webhooks.collect(), next }))
}
