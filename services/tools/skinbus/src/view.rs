//! What a status change says, in words for people.

use jiff::Timestamp;
use skinbus_domain::TradeStatus;
use skinbus_proto::{moment, status_from_proto, v1};

use crate::terminal::Tone;
use crate::{asked, credits};

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
    if trade.reason.is_empty() && trade.is_stuck {
        return "stands still".to_owned();
    }
    if trade.provider_reason.is_empty() || trade.provider_reason == trade.reason {
        return trade.reason.clone();
    }
    format!("{} ({})", trade.reason, trade.provider_reason)
}

/// What was paid.
pub(crate) fn price(change: &v1::TradeStatusChanged) -> Option<String> {
    facts(change)?.price_paid.as_ref().map(money)
}

/// What the trade comes to so far: what arrived, what was paid, or what is asked for a listed item.
pub(crate) fn amount(change: &v1::TradeStatusChanged) -> Option<String> {
    let trade = change.trade.as_ref()?;
    let totals = credits::totals(&trade.credits);
    if !totals.is_empty() {
        return Some(totals.join(", "));
    }
    let asked = || trade.order.as_ref().and_then(asked::listed_price);
    price(change).or_else(|| asked().map(|price| format!("{price} asked")))
}

/// The hosted page of a deposit, for the user to visit.
pub(crate) fn page(change: &v1::TradeStatusChanged) -> Option<String> {
    let page = facts(change).map(|facts| facts.redirect_url.as_str());
    page.filter(|page| !page.is_empty()).map(printable)
}

/// An amount with its currency.
pub(crate) fn money(money: &v1::Money) -> String {
    format!("{} {}", money.amount, money.currency)
}

/// A game as it is written on the command line; empty where none is named.
pub(crate) fn game(game: v1::Game) -> String {
    let name = match game {
        v1::Game::Unspecified => "",
        v1::Game::Cs2 => "cs2",
        v1::Game::Dota2 => "dota2",
        v1::Game::Rust => "rust",
        v1::Game::Tf2 => "tf2",
    };
    name.to_owned()
}

/// A text from outside without what a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}

/// What the order is about: the name that the provider told, else what was asked for.
pub(crate) fn item(change: &v1::TradeStatusChanged) -> String {
    let order = change.trade.as_ref().and_then(|trade| trade.order.as_ref());
    let is_listing = order.is_some_and(|order| asked::listed_price(order).is_some());
    match item_name(change) {
        Some(name) if is_listing => format!("listing of {name}"),
        Some(name) => name.to_owned(),
        None => order.map(asked::title).unwrap_or_default(),
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

/// The same; empty where there is none.
pub(crate) fn time_or_nothing(at: Option<Timestamp>) -> String {
    at.map(time).unwrap_or_default()
}

/// A time of day in UTC, to the millisecond.
pub(crate) fn clock_time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S%.3f").to_string()
}

/// How long until `at`, with the two largest units; `None` where it has passed.
pub(crate) fn time_left(at: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = u64::try_from(at.duration_since(now).as_secs()).ok().filter(|_| at > now)?;
    // At the end every second that has begun counts.
    Some(span(if seconds < 60 { seconds + 1 } else { seconds }))
}

/// A span of time, with its two largest units.
pub(crate) fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
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
    use crate::samples::{change, credit, listing_order, with_trade};

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
        let stuck = |reason: &str| {
            reason_of(v1::Trade { reason: reason.to_owned(), is_stuck: true, ..v1::Trade::default() })
        };
        assert_eq!([stuck(""), stuck("timed_out")], ["stands still", "timed_out"]);
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

    #[test]
    fn the_amount_is_what_arrived_before_what_was_asked() {
        let of =
            |trade: v1::Trade| amount(&with_trade(change("wd-1", 1, None, TradeStatus::Submitted), trade));
        let order = Some(listing_order("7", "12.50"));
        let listed = v1::Trade { order: order.clone(), ..v1::Trade::default() };
        assert_eq!(of(listed).as_deref(), Some("12.50 USD asked"));
        let credits = vec![
            credit("1", "11", "USD", v1::CreditState::Credited),
            credit("2", "1", "USD", v1::CreditState::Pending),
        ];
        let sold = v1::Trade { order, credits, ..v1::Trade::default() };
        assert_eq!(of(sold).as_deref(), Some("11 USD credited, 1 USD pending"));
        assert_eq!(of(v1::Trade::default()), None);
    }

    #[test]
    fn a_named_listing_is_still_a_listing() {
        let facts = v1::ProviderFacts { item_name: "AK".to_owned(), ..v1::ProviderFacts::default() };
        let order = Some(listing_order("7", "12.50"));
        let trade = v1::Trade { order, facts: Some(facts), ..v1::Trade::default() };
        assert_eq!(
            item(&with_trade(change("wd-1", 1, None, TradeStatus::Submitted), trade)),
            "listing of AK"
        );
    }

    #[test]
    fn a_terminal_is_told_nothing_by_others() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
    }
}
