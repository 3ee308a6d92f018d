//! What a status change says, in words for people.

use jiff::Timestamp;
use skinbus_domain::TradeStatus;
use skinbus_proto::{moment, status_from_proto, v1};

use crate::terminal::Tone;

/// The status after the change; `None` for one that a newer version of Skinbus has.
pub(crate) fn status(change: &v1::TradeStatusChanged) -> Option<TradeStatus> {
    status_from_proto(change.to())
}

/// A status as it is written everywhere.
pub(crate) fn status_word(status: Option<TradeStatus>) -> &'static str {
    status.map_or("UNKNOWN", TradeStatus::as_str)
}

/// What a status means to the one who waits.
pub(crate) fn tone(status: Option<TradeStatus>) -> Tone {
    let Some(status) = status else {
        return Tone::Warning;
    };
    match status {
        TradeStatus::Completed => Tone::Good,
        TradeStatus::Accepted
        | TradeStatus::Dispatching
        | TradeStatus::Submitted
        | TradeStatus::OfferSent
        | TradeStatus::UserAccepted
        | TradeStatus::OnHold => Tone::Busy,
        TradeStatus::Uncertain | TradeStatus::NeedsReview | TradeStatus::Canceled | TradeStatus::Expired => {
            Tone::Warning
        }
        TradeStatus::Rejected | TradeStatus::Failed | TradeStatus::Reverted => Tone::Bad,
    }
}

/// Whether nothing more will come by itself: the trade has ended, or waits for somebody.
pub(crate) fn is_settled(status: Option<TradeStatus>) -> bool {
    status.is_some_and(|status| {
        status.is_final() || matches!(status, TradeStatus::Rejected | TradeStatus::NeedsReview)
    })
}

/// What brought a version about.
pub(crate) fn cause(change: &v1::TradeStatusChanged) -> &'static str {
    match change.cause() {
        v1::Cause::Unspecified => "unknown",
        v1::Cause::Order => "order",
        v1::Cause::Dispatch => "dispatch",
        v1::Cause::Lookup => "lookup",
        v1::Cause::Webhook => "webhook",
        v1::Cause::Timer => "timer",
        v1::Cause::Operator => "operator",
    }
}

/// Why the trade is in its state: our word, and the provider's where it differs.
pub(crate) fn reason(change: &v1::TradeStatusChanged) -> String {
    let Some(trade) = &change.trade else {
        return String::new();
    };
    if trade.reason.is_empty() && !trade.violations.is_empty() {
        return match trade.violations.as_slice() {
            [violation] => format!("{}: {}", violation.field, violation.rule),
            several => format!("{} violations", several.len()),
        };
    }
    if trade.provider_reason.is_empty() || trade.provider_reason == trade.reason {
        return trade.reason.clone();
    }
    format!("{} ({})", trade.reason, trade.provider_reason)
}

/// What was paid.
pub(crate) fn price(change: &v1::TradeStatusChanged) -> Option<String> {
    let paid = facts(change)?.price_paid.as_ref()?;
    Some(format!("{} {}", paid.amount, paid.currency))
}

/// What is bought: the name that the provider told, else what was asked for.
pub(crate) fn item(change: &v1::TradeStatusChanged) -> String {
    use v1::order_request::Operation;
    if let Some(name) = item_name(change) {
        return name.to_owned();
    }
    let order = change.trade.as_ref().and_then(|trade| trade.order.as_ref());
    match order.and_then(|order| order.operation.as_ref()) {
        Some(Operation::Purchase(purchase)) => match &purchase.item {
            Some(v1::purchase::Item::OfferId(id)) => format!("offer {id}"),
            Some(v1::purchase::Item::MarketHashName(name)) => name.clone(),
            None => String::new(),
        },
        Some(Operation::Deposit(_)) => "deposit".to_owned(),
        Some(Operation::Listing(_)) => "listing".to_owned(),
        None => String::new(),
    }
}

/// The item's name as the provider told it.
pub(crate) fn item_name(change: &v1::TradeStatusChanged) -> Option<&str> {
    facts(change).map(|facts| facts.item_name.as_str()).filter(|name| !name.is_empty())
}

/// When a reversal stops being possible, where the version says so.
pub(crate) fn hold_ends_at(change: &v1::TradeStatusChanged) -> Option<Timestamp> {
    change.trade.as_ref()?.hold_ends_at.as_ref().and_then(moment)
}

/// What the provider told.
pub(crate) fn facts(change: &v1::TradeStatusChanged) -> Option<&v1::ProviderFacts> {
    change.trade.as_ref()?.facts.as_ref()
}

/// A time in UTC, to the second.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A time of day in UTC, to the millisecond.
pub(crate) fn clock_time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S%.3f").to_string()
}

/// How long until `at`, with the two largest units; `None` where it has passed.
pub(crate) fn time_left(at: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = u64::try_from(at.duration_since(now).as_secs()).ok().filter(|_| at > now)?;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    Some(match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", seconds + 1),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    })
}

/// The words of a text in lines of at most `width` characters, where no single word is longer.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let fits =
            |line: &String| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{change, with_trade};

    #[test]
    fn the_time_left_has_two_units() {
        let now = Timestamp::UNIX_EPOCH;
        let left = |seconds: i64| time_left(Timestamp::from_second(seconds).unwrap(), now);
        assert_eq!(left(0), None);
        assert_eq!(left(7).as_deref(), Some("8 s"));
        assert_eq!(left(61).as_deref(), Some("1 min 1 s"));
        assert_eq!(left(3_660).as_deref(), Some("1 h 1 min"));
        assert_eq!(left(7 * 86_400 + 5).as_deref(), Some("7 d 0 h"));
    }

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrap("a bc def ghij", 6), ["a bc", "def", "ghij"]);
        assert_eq!(wrap("incomprehensibilities  are", 6), ["incomprehensibilities", "are"]);
        assert_eq!(wrap("", 6), [""]);
    }

    #[test]
    fn the_reason_names_the_providers_word_too() {
        let given = |reason: &str, provider: &str| {
            let trade = v1::Trade {
                reason: reason.to_owned(),
                provider_reason: provider.to_owned(),
                ..v1::Trade::default()
            };
            reason_of(trade)
        };
        assert_eq!(given("item_unavailable", "skin_unavailable"), "item_unavailable (skin_unavailable)");
        assert_eq!(given("deadline_passed", ""), "deadline_passed");
        let violation = |field: &str| v1::Violation {
            field: field.to_owned(),
            rule: "required".to_owned(),
            ..v1::Violation::default()
        };
        let rejected = |fields: &[&str]| {
            let violations = fields.iter().map(|field| violation(field)).collect();
            reason_of(v1::Trade { violations, ..v1::Trade::default() })
        };
        assert_eq!(rejected(&["account"]), "account: required");
        assert_eq!(rejected(&["account", "purchase.game"]), "2 violations");
    }

    fn reason_of(trade: v1::Trade) -> String {
        reason(&with_trade(change("wd-1", 1, None, TradeStatus::Failed), trade))
    }
}
