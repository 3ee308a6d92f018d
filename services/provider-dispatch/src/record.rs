//! Look-ups that the provider's own record of orders answers: one page of it may stand for hundreds.
//!
//! It is only used for what stays open. An order that ended is asked for once more, alone, and so is what the record does not
//! tell of: its absence there proves nothing.

use std::collections::BTreeMap;

use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::{self, Reading};
use skinbus_domain::query::{HistoryKind, HistoryPage, HistoryRow, Query, QueryAnswer};
use skinbus_domain::{Cause, Observation, Progress, Reference};
use skinbus_proto::{row_from_observation, v1};
use skinbus_providers::LookUpTarget;

use crate::queries::ask;
use crate::{Dispatcher, look_up};

/// Adds what the record tells to the response. What is still to be asked for comes back.
pub(crate) async fn read(
    dispatcher: &Dispatcher,
    targets: Vec<LookUpTarget>,
    response: &mut v1::LookupResponse,
) -> Vec<LookUpTarget> {
    let tells = dispatcher.served.account.provider.record_tells;
    // What the provider has never confirmed may have to be proved absent.
    let (told_of, mut rest): (Vec<_>, Vec<_>) = targets
        .into_iter()
        .partition(|target| is_deposit(target.kind) && tells.of(target.kind) && target.provider_id.is_some());
    let accepted_at: Vec<_> = told_of.iter().map(|target| target.since).collect();
    let mut left: BTreeMap<Reference, LookUpTarget> =
        told_of.into_iter().map(|target| (target.reference.clone(), target)).collect();
    if let Some((from, until)) = planning::period(&accepted_at) {
        let kind = HistoryKind::Deposits;
        let query = Query::History { kind, from, until, cursor: None };
        pages(dispatcher, query, &mut left, response).await;
    }
    rest.extend(left.into_values());
    rest.sort_by_key(|target| target.kind);
    rest
}

fn is_deposit(kind: OrderKind) -> bool {
    match kind {
        OrderKind::DepositLink | OrderKind::DepositItems => true,
        OrderKind::Purchase | OrderKind::Listing => false,
    }
}

async fn pages(
    dispatcher: &Dispatcher,
    mut query: Query,
    left: &mut BTreeMap<Reference, LookUpTarget>,
    response: &mut v1::LookupResponse,
) {
    let mut reading = Reading::default();
    loop {
        let Some(page) = page(dispatcher, &query).await else { return };
        let told = page.rows.iter().filter_map(|row| told_by(row, left)).collect::<Vec<_>>();
        reading = Reading {
            rows: reading.rows.saturating_add(count(page.rows.len())),
            rows_of_page: count(page.rows.len()),
            told_by_page: count(told.len()),
            total: page.total,
            left: count(left.len().saturating_sub(told.len())),
        };
        for observation in told {
            left.remove(&observation.reference);
            response.rows.push(row_from_observation(&observation));
        }
        let Query::History { cursor, .. } = &mut query else { return };
        if page.next.is_none() || !reading.is_worth_a_page() {
            return;
        }
        *cursor = page.next;
    }
}

/// One page of the record; `None` where the quota has no room, or where there is no such answer: what it would have told is
/// asked for.
async fn page(dispatcher: &Dispatcher, query: &Query) -> Option<HistoryPage> {
    let permit = look_up::permit(dispatcher, None, false).await?;
    match ask::with_permit(dispatcher, query, permit).await {
        Ok(answered) => match answered.answer {
            QueryAnswer::History(page) => Some(page),
            QueryAnswer::Items(_)
            | QueryAnswer::Balance(_)
            | QueryAnswer::Currencies(_)
            | QueryAnswer::Status(_)
            | QueryAnswer::FailedWebhooks(_) => None,
        },
        Err(error) => {
            let account = &dispatcher.served.account.name;
            tracing::warn!(%account, code = error.code, status = error.status, "the record of deposits is not read");
            None
        }
    }
}

/// What a row says of one of these orders that is still open.
fn told_by(row: &HistoryRow, left: &BTreeMap<Reference, LookUpTarget>) -> Option<Observation> {
    let target = left.get(row.reference.as_ref()?)?;
    let progress = row.progress.clone()?;
    let is_the_one = row.facts.provider_id == target.provider_id;
    (is_the_one && is_open(&progress)).then(|| Observation {
        cause: Cause::LookUp,
        reference: target.reference.clone(),
        progress,
        facts: row.facts.clone(),
        credits: row.credits.clone(),
        occurred_at: None,
    })
}

fn is_open(progress: &Progress) -> bool {
    match progress {
        Progress::Submitted | Progress::OfferSent | Progress::UserAccepted | Progress::Held { .. } => true,
        Progress::Delivered { .. }
        | Progress::Failed(_)
        | Progress::Canceled(_)
        | Progress::Expired(_)
        | Progress::Reverted { .. }
        | Progress::Unknown => false,
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use skinbus_domain::trade::Reason;
    use skinbus_domain::{Hold, ProviderFacts};

    use super::*;

    fn left() -> BTreeMap<Reference, LookUpTarget> {
        let reference: Reference = "dep-1".parse().unwrap();
        let target = LookUpTarget {
            reference: reference.clone(),
            kind: OrderKind::DepositLink,
            provider_id: Some("731".to_owned()),
            game: None,
            user: "76561198000000042".parse().unwrap(),
            asset_id: None,
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        BTreeMap::from([(reference, target)])
    }

    fn row(reference: &str, provider_id: &str, progress: Progress) -> HistoryRow {
        HistoryRow {
            reference: Some(reference.parse().unwrap()),
            at: None,
            progress: Some(progress),
            facts: ProviderFacts { provider_id: Some(provider_id.to_owned()), ..ProviderFacts::default() },
            credits: Vec::new(),
            amount: None,
            details: skinbus_domain::query::Details::new(),
        }
    }

    #[test]
    fn only_what_stays_open_is_taken_from_the_record() {
        let reason = || Reason::new("told");
        for (is_taken, progress) in [
            (true, Progress::Submitted),
            (true, Progress::OfferSent),
            (true, Progress::UserAccepted),
            (true, Progress::Held { until: None }),
            (false, Progress::Delivered { hold: Hold::None }),
            (false, Progress::Failed(reason())),
            (false, Progress::Canceled(reason())),
            (false, Progress::Expired(reason())),
            (false, Progress::Unknown),
        ] {
            let told = told_by(&row("dep-1", "731", progress.clone()), &left());
            assert_eq!(told.is_some(), is_taken, "{progress:?}");
        }
    }

    #[test]
    fn a_row_of_another_order_tells_nothing() {
        assert_eq!(told_by(&row("dep-2", "731", Progress::Submitted), &left()), None);
        // The same reference, and another order of the provider's: a look-up knows what to make of it.
        assert_eq!(told_by(&row("dep-1", "732", Progress::Submitted), &left()), None);
        let unnamed = HistoryRow { reference: None, ..row("dep-1", "731", Progress::Submitted) };
        assert_eq!(told_by(&unnamed, &left()), None);
    }
}
