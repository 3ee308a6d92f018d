//! One row of the provider's record against one trade of ours.

use jiff::Timestamp;

use super::finding::{Finding, FindingKind};
use crate::credit::{Credit, CreditState};
use crate::fold::{Anomaly, Fold, IllegalTransition, Input, fold};
use crate::ids::AccountId;
use crate::observation::{Observation, Progress};
use crate::order::OrderKind;
use crate::polling;
use crate::rules::Rules;
use crate::trade::{Recorded, Trade, TradeStatus};

/// What came of comparing one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// Both say the same, or we are further and that is no contradiction.
    Agrees,
    /// We learned something after the provider was asked, so that the row may be old.
    Moved,
    /// The row has a word that the adapter does not know.
    UnknownWord,
    /// They do not agree.
    Differs {
        /// In what.
        findings: Vec<Finding>,
        /// Whether folding the row mends all of it.
        is_mendable: bool,
    },
}

/// What the row says against what we have. `asked_at` is when the provider was asked, at the latest.
///
/// # Errors
///
/// Never in practice: the provider's word may be offered to every trade.
pub fn compare(
    ours: Option<&Recorded>,
    account: &AccountId,
    told: &Observation,
    asked_at: Timestamp,
    rules: &Rules,
    now: Timestamp,
) -> Result<Compared, IllegalTransition> {
    let owned = ours.filter(|ours| belongs_to(ours.trade(), account));
    let Some(ours) = owned else {
        let known = ours.map_or("no order of this id", |ours| match ours.trade().order {
            Some(_) => "the order of this id was placed at another account",
            None => "the order of this id was rejected, and nothing was sent",
        });
        return Ok(found(vec![finding(FindingKind::OnlyTheirs, told, says(told), known.to_owned())], false));
    };
    let trade = ours.trade();
    if let Some(other) = other_purchase(trade, told) {
        return Ok(found(vec![other], false));
    }
    if ours.change.recorded_at >= asked_at {
        return Ok(Compared::Moved);
    }
    if told.progress == Progress::Unknown {
        return Ok(Compared::UnknownWord);
    }
    let input = Input::Told { observation: told.clone(), as_of: asked_at };
    let is_followed = polling::next_wake(ours, rules, now).is_some();
    let folded = fold(Some(trade), &input, rules, now)?;
    let mut findings: Vec<Finding> =
        price(trade, told).into_iter().chain(credits(trade, told, &folded)).collect();
    findings.extend(status(trade, told, &folded, &findings));
    for finding in &mut findings {
        finding.is_followed = is_followed;
    }
    // What has to be seen by a person first is not folded; nor is what the state machine would not take. Of several rows of a
    // trade whose outcome is open, a look-up knows which one to adopt.
    let is_open = matches!(trade.status(), TradeStatus::Dispatching | TradeStatus::Uncertain);
    let is_mendable = !is_open
        && matches!(folded, Fold::Applied(_))
        && findings.iter().all(|finding| finding.kind.is_mendable());
    Ok(found(findings, is_mendable))
}

pub(super) fn belongs_to(trade: &Trade, account: &AccountId) -> bool {
    trade.order.as_ref().is_some_and(|order| order.account == *account)
}

fn found(findings: Vec<Finding>, is_mendable: bool) -> Compared {
    if findings.is_empty() { Compared::Agrees } else { Compared::Differs { findings, is_mendable } }
}

pub(super) fn finding(kind: FindingKind, told: &Observation, theirs: String, ours: String) -> Finding {
    Finding {
        kind,
        reference: told.reference.clone(),
        order_id: told.reference.order_id().ok(),
        provider_id: told.facts.provider_id.clone(),
        theirs,
        ours,
        is_followed: false,
    }
}

/// Their word in ours.
pub(super) fn says(told: &Observation) -> String {
    let word = match &told.progress {
        Progress::Submitted => "submitted",
        Progress::OfferSent => "offer sent",
        Progress::UserAccepted => "accepted by the user",
        Progress::Delivered { .. } => "delivered",
        Progress::Held { .. } => "held",
        Progress::Failed(_) => "failed",
        Progress::Canceled(_) => "canceled",
        Progress::Expired(_) => "expired",
        Progress::Reverted { .. } => "taken back",
        Progress::Unknown => "a word that is not known",
    };
    match &told.facts.provider_status {
        Some(status) => format!("{word} ({status})"),
        None => word.to_owned(),
    }
}

/// Whether it ended as if it had never happened.
pub(super) fn is_over(progress: &Progress) -> bool {
    match progress {
        Progress::Failed(_) | Progress::Canceled(_) | Progress::Expired(_) => true,
        Progress::Submitted
        | Progress::OfferSent
        | Progress::UserAccepted
        | Progress::Delivered { .. }
        | Progress::Held { .. }
        | Progress::Reverted { .. }
        | Progress::Unknown => false,
    }
}

/// The row is about another order of theirs than the one that we know of, under the same reference.
fn other_purchase(trade: &Trade, told: &Observation) -> Option<Finding> {
    let (known, other) = (trade.facts.provider_id.as_ref()?, told.facts.provider_id.as_ref()?);
    if known == other {
        return None;
    }
    let ended = matches!(trade.status(), TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired);
    let kind =
        if is_over(&told.progress) || ended { FindingKind::Contradiction } else { FindingKind::BoughtTwice };
    Some(finding(kind, told, says(told), format!("{} under the id {known}", trade.status())))
}

fn price(trade: &Trade, told: &Observation) -> Option<Finding> {
    let (ours, theirs) = (trade.facts.price_paid?, told.facts.price_paid?);
    let differs = ours.currency == theirs.currency && ours.amount != theirs.amount;
    differs.then(|| finding(FindingKind::PriceDiffers, told, theirs.to_string(), ours.to_string()))
}

/// Credits of one key, and those that only one side has.
fn credits(trade: &Trade, told: &Observation, folded: &Fold) -> Vec<Finding> {
    // One that the state machine would not take is for something that is credited under another key.
    let is_taken = |theirs: &Credit| match folded {
        Fold::Applied(change) => change.trade.credits.iter().any(|taken| taken.key == theirs.key),
        Fold::Stale | Fold::Anomaly(_) => false,
    };
    let counts = |credit: &&Credit| credit.state == CreditState::Credited;
    let mut findings = Vec::new();
    for theirs in told.credits.iter().filter(counts) {
        let Some(ours) = trade.credits.iter().find(|ours| ours.key == theirs.key) else {
            let (key, amount) = (&theirs.key, theirs.amount);
            let kind =
                if is_taken(theirs) { FindingKind::CreditOnlyTheirs } else { FindingKind::Contradiction };
            findings.push(finding(
                kind,
                told,
                format!("{amount} credited as {key}"),
                "no such credit".to_owned(),
            ));
            continue;
        };
        let differs =
            ours.amount.currency == theirs.amount.currency && ours.amount.amount != theirs.amount.amount;
        if differs && counts(&ours) {
            let (kind, key) = (FindingKind::CreditDiffers, &theirs.key);
            let (theirs, ours) = (theirs.amount, ours.amount);
            findings.push(finding(kind, told, format!("{theirs} credited as {key}"), ours.to_string()));
        }
    }
    // Only a row that says that it is paid has to tell what was paid.
    let is_paid = matches!(told.progress, Progress::Delivered { .. }) && is_deposit(trade);
    let only_ours = |ours: &&Credit| !told.credits.iter().any(|theirs| theirs.key == ours.key);
    for ours in trade.credits.iter().filter(counts).filter(|ours| is_paid && only_ours(ours)) {
        let ours = format!("{} credited as {}", ours.amount, ours.key);
        findings.push(finding(FindingKind::CreditOnlyOurs, told, "no such credit".to_owned(), ours));
    }
    findings
}

fn is_deposit(trade: &Trade) -> bool {
    matches!(trade.kind(), Some(OrderKind::DepositLink | OrderKind::DepositItems))
}

/// What the state machine makes of the row, beyond what was found already.
fn status(trade: &Trade, told: &Observation, folded: &Fold, found: &[Finding]) -> Option<Finding> {
    let ours = || trade.status().to_string();
    if trade.status() == TradeStatus::NeedsReview {
        return Some(finding(FindingKind::Undecided, told, says(told), ours()));
    }
    match folded {
        Fold::Stale => {
            is_left_behind(trade, told).then(|| finding(FindingKind::Contradiction, told, says(told), ours()))
        }
        // Another amount is the same contradiction in other words.
        Fold::Anomaly(Anomaly::Contradiction(alert)) => {
            found.iter().all(|finding| finding.kind.is_mendable()).then(|| {
                let theirs = format!("{}: {}", says(told), alert.detail);
                finding(FindingKind::Contradiction, told, theirs, ours())
            })
        }
        Fold::Anomaly(Anomaly::OrderConflict) => None,
        Fold::Applied(change) => {
            let next = &change.trade;
            let is_new = next.status() != trade.status();
            // A credit that only they have is said already.
            let is_credited = found.is_empty() && next.credits != trade.credits;
            (is_new || is_credited).then(|| {
                let alert =
                    change.alerts.first().map(|alert| format!(": {}", alert.detail)).unwrap_or_default();
                finding(FindingKind::Behind, told, format!("{}{alert}", says(told)), ours())
            })
        }
    }
}

/// We are further than they are, and nothing but their own word can have brought us there. Where they still process what
/// we call over, one of us pays twice.
fn is_left_behind(trade: &Trade, told: &Observation) -> bool {
    if trade.kind() != Some(OrderKind::Purchase) {
        // Pages end by our own clock, and their rows need not.
        return false;
    }
    let is_open = matches!(told.progress, Progress::Submitted | Progress::OfferSent);
    match trade.status() {
        TradeStatus::OnHold
        | TradeStatus::Completed
        | TradeStatus::Failed
        | TradeStatus::Canceled
        | TradeStatus::Expired => is_open,
        TradeStatus::Reverted => is_open || matches!(told.progress, Progress::Delivered { .. }),
        TradeStatus::Rejected
        | TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Uncertain
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::NeedsReview => false,
    }
}
