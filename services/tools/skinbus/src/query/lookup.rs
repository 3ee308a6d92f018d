//! What a provider says about trades.

use skinbus_proto::{moment, v1};

use super::Shown;
use crate::credits;
use crate::table::{Cell, Fit, Table};
use crate::terminal::Tone;
use crate::view;

/// What there is to a trade at its provider.
pub(crate) const COLUMNS: [(&str, Fit); 9] = [
    ("reference", Fit::Whole),
    ("progress", Fit::Whole),
    ("provider says", Fit::Whole),
    ("amount", Fit::Whole),
    ("credits", Fit::Whole),
    ("item", Fit::Start(12)),
    ("hold until", Fit::Whole),
    ("provider's id", Fit::Start(10)),
    ("reason", Fit::Start(12)),
];

/// The rows that the provider has, and what is known of the other references.
pub(crate) fn shown(answers: &[v1::LookupResponse], references: &[String]) -> Shown {
    let mut table = Table::new(&COLUMNS);
    let (mut lines, mut count) = (Vec::new(), 0_usize);
    for answer in answers {
        for row in &answer.rows {
            table.row(cells(row, None));
            count += 1;
        }
        for reference in references {
            if answer.not_asked.contains(reference) {
                let why = "not asked: no order here has it, the quota is spent, or its row cannot be read";
                lines.push((Tone::Warning, format!("{reference}: {why}")));
            } else if !answer.rows.iter().any(|row| row.reference == *reference) {
                lines.push((Tone::Warning, format!("{reference}: the provider does not have it")));
            }
        }
        let at = answer.asked_at.as_ref().and_then(moment);
        lines.extend(at.map(|at| (Tone::Quiet, format!("asked for {}", view::time(at)))));
    }
    Shown { table: (count > 0).then(|| table.without_empty_columns()), lines }
}

/// One trade; `amount` where it is known better than from the trade itself.
pub(crate) fn cells(row: &v1::LookupRow, amount: Option<String>) -> Vec<Cell> {
    let facts = row.facts.clone().unwrap_or_default();
    let amount = amount.or_else(|| facts.price_paid.as_ref().map(view::money));
    let hold_until = view::time_or_nothing(row.hold_ends_at.as_ref().and_then(moment));
    let reason = [&row.reason, &row.provider_reason, &row.reverted_by];
    let reason: Vec<&str> = reason.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    vec![
        Cell::plain(&row.reference),
        Cell::new(tone(row.progress()), progress_word(row.progress())),
        Cell::plain(facts.provider_status),
        Cell::plain(amount.unwrap_or_default()),
        Cell::plain(credits::totals(&row.credits).join(", ")),
        Cell::plain(facts.item_name),
        Cell::plain(hold_until),
        Cell::plain(facts.provider_id),
        Cell::plain(reason.join(", ")),
    ]
}

fn progress_word(progress: v1::Progress) -> &'static str {
    match progress {
        v1::Progress::Unspecified => "",
        v1::Progress::Unknown => "unknown",
        v1::Progress::Submitted => "submitted",
        v1::Progress::OfferSent => "offer sent",
        v1::Progress::UserAccepted => "user accepted",
        v1::Progress::Held => "held",
        v1::Progress::Delivered => "delivered",
        v1::Progress::Failed => "failed",
        v1::Progress::Canceled => "canceled",
        v1::Progress::Expired => "expired",
        v1::Progress::Reverted => "reverted",
    }
}

fn tone(progress: v1::Progress) -> Tone {
    match progress {
        v1::Progress::Unspecified => Tone::Plain,
        v1::Progress::Delivered => Tone::Good,
        v1::Progress::Submitted
        | v1::Progress::OfferSent
        | v1::Progress::UserAccepted
        | v1::Progress::Held => Tone::Busy,
        v1::Progress::Unknown | v1::Progress::Canceled | v1::Progress::Expired => Tone::Warning,
        v1::Progress::Failed | v1::Progress::Reverted => Tone::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::credit;
    use crate::terminal::Palette;

    #[test]
    fn every_reference_is_told_about() {
        let facts = v1::ProviderFacts {
            provider_id: "90551".to_owned(),
            provider_status: "finished".to_owned(),
            ..v1::ProviderFacts::default()
        };
        let row = v1::LookupRow {
            reference: "dp-1".to_owned(),
            progress: v1::Progress::Held.into(),
            hold_ends_at: jiff::Timestamp::from_second(1_763_718_000).ok().map(skinbus_proto::timestamp),
            facts: Some(facts),
            credits: vec![credit("k", "2", "USD", v1::CreditState::Pending)],
            ..v1::LookupRow::default()
        };
        let answer = v1::LookupResponse {
            rows: vec![row],
            not_asked: vec!["dp-2".to_owned()],
            ..v1::LookupResponse::default()
        };
        let references = ["dp-1", "dp-2", "dp-3"].map(str::to_owned);
        let expected = [
            "reference  progress  provider says  credits        hold until            provider's id",
            "dp-1       held      finished       2 USD pending  2025-11-21 09:40:00Z  90551",
            "dp-2: not asked: no order here has it, the quota is spent, or its row cannot be read",
            "dp-3: the provider does not have it",
        ];
        assert_eq!(shown(&[answer], &references).render(Palette::PLAIN, 200), expected);
    }
}
