//! What arrived for a deposit or a listing, in words.

use skinbus_proto::{totals_of, v1};

use crate::view;

/// How sure a credit is.
fn state_word(state: v1::CreditState) -> &'static str {
    match state {
        v1::CreditState::Unspecified => "unknown",
        v1::CreditState::Pending => "pending",
        v1::CreditState::Credited => "credited",
        v1::CreditState::Reversed => "reversed",
    }
}

/// What became of an advance.
fn advance_word(state: v1::CreditState) -> &'static str {
    match state {
        v1::CreditState::Unspecified | v1::CreditState::Pending => "advanced",
        v1::CreditState::Credited => "was advanced",
        v1::CreditState::Reversed => "the advance was returned",
    }
}

/// One credit: how much, how sure, under which key, and what the user was shown.
pub(crate) fn line(credit: &v1::Credit) -> String {
    let amount = credit.amount.as_ref().map_or_else(|| "no amount".to_owned(), view::money);
    let has_other_name = !credit.thing.is_empty() && credit.thing != credit.key;
    let words = [
        Some(format!("{amount} {}", state_word(credit.state()))),
        credit.advanced.then(|| advance_word(credit.state()).to_owned()),
        Some(format!("key {}", credit.key)),
        has_other_name.then(|| format!("for {}", credit.thing)),
        credit.local_amount.as_ref().map(|shown| format!("shown as {}", view::money(shown))),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The sums by state and currency, like `12.50 USD credited`; what counts comes first.
pub(crate) fn totals(credits: &[v1::Credit]) -> Vec<String> {
    type Sum = fn(&v1::CreditTotal) -> &str;
    let sums: [(v1::CreditState, Sum); 3] = [
        (v1::CreditState::Credited, |total| &total.credited),
        (v1::CreditState::Pending, |total| &total.pending),
        (v1::CreditState::Reversed, |total| &total.reversed),
    ];
    let totals = totals_of(credits);
    let mut lines = Vec::new();
    for (state, sum) in sums {
        for total in &totals {
            let mut summed = credits.iter().filter(|credit| is_in(credit, state, &total.currency)).peekable();
            if summed.peek().is_none() {
                continue;
            }
            let is_advance = state == v1::CreditState::Pending && summed.all(|credit| credit.advanced);
            let word = if is_advance { "advanced" } else { state_word(state) };
            lines.push(format!("{} {} {word}", sum(total), total.currency));
        }
    }
    lines
}

fn is_in(credit: &v1::Credit, state: v1::CreditState, currency: &str) -> bool {
    credit.state() == state && credit.amount.as_ref().is_some_and(|amount| amount.currency == currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::credit;
    use v1::CreditState::{Credited, Pending, Reversed};

    #[test]
    fn a_credit_tells_amount_state_and_key() {
        assert_eq!(line(&credit("k-1", "12.50", "USD", Credited)), "12.50 USD credited, key k-1");
        let shown = v1::Money { currency: "COIN".to_owned(), amount: "1250".to_owned() };
        let credit = v1::Credit {
            local_amount: Some(shown),
            thing: "asset 7".to_owned(),
            ..credit("k-1", "12.50", "USD", Pending)
        };
        assert_eq!(line(&credit), "12.50 USD pending, key k-1, for asset 7, shown as 1250 COIN");
    }

    #[test]
    fn an_advance_is_told_and_what_became_of_it() {
        let advanced = |state| v1::Credit { advanced: true, ..credit("k-1", "7.40", "USD", state) };
        assert_eq!(line(&advanced(Pending)), "7.40 USD pending, advanced, key k-1");
        assert_eq!(line(&advanced(Credited)), "7.40 USD credited, was advanced, key k-1");
        assert_eq!(line(&advanced(Reversed)), "7.40 USD reversed, the advance was returned, key k-1");
        assert_eq!(totals(&[advanced(Pending)]), ["7.40 USD advanced"]);
        assert_eq!(totals(&[advanced(Pending), credit("k-2", "1", "USD", Pending)]), ["8.40 USD pending"]);
        assert_eq!(totals(&[advanced(Credited)]), ["7.40 USD credited"]);
    }

    #[test]
    fn totals_are_by_state_and_currency() {
        let credits = [
            credit("1", "0.10", "USD", Credited),
            credit("2", "3", "USD", Pending),
            credit("3", "0.20", "USD", Credited),
            credit("4", "5", "EUR", Credited),
            credit("5", "1", "USD", Reversed),
        ];
        let expected = ["5 EUR credited", "0.30 USD credited", "3 USD pending", "1 USD reversed"];
        assert_eq!(totals(&credits), expected);
        assert!(totals(&[]).is_empty());
    }
}
