//! Alerts tell of what a person should look at: each must be explained by what truly was.

use skinbus_proto::v1::{Alert, TradeStatus};

use super::{Finding, way};
use crate::chaos::orders::What;
use crate::chaos::records::Records;
use crate::users::Way;

pub(super) fn check(records: &Records) -> Vec<Finding> {
    records
        .alerts
        .iter()
        .filter(|alert| !is_explained(records, alert))
        .map(|alert| unexplained(records, alert))
        .collect()
}

fn unexplained(records: &Records, alert: &Alert) -> Finding {
    let known = records.histories.get(&alert.order_id).map(|history| way(history)).unwrap_or_default();
    Finding::new(
        "alert",
        &alert.order_id,
        format!("{}: {:?} is explained by nothing: {known}", alert.kind, alert.detail),
    )
}

fn is_explained(records: &Records, alert: &Alert) -> bool {
    let history = records.histories.get(&alert.order_id).map_or(&[][..], Vec::as_slice);
    let was = |status| history.iter().any(|version| version.change.to() == status);
    match alert.kind.as_str() {
        "needs_review" => was(TradeStatus::NeedsReview),
        // The version says so itself, and each is told of once.
        "stuck" => history.iter().any(|version| {
            version
                .change
                .notices
                .iter()
                .any(|notice| notice.kind == "stuck" && notice.detail == alert.detail)
        }),
        // The plan breaks answers and puts errors into them; it never invents a status.
        "drift" => ["answer", "error", "row"].contains(&alert.field.as_str()),
        // Only of what nobody ordered, or had not yet.
        "orphan" => true,
        "anomaly" => {
            let what = records.intentions.get(&alert.order_id).map(|intention| intention.what);
            match what {
                // Accepted after it had lapsed.
                Some(What::Purchase(offer) | What::Invalid(Some(offer))) => offer == "88117",
                // What it was while it was held is told again when that is over: webhooks overtake each other.
                Some(What::Items(way) | What::Page(way)) => {
                    way == Way::TakesBack && alert.detail.contains("but the provider now says")
                }
                Some(What::Invalid(None)) | None => false,
            }
        }
        _ => false,
    }
}
